package kvtest

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/gatehouse-dev/gatehouse/internal/kv"
)

// Run checks that the stores made by open keep every promise of package kv.
// Each call of open must return a new, empty store; Run closes it.
func Run(t *testing.T, open func(t *testing.T) kv.Store) {
	for _, c := range []struct {
		name string
		test func(*testing.T, kv.Store)
	}{
		{"GetSetDelete", testGetSetDelete},
		{"Ownership", testOwnership},
		{"EmptyValue", testEmptyValue},
		{"ReadYourWrites", testReadYourWrites},
		{"Abort", testAbort},
		{"Batch", testBatch},
		{"Scan", testScan},
		{"ScanOverOwnWrites", testScanOverOwnWrites},
		{"ScanWhileWriting", testScanWhileWriting},
		{"ScanStops", testScanStops},
		{"DeleteRange", testDeleteRange},
		{"Limits", testLimits},
		{"LargeValues", testLargeValues},
		{"Closed", testClosed},
		{"Finished", testFinished},
		{"Cancelled", testCancelled},
		{"SnapshotIsStable", testSnapshotIsStable},
		{"LostUpdate", testLostUpdate},
		{"WriteSkew", testWriteSkew},
		{"PhantomInsert", testPhantomInsert},
		{"PhantomDeleteRange", testPhantomDeleteRange},
		{"AbsentKeyConflict", testAbsentKeyConflict},
		{"Increments", testIncrements},
		{"Transfers", testTransfers},
		{"Watch", testWatch},
		{"WatchCoalesces", testWatchCoalesces},
		{"WatchStop", testWatchStop},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := open(t)
			t.Cleanup(func() {
				if err := s.Close(); err != nil && !errors.Is(err, kv.ErrClosed) {
					t.Errorf("Close: %v", err)
				}
			})
			c.test(t, s)
		})
	}
}

// patience is how long a test waits for what must happen.
const patience = 20 * time.Second

func update(t *testing.T, s kv.Store, fn func(kv.Txn) error) {
	t.Helper()
	if err := s.Update(t.Context(), fn); err != nil {
		t.Fatalf("Update: %v", err)
	}
}

func view(t *testing.T, s kv.Store, fn func(kv.Reader) error) {
	t.Helper()
	if err := s.View(t.Context(), fn); err != nil {
		t.Fatalf("View: %v", err)
	}
}

func set(t *testing.T, s kv.Store, pairs ...string) {
	t.Helper()
	update(t, s, func(tx kv.Txn) error {
		for i := 0; i < len(pairs); i += 2 {
			if err := tx.Set([]byte(pairs[i]), []byte(pairs[i+1])); err != nil {
				return err
			}
		}
		return nil
	})
}

// dump renders a range as "k=v k=v".
func dump(r kv.Reader, rng kv.Range) (string, error) {
	var out []string
	err := r.Scan(rng, func(k, v []byte) (bool, error) {
		out = append(out, fmt.Sprintf("%s=%s", k, v))
		return true, nil
	})
	return strings.Join(out, " "), err
}

func wantDump(t *testing.T, r kv.Reader, rng kv.Range, want string) {
	t.Helper()
	got, err := dump(r, rng)
	if err != nil {
		t.Fatalf("Scan: %v", err)
	}
	if got != want {
		t.Errorf("range %q to %q (reverse %v, limit %d): got %q, want %q", rng.Start, rng.End, rng.Reverse, rng.Limit, got, want)
	}
}

func wantContent(t *testing.T, s kv.Store, want string) {
	t.Helper()
	view(t, s, func(r kv.Reader) error {
		wantDump(t, r, kv.Range{}, want)
		return nil
	})
}

func wantGet(t *testing.T, r kv.Reader, key, want string) {
	t.Helper()
	v, err := r.Get([]byte(key))
	if err != nil {
		t.Fatalf("Get(%q): %v", key, err)
	}
	if v == nil || string(v) != want {
		t.Errorf("Get(%q) = %q, want %q", key, v, want)
	}
}

func wantAbsent(t *testing.T, r kv.Reader, key string) {
	t.Helper()
	if v, err := r.Get([]byte(key)); err != nil || v != nil {
		t.Errorf("Get(%q) = %q, %v; want nothing", key, v, err)
	}
}

// in runs fn in another goroutine and waits for it, to make a second
// transaction happen within a first one.
func in(ctx context.Context, s kv.Store, fn func(kv.Txn) error) error {
	done := make(chan error, 1)
	go func() { done <- s.Update(ctx, fn) }()
	return <-done
}
