package jobs

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"sync"
	"time"

	"github.com/gatehouse-dev/gatehouse/internal/ids"
	"github.com/gatehouse-dev/gatehouse/internal/kv"
)

// recordLimit is how long recording the end of a run may take.
const recordLimit = 30 * time.Second

func newToken() string { return ids.Hex(8) }

// run runs a job that this process holds and records how it ended.
func (q *Queue) run(c claimed) {
	kinds, _ := q.registered()
	k := kinds[c.Kind]
	ctx, cancel := context.WithCancel(q.haste)
	defer cancel()
	var wg sync.WaitGroup
	wg.Go(func() { q.keepLease(ctx, cancel, c.record, k.policy.Lease) })
	err := errVanished
	if !c.vanished {
		err = q.call(ctx, k.handle, q.job(c.record))
	}
	cancel()
	wg.Wait()
	if err := q.end(c.record, k.policy, err); err != nil && !errors.Is(err, kv.ErrClosed) {
		q.log.Error("jobs: recording the end of a job failed; it will run again", "kind", c.Kind, "id", c.ID, "error", err)
	}
}

func (q *Queue) call(ctx context.Context, h Handler, job Job) (err error) {
	defer func() {
		if p := recover(); p != nil {
			q.log.Error("jobs: handler panicked", "kind", job.Kind, "id", job.ID, "panic", p, "stack", string(debug.Stack()))
			err = fmt.Errorf("jobs: handler panicked: %v", p)
		}
	}()
	return h(ctx, job)
}

// keepLease renews the lease until ctx ends, and cancels the handler when the
// job is no longer this worker's.
func (q *Queue) keepLease(ctx context.Context, cancel context.CancelFunc, rec record, lease time.Duration) {
	ticker := time.NewTicker(lease / 3)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		err := q.kv.Update(ctx, func(txn kv.Txn) error {
			current, ok, err := q.load(txn, rec.Kind, rec.ID)
			if err != nil {
				return err
			}
			if !ok || current.Token != rec.Token {
				return ErrLost
			}
			renewed := current
			renewed.LeaseUntil = q.machineNow().Add(lease)
			return q.store(txn, current, renewed)
		})
		if errors.Is(err, ErrLost) {
			cancel()
			return
		}
		if err != nil && ctx.Err() == nil {
			q.log.Warn("jobs: renewing a lease failed", "kind", rec.Kind, "id", rec.ID, "error", err)
		}
	}
}

// end records how a run ended, unless the job is someone else's by now.
func (q *Queue) end(rec record, p Policy, cause error) error {
	ctx, cancel := context.WithTimeout(context.Background(), recordLimit)
	defer cancel()
	err := q.whileHeld(ctx, rec, func(txn kv.Txn, current record) error {
		switch {
		case cause == nil || current.Version != current.Held:
			return q.settle(txn, current)
		case q.haste.Err() != nil:
			current.Attempt-- // stopped in haste: the run does not count
			return q.release(txn, current, q.clock.Now())
		}
		next, again := p.next(q.job(current), q.clock.Now(), cause)
		if !again {
			return q.bury(txn, current, p, cause)
		}
		q.log.Debug("jobs: job failed", "kind", rec.Kind, "id", rec.ID, "attempt", rec.Attempt, "next", next, "error", cause)
		return q.release(txn, current, next)
	})
	if !errors.As(err, new(burialError)) {
		return err
	}
	q.log.Error("jobs: job was not given up", "kind", rec.Kind, "id", rec.ID, "error", err)
	return q.whileHeld(ctx, rec, func(txn kv.Txn, current record) error {
		return q.release(txn, current, q.clock.Now().Add(p.MaxPause))
	})
}

// whileHeld runs fn in a transaction if the job is still held by rec's worker.
func (q *Queue) whileHeld(ctx context.Context, rec record, fn func(txn kv.Txn, current record) error) error {
	return q.kv.Update(ctx, func(txn kv.Txn) error {
		current, ok, err := q.load(txn, rec.Kind, rec.ID)
		if err != nil || !ok || current.Token != rec.Token {
			return err
		}
		return fn(txn, current)
	})
}

// bury gives a job up.
func (q *Queue) bury(txn kv.Txn, rec record, p Policy, cause error) error {
	q.log.Warn("jobs: job given up", "kind", rec.Kind, "id", rec.ID, "attempts", rec.Attempt, "error", cause)
	if p.Dead != nil {
		if err := p.Dead(txn, q.job(rec), cause); err != nil {
			return burialError{err}
		}
	}
	return q.remove(txn, rec)
}

// burialError is an error of Policy.Dead, which undoes what Dead wrote.
type burialError struct{ error }

func (b burialError) Unwrap() error { return b.error }
