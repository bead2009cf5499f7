package cloudformation

import (
	"context"
	"errors"
	"time"

	"github.com/gatehouse-dev/gatehouse/internal/clock"
	"github.com/gatehouse-dev/gatehouse/internal/kv"
)

// defaultLease is how long an operation of a dead process stays unnoticed.
const defaultLease = 15 * time.Second

// releaseLimit bounds how long a closing service tries to give its leases back.
const releaseLimit = 5 * time.Second

// errLost stops a run whose stack another process works on.
var errLost = errors.New("cloudformation: another process took the stack over")

// lease says which process works on a stack's operation. It is in the machine's
// time, as it is about whether that process lives.
type lease struct {
	Holder string
	Until  time.Time
}

// free reports whether the process may take the lease.
func (s *Service) free(l lease, held bool) bool {
	return !held || l.Holder == s.node || s.stale(l)
}

// stale reports whether the lease's holder counts as dead.
func (s *Service) stale(l lease) bool {
	return !clock.Machine().Before(l.Until) || s.o.Alone && l.Holder != s.node
}

// take makes this process the one that works on the stack, unless another one
// does.
func (s *Service) take(t kv.Txn, id string) (mine bool, err error) {
	l, held, err := kv.Load[lease](t, leaseKey(id))
	if err != nil || !s.free(l, held) {
		return false, err
	}
	return true, kv.Save(t, leaseKey(id), lease{s.node, clock.Machine().Add(s.o.Lease)})
}

// wantLease returns errLost if the stack is another process's. Every write of
// a run asks it within its transaction, so that one that was stopped for
// longer than its lease cannot write over its successor.
func (s *Service) wantLease(r kv.Reader, id string) error {
	l, held, err := kv.Load[lease](r, leaseKey(id))
	if err == nil && (!held || l.Holder != s.node) {
		err = errLost
	}
	return err
}

// holds reports whether this process works on the stack.
func (s *Service) holds(ctx context.Context, id string) bool {
	return s.o.Store.View(ctx, func(r kv.Reader) error { return s.wantLease(r, id) }) == nil
}

// claim takes the lease of a stack that has an operation.
func (s *Service) claim(ctx context.Context, id string) (mine bool, err error) {
	err = s.o.Store.Update(ctx, func(t kv.Txn) error {
		mine = false
		open, err := t.Get(active(id))
		if err != nil || open == nil {
			return err
		}
		mine, err = s.take(t, id)
		return err
	})
	return mine, err
}

// renew keeps the lease, which lasts until the given time, until ctx ends, and ends it by cancel when the lease is
// lost or can be taken by others.
func (s *Service) renew(ctx context.Context, cancel context.CancelFunc, id string, until time.Time) {
	for s.pause(ctx) {
		next := clock.Machine().Add(s.o.Lease)
		attempt, done := context.WithDeadline(ctx, until)
		err := s.o.Store.Update(attempt, func(t kv.Txn) error {
			if err := s.wantLease(t, id); err != nil {
				return err
			}
			return kv.Save(t, leaseKey(id), lease{s.node, next})
		})
		done()
		switch {
		case err == nil:
			until = next
		case ctx.Err() != nil:
			return
		case errors.Is(err, errLost), !clock.Machine().Before(until):
			cancel()
			return
		default:
			s.o.Log.Warn("cloudformation: renewing the lease of a stack failed", "stack", id, "error", err)
		}
	}
}

// release gives a lease back before its time, so that another process goes on
// at once.
func (s *Service) release(id string) {
	ctx, cancel := context.WithTimeout(context.Background(), releaseLimit)
	defer cancel()
	err := s.o.Store.Update(ctx, func(t kv.Txn) error {
		if err := s.wantLease(t, id); err != nil {
			return err
		}
		return t.Delete(leaseKey(id))
	})
	if err != nil && !errors.Is(err, errLost) && !errors.Is(err, kv.ErrClosed) {
		s.o.Log.Warn("cloudformation: giving the lease of a stack back failed", "stack", id, "error", err)
	}
}

// pause waits for a third of the lease; it reports whether ctx goes on. It is
// the machine's time, however the clock is moved.
func (s *Service) pause(ctx context.Context) bool {
	return s.machine.SleepUntil(s.machine.Now().Add(s.o.Lease/3), ctx.Done())
}
