package pebblekv

import (
	"context"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/cockroachdb/pebble/v2/vfs/errorfs"

	"github.com/gatehouse-dev/gatehouse/internal/kv"
)

var errDisk = errors.New("no more disk")

// cueFS is a file system in memory that does on cue what disks do: fail
// writing or syncing the log, or take their time with it.
type cueFS struct {
	mem       *vfs.MemFS
	failSync  atomic.Bool
	failWrite atomic.Bool
	slow      sync.RWMutex // a sync waits while this is locked
}

func newCueFS() *cueFS { return &cueFS{mem: vfs.NewCrashableMem()} }

func (f *cueFS) fs() vfs.FS {
	return errorfs.Wrap(f.mem, errorfs.InjectorFunc(func(op errorfs.Op) error {
		if !strings.HasSuffix(op.Path, ".log") {
			return nil
		}
		switch op.Kind {
		case errorfs.OpFileSync, errorfs.OpFileSyncData, errorfs.OpFileSyncTo:
			f.slow.RLock()
			defer f.slow.RUnlock()
			if f.failSync.Load() {
				return errDisk
			}
		case errorfs.OpFileWrite:
			if f.failWrite.Load() {
				return errDisk
			}
		}
		return nil
	}))
}

func (f *cueFS) open(t *testing.T) *Store {
	t.Helper()
	s, err := Open("kv", Options{FS: f.fs()})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func put(s *Store, key string) error {
	return s.Update(context.Background(), func(tx kv.Txn) error { return tx.Set([]byte(key), []byte("v")) })
}

func has(t *testing.T, s *Store, key string) (ok bool) {
	t.Helper()
	err := s.View(t.Context(), func(r kv.Reader) error {
		v, err := r.Get([]byte(key))
		ok = v != nil
		return err
	})
	if err != nil {
		t.Fatalf("View: %v", err)
	}
	return ok
}

func TestLogFailureRefusesWrites(t *testing.T) {
	for name, cue := range map[string]func(*cueFS) *atomic.Bool{
		"sync":  func(f *cueFS) *atomic.Bool { return &f.failSync },
		"write": func(f *cueFS) *atomic.Bool { return &f.failWrite },
	} {
		t.Run(name, func(t *testing.T) {
			disk := newCueFS()
			s := disk.open(t)
			if err := put(s, "before"); err != nil {
				t.Fatal(err)
			}
			cue(disk).Store(true)
			var wg sync.WaitGroup
			for range 8 {
				wg.Go(func() {
					if err := put(s, "lost"); !errors.Is(err, kv.ErrFailed) || !strings.Contains(err.Error(), errDisk.Error()) {
						t.Errorf("Update on a failing disk: %v", err)
					}
				})
			}
			wg.Wait()
			cue(disk).Store(false)
			if err := put(s, "after"); !errors.Is(err, kv.ErrFailed) {
				t.Errorf("Update after the failure: %v", err)
			}
			err := s.View(t.Context(), func(kv.Reader) error { t.Error("a View ran on data that was not synced"); return nil })
			if !errors.Is(err, kv.ErrFailed) {
				t.Errorf("View after the failure: %v", err)
			}
			closed := make(chan struct{})
			go func() { s.Close(); close(closed) }()
			select {
			case <-closed:
			case <-time.After(20 * time.Second):
				t.Fatal("Close hangs after a failure")
			}

			again, err := Open("kv", Options{FS: disk.mem.CrashClone(vfs.CrashCloneCfg{})})
			if err != nil {
				t.Fatal(err)
			}
			defer again.Close()
			if !has(t, again, "before") || has(t, again, "after") {
				t.Error("after reopening: an acknowledged write is missing or a refused one is there")
			}
		})
	}
}

// Nobody learns of a commit before it is durable.
func TestUnsyncedIsUnseen(t *testing.T) {
	disk := newCueFS()
	s := disk.open(t)
	defer s.Close()
	changes, stop := s.Watch(nil)
	defer stop()

	disk.slow.Lock()
	var release sync.Once
	defer release.Do(disk.slow.Unlock)
	results := make(chan string, 4)
	go func() { put(s, "k"); results <- "writer" }()
	for s.applied.Load() == 0 {
		time.Sleep(time.Millisecond)
	}
	fromWithin := errors.New("exists")
	go func() {
		s.View(context.Background(), func(kv.Reader) error { results <- "view"; return nil })
	}()
	go func() {
		s.Update(context.Background(), func(tx kv.Txn) error { _, err := tx.Get([]byte("k")); return err })
		results <- "read-only update"
	}()
	go func() {
		err := s.Update(context.Background(), func(tx kv.Txn) error {
			if v, _ := tx.Get([]byte("k")); v != nil {
				return fromWithin
			}
			return nil
		})
		if err != fromWithin {
			t.Errorf("failed update: %v", err)
		}
		results <- "failed update"
	}()
	select {
	case who := <-results:
		t.Fatalf("%s returned before the sync", who)
	case <-changes:
		t.Fatal("a watcher was notified before the sync")
	case <-time.After(100 * time.Millisecond):
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	if err := s.View(ctx, func(kv.Reader) error { return nil }); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("View with a deadline: %v", err)
	}
	release.Do(disk.slow.Unlock)
	for range 4 {
		<-results
	}
	<-changes
}

// Many commits share a sync: with a slow disk they must not queue up.
func TestGroupCommit(t *testing.T) {
	mem := vfs.NewMem()
	var syncs atomic.Int32
	fs := errorfs.Wrap(mem, errorfs.InjectorFunc(func(op errorfs.Op) error {
		if op.Kind == errorfs.OpFileSync && strings.HasSuffix(op.Path, ".log") || op.Kind == errorfs.OpFileSyncData && strings.HasSuffix(op.Path, ".log") {
			syncs.Add(1)
			time.Sleep(10 * time.Millisecond)
		}
		return nil
	}))
	s, err := Open("kv", Options{FS: fs})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	syncs.Store(0)
	const commits = 64
	var wg sync.WaitGroup
	for i := range commits {
		wg.Go(func() {
			if err := put(s, string(rune('a'+i))); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if n := syncs.Load(); n == 0 || n > commits/4 {
		t.Errorf("%d commits took %d syncs", commits, n)
	}
}

func TestOpenErrors(t *testing.T) {
	fs := errorfs.Wrap(vfs.NewMem(), errorfs.InjectorFunc(func(op errorfs.Op) error {
		if op.Kind == errorfs.OpFileSync && strings.Contains(op.Path, "MANIFEST") {
			return errDisk
		}
		return nil
	}))
	if _, err := Open("kv", Options{FS: fs}); err == nil || !strings.Contains(err.Error(), errDisk.Error()) {
		t.Errorf("Open on a failing disk: %v", err)
	}
	if _, err := Open("/dev/null/kv", Options{}); err == nil || errors.Is(err, kv.ErrLocked) {
		t.Errorf("Open below a file: %v", err)
	}
}
