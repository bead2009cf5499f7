package kvtest

import (
	"errors"
	"fmt"
	"strconv"
	"sync"
	"testing"

	"github.com/gatehouse-dev/gatehouse/internal/kv"
)

func testSnapshotIsStable(t *testing.T, s kv.Store) {
	set(t, s, "a", "1", "b", "1")
	view(t, s, func(r kv.Reader) error {
		wantGet(t, r, "a", "1")
		err := in(t.Context(), s, func(tx kv.Txn) error {
			return errors.Join(tx.Set(b("a"), b("2")), tx.Set(b("c"), b("2")), tx.Delete(b("b")))
		})
		wantGet(t, r, "a", "1")
		wantAbsent(t, r, "c")
		wantDump(t, r, kv.Range{}, "a=1 b=1")
		return err
	})
	wantContent(t, s, "a=2 c=2")
}

// interrupted runs outer and, in the middle of its first run only, inner.
// It fails unless that made outer run again.
func interrupted(t *testing.T, s kv.Store, outer func(tx kv.Txn, middle func() error) error, inner func(kv.Txn) error) {
	t.Helper()
	runs := 0
	update(t, s, func(tx kv.Txn) error {
		runs++
		return outer(tx, func() error {
			if runs > 1 {
				return nil
			}
			return in(t.Context(), s, inner)
		})
	})
	if runs < 2 {
		t.Errorf("the function ran %d times: a conflict was not noticed", runs)
	}
}

func testLostUpdate(t *testing.T, s kv.Store) {
	set(t, s, "n", "1")
	interrupted(t, s, func(tx kv.Txn, middle func() error) error {
		n, err := number(tx, "n")
		if err != nil {
			return err
		}
		return errors.Join(middle(), setNumber(tx, "n", n+1))
	}, func(tx kv.Txn) error {
		n, err := number(tx, "n")
		return errors.Join(err, setNumber(tx, "n", n+10))
	})
	wantContent(t, s, "n=12")
}

func testWriteSkew(t *testing.T, s kv.Store) {
	set(t, s, "x", "1", "y", "1")
	// Either key may become 0 as long as the other is 1.
	release := func(tx kv.Txn, key string, middle func() error) error {
		x, err1 := number(tx, "x")
		y, err2 := number(tx, "y")
		if err := errors.Join(err1, err2, middle()); err != nil {
			return err
		}
		if x+y == 2 {
			return setNumber(tx, key, 0)
		}
		return nil
	}
	interrupted(t, s, func(tx kv.Txn, middle func() error) error {
		return release(tx, "x", middle)
	}, func(tx kv.Txn) error {
		return release(tx, "y", func() error { return nil })
	})
	wantContent(t, s, "x=1 y=0")
}

func testPhantomInsert(t *testing.T, s kv.Store) {
	for _, rng := range []kv.Range{{Start: b("p"), End: b("q")}, {Start: b("p"), End: b("q"), Reverse: true}} {
		update(t, s, func(tx kv.Txn) error { return tx.DeleteRange(kv.Range{}) })
		set(t, s, "a", "", "p1", "", "p3", "", "z", "")
		interrupted(t, s, func(tx kv.Txn, middle func() error) error {
			n, err := count(tx, rng)
			return errors.Join(err, middle(), setNumber(tx, "total", n))
		}, func(tx kv.Txn) error {
			// It reads what the other writes, so no order of the two explains
			// both unless one runs again.
			_, err := tx.Get(b("total"))
			return errors.Join(err, tx.Set(b("p2"), nil))
		})
		view(t, s, func(r kv.Reader) error { wantGet(t, r, "total", "3"); return nil })
	}
}

func testPhantomDeleteRange(t *testing.T, s kv.Store) {
	set(t, s, "p1", "", "p2", "", "q", "")
	interrupted(t, s, func(tx kv.Txn, middle func() error) error {
		n, err := count(tx, kv.Prefix(b("p")))
		return errors.Join(err, middle(), setNumber(tx, "total", n))
	}, func(tx kv.Txn) error {
		_, err := tx.Get(b("total"))
		return errors.Join(err, tx.DeleteRange(kv.Range{Start: b("p2"), End: b("pz")}))
	})
	wantContent(t, s, "p1= q= total=1")
	interrupted(t, s, func(tx kv.Txn, middle func() error) error {
		v, err := tx.Get(b("p1"))
		return errors.Join(err, middle(), tx.Set(b("seen"), fmt.Append(nil, v != nil)))
	}, func(tx kv.Txn) error {
		_, err := tx.Get(b("seen"))
		return errors.Join(err, tx.DeleteRange(kv.Prefix(b("p"))))
	})
	wantContent(t, s, "q= seen=false total=1")
}

// That a key was not there is something read too.
func testAbsentKeyConflict(t *testing.T, s kv.Store) {
	set(t, s, "other", "1")
	interrupted(t, s, func(tx kv.Txn, middle func() error) error {
		v, err := tx.Get(b("name"))
		if err := errors.Join(err, middle()); err != nil || v != nil {
			return err
		}
		return tx.Set(b("name"), b("outer"))
	}, func(tx kv.Txn) error { return tx.Set(b("name"), b("inner")) })
	wantContent(t, s, "name=inner other=1")
}

func testIncrements(t *testing.T, s kv.Store) {
	const workers, each = 8, 20
	var wg sync.WaitGroup
	for range workers {
		wg.Go(func() {
			for range each {
				err := s.Update(t.Context(), func(tx kv.Txn) error {
					n, err := number(tx, "n")
					return errors.Join(err, setNumber(tx, "n", n+1))
				})
				if err != nil {
					t.Errorf("Update: %v", err)
					return
				}
			}
		})
	}
	wg.Wait()
	wantContent(t, s, fmt.Sprintf("n=%d", workers*each))
}

// Money moves between accounts while others count it: nobody may see a sum
// that is not the whole.
func testTransfers(t *testing.T, s kv.Store) {
	const accounts, workers, each = 6, 4, 25
	account := func(i int) string { return fmt.Sprintf("acc%d", i%accounts) }
	for i := range accounts {
		set(t, s, account(i), "100")
	}
	sum := func(r kv.Reader) error {
		total := 0
		err := r.Scan(kv.Prefix(b("acc")), func(_, v []byte) (bool, error) {
			n, err := strconv.Atoi(string(v))
			total += n
			return true, err
		})
		if err == nil && total != 100*accounts {
			err = fmt.Errorf("the sum is %d", total)
		}
		return err
	}
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() {
			for i := range each {
				from, to := account(w+i), account(w*3+i*5+1)
				err := s.Update(t.Context(), func(tx kv.Txn) error {
					if err := sum(tx); err != nil {
						return err
					}
					f, err1 := number(tx, from)
					err2 := setNumber(tx, from, f-1)
					n, err3 := number(tx, to)
					return errors.Join(err1, err2, err3, setNumber(tx, to, n+1))
				})
				if err := errors.Join(err, s.View(t.Context(), sum)); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
	view(t, s, sum)
}

func number(r kv.Reader, key string) (int, error) {
	v, err := r.Get(b(key))
	if err != nil || v == nil {
		return 0, err
	}
	return strconv.Atoi(string(v))
}

func setNumber(tx kv.Txn, key string, n int) error {
	return tx.Set(b(key), strconv.AppendInt(nil, int64(n), 10))
}

func count(r kv.Reader, rng kv.Range) (n int, err error) {
	err = r.Scan(rng, func(_, _ []byte) (bool, error) { n++; return true, nil })
	return n, err
}
