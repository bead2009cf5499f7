package cloudformation

import (
	"context"
	"errors"

	"github.com/gatehouse-dev/gatehouse/internal/kv"
)

type activeStack struct{ Account, Region, ID string }

func (a activeStack) scope() scope { return scope{a.Account, a.Region} }

// adopt begins to work on the operations that no process works on.
func (s *Service) adopt(ctx context.Context) error {
	var orphans []activeStack
	err := s.o.Store.View(ctx, func(r kv.Reader) error {
		orphans = nil
		open, err := kv.LoadAll[activeStack](r, actives())
		if err != nil {
			return err
		}
		for _, a := range open {
			l, held, err := kv.Load[lease](r, leaseKey(a.ID))
			if err != nil {
				return err
			}
			// An own lease is a runner's, or that of one that failed: its
			// operation waits for the end of the lease, so as not to spin.
			if !held || s.stale(l) {
				orphans = append(orphans, a)
			}
		}
		return nil
	})
	for _, a := range orphans {
		s.kick(a.scope(), a.ID)
	}
	return err
}

// watch takes over what other processes leave when they close.
func (s *Service) watch() {
	changes, stop := s.o.Store.Watch(leases())
	defer stop()
	for {
		select {
		case <-s.ctx.Done():
			return
		case <-changes:
			s.look()
		}
	}
}

// patrol takes over what other processes leave when they die.
func (s *Service) patrol() {
	for s.pause(s.ctx) {
		s.look()
	}
}

func (s *Service) look() {
	err := s.adopt(s.ctx)
	if err != nil && s.ctx.Err() == nil && !errors.Is(err, kv.ErrClosed) {
		s.o.Log.Warn("cloudformation: looking for interrupted operations failed", "error", err)
	}
}
