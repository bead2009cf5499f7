package overlay

import (
	"bytes"
	"slices"

	"github.com/gatehouse-dev/gatehouse/internal/kv"
	"github.com/gatehouse-dev/gatehouse/internal/kv/keyset"
)

// Scan implements kv.Reader: the base's pairs and the transaction's own, merged.
func (t *Txn) Scan(r kv.Range, fn func(key, value []byte) (bool, error)) error {
	if t.finished {
		return kv.ErrFinished
	}
	if r.Empty() {
		return nil
	}
	own := t.within(r)
	if len(own) == 0 && len(t.cleared) == 0 {
		return t.base.Scan(r, fn)
	}
	if r.Reverse {
		slices.Reverse(own)
	}
	m := merge{own: own, cleared: t.cleared, reverse: r.Reverse, limit: r.Limit, fn: fn}
	err := t.base.Scan(kv.Range{Start: r.Start, End: r.End, Reverse: r.Reverse}, m.base)
	if err != nil {
		return err
	}
	return m.rest()
}

// merge is the state of one Scan.
type merge struct {
	own     []*Write // still to come, in scan order
	cleared keyset.Ranges
	reverse bool
	limit   int // 0 is none
	fn      func(key, value []byte) (bool, error)
	emitted int
	stopped bool
}

// base takes a pair of the base.
func (m *merge) base(key, value []byte) (bool, error) {
	if more, err := m.ownBefore(key); err != nil || !more {
		return false, err
	}
	if len(m.own) > 0 && bytes.Equal(m.own[0].Key, key) {
		return m.emitOwn()
	}
	if m.cleared.Contains(key) {
		return true, nil
	}
	return m.emit(key, value)
}

// ownBefore emits the own pairs that come before key.
func (m *merge) ownBefore(key []byte) (bool, error) {
	for !m.stopped && len(m.own) > 0 {
		c := bytes.Compare(m.own[0].Key, key)
		if c == 0 || (c > 0) != m.reverse {
			break
		}
		if _, err := m.emitOwn(); err != nil {
			return false, err
		}
	}
	return !m.stopped, nil
}

// rest emits the own pairs that come after all of the base.
func (m *merge) rest() error {
	for !m.stopped && len(m.own) > 0 {
		if _, err := m.emitOwn(); err != nil {
			return err
		}
	}
	return nil
}

func (m *merge) emitOwn() (bool, error) {
	w := m.own[0]
	m.own = m.own[1:]
	if w.Delete {
		return true, nil
	}
	return m.emit(w.Key, w.Value)
}

func (m *merge) emit(key, value []byte) (bool, error) {
	more, err := m.fn(key, value)
	m.emitted++
	if err != nil || !more || m.emitted == m.limit {
		m.stopped = true
	}
	return !m.stopped, err
}
