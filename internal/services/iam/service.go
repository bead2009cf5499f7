package iam

import (
	"context"
	"log/slog"
	"sync"
	"sync/atomic"

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

	sessions sessionCache
	usage    usage

	stop func()
	done chan struct{}
}

// New loads the identities. Close must be called in the end.
func New(o Options) (*Service, error) {
	lib, err := newLibrary()
	if err != nil {
		return nil, err
	}
	s := &Service{Options: o, library: lib, done: make(chan struct{})}
	if err := s.refresh(context.Background()); err != nil {
		return nil, err
	}
	changes, stop := o.Store.Watch(prefix())
	quit := make(chan struct{})
	s.stop = func() { stop(); close(quit) }
	go s.follow(changes, quit)
	return s, nil
}

// follow loads what other nodes change.
func (s *Service) follow(changes <-chan struct{}, quit <-chan struct{}) {
	defer close(s.done)
	for {
		select {
		case <-quit:
			return
		case <-changes:
			if err := s.refresh(context.Background()); err != nil {
				s.Log.Error("identities could not be loaded; the last known ones apply", "error", err)
			}
		}
	}
}

// Close stops following changes.
func (s *Service) Close() error {
	s.stop()
	<-s.done
	return nil
}

// update changes the store and returns once the change applies here.
func (s *Service) update(ctx context.Context, fn func(kv.Txn) error) error {
	if err := s.Store.Update(ctx, fn); err != nil {
		return err
	}
	return s.refresh(ctx)
}

// Front is the service's registration.
func (s *Service) Front() *front.Service {
	return &front.Service{API: &api.Service, Server: s, Access: s.access()}
}
