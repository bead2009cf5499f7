package jobs

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/gatehouse-dev/gatehouse/internal/clock"
	"github.com/gatehouse-dev/gatehouse/internal/kv"
)

// DefaultWorkers is how many jobs run at once unless Options say otherwise.
const DefaultWorkers = 16

// Handler runs one job. A nil error removes the job; any other, and a panic,
// makes it run again as its Policy says. ctx ends when the queue is stopped in
// haste or the job is no longer this worker's.
type Handler func(ctx context.Context, job Job) error

// Options are a queue's dependencies and size.
type Options struct {
	Store   kv.Store
	Clock   *clock.Clock
	Name    string       // queues of different names share nothing
	Workers int          // 0 is DefaultWorkers
	Logger  *slog.Logger // nil is silent
}

// Queue is a set of durable jobs and the workers that run them here. Its
// methods may be called from any goroutine.
type Queue struct {
	kv    kv.Store
	clock *clock.Clock
	name  string
	log   *slog.Logger

	slots   chan struct{} // one value for each busy worker
	nudge   chan struct{} // holds a value when the dispatcher has to look again
	running sync.WaitGroup

	mu       sync.Mutex
	kinds    map[string]kind
	started  bool
	stopping chan struct{}      // closed by Stop
	idle     chan struct{}      // closed when dispatcher and workers have ended
	haste    context.Context    // of the handlers
	hurry    context.CancelFunc // ends haste
}

type kind struct {
	handle Handler
	policy Policy
}

// New returns a queue that schedules; Start makes it run jobs as well.
func New(o Options) *Queue {
	if o.Workers <= 0 {
		o.Workers = DefaultWorkers
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	q := &Queue{
		kv: o.Store, clock: o.Clock, name: o.Name, log: o.Logger.With("queue", o.Name),
		slots: make(chan struct{}, o.Workers), nudge: make(chan struct{}, 1),
		kinds: make(map[string]kind), stopping: make(chan struct{}), idle: make(chan struct{}),
	}
	q.haste, q.hurry = context.WithCancel(context.Background())
	return q
}

// Register says how jobs of a kind are run. Kinds that are not registered
// stay where they are, for a process that knows them. Registering a kind twice
// is a mistake of the caller and panics.
func (q *Queue) Register(name string, h Handler, p Policy) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if _, ok := q.kinds[name]; ok {
		panic(fmt.Sprintf("jobs: kind %q is registered twice", name))
	}
	q.kinds[name] = kind{handle: h, policy: p.withDefaults()}
	q.look()
}

// Start begins to run jobs. It must be called at most once.
func (q *Queue) Start() {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.started {
		panic("jobs: queue was started before")
	}
	q.started = true
	go func() {
		defer close(q.idle)
		q.dispatch()
		q.running.Wait()
	}()
}

// Stop begins no more jobs and waits for those that run. When ctx ends first,
// it cancels their contexts and returns ctx's error; they run again when the
// queue is next started, here or elsewhere.
func (q *Queue) Stop(ctx context.Context) error {
	if !q.shut() {
		return nil
	}
	select {
	case <-q.idle:
		q.hurry()
		return nil
	case <-ctx.Done():
		q.hurry()
		return ctx.Err()
	}
}

// shut closes stopping; it reports whether there is anything to wait for.
func (q *Queue) shut() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	select {
	case <-q.stopping:
	default:
		close(q.stopping)
	}
	return q.started
}

// look makes the dispatcher look for jobs.
func (q *Queue) look() {
	select {
	case q.nudge <- struct{}{}:
	default:
	}
}

// registered returns the kinds and their names in order.
func (q *Queue) registered() (map[string]kind, []string) {
	q.mu.Lock()
	defer q.mu.Unlock()
	return maps.Clone(q.kinds), slices.Sorted(maps.Keys(q.kinds))
}

// machineNow is the time that leases are in.
func (q *Queue) machineNow() time.Time { return q.clock.Now().Add(-q.clock.Offset()) }
