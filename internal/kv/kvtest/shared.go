package kvtest

import (
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/gatehouse-dev/gatehouse/internal/kv"
)

// RunShared checks two handles on one database, as two processes would have
// them. open must return handles on a new, empty one; RunShared closes them.
func RunShared(t *testing.T, open func(t *testing.T) (one, two kv.Store)) {
	for name, test := range map[string]func(t *testing.T, one, two kv.Store){
		"Visible":    testSharedVisible,
		"Watch":      testSharedWatch,
		"Increments": testSharedIncrements,
	} {
		t.Run(name, func(t *testing.T) {
			one, two := open(t)
			t.Cleanup(func() {
				if err := errors.Join(one.Close(), two.Close()); err != nil {
					t.Errorf("Close: %v", err)
				}
			})
			test(t, one, two)
		})
	}
}

func testSharedVisible(t *testing.T, one, two kv.Store) {
	set(t, one, "a", "1")
	wantContent(t, two, "a=1")
	set(t, two, "a", "2")
	wantContent(t, one, "a=2")
}

func testSharedWatch(t *testing.T, one, two kv.Store) {
	changes, stop := two.Watch(b("abc"))
	defer stop()
	for i := range 3 {
		drain(changes)
		set(t, one, "abcd", fmt.Sprint(i))
		wantChange(t, changes)
		wantContent(t, two, fmt.Sprintf("abcd=%d", i))
	}
	drain(changes)
	update(t, one, func(tx kv.Txn) error { return tx.DeleteRange(kv.Range{Start: b("a"), End: b("b")}) })
	wantChange(t, changes)
	drain(changes)
	update(t, one, func(tx kv.Txn) error {
		for i := range 500 {
			if err := tx.Set(fmt.Appendf(nil, "abc%d", i), nil); err != nil {
				return err
			}
		}
		return nil
	})
	wantChange(t, changes)
}

func testSharedIncrements(t *testing.T, one, two kv.Store) {
	var wg sync.WaitGroup
	for i, s := range []kv.Store{one, two, one, two} {
		wg.Go(func() {
			for range 15 {
				err := s.Update(t.Context(), func(tx kv.Txn) error {
					n, err := number(tx, "n")
					return errors.Join(err, setNumber(tx, "n", n+1))
				})
				if err != nil {
					t.Errorf("worker %d: %v", i, err)
				}
			}
		})
	}
	wg.Wait()
	wantContent(t, one, "n=60")
}
