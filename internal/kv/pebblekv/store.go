package pebblekv

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"

	"github.com/cockroachdb/pebble/v2"

	"github.com/gatehouse-dev/gatehouse/internal/kv"
	"github.com/gatehouse-dev/gatehouse/internal/kv/gate"
	"github.com/gatehouse-dev/gatehouse/internal/kv/watch"
)

// Store is a kv.Store on one directory.
type Store struct {
	db   *pebble.DB
	dir  *pebble.Lock
	gate gate.Gate
	hub  watch.Hub

	// Commits are numbered from 1 in the order of the log. A snapshot holds
	// all commits up to applied as read before it was taken, and none beyond
	// begun as read after it was taken.
	begun   atomic.Uint64
	applied atomic.Uint64
	durable watermark

	mu     sync.Mutex // orders commits
	recent commitLog  // guarded by mu
	wedged bool       // guarded by mu: Pebble panicked while holding its own locks
}

var _ kv.Store = (*Store)(nil)

// View implements kv.Store.
func (s *Store) View(ctx context.Context, fn func(kv.Reader) error) error {
	if err := s.gate.Enter(); err != nil {
		return err
	}
	defer s.gate.Leave()
	if err := ctx.Err(); err != nil {
		return err
	}
	r := &snapshot{ctx: ctx, snap: s.db.NewSnapshot()}
	defer r.close()
	if err := s.durable.wait(ctx, s.begun.Load()); err != nil {
		return err
	}
	return fn(r)
}

// Watch implements kv.Store.
func (s *Store) Watch(prefix []byte) (changes <-chan struct{}, stop func()) {
	return s.hub.Add(prefix)
}

// Close implements kv.Store. A second call returns kv.ErrClosed.
func (s *Store) Close() error {
	if err := s.gate.Close(); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.wedged {
		// Pebble's Close would wait for its locks forever. Its files stay
		// locked until the process ends.
		return kv.ErrFailed
	}
	err := s.db.Close()
	if lockErr := s.dir.Close(); err == nil {
		err = lockErr
	}
	if err != nil {
		return fmt.Errorf("kv: closing the store: %w", err)
	}
	return nil
}
