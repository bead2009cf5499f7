package kvtest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/gatehouse-dev/gatehouse/internal/kv"
)

func testGetSetDelete(t *testing.T, s kv.Store) {
	view(t, s, func(r kv.Reader) error { wantAbsent(t, r, "a"); return nil })
	set(t, s, "a", "1", "b", "2")
	view(t, s, func(r kv.Reader) error {
		wantGet(t, r, "a", "1")
		wantGet(t, r, "b", "2")
		wantAbsent(t, r, "aa")
		return nil
	})
	set(t, s, "a", "3")
	update(t, s, func(tx kv.Txn) error {
		return errors.Join(tx.Delete([]byte("b")), tx.Delete([]byte("never there")))
	})
	wantContent(t, s, "a=3")
	set(t, s, "\x00\xff", "binary", "\xff\xff", "high")
	view(t, s, func(r kv.Reader) error {
		wantGet(t, r, "\x00\xff", "binary")
		wantGet(t, r, "\xff\xff", "high")
		return nil
	})
}

func testOwnership(t *testing.T, s kv.Store) {
	key, value := []byte("key"), []byte("value")
	update(t, s, func(tx kv.Txn) error {
		if err := tx.Set(key, value); err != nil {
			return err
		}
		copy(key, "xxx")
		copy(value, "xxxxx")
		got, err := tx.Get([]byte("key"))
		if err != nil {
			return err
		}
		copy(got, "yyyyy")
		wantGet(t, tx, "key", "value")
		copy(key, "key")
		copy(value, "value")
		return nil
	})
	view(t, s, func(r kv.Reader) error {
		got, err := r.Get([]byte("key"))
		copy(got, "zzzzz")
		wantGet(t, r, "key", "value")
		return err
	})
}

func testEmptyValue(t *testing.T, s kv.Store) {
	update(t, s, func(tx kv.Txn) error {
		if err := errors.Join(tx.Set([]byte("nil"), nil), tx.Set([]byte("empty"), []byte{})); err != nil {
			return err
		}
		wantGet(t, tx, "nil", "")
		return nil
	})
	view(t, s, func(r kv.Reader) error {
		wantGet(t, r, "nil", "")
		wantGet(t, r, "empty", "")
		return nil
	})
	wantContent(t, s, "empty= nil=")
}

func testReadYourWrites(t *testing.T, s kv.Store) {
	set(t, s, "a", "old", "b", "old")
	update(t, s, func(tx kv.Txn) error {
		if err := errors.Join(tx.Set([]byte("a"), []byte("new")), tx.Delete([]byte("b")), tx.Set([]byte("c"), []byte("new"))); err != nil {
			return err
		}
		wantGet(t, tx, "a", "new")
		wantAbsent(t, tx, "b")
		wantGet(t, tx, "c", "new")
		if err := tx.Set([]byte("b"), []byte("again")); err != nil {
			return err
		}
		wantGet(t, tx, "b", "again")
		return tx.Delete([]byte("c"))
	})
	wantContent(t, s, "a=new b=again")
}

func testAbort(t *testing.T, s kv.Store) {
	set(t, s, "a", "1")
	mine := errors.New("mine")
	err := s.Update(t.Context(), func(tx kv.Txn) error {
		if err := errors.Join(tx.Set([]byte("a"), []byte("2")), tx.DeleteRange(kv.Range{})); err != nil {
			return err
		}
		return mine
	})
	if err != mine {
		t.Errorf("Update returned %v, want the function's own error", err)
	}
	if err := s.View(t.Context(), func(kv.Reader) error { return mine }); err != mine {
		t.Errorf("View returned %v, want the function's own error", err)
	}
	wantContent(t, s, "a=1")

	func() {
		defer func() {
			if recover() == nil {
				t.Error("a panic was swallowed")
			}
		}()
		s.Update(t.Context(), func(tx kv.Txn) error {
			if err := tx.Set([]byte("a"), []byte("3")); err != nil {
				return err
			}
			panic("in the function")
		})
	}()
	set(t, s, "b", "1")
	wantContent(t, s, "a=1 b=1")
}

func testBatch(t *testing.T, s kv.Store) {
	const n = 2000
	key := func(i int) []byte { return fmt.Appendf(nil, "k%05d", i) }
	update(t, s, func(tx kv.Txn) error {
		for i := range n {
			// Out of order, so that a store that forgets to sort is found.
			if err := tx.Set(key(i*7%n), fmt.Append(nil, i*7%n)); err != nil {
				return err
			}
		}
		return nil
	})
	update(t, s, func(tx kv.Txn) error {
		for i := 0; i < n; i += 2 {
			if err := tx.Delete(key(i)); err != nil {
				return err
			}
		}
		return nil
	})
	view(t, s, func(r kv.Reader) error {
		next := 1
		err := r.Scan(kv.Range{}, func(k, v []byte) (bool, error) {
			if !bytes.Equal(k, key(next)) || string(v) != fmt.Sprint(next) {
				return false, fmt.Errorf("got %s=%s, want %s", k, v, key(next))
			}
			next += 2
			return true, nil
		})
		if next != n+1 {
			t.Errorf("scan ended before %d", next)
		}
		return err
	})
}

func testLimits(t *testing.T, s kv.Store) {
	longest := bytes.Repeat([]byte("k"), kv.MaxKeySize)
	update(t, s, func(tx kv.Txn) error { return tx.Set(longest, []byte("v")) })
	view(t, s, func(r kv.Reader) error { wantGet(t, r, string(longest), "v"); return nil })

	tooLong := append(bytes.Clone(longest), 'k')
	for name, fn := range map[string]func(kv.Txn) error{
		"key of Set":    func(tx kv.Txn) error { return tx.Set(tooLong, nil) },
		"key of Delete": func(tx kv.Txn) error { return tx.Delete(tooLong) },
		"key of Get":    func(tx kv.Txn) error { _, err := tx.Get(tooLong); return err },
		"value":         func(tx kv.Txn) error { return tx.Set([]byte("k"), make([]byte, kv.MaxValueSize+1)) },
		"transaction": func(tx kv.Txn) error {
			value := make([]byte, kv.MaxValueSize)
			for i := range kv.MaxTxnSize / kv.MaxValueSize {
				if err := tx.Set([]byte{byte(i)}, value); err != nil {
					if i < 7 {
						return fmt.Errorf("refused at %d: %v", i, err)
					}
					return err
				}
			}
			return nil
		},
	} {
		if err := s.Update(t.Context(), fn); !errors.Is(err, kv.ErrTooLarge) {
			t.Errorf("%s: got %v, want ErrTooLarge", name, err)
		}
	}
	for name, fn := range map[string]func(kv.Txn) error{
		"Set":    func(tx kv.Txn) error { return tx.Set(nil, nil) },
		"Delete": func(tx kv.Txn) error { return tx.Delete([]byte{}) },
		"Get":    func(tx kv.Txn) error { _, err := tx.Get(nil); return err },
	} {
		if err := s.Update(t.Context(), fn); !errors.Is(err, kv.ErrEmptyKey) {
			t.Errorf("%s of an empty key: got %v, want ErrEmptyKey", name, err)
		}
	}
	// Writing one key again and again is no large transaction.
	update(t, s, func(tx kv.Txn) error {
		for range 20 {
			if err := tx.Set([]byte("same"), make([]byte, kv.MaxValueSize/2)); err != nil {
				return err
			}
		}
		return tx.DeleteRange(kv.Range{})
	})
	wantContent(t, s, "")
}

func testLargeValues(t *testing.T, s kv.Store) {
	big := bytes.Repeat([]byte("0123456789abcdef"), kv.MaxValueSize/16)
	update(t, s, func(tx kv.Txn) error {
		return errors.Join(tx.Set([]byte("a"), big), tx.Set([]byte("b"), big[:1<<20]), tx.Set([]byte("c"), []byte("small")))
	})
	view(t, s, func(r kv.Reader) error {
		v, err := r.Get([]byte("a"))
		if err == nil && !bytes.Equal(v, big) {
			t.Errorf("8 MB value came back different (%d bytes)", len(v))
		}
		var sizes []int
		err = errors.Join(err, r.Scan(kv.Range{}, func(_, v []byte) (bool, error) {
			sizes = append(sizes, len(v))
			return true, nil
		}))
		if fmt.Sprint(sizes) != fmt.Sprint([]int{len(big), 1 << 20, 5}) {
			t.Errorf("sizes %v", sizes)
		}
		return err
	})
}

func testClosed(t *testing.T, s kv.Store) {
	set(t, s, "a", "1")
	inside, goOn := make(chan struct{}), make(chan struct{})
	viewed := make(chan error, 1)
	go func() {
		viewed <- s.View(context.WithoutCancel(t.Context()), func(r kv.Reader) error {
			close(inside)
			<-goOn
			_, err := r.Get([]byte("a"))
			return err
		})
	}()
	<-inside
	closed := make(chan error, 1)
	go func() { closed <- s.Close() }()
	close(goOn)
	if err := <-viewed; err != nil {
		t.Errorf("View during Close: %v", err)
	}
	if err := <-closed; err != nil {
		t.Errorf("Close: %v", err)
	}
	if err := s.View(t.Context(), func(kv.Reader) error { return nil }); !errors.Is(err, kv.ErrClosed) {
		t.Errorf("View after Close: %v", err)
	}
	if err := s.Update(t.Context(), func(kv.Txn) error { return nil }); !errors.Is(err, kv.ErrClosed) {
		t.Errorf("Update after Close: %v", err)
	}
	if err := s.Close(); !errors.Is(err, kv.ErrClosed) {
		t.Errorf("second Close: %v", err)
	}
	_, stop := s.Watch(nil)
	stop()
}

func testFinished(t *testing.T, s kv.Store) {
	var r kv.Reader
	var tx kv.Txn
	view(t, s, func(x kv.Reader) error { r = x; return nil })
	update(t, s, func(x kv.Txn) error { tx = x; return nil })
	all := func([]byte, []byte) (bool, error) { return true, nil }
	_, errGet := r.Get([]byte("a"))
	_, errTxnGet := tx.Get([]byte("a"))
	for name, err := range map[string]error{
		"Reader.Get": errGet, "Reader.Scan": r.Scan(kv.Range{}, all),
		"Txn.Get": errTxnGet, "Txn.Scan": tx.Scan(kv.Range{}, all),
		"Txn.Set": tx.Set([]byte("a"), nil), "Txn.Delete": tx.Delete([]byte("a")), "Txn.DeleteRange": tx.DeleteRange(kv.Range{}),
	} {
		if !errors.Is(err, kv.ErrFinished) {
			t.Errorf("%s after the function returned: %v, want ErrFinished", name, err)
		}
	}
}

func testCancelled(t *testing.T, s kv.Store) {
	ctx, cancel := context.WithCancel(t.Context())
	err := s.Update(ctx, func(tx kv.Txn) error {
		cancel()
		return tx.Set([]byte("a"), []byte("1"))
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("Update cancelled within: %v", err)
	}
	unexpected := func() error { t.Error("the function ran"); return nil }
	if err := s.Update(ctx, func(kv.Txn) error { return unexpected() }); !errors.Is(err, context.Canceled) {
		t.Errorf("Update: %v", err)
	}
	if err := s.View(ctx, func(kv.Reader) error { return unexpected() }); !errors.Is(err, context.Canceled) {
		t.Errorf("View: %v", err)
	}
	wantContent(t, s, "")
}
