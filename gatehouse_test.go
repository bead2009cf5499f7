package gatehouse_test

import (
	"testing"
	"time"

	"github.com/gatehouse-dev/gatehouse"
)

// A server for a test must start fast: the best of a few starts counts, since
// the machine may be busy with other tests.
func TestStartsFast(t *testing.T) {
	best := time.Hour
	for range 5 {
		began := time.Now()
		s, err := gatehouse.Start(t.Context(), gatehouse.Options{})
		if err != nil {
			t.Fatal(err)
		}
		best = min(best, time.Since(began))
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}
	t.Logf("started in %v", best)
	if best > 100*time.Millisecond {
		t.Errorf("starting takes %v", best)
	}
}

func TestTheClockOnlyMovesForward(t *testing.T) {
	dir := t.TempDir()
	s, err := gatehouse.Start(t.Context(), gatehouse.Options{DataDir: dir})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.AdvanceClock(t.Context(), time.Hour); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if s, err = gatehouse.Start(t.Context(), gatehouse.Options{DataDir: dir}); err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if _, err := gatehouse.Start(t.Context(), gatehouse.Options{DataDir: dir}); err == nil {
		t.Error("two servers run on one data directory")
	}
}
