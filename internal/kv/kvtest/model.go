package kvtest

import (
	"bytes"
	"context"
	"maps"
	"slices"
	"sync"

	"github.com/gatehouse-dev/gatehouse/internal/kv"
	"github.com/gatehouse-dev/gatehouse/internal/kv/watch"
)

// Model is a kv.Store in a map. One transaction runs at a time, on a copy of
// everything; so it is slow, and an Update within another never returns.
type Model struct {
	mu     sync.Mutex
	pairs  map[string]string
	closed bool
	hub    watch.Hub
}

// NewModel returns an empty Model.
func NewModel() *Model { return &Model{pairs: map[string]string{}} }

// View implements kv.Store.
func (m *Model) View(ctx context.Context, fn func(kv.Reader) error) error {
	_, err := m.run(ctx, func(tx *modelTxn) error { return fn(tx) })
	return err
}

// Update implements kv.Store.
func (m *Model) Update(ctx context.Context, fn func(kv.Txn) error) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	tx, err := m.runLocked(ctx, func(tx *modelTxn) error { return fn(tx) })
	if err != nil {
		return err
	}
	m.pairs = tx.pairs
	m.hub.NotifyAll()
	return nil
}

func (m *Model) run(ctx context.Context, fn func(*modelTxn) error) (*modelTxn, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.runLocked(ctx, fn)
}

func (m *Model) runLocked(ctx context.Context, fn func(*modelTxn) error) (*modelTxn, error) {
	if m.closed {
		return nil, kv.ErrClosed
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	tx := &modelTxn{pairs: maps.Clone(m.pairs)}
	if err := fn(tx); err != nil {
		return nil, err
	}
	return tx, ctx.Err()
}

// Watch implements kv.Store; it notifies after every commit.
func (m *Model) Watch(prefix []byte) (<-chan struct{}, func()) { return m.hub.Add(prefix) }

// Close implements kv.Store.
func (m *Model) Close() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.closed {
		return kv.ErrClosed
	}
	m.closed = true
	return nil
}

type modelTxn struct{ pairs map[string]string }

func (t *modelTxn) Get(key []byte) ([]byte, error) {
	if err := kv.CheckKey(key); err != nil {
		return nil, err
	}
	if v, ok := t.pairs[string(key)]; ok {
		return append([]byte{}, v...), nil
	}
	return nil, nil
}

func (t *modelTxn) Scan(r kv.Range, fn func(key, value []byte) (bool, error)) error {
	before := maps.Clone(t.pairs)
	keys := slices.Sorted(maps.Keys(before))
	if r.Reverse {
		slices.Reverse(keys)
	}
	n := 0
	for _, k := range keys {
		if !inRange(r, []byte(k)) {
			continue
		}
		n++
		if more, err := fn([]byte(k), []byte(before[k])); err != nil || !more || n == r.Limit {
			return err
		}
	}
	return nil
}

func (t *modelTxn) Set(key, value []byte) error {
	if err := kv.CheckKey(key); err != nil {
		return err
	}
	t.pairs[string(key)] = string(value)
	return nil
}

func (t *modelTxn) Delete(key []byte) error {
	delete(t.pairs, string(key))
	return kv.CheckKey(key)
}

func (t *modelTxn) DeleteRange(r kv.Range) error {
	maps.DeleteFunc(t.pairs, func(k, _ string) bool { return inRange(r, []byte(k)) })
	return nil
}

func inRange(r kv.Range, key []byte) bool {
	return bytes.Compare(key, r.Start) >= 0 && (r.End == nil || bytes.Compare(key, r.End) < 0)
}
