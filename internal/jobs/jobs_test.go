package jobs

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gatehouse-dev/gatehouse/internal/clock"
	"github.com/gatehouse-dev/gatehouse/internal/kv"
	"github.com/gatehouse-dev/gatehouse/internal/kv/pebblekv"
)

const patience = 20 * time.Second

// rig is a store, a clock, and what the handlers of a test report.
type rig struct {
	t     *testing.T
	kv    kv.Store
	clock *clock.Clock
	ran   chan Job
}

func newRig(t *testing.T) *rig {
	t.Helper()
	s, err := pebblekv.OpenMemory()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	})
	return &rig{t: t, kv: s, clock: &clock.Clock{}, ran: make(chan Job, 1000)}
}

// queue returns a queue that stops before the store closes.
func (r *rig) queue(workers int) *Queue {
	q := New(Options{Store: r.kv, Clock: r.clock, Name: "test", Workers: workers})
	r.t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		if err := q.Stop(ctx); err != nil {
			r.t.Errorf("Stop: %v", err)
		}
	})
	return q
}

func (r *rig) report(ctx context.Context, job Job) error {
	r.ran <- job
	return nil
}

func (r *rig) update(fn func(kv.Txn) error) {
	r.t.Helper()
	if err := r.kv.Update(context.Background(), fn); err != nil {
		r.t.Fatal(err)
	}
}

func (r *rig) schedule(q *Queue, id string, in time.Duration) {
	r.t.Helper()
	r.update(func(txn kv.Txn) error {
		return q.Schedule(txn, "kind", id, r.clock.Now().Add(in), []byte("payload of "+id))
	})
}

func (r *rig) wantRun(id string, attempt int) Job {
	r.t.Helper()
	select {
	case job := <-r.ran:
		if job.ID != id || job.Attempt != attempt || string(job.Payload) != "payload of "+id {
			r.t.Fatalf("ran %q (%s), attempt %d; want %q, attempt %d", job.ID, job.Payload, job.Attempt, id, attempt)
		}
		return job
	case <-time.After(patience):
		r.t.Fatalf("%q did not run", id)
	}
	panic("not reached")
}

func (r *rig) wantQuiet() {
	r.t.Helper()
	select {
	case job := <-r.ran:
		r.t.Fatalf("%q ran (attempt %d)", job.ID, job.Attempt)
	case <-time.After(50 * time.Millisecond):
	}
}

// eventually waits until the job is gone or, if it is to be there, waits for
// its next run, and returns its record.
func (r *rig) eventually(q *Queue, id string, there bool) (rec record) {
	r.t.Helper()
	for deadline := time.Now().Add(patience); ; time.Sleep(time.Millisecond) {
		var ok bool
		err := r.kv.View(context.Background(), func(rd kv.Reader) (err error) {
			rec, ok, err = q.load(rd, "kind", id)
			return err
		})
		if err != nil {
			r.t.Fatal(err)
		}
		if ok == there && (!there || rec.Token == "") {
			return rec
		}
		if time.Now().After(deadline) {
			r.t.Fatalf("%q: is there %v, held %v; want there %v", id, ok, rec.Token != "", there)
		}
	}
}

func TestRunsWhenDue(t *testing.T) {
	r := newRig(t)
	q := r.queue(4)
	q.Register("kind", r.report, Policy{})
	r.schedule(q, "hour", time.Hour)
	q.Start()
	r.wantQuiet()
	r.schedule(q, "minute", time.Minute)
	r.schedule(q, "now", 0)
	r.wantRun("now", 1)
	r.wantQuiet()
	r.clock.Advance(time.Minute)
	r.wantRun("minute", 1)
	r.clock.Advance(58 * time.Minute)
	r.wantQuiet()
	r.clock.Advance(time.Minute)
	r.wantRun("hour", 1)
	for _, id := range []string{"now", "minute", "hour"} {
		r.eventually(q, id, false)
	}
}

// An aborted transaction schedules nothing.
func TestScheduleIsTransactional(t *testing.T) {
	r := newRig(t)
	q := r.queue(1)
	q.Register("kind", r.report, Policy{})
	q.Start()
	abort := errors.New("abort")
	err := r.kv.Update(t.Context(), func(txn kv.Txn) error {
		return errors.Join(q.Schedule(txn, "kind", "x", r.clock.Now(), nil), abort)
	})
	if !errors.Is(err, abort) {
		t.Fatal(err)
	}
	r.wantQuiet()
	r.update(func(txn kv.Txn) error {
		if err := q.Schedule(txn, "kind", "x", r.clock.Now(), make([]byte, MaxPayload+1)); !errors.Is(err, ErrTooLarge) {
			t.Errorf("a payload too large: %v", err)
		}
		return nil
	})
}

func TestReplaceAndCancel(t *testing.T) {
	r := newRig(t)
	q := r.queue(1)
	q.Register("kind", r.report, Policy{})
	q.Start()
	r.schedule(q, "moved", time.Minute)
	r.schedule(q, "moved", time.Hour)
	r.schedule(q, "cancelled", time.Minute)
	r.update(func(txn kv.Txn) error {
		job, ok, err := q.Lookup(txn, "kind", "moved")
		if !ok || !job.Due.After(r.clock.Now().Add(59*time.Minute)) {
			t.Errorf("Lookup: %v %+v", ok, job)
		}
		return errors.Join(err, q.Cancel(txn, "kind", "cancelled"), q.Cancel(txn, "kind", "never there"))
	})
	r.clock.Advance(30 * time.Minute)
	r.wantQuiet()
	r.clock.Advance(time.Hour)
	r.wantRun("moved", 1)
}

func TestBackoff(t *testing.T) {
	r := newRig(t)
	q := r.queue(1)
	q.Register("kind", func(ctx context.Context, job Job) error {
		r.ran <- job
		if job.Attempt < 6 {
			return errors.New("not yet")
		}
		return nil
	}, Policy{MinPause: time.Minute, MaxPause: 5 * time.Minute})
	q.Start()
	r.schedule(q, "x", 0)
	for attempt, pause := range []time.Duration{time.Minute, 2 * time.Minute, 4 * time.Minute, 5 * time.Minute, 5 * time.Minute} {
		before := r.clock.Now()
		r.wantRun("x", attempt+1)
		rec := r.eventually(q, "x", true)
		if wait := rec.Next.Sub(before); wait < pause-time.Second || wait > pause+patience {
			t.Fatalf("after attempt %d the pause is %v, want %v", attempt+1, wait, pause)
		}
		r.clock.Advance(pause - 30*time.Second)
		r.wantQuiet()
		r.clock.Advance(30 * time.Second)
	}
	r.wantRun("x", 6)
	r.eventually(q, "x", false)
}

func TestGivenUp(t *testing.T) {
	broken := errors.New("broken")
	for _, c := range []struct {
		name   string
		policy Policy
		err    error
		runs   int
	}{
		{"attempts", Policy{MaxAttempts: 3, MinPause: time.Second}, broken, 3},
		{"age", Policy{MaxAge: 10 * time.Minute, MinPause: 4 * time.Minute, MaxPause: 4 * time.Minute}, broken, 3},
		{"permanent", Policy{MaxAttempts: 3}, fmt.Errorf("said: %w", Permanent(broken)), 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := newRig(t)
			q := r.queue(1)
			buried := make(chan Job, 10)
			c.policy.Dead = func(txn kv.Txn, job Job, cause error) error {
				if !errors.Is(cause, broken) {
					t.Errorf("cause is %v", cause)
				}
				buried <- job
				return txn.Set([]byte("dead"), job.Payload)
			}
			q.Register("kind", func(ctx context.Context, job Job) error { r.ran <- job; return c.err }, c.policy)
			q.Start()
			r.schedule(q, "x", 0)
			for run := 1; run < c.runs; run++ {
				r.wantRun("x", run)
				r.clock.Advance(r.eventually(q, "x", true).Next.Sub(r.clock.Now()))
			}
			r.wantRun("x", c.runs)
			r.eventually(q, "x", false)
			if job := <-buried; job.Attempt != c.runs {
				t.Errorf("buried after attempt %d", job.Attempt)
			}
			r.update(func(txn kv.Txn) error {
				if v, _ := txn.Get([]byte("dead")); string(v) != "payload of x" {
					t.Errorf("what Dead wrote is %q", v)
				}
				return nil
			})
		})
	}
}

// When Dead fails, nothing that it wrote stays and the job is not lost.
func TestDeadFails(t *testing.T) {
	r := newRig(t)
	q := r.queue(1)
	calls := atomic.Int32{}
	q.Register("kind", func(ctx context.Context, job Job) error { r.ran <- job; return errors.New("broken") }, Policy{
		MaxAttempts: 1, MaxPause: time.Hour,
		Dead: func(txn kv.Txn, job Job, cause error) error {
			if calls.Add(1) == 1 {
				return errors.Join(txn.Set([]byte("dead"), nil), errors.New("no room"))
			}
			return nil
		},
	})
	q.Start()
	r.schedule(q, "x", 0)
	r.wantRun("x", 1)
	r.eventually(q, "x", true)
	r.update(func(txn kv.Txn) error {
		if v, _ := txn.Get([]byte("dead")); v != nil {
			t.Error("a failed Dead has written")
		}
		return nil
	})
	r.clock.Advance(time.Hour + time.Minute)
	r.wantRun("x", 2)
	r.eventually(q, "x", false)
}

func TestPanicIsAFailure(t *testing.T) {
	r := newRig(t)
	q := r.queue(1)
	q.Register("kind", func(ctx context.Context, job Job) error {
		r.ran <- job
		if job.Attempt == 1 {
			panic("oops")
		}
		return nil
	}, Policy{MinPause: time.Millisecond})
	q.Start()
	r.schedule(q, "x", 0)
	r.wantRun("x", 1)
	r.wantRun("x", 2)
	r.eventually(q, "x", false)
}

func TestBoundedAndFair(t *testing.T) {
	r := newRig(t)
	q := r.queue(3)
	var now, most atomic.Int32
	handler := func(ctx context.Context, job Job) error {
		n := now.Add(1)
		defer now.Add(-1)
		for old := most.Load(); n > old && !most.CompareAndSwap(old, n); old = most.Load() {
		}
		time.Sleep(5 * time.Millisecond)
		r.ran <- job
		return nil
	}
	q.Register("flood", handler, Policy{})
	q.Register("trickle", handler, Policy{})
	const flood = 60
	r.update(func(txn kv.Txn) error {
		for i := range flood {
			if err := q.Schedule(txn, "flood", fmt.Sprint(i), r.clock.Now().Add(-time.Hour), nil); err != nil {
				return err
			}
		}
		return q.Schedule(txn, "trickle", "x", r.clock.Now(), nil)
	})
	q.Start()
	var order []string
	for range flood + 1 {
		select {
		case job := <-r.ran:
			order = append(order, job.Kind)
		case <-time.After(patience):
			t.Fatalf("only %d jobs ran", len(order))
		}
	}
	if at := slices.Index(order, "trickle"); at > flood/4 {
		t.Errorf("the other kind had its turn after %d jobs", at)
	}
	if n := most.Load(); n < 2 || n > 3 {
		t.Errorf("%d jobs ran at once, want up to 3", n)
	}
}

// Jobs of kinds that nobody knows here stay, and block no others.
func TestUnknownKindStays(t *testing.T) {
	r := newRig(t)
	q := r.queue(1)
	q.Register("kind", r.report, Policy{})
	q.Start()
	r.update(func(txn kv.Txn) error {
		return q.Schedule(txn, "a later version's", "x", r.clock.Now(), []byte("payload of x"))
	})
	r.schedule(q, "known", 0)
	r.wantRun("known", 1)
	r.wantQuiet()
	q.Register("a later version's", r.report, Policy{})
	r.wantRun("x", 1)
}

func TestSurvivesRestart(t *testing.T) {
	r := newRig(t)
	dir := t.TempDir()
	s, err := pebblekv.Open(dir, pebblekv.Options{})
	if err != nil {
		t.Fatal(err)
	}
	q := New(Options{Store: s, Clock: r.clock, Name: "test"})
	if err := s.Update(t.Context(), func(txn kv.Txn) error {
		return q.Schedule(txn, "kind", "x", r.clock.Now().Add(time.Hour), []byte("payload of x"))
	}); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(q.Stop(t.Context()), s.Close()); err != nil {
		t.Fatal(err)
	}
	if s, err = pebblekv.Open(dir, pebblekv.Options{}); err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	q = New(Options{Store: s, Clock: r.clock, Name: "test"})
	q.Register("kind", r.report, Policy{})
	q.Start()
	r.wantQuiet()
	r.clock.Advance(time.Hour)
	r.wantRun("x", 1)
	if err := q.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// Two queues on one store share the jobs and run each once.
func TestSharedStore(t *testing.T) {
	r := newRig(t)
	const jobs = 100
	var mu sync.Mutex
	runs := map[string]int{}
	for range 2 {
		q := r.queue(4)
		q.Register("kind", func(ctx context.Context, job Job) error {
			mu.Lock()
			runs[job.ID]++
			mu.Unlock()
			return r.report(ctx, job)
		}, Policy{})
		q.Start()
	}
	q := r.queue(1)
	for i := range jobs {
		r.schedule(q, fmt.Sprint(i), 0)
	}
	for range jobs {
		select {
		case <-r.ran:
		case <-time.After(patience):
			t.Fatal("not all jobs ran")
		}
	}
	r.wantQuiet()
	mu.Lock()
	defer mu.Unlock()
	for id, n := range runs {
		if n != 1 {
			t.Errorf("job %s ran %d times", id, n)
		}
	}
}
