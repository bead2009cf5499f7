package iam

import (
	"context"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	api "github.com/gatehouse-dev/gatehouse/internal/api/iam"
	"github.com/gatehouse-dev/gatehouse/internal/clock"
	"github.com/gatehouse-dev/gatehouse/internal/front"
	"github.com/gatehouse-dev/gatehouse/internal/identity"
	"github.com/gatehouse-dev/gatehouse/internal/kv"
)

// Options are what a Service is made of; all are required.
type Options struct {
	Store    kv.Store
	Clock    *clock.Clock
	Log      *slog.Logger
	Sessions *identity.Sealer
	Account  string
}

// Service implements the operations and front.Authority.
type Service struct {
	api.Unimplemented
	Options
	library *library // AWS's managed policies

	current atomic.Pointer[snapshot]
	// reload is held while a snapshot is made, so that snapshots replace one
	// another in the order of what they show.
	reload sync.Mutex
	// wanted counts the changes that a snapshot must show, shown those that
	// the current one does. shown is guarded by reload.
	wanted atomic.Uint64
	shown  uint64

	usage *usage

	quit context.CancelFunc
	done sync.WaitGroup
}

// New loads the identities. Close must be called in the end.
func New(o Options) (*Service, error) {
	lib, err := newLibrary()
	if err != nil {
		return nil, err
	}
	s := &Service{Options: o, library: lib, usage: newUsage(o)}
	// Watched before it is read: what is written in between is read again.
	changes, unwatch := o.Store.Watch(prefix())
	ctx, quit := context.WithCancel(context.Background())
	if err := s.refresh(ctx); err != nil {
		quit()
		unwatch()
		return nil, err
	}
	s.quit = quit
	s.done.Go(func() {
		defer unwatch()
		s.follow(ctx, changes)
	})
	s.done.Go(func() { s.usage.write(ctx) })
	return s, nil
}

// Pauses between attempts to load identities from a store that fails.
const (
	firstRetry = 50 * time.Millisecond
	lastRetry  = 5 * time.Second
)

// follow loads what other nodes change. A failure is tried again until it is
// none: what was revoked elsewhere must not stay allowed here.
func (s *Service) follow(ctx context.Context, changes <-chan struct{}) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-changes:
		}
		for pause := firstRetry; ; pause = min(2*pause, lastRetry) {
			err := s.refresh(ctx)
			if err == nil || ctx.Err() != nil {
				break
			}
			s.Log.Error("identities could not be loaded; the last known ones apply", "error", err, "retry", pause)
			s.Clock.SleepUntil(s.Clock.Now().Add(pause), ctx.Done())
		}
	}
}

// Close stops following changes and writes down what was used last.
func (s *Service) Close() error {
	s.quit()
	s.done.Wait()
	return nil
}

// update changes the store and returns once the change applies here, even if
// the caller does not wait for it.
func (s *Service) update(ctx context.Context, fn func(kv.Txn) error) error {
	if err := s.Store.Update(ctx, fn); err != nil {
		return err
	}
	return s.refresh(context.WithoutCancel(ctx))
}

// Front is the service's registration.
func (s *Service) Front() *front.Service {
	return &front.Service{API: &api.Service, Server: s, Access: s.access()}
}

// now is the time in the precision that IAM keeps: whole seconds.
func (s *Service) now() time.Time { return s.Clock.Now().Truncate(time.Second) }
