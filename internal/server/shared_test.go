package server_test

import (
	"context"
	"encoding/json"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/gatehouse-dev/gatehouse/internal/kv/pgkv/pgtest"
	"github.com/gatehouse-dev/gatehouse/internal/server"
)

// Servers on one database share the clock; what several add at once adds up,
// and one that starts later has it from the start.
func TestSharedClock(t *testing.T) {
	if testing.Short() {
		t.Skip("starts PostgreSQL")
	}
	database := pgtest.Start(t).Database(t)
	start := func() *server.Server {
		s, err := server.Start(t.Context(), server.Options{Store: database, DataDir: t.TempDir()})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if err := s.Close(); err != nil {
				t.Error(err)
			}
		})
		return s
	}
	one, two := start(), start()
	const each = 4
	var wg sync.WaitGroup
	for _, s := range []*server.Server{one, two} {
		for range each {
			wg.Go(func() {
				if err := s.AdvanceClock(context.WithoutCancel(t.Context()), time.Hour); err != nil {
					t.Error(err)
				}
			})
		}
	}
	wg.Wait()
	for _, s := range []*server.Server{one, two, start()} {
		got := ""
		for range 400 {
			if got = offset(t, s); got == "8h0m0s" {
				break
			}
			time.Sleep(5 * time.Millisecond)
		}
		if got != "8h0m0s" {
			t.Errorf("the clock is ahead by %s, want %d h", got, 2*each)
		}
	}
}

func offset(t *testing.T, s *server.Server) string {
	t.Helper()
	resp, err := http.Get("http://" + s.Addr() + "/_gatehouse/clock")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var c struct{ Offset string }
	if err := json.NewDecoder(resp.Body).Decode(&c); err != nil {
		t.Fatal(err)
	}
	return c.Offset
}
