package kvtest

import (
	"fmt"
	"testing"
	"time"

	"github.com/gatehouse-dev/gatehouse/internal/kv"
)

func testWatch(t *testing.T, s kv.Store) {
	watchers := map[string]<-chan struct{}{}
	for _, prefix := range []string{"", "a", "ab", "b"} {
		changes, stop := s.Watch(b(prefix))
		defer stop()
		watchers[prefix] = changes
	}
	set(t, s, "abc", "1")
	for _, prefix := range []string{"", "a", "ab"} {
		wantChange(t, watchers[prefix])
	}
	set(t, s, "b", "1")
	wantChange(t, watchers["b"])

	// The change that woke a watcher is there to be read.
	drain(watchers["ab"])
	done := make(chan struct{})
	go func() {
		defer close(done)
		wantChange(t, watchers["ab"])
		view(t, s, func(r kv.Reader) error { wantGet(t, r, "abd", "2"); return nil })
	}()
	set(t, s, "abd", "2")
	<-done

	for name, fn := range map[string]func(kv.Txn) error{
		"Delete":           func(tx kv.Txn) error { return tx.Delete(b("abc")) },
		"DeleteRange":      func(tx kv.Txn) error { return tx.DeleteRange(kv.Range{Start: b("aa"), End: b("ac")}) },
		"DeleteRange to ∞": func(tx kv.Txn) error { return tx.DeleteRange(kv.Range{Start: b("aa")}) },
		"one of many writes": func(tx kv.Txn) error {
			for i := range 300 {
				if err := tx.Set(fmt.Appendf(nil, "%c%03d", 'a'+i%26, i), nil); err != nil {
					return err
				}
			}
			return tx.Set(b("ab0"), nil)
		},
	} {
		drain(watchers["ab"])
		update(t, s, fn)
		if !changed(watchers["ab"]) {
			t.Errorf("%s was not notified", name)
		}
	}
}

// A receiver that does not listen neither blocks writers nor misses that
// something happened.
func testWatchCoalesces(t *testing.T, s kv.Store) {
	changes, stop := s.Watch(b("k"))
	defer stop()
	for i := range 50 {
		set(t, s, "k", fmt.Sprint(i))
	}
	wantChange(t, changes)
	n := 0
	for deadline := time.After(300 * time.Millisecond); ; {
		select {
		case <-changes:
			n++
			continue
		case <-deadline:
		}
		break
	}
	if n > 25 {
		t.Errorf("%d notifications were queued", n)
	}
}

func testWatchStop(t *testing.T, s kv.Store) {
	changes, stop := s.Watch(b("k"))
	other, stopOther := s.Watch(b("k"))
	defer stopOther()
	stop()
	stop() // twice is allowed
	drain(changes)
	set(t, s, "k", "1")
	wantChange(t, other)
	select {
	case _, open := <-changes:
		t.Errorf("a stopped watcher got a value (channel open: %v)", open)
	default:
	}
}

func wantChange(t *testing.T, changes <-chan struct{}) {
	t.Helper()
	if !changed(changes) {
		t.Error("no notification")
	}
}

func changed(changes <-chan struct{}) bool {
	select {
	case _, open := <-changes:
		return open
	case <-time.After(patience):
		return false
	}
}

func drain(changes <-chan struct{}) {
	select {
	case <-changes:
	default:
	}
}
