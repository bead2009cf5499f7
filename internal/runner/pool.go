package runner

import (
	"context"
	"errors"
	"sync"
	"time"
)

// ErrThrottled is returned when all the concurrency that a Pool may use is in
// use (AWS's TooManyRequestsException).
var ErrThrottled = errors.New("runner: too many concurrent invocations")

// ErrDrained is returned by a Pool that was drained: its function version was
// replaced or deleted.
var ErrDrained = errors.New("runner: the function version is being replaced")

// Defaults and bounds of a Pool.
const (
	DefaultIdle = 10 * time.Minute
	// expiryMargin is how long before its credentials end an instance is retired.
	expiryMargin = time.Minute
)

// PoolOptions configure a Pool.
type PoolOptions struct {
	// MaxConcurrency bounds the instances at work; 0 means no bound, negative
	// none at all (a function whose reserved concurrency is 0).
	MaxConcurrency int
	// Idle is how long an unused instance stays; 0 means DefaultIdle.
	Idle time.Duration
	// Warm is how many instances are kept ready at all times.
	Warm int
}

// Pool keeps the instances of one function version: an idle one serves the next
// invocation, a new one starts when none is idle. It is safe for concurrent use.
type Pool struct {
	runner *Runner
	spec   Spec

	mu       sync.Mutex
	options  PoolOptions
	idle     []*Instance // the most recently used last
	since    []time.Time // parallel to idle
	active   int         // instances that start or serve
	drained  bool
	changed  chan struct{} // closed when active falls; nil without a waiter
	reaper   *time.Timer
	stopping sync.WaitGroup
}

// NewPool returns a pool; with Warm, instances start at once in the background.
func (r *Runner) NewPool(spec Spec, o PoolOptions) (*Pool, error) {
	if err := spec.check(); err != nil {
		return nil, err
	}
	p := &Pool{runner: r, spec: spec}
	p.Configure(o)
	return p, nil
}

// Configure changes the pool's options.
func (p *Pool) Configure(o PoolOptions) {
	if o.Idle <= 0 {
		o.Idle = DefaultIdle
	}
	p.mu.Lock()
	p.options = o
	p.mu.Unlock()
	p.replenish()
}

// Invoke runs one invocation on a warm instance or a new one. ctx bounds the
// wait for an instance; the function itself runs to its end. What the function
// does wrong, at its start as well, is in the Result.
func (p *Pool) Invoke(ctx context.Context, inv Invocation) (Result, error) {
	for {
		i, err := p.take()
		if err != nil {
			return Result{}, err
		}
		if i == nil {
			if i, err = p.start(ctx); err != nil {
				p.release(nil)
				if fault, ok := errors.AsType[*Fault](err); ok {
					return p.notStarted(inv, fault), nil
				}
				return Result{}, err
			}
		}
		result, err := i.Invoke(ctx, inv)
		p.release(i)
		if errors.Is(err, ErrGone) && ctx.Err() == nil {
			continue // it ended while idle; the function saw nothing
		}
		return result, err
	}
}

// start starts an instance. Initialisation that takes more than InitLimit is
// tried once more within the function's own time limit, as on AWS.
func (p *Pool) start(ctx context.Context) (*Instance, error) {
	i, err := p.runner.Start(ctx, &p.spec, 0)
	fault, ok := errors.AsType[*Fault](err)
	if !ok || !fault.TimedOut {
		return i, err
	}
	i, err = p.runner.Start(ctx, &p.spec, p.spec.Timeout)
	if fault, ok := errors.AsType[*Fault](err); ok && fault.TimedOut {
		fault.Message = "Error: " + timeoutMessage(p.spec.Timeout)
	}
	return i, err
}

// take returns an idle instance, or nil for leave to start one.
func (p *Pool) take() (*Instance, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case p.drained:
		return nil, ErrDrained
	case p.options.MaxConcurrency < 0, p.options.MaxConcurrency > 0 && p.active >= p.options.MaxConcurrency:
		return nil, ErrThrottled
	}
	p.active++
	for n := len(p.idle); n > 0; n = len(p.idle) {
		i := p.idle[n-1]
		p.idle, p.since = p.idle[:n-1], p.since[:n-1]
		if p.usable(i) {
			return i, nil
		}
		p.dispose(i)
	}
	return nil, nil
}

func (p *Pool) usable(i *Instance) bool {
	return i.Alive() && (i.expires.IsZero() || p.runner.options.Clock.Now().Add(expiryMargin).Before(i.expires))
}

// release gives back what take allowed, with the instance if there is one.
func (p *Pool) release(i *Instance) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.active--
	if p.changed != nil {
		close(p.changed)
		p.changed = nil
	}
	if i == nil {
		return
	}
	if p.drained || !p.usable(i) {
		p.dispose(i)
		if p.options.Warm > 0 {
			go p.replenish()
		}
		return
	}
	p.idle = append(p.idle, i)
	p.since = append(p.since, p.runner.machine.Now())
	if p.reaper == nil {
		p.reaper = time.AfterFunc(p.options.Idle, p.reap)
	}
}

// dispose stops an instance in the background. The lock is held.
func (p *Pool) dispose(i *Instance) {
	p.stopping.Go(func() { i.Stop(context.Background()) })
}

// reap stops instances that idled too long, the oldest first, and comes again
// when the next one is due.
func (p *Pool) reap() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.reaper = nil
	if p.drained {
		return
	}
	now := p.runner.machine.Now()
	for len(p.idle) > p.options.Warm && now.Sub(p.since[0]) >= p.options.Idle {
		p.dispose(p.idle[0])
		p.idle, p.since = p.idle[1:], p.since[1:]
	}
	if len(p.idle) > p.options.Warm {
		p.reaper = time.AfterFunc(p.options.Idle-now.Sub(p.since[0]), p.reap)
	}
}

// replenish starts what is missing of the warm instances, in the background.
func (p *Pool) replenish() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for missing := p.options.Warm - len(p.idle) - p.active; missing > 0 && !p.drained; missing-- {
		p.active++
		p.stopping.Go(func() {
			i, err := p.runner.Start(context.Background(), &p.spec, 0)
			if err != nil {
				p.runner.log.Warn("an instance could not be started ahead", "function", p.spec.Name, "error", err)
			}
			p.release(i)
		})
	}
}

// Ready waits until n instances are idle, or ctx is done.
func (p *Pool) Ready(ctx context.Context, n int) error {
	return p.await(ctx, func() bool { return len(p.idle) >= n || p.drained })
}

func (p *Pool) await(ctx context.Context, done func() bool) error {
	for {
		p.mu.Lock()
		if done() {
			p.mu.Unlock()
			return nil
		}
		if p.changed == nil {
			p.changed = make(chan struct{})
		}
		changed := p.changed
		p.mu.Unlock()
		select {
		case <-changed:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// Stats are the numbers of instances that work, or start, and that idle.
func (p *Pool) Stats() (active, idle int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.active, len(p.idle)
}

// Drain refuses new invocations, lets the running ones end, until ctx is done,
// and stops all instances.
func (p *Pool) Drain(ctx context.Context) error {
	p.mu.Lock()
	p.drained = true
	for _, i := range p.idle {
		p.dispose(i)
	}
	p.idle, p.since = nil, nil
	if p.reaper != nil {
		p.reaper.Stop()
		p.reaper = nil
	}
	p.mu.Unlock()
	if err := p.await(ctx, func() bool { return p.active == 0 }); err != nil {
		return err
	}
	p.stopping.Wait()
	return nil
}

// notStarted is the result of an invocation whose instance failed to start.
func (p *Pool) notStarted(inv Invocation, f *Fault) Result {
	j := &journal{sink: p.spec.Logs, stream: f.Stream, now: p.runner.options.Clock.Now}
	j.begin(inv.RequestID, inv.Tail)
	j.platform("START RequestId: " + inv.RequestID + " Version: " + p.spec.Version)
	rep := report{
		requestID: inv.RequestID, duration: f.InitDuration, memoryMB: p.spec.MemoryMB, usedMB: f.UsedMB, status: f.status(),
	}
	if f.TimedOut {
		j.platform(p.runner.options.Clock.Now().Format("2006-01-02T15:04:05.000Z") + " " + inv.RequestID + " " + timeoutMessage(p.spec.Timeout))
	} else {
		rep.errorType = f.Type
		if f.Message != "" {
			j.platform("RequestId: " + inv.RequestID + " " + f.Message + "\n" + f.Type)
		}
	}
	j.platform("END RequestId: " + inv.RequestID)
	j.platform(rep.line())
	return Result{
		Payload: f.document(inv.RequestID), ContentType: "application/json", FunctionError: "Unhandled", ErrorType: f.Type,
		Tail: j.takeTail(), LogStream: f.Stream, TraceID: inv.TraceID,
		Duration: rep.duration, Billed: rep.billed(), MemoryUsedMB: rep.usedMB,
	}
}
