package overlay

import (
	"bytes"
	"slices"

	"github.com/gatehouse-dev/gatehouse/internal/kv"
	"github.com/gatehouse-dev/gatehouse/internal/kv/keyset"
)

// Write is one buffered change of a single key.
type Write struct {
	Key    []byte
	Value  []byte // never nil when set
	Delete bool
}

// Txn is a kv.Txn whose writes stay in memory. A Scan sees the state at its
// beginning, whatever its function writes meanwhile.
type Txn struct {
	base     kv.Reader
	writes   map[string]*Write // a Write is never changed once it is in here
	cleared  keyset.Ranges     // removed from base; writes lie above
	size     int               // bytes of writes and cleared
	finished bool

	// Keys of writes in order: sorted, and fresh yet to be merged in. Both may
	// name keys that are no longer in writes.
	sorted, fresh [][]byte
}

var _ kv.Txn = (*Txn)(nil)

// New returns a transaction above base.
func New(base kv.Reader) *Txn {
	return &Txn{base: base, writes: make(map[string]*Write)}
}

// Get implements kv.Reader.
func (t *Txn) Get(key []byte) ([]byte, error) {
	if t.finished {
		return nil, kv.ErrFinished
	}
	if err := kv.CheckKey(key); err != nil {
		return nil, err
	}
	if w, ok := t.writes[string(key)]; ok {
		if w.Delete {
			return nil, nil
		}
		return append([]byte{}, w.Value...), nil
	}
	if t.cleared.Contains(key) {
		return nil, nil
	}
	return t.base.Get(key)
}

// Set implements kv.Txn.
func (t *Txn) Set(key, value []byte) error {
	if len(value) > kv.MaxValueSize {
		return kv.ErrTooLarge
	}
	return t.put(&Write{Key: bytes.Clone(key), Value: append([]byte{}, value...)})
}

// Delete implements kv.Txn.
func (t *Txn) Delete(key []byte) error {
	return t.put(&Write{Key: bytes.Clone(key), Delete: true})
}

func (t *Txn) put(w *Write) error {
	if t.finished {
		return kv.ErrFinished
	}
	if err := kv.CheckKey(w.Key); err != nil {
		return err
	}
	old, replaces := t.writes[string(w.Key)]
	size := t.size + w.size()
	if replaces {
		size -= old.size()
	}
	if size > kv.MaxTxnSize {
		return kv.ErrTooLarge
	}
	t.size = size
	t.writes[string(w.Key)] = w
	if !replaces {
		t.fresh = append(t.fresh, w.Key)
	}
	return nil
}

// DeleteRange implements kv.Txn.
func (t *Txn) DeleteRange(r kv.Range) error {
	if t.finished {
		return kv.ErrFinished
	}
	if len(r.Start) > kv.MaxKeySize+1 || len(r.End) > kv.MaxKeySize+1 {
		return kv.ErrTooLarge
	}
	if r.Empty() {
		return nil
	}
	if t.size+len(r.Start)+len(r.End) > kv.MaxTxnSize {
		return kv.ErrTooLarge
	}
	for _, w := range t.within(r) {
		t.size -= w.size()
		delete(t.writes, string(w.Key))
	}
	t.size += len(r.Start) + len(r.End)
	t.cleared = keyset.Union(append(slices.Clone(t.cleared),
		kv.Range{Start: bytes.Clone(r.Start), End: bytes.Clone(r.End)}))
	return nil
}

// Finish ends the transaction: every later call fails with kv.ErrFinished.
func (t *Txn) Finish() { t.finished = true }

// Cleared returns the ranges to delete before Writes are applied.
func (t *Txn) Cleared() keyset.Ranges { return t.cleared }

// Writes returns the changes of single keys in key order.
func (t *Txn) Writes() []*Write { return t.within(kv.Range{}) }

// Touched returns the keys that the commit will change.
func (t *Txn) Touched() keyset.Writes {
	writes := t.Writes()
	keys := make([][]byte, len(writes))
	for i, w := range writes {
		keys[i] = w.Key
	}
	return keyset.Writes{Keys: keys, Ranges: t.cleared}
}

// Size is the number of bytes that the writes hold.
func (t *Txn) Size() int { return t.size }

// within returns the buffered writes of a range in key order.
func (t *Txn) within(r kv.Range) []*Write {
	t.sort()
	i, _ := slices.BinarySearchFunc(t.sorted, r.Start, bytes.Compare)
	var out []*Write
	for _, key := range t.sorted[i:] {
		if r.End != nil && bytes.Compare(key, r.End) >= 0 {
			break
		}
		if w, ok := t.writes[string(key)]; ok {
			out = append(out, w)
		}
	}
	return out
}

// sort merges fresh into sorted, in linear time when fresh is short.
func (t *Txn) sort() {
	if len(t.fresh) == 0 {
		return
	}
	slices.SortFunc(t.fresh, bytes.Compare)
	merged := make([][]byte, 0, len(t.sorted)+len(t.fresh))
	a, b := t.sorted, t.fresh
	for len(a) > 0 && len(b) > 0 {
		if bytes.Compare(a[0], b[0]) <= 0 {
			merged, a = append(merged, a[0]), a[1:]
		} else {
			merged, b = append(merged, b[0]), b[1:]
		}
	}
	merged = append(append(merged, a...), b...)
	// A key that was cleared and set again is there twice.
	t.sorted, t.fresh = slices.CompactFunc(merged, bytes.Equal), nil
}

func (w *Write) size() int { return len(w.Key) + len(w.Value) }
