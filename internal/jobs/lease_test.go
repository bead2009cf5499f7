package jobs

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/gatehouse-dev/gatehouse/internal/kv"
)

// vanish claims a job as a process would that then dies.
func (r *rig) vanish(p Policy) {
	r.t.Helper()
	dead := New(Options{Store: r.kv, Clock: r.clock, Name: "test"})
	dead.Register("kind", r.report, p)
	taken, _, err := dead.claim(1, 0)
	if err != nil || len(taken) != 1 {
		r.t.Fatalf("claimed %d jobs: %v", len(taken), err)
	}
}

func TestLeaseOfDeadWorkerExpires(t *testing.T) {
	r := newRig(t)
	q := r.queue(1)
	p := Policy{Lease: 300 * time.Millisecond}
	q.Register("kind", r.report, p)
	r.schedule(q, "x", 0)
	r.vanish(p)
	q.Start()
	r.wantQuiet()
	r.clock.Advance(24 * time.Hour) // leases are in the machine's time
	r.wantQuiet()
	r.wantRun("x", 2)
	r.eventually(q, "x", false)
}

// A job that kills its process each time is given up as well.
func TestVanishedTooOften(t *testing.T) {
	r := newRig(t)
	q := r.queue(1)
	buried := make(chan error, 1)
	p := Policy{Lease: 50 * time.Millisecond, MaxAttempts: 1, Dead: func(_ kv.Txn, _ Job, cause error) error {
		buried <- cause
		return nil
	}}
	q.Register("kind", r.report, p)
	r.schedule(q, "x", 0)
	r.vanish(p)
	q.Start()
	r.eventually(q, "x", false)
	if cause := <-buried; !errors.Is(cause, errVanished) {
		t.Errorf("cause: %v", cause)
	}
	r.wantQuiet()
}

// A handler that takes longer than the lease keeps its job.
func TestLeaseIsRenewed(t *testing.T) {
	r := newRig(t)
	p := Policy{Lease: 60 * time.Millisecond}
	release := make(chan struct{})
	slow := func(ctx context.Context, job Job) error {
		r.ran <- job
		select {
		case <-release:
		case <-ctx.Done():
			t.Error("the handler's context ended")
		}
		return nil
	}
	one, two := r.queue(2), r.queue(2)
	one.Register("kind", slow, p)
	two.Register("kind", slow, p)
	one.Start()
	two.Start()
	r.schedule(one, "x", 0)
	r.wantRun("x", 1)
	r.clock.Advance(24 * time.Hour)
	time.Sleep(4 * p.Lease)
	r.wantQuiet()
	close(release)
	r.eventually(one, "x", false)
}

func TestCancelWhileRunning(t *testing.T) {
	r := newRig(t)
	q := r.queue(1)
	ended := make(chan struct{})
	q.Register("kind", func(ctx context.Context, job Job) error {
		r.ran <- job
		<-ctx.Done()
		close(ended)
		return ctx.Err()
	}, Policy{Lease: 30 * time.Millisecond})
	q.Start()
	r.schedule(q, "x", 0)
	r.wantRun("x", 1)
	r.update(func(txn kv.Txn) error { return q.Cancel(txn, "kind", "x") })
	select {
	case <-ended:
	case <-time.After(patience):
		t.Fatal("the handler was not told")
	}
	r.eventually(q, "x", false)
	r.wantQuiet()
}

// Scheduling a running job anew makes it run again after this run, not beside it.
func TestScheduleWhileRunning(t *testing.T) {
	for _, outcome := range []error{nil, errors.New("failed")} {
		r := newRig(t)
		q := r.queue(2)
		goOn := make(chan struct{})
		q.Register("kind", func(ctx context.Context, job Job) error {
			r.ran <- job
			<-goOn
			return outcome
		}, Policy{MaxAttempts: 1})
		q.Start()
		r.schedule(q, "x", 0)
		r.wantRun("x", 1)
		r.schedule(q, "x", time.Minute)
		r.wantQuiet()
		goOn <- struct{}{}
		r.eventually(q, "x", true)
		r.wantQuiet()
		r.clock.Advance(time.Minute)
		r.wantRun("x", 1)
		close(goOn)
		r.eventually(q, "x", false)
	}
}

func TestFinishInTransaction(t *testing.T) {
	r := newRig(t)
	q := r.queue(1)
	q.Register("kind", func(ctx context.Context, job Job) error {
		err := r.kv.Update(ctx, func(txn kv.Txn) error {
			return errors.Join(txn.Set([]byte("effect"), nil), job.Finish(txn))
		})
		again := r.kv.Update(ctx, func(txn kv.Txn) error { return job.Finish(txn) })
		if !errors.Is(again, ErrLost) {
			t.Errorf("finished twice: %v", again)
		}
		r.ran <- job
		return err
	}, Policy{})
	q.Start()
	r.schedule(q, "x", 0)
	r.wantRun("x", 1)
	r.eventually(q, "x", false)
}

func TestStopWaits(t *testing.T) {
	r := newRig(t)
	q := r.queue(1)
	release := make(chan struct{})
	q.Register("kind", func(ctx context.Context, job Job) error {
		r.ran <- job
		<-release
		return ctx.Err()
	}, Policy{})
	q.Start()
	r.schedule(q, "x", 0)
	r.wantRun("x", 1)
	stopped := make(chan error, 1)
	go func() { stopped <- q.Stop(context.Background()) }()
	select {
	case err := <-stopped:
		t.Fatalf("Stop did not wait: %v", err)
	case <-time.After(50 * time.Millisecond):
	}
	close(release)
	if err := <-stopped; err != nil {
		t.Errorf("Stop: %v", err)
	}
	r.eventually(q, "x", false)
	r.schedule(q, "y", 0)
	r.wantQuiet()
}

// A handler that is stopped in haste has not used up an attempt.
func TestStopInHaste(t *testing.T) {
	r := newRig(t)
	q := r.queue(1)
	p := Policy{MaxAttempts: 1}
	q.Register("kind", func(ctx context.Context, job Job) error {
		r.ran <- job
		<-ctx.Done()
		return ctx.Err()
	}, p)
	q.Start()
	r.schedule(q, "x", 0)
	r.wantRun("x", 1)
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if err := q.Stop(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("Stop: %v", err)
	}
	r.eventually(q, "x", true)
	next := r.queue(1)
	next.Register("kind", r.report, p)
	next.Start()
	r.wantRun("x", 1)
	r.eventually(next, "x", false)
}
