package pebblekv

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/gatehouse-dev/gatehouse/internal/kv"
)

func all([]byte, []byte) (bool, error) { return true, nil }

// Only what was read conflicts: the part of a range behind the point where a
// scan stopped was not.
func TestNoFalseConflicts(t *testing.T) {
	first := func([]byte, []byte) (bool, error) { return false, nil }
	key := func(s string) []byte { return []byte(s) }
	for _, c := range []struct {
		name  string
		read  func(kv.Txn) error
		write string
		runs  int
	}{
		{"another key", func(tx kv.Txn) error { _, err := tx.Get(key("a")); return err }, "b", 1},
		{"same key", func(tx kv.Txn) error { _, err := tx.Get(key("b")); return err }, "b", 2},
		{"nothing read", func(tx kv.Txn) error { return nil }, "b", 1},
		{"own write read", func(tx kv.Txn) error {
			err := tx.Set(key("b"), nil)
			_, err2 := tx.Get(key("b"))
			return errors.Join(err, err2)
		}, "b", 1},
		{"before a range", func(tx kv.Txn) error { return tx.Scan(kv.Range{Start: key("c")}, all) }, "b", 1},
		{"at a range's end", func(tx kv.Txn) error { return tx.Scan(kv.Range{End: key("d")}, all) }, "d", 1},
		{"in a range", func(tx kv.Txn) error { return tx.Scan(kv.Range{End: key("d")}, all) }, "cc", 2},
		{"behind the limit", func(tx kv.Txn) error { return tx.Scan(kv.Range{Limit: 1}, all) }, "b", 1},
		{"behind the stop", func(tx kv.Txn) error { return tx.Scan(kv.Range{}, first) }, "b", 1},
		{"before the stop", func(tx kv.Txn) error { return tx.Scan(kv.Range{}, first) }, "A", 2},
		{"behind the limit, reverse", func(tx kv.Txn) error { return tx.Scan(kv.Range{Limit: 1, Reverse: true}, all) }, "d", 1},
		{"before the limit, reverse", func(tx kv.Txn) error { return tx.Scan(kv.Range{Limit: 1, Reverse: true}, all) }, "f", 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := openMemory(t).(*Store)
			defer s.Close()
			for _, k := range []string{"a", "c", "e"} {
				if err := put(s, k); err != nil {
					t.Fatal(err)
				}
			}
			runs := 0
			err := s.Update(t.Context(), func(tx kv.Txn) error {
				runs++
				if err := c.read(tx); err != nil {
					return err
				}
				if runs == 1 {
					if err := put(s, c.write); err != nil {
						return err
					}
				}
				return tx.Set(key("result"), nil)
			})
			if err != nil || runs != c.runs {
				t.Errorf("%d runs, want %d: %v", runs, c.runs, err)
			}
		})
	}
}

// A transaction that loses again and again gets its turn.
func TestLoserMakesProgress(t *testing.T) {
	s := openMemory(t).(*Store)
	defer s.Close()
	runs := 0
	err := s.Update(t.Context(), func(tx kv.Txn) error {
		runs++
		if err := tx.Scan(kv.Range{}, all); err != nil {
			return err
		}
		// The last run holds the commit lock; this one may not wait for it.
		if runs <= optimisticTries {
			if err := put(s, "hot"); err != nil {
				return err
			}
		}
		return tx.Set([]byte("result"), nil)
	})
	if err != nil || runs != optimisticTries+1 {
		t.Errorf("%d runs: %v", runs, err)
	}
}

// More commits than the list of recent ones holds count as a conflict, not as none.
func TestOlderThanTheList(t *testing.T) {
	s := openMemory(t).(*Store)
	defer s.Close()
	runs := 0
	err := s.Update(t.Context(), func(tx kv.Txn) error {
		runs++
		if _, err := tx.Get([]byte("read")); err != nil {
			return err
		}
		if runs == 1 {
			for range maxRecent + 1 {
				if err := put(s, "unrelated"); err != nil {
					return err
				}
			}
		}
		return tx.Set([]byte("result"), nil)
	})
	if err != nil || runs != 2 {
		t.Errorf("%d runs, want 2: %v", runs, err)
	}
	if n := len(s.recent.commits); n > maxRecent {
		t.Errorf("%d commits are remembered", n)
	}
}

// A commit of very many keys is remembered as one range, which still conflicts.
func TestHugeCommitConflicts(t *testing.T) {
	s := openMemory(t).(*Store)
	defer s.Close()
	runs := 0
	err := s.Update(t.Context(), func(tx kv.Txn) error {
		runs++
		if _, err := tx.Get([]byte("k00777")); err != nil {
			return err
		}
		if runs == 1 {
			err := s.Update(t.Context(), func(tx kv.Txn) error {
				for i := range 4 * maxRecentKeys {
					if err := tx.Set(fmt.Appendf(nil, "k%05d", i), nil); err != nil {
						return err
					}
				}
				return nil
			})
			if err != nil {
				return err
			}
		}
		return tx.Set([]byte("result"), nil)
	})
	if err != nil || runs != 2 {
		t.Errorf("%d runs, want 2: %v", runs, err)
	}
}

func TestWatchIsExact(t *testing.T) {
	s := openMemory(t).(*Store)
	defer s.Close()
	changes, stop := s.Watch([]byte("ab"))
	defer stop()
	for _, key := range []string{"a", "aa", "ac", "b"} {
		if err := put(s, key); err != nil {
			t.Fatal(err)
		}
	}
	select {
	case <-changes:
		t.Error("notified of another prefix")
	default:
	}
}

func TestReopen(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a", "b")
	s, err := Open(dir, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := put(s, "k"); err != nil {
		t.Fatal(err)
	}
	for _, same := range []string{dir, dir + "/../b/"} {
		if _, err := Open(same, Options{}); !errors.Is(err, kv.ErrLocked) {
			t.Errorf("second Open of %s: %v", same, err)
		}
	}
	info, err := os.Stat(dir)
	if err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("the directory's mode is %v: %v", info.Mode(), err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if s, err = Open(dir, Options{}); err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if !has(t, s, "k") {
		t.Error("the key is gone")
	}
}

// The lock holds against another process, too.
func TestLockedByAnotherProcess(t *testing.T) {
	dir := t.TempDir()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), crashDirEnv+"="+dir)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer cmd.Wait()
	defer cmd.Process.Kill()
	if _, err := out.Read(make([]byte, 1)); err != nil { // it has committed something
		t.Fatal(err)
	}
	go func() { // it must not block on a full pipe
		buf := make([]byte, 1<<16)
		for {
			if _, err := out.Read(buf); err != nil {
				return
			}
		}
	}()
	if _, err := Open(dir, Options{}); !errors.Is(err, kv.ErrLocked) {
		t.Errorf("Open: %v", err)
	}
}

func TestOpenWithoutPermission(t *testing.T) {
	if os.Geteuid() == 0 {
		t.Skip("permissions do not stop root")
	}
	dir := filepath.Join(t.TempDir(), "closed")
	if err := os.Mkdir(dir, 0o500); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(filepath.Join(dir, "kv"), Options{}); !errors.Is(err, fs.ErrPermission) {
		t.Errorf("Open: %v", err)
	}
}

func BenchmarkOpen(b *testing.B) {
	dir := b.TempDir()
	for b.Loop() {
		s, err := Open(dir, Options{})
		if err != nil {
			b.Fatal(err)
		}
		b.StopTimer()
		if err := s.Close(); err != nil {
			b.Fatal(err)
		}
		b.StartTimer()
	}
}

func BenchmarkViewGet(b *testing.B) {
	s, err := OpenMemory()
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	if err := put(s, "key"); err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			err := s.View(context.Background(), func(r kv.Reader) error {
				_, err := r.Get([]byte("key"))
				return err
			})
			if err != nil {
				b.Fatal(err)
			}
		}
	})
}

// BenchmarkUpdate syncs to the real disk from 64 goroutines.
func BenchmarkUpdate(b *testing.B) {
	s, err := Open(b.TempDir(), Options{})
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	b.SetParallelism(32)
	b.ReportAllocs()
	var id = make(chan int, 1)
	id <- 0
	b.RunParallel(func(pb *testing.PB) {
		n := <-id
		id <- n + 1
		key := fmt.Appendf(nil, "worker %d", n)
		for pb.Next() {
			err := s.Update(context.Background(), func(tx kv.Txn) error {
				if _, err := tx.Get(key); err != nil {
					return err
				}
				return tx.Set(key, []byte(time.Time{}.String()))
			})
			if err != nil {
				b.Fatal(err)
			}
		}
	})
}
