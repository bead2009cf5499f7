package kvtest

import (
	"errors"
	"testing"

	"github.com/gatehouse-dev/gatehouse/internal/kv"
)

func b(s string) []byte { return []byte(s) }

func testScan(t *testing.T, s kv.Store) {
	set(t, s, "a", "1", "a\x00", "2", "b", "3", "ba", "4", "bb", "5", "c", "6", "\xff", "7", "\xff\xff", "8")
	for _, c := range []struct {
		r    kv.Range
		want string
	}{
		{kv.Range{}, "a=1 a\x00=2 b=3 ba=4 bb=5 c=6 \xff=7 \xff\xff=8"},
		{kv.Range{Reverse: true}, "\xff\xff=8 \xff=7 c=6 bb=5 ba=4 b=3 a\x00=2 a=1"},
		{kv.Range{Start: b("b"), End: b("c")}, "b=3 ba=4 bb=5"},
		{kv.Range{Start: b("b"), End: b("c"), Reverse: true}, "bb=5 ba=4 b=3"},
		{kv.Range{Start: b("b"), End: b("c"), Limit: 2}, "b=3 ba=4"},
		{kv.Range{Start: b("b"), End: b("c"), Reverse: true, Limit: 2}, "bb=5 ba=4"},
		{kv.Range{Start: b("b"), Limit: 1}, "b=3"},
		{kv.Range{Reverse: true, Limit: 1}, "\xff\xff=8"},
		{kv.Range{End: b("b")}, "a=1 a\x00=2"},
		{kv.Range{Start: b("c"), End: b("b")}, ""},
		{kv.Range{Start: b("b"), End: b("b")}, ""},
		{kv.Range{Start: b("b"), End: []byte{}}, ""},
		{kv.Range{Start: []byte{}, Limit: 1}, "a=1"},
		{kv.Range{Start: b("d"), End: b("e"), Reverse: true}, ""},
		{kv.Prefix(b("b")), "b=3 ba=4 bb=5"},
		{kv.Prefix(b("\xff")), "\xff=7 \xff\xff=8"},
		{kv.Prefix(nil), "a=1 a\x00=2 b=3 ba=4 bb=5 c=6 \xff=7 \xff\xff=8"},
		{kv.Single(b("a")), "a=1"},
	} {
		view(t, s, func(r kv.Reader) error { wantDump(t, r, c.r, c.want); return nil })
		update(t, s, func(tx kv.Txn) error { wantDump(t, tx, c.r, c.want); return nil })
	}
}

func testScanOverOwnWrites(t *testing.T, s kv.Store) {
	set(t, s, "b", "1", "d", "1", "f", "1", "h", "1")
	update(t, s, func(tx kv.Txn) error {
		err := errors.Join(
			tx.Set(b("a"), b("2")), // before all
			tx.Set(b("d"), b("2")), // replaced
			tx.Delete(b("f")),      // gone
			tx.Set(b("g"), b("2")), // between
			tx.Set(b("x"), b("2")), // set and deleted
			tx.Delete(b("x")),
			tx.Set(b("z"), b("2")), // after all
		)
		wantDump(t, tx, kv.Range{}, "a=2 b=1 d=2 g=2 h=1 z=2")
		wantDump(t, tx, kv.Range{Reverse: true}, "z=2 h=1 g=2 d=2 b=1 a=2")
		wantDump(t, tx, kv.Range{Limit: 3}, "a=2 b=1 d=2")
		wantDump(t, tx, kv.Range{Reverse: true, Limit: 2}, "z=2 h=1")
		wantDump(t, tx, kv.Range{Start: b("c"), End: b("h"), Reverse: true}, "g=2 d=2")
		wantDump(t, tx, kv.Range{Start: b("e"), End: b("g")}, "")
		err = errors.Join(err, tx.DeleteRange(kv.Range{Start: b("b"), End: b("h")}), tx.Set(b("c"), b("3")))
		wantDump(t, tx, kv.Range{}, "a=2 c=3 h=1 z=2")
		wantDump(t, tx, kv.Range{Reverse: true}, "z=2 h=1 c=3 a=2")
		wantDump(t, tx, kv.Range{Start: b("b"), Limit: 2}, "c=3 h=1")
		wantAbsent(t, tx, "b")
		return err
	})
	wantContent(t, s, "a=2 c=3 h=1 z=2")
}

// A Scan sees the state at its beginning, whatever its function writes.
func testScanWhileWriting(t *testing.T, s kv.Store) {
	set(t, s, "a", "1", "b", "1", "c", "1")
	update(t, s, func(tx kv.Txn) error {
		if err := tx.Set(b("bb"), b("own")); err != nil {
			return err
		}
		got := ""
		err := tx.Scan(kv.Range{}, func(k, v []byte) (bool, error) {
			got += string(k) + "=" + string(v) + " "
			if nested, err := dump(tx, kv.Range{Limit: 1}); err != nil || nested == "" {
				return false, errors.Join(err, errors.New("nested scan saw nothing"))
			}
			next := append(append([]byte{}, k...), 'z')
			return true, errors.Join(tx.Set(next, v), tx.Set(b("c"), b("late")), tx.Delete(b("bb")))
		})
		if got != "a=1 b=1 bb=own c=1 " {
			t.Errorf("scan saw %q", got)
		}
		return err
	})
	wantContent(t, s, "a=1 az=1 b=1 bbz=own bz=1 c=late cz=1")
}

func testScanStops(t *testing.T, s kv.Store) {
	set(t, s, "a", "1", "b", "1", "c", "1")
	mine := errors.New("mine")
	for _, own := range []bool{false, true} {
		update(t, s, func(tx kv.Txn) error {
			if own {
				if err := tx.Set(b("aa"), b("1")); err != nil {
					return err
				}
			}
			n := 0
			if err := tx.Scan(kv.Range{}, func(_, _ []byte) (bool, error) { n++; return n < 2, nil }); err != nil || n != 2 {
				t.Errorf("stopped after %d of 2 pairs: %v", n, err)
			}
			n = 0
			if err := tx.Scan(kv.Range{}, func(_, _ []byte) (bool, error) { n++; return true, mine }); err != mine || n != 1 {
				t.Errorf("stopped by an error after %d of 1 pairs: %v", n, err)
			}
			return nil
		})
	}
}

func testDeleteRange(t *testing.T, s kv.Store) {
	set(t, s, "a", "1", "b", "1", "bb", "1", "c", "1", "d", "1", "\xff\xff", "1")
	update(t, s, func(tx kv.Txn) error {
		return errors.Join(
			tx.Set(b("b1"), b("set before")),
			tx.DeleteRange(kv.Range{Start: b("b"), End: b("c"), Limit: 1, Reverse: true}),
			tx.DeleteRange(kv.Range{Start: b("z"), End: b("a")}),
			tx.Set(b("bb"), b("set after")),
		)
	})
	wantContent(t, s, "a=1 bb=set after c=1 d=1 \xff\xff=1")
	update(t, s, func(tx kv.Txn) error { return tx.DeleteRange(kv.Range{Start: b("d")}) })
	wantContent(t, s, "a=1 bb=set after c=1")
	update(t, s, func(tx kv.Txn) error { return tx.DeleteRange(kv.Prefix(b("b"))) })
	wantContent(t, s, "a=1 c=1")
	update(t, s, func(tx kv.Txn) error { return tx.DeleteRange(kv.Range{}) })
	wantContent(t, s, "")
}
