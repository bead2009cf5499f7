package pebblekv

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"

	"github.com/gatehouse-dev/gatehouse/internal/kv"
)

// watermark is the number up to which all commits are on stable storage. It
// rises until the store fails.
type watermark struct {
	reached atomic.Uint64

	mu    sync.Mutex
	err   error
	moved chan struct{} // closed and replaced when anything changes; nil if nobody waits
}

// advance says that commit n is synced and, as the log is synced in order, all
// before it.
func (w *watermark) advance(n uint64) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if n > w.reached.Load() && w.err == nil {
		w.reached.Store(n)
		w.wake()
	}
}

// fail says that no further commit will be synced. The first cause is kept.
func (w *watermark) fail(cause error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.err == nil {
		w.err = fmt.Errorf("%w: %v", kv.ErrFailed, cause)
		w.wake()
	}
}

// failure returns an error that is kv.ErrFailed once fail was called.
func (w *watermark) failure() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.err
}

// wait returns nil as soon as commit n is durable.
func (w *watermark) wait(ctx context.Context, n uint64) error {
	for w.reached.Load() < n {
		moved, err := w.watch(n)
		if err != nil {
			return err
		}
		select {
		case <-moved:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

func (w *watermark) watch(n uint64) (<-chan struct{}, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.err != nil && w.reached.Load() < n {
		return nil, w.err
	}
	if w.moved == nil {
		w.moved = make(chan struct{})
	}
	if w.reached.Load() >= n {
		closed := make(chan struct{})
		close(closed)
		return closed, nil
	}
	return w.moved, nil
}

func (w *watermark) wake() {
	if w.moved != nil {
		close(w.moved)
		w.moved = nil
	}
}
