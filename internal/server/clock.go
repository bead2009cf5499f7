package server

import (
	"context"
	"time"

	"github.com/gatehouse-dev/gatehouse/internal/kv"
	"github.com/gatehouse-dev/gatehouse/internal/tuple"
)

// clockKey holds how far the clock of all servers on the store is ahead of
// their machines'.
func clockKey() []byte { return tuple.Key("gatehouse", "clock") }

// clockRetry is the pause after the store failed to tell the time.
const clockRetry = time.Second

// AdvanceClock moves the time of all servers on the store forward, for good.
// When it returns this one's has moved; the others' follow.
func (s *Server) AdvanceClock(ctx context.Context, d time.Duration) error {
	err := s.store.Update(ctx, func(t kv.Txn) error {
		offset, _, err := kv.Load[time.Duration](t, clockKey())
		if err != nil {
			return err
		}
		return kv.Save(t, clockKey(), offset+d)
	})
	if err != nil {
		return err
	}
	return s.readClock(context.WithoutCancel(ctx))
}

// readClock moves the clock to where the store says. It never goes back.
func (s *Server) readClock(ctx context.Context) error {
	// One at a time: two that saw the same distance would go it twice.
	s.settingClock.Lock()
	defer s.settingClock.Unlock()
	return s.store.View(ctx, func(r kv.Reader) error {
		offset, _, err := kv.Load[time.Duration](r, clockKey())
		if err == nil {
			s.clock.Advance(offset - s.clock.Offset())
		}
		return err
	})
}

// followClock sets the clock and keeps it where other servers move it.
func (s *Server) followClock(ctx context.Context) error {
	// Watched before it is read: what moves in between is read again.
	changes, unwatch := s.store.Watch(clockKey())
	if err := s.readClock(ctx); err != nil {
		unwatch()
		return err
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		defer unwatch()
		for {
			select {
			case <-s.closing.Done():
				return
			case <-changes:
			}
			for s.readClock(s.closing) != nil && s.closing.Err() == nil {
				s.Log.Warn("the clock could not be read from the store", "retry", clockRetry)
				s.clock.SleepUntil(s.clock.Now().Add(clockRetry), s.closing.Done())
			}
		}
	}()
	s.onClose(func(context.Context) error { <-ended; return nil })
	return nil
}
