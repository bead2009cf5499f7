package cloudformation

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	api "github.com/gatehouse-dev/gatehouse/internal/api/cloudformation"
	"github.com/gatehouse-dev/gatehouse/internal/cfn"
	"github.com/gatehouse-dev/gatehouse/internal/clock"
	"github.com/gatehouse-dev/gatehouse/internal/front"
	"github.com/gatehouse-dev/gatehouse/internal/ids"
	"github.com/gatehouse-dev/gatehouse/internal/kv"
)

// Roles makes sessions of roles for a service (STS).
type Roles interface {
	ServiceSession(ctx context.Context, servicePrincipal, roleARN, sessionName string, d time.Duration) (accessKeyID, secret, token string, expires time.Time, err error)
}

// Options are what a Service is made of.
type Options struct {
	Store kv.Store
	Clock *clock.Clock
	Log   *slog.Logger
	Types cfn.Registry
	// Authority finds callers again after a restart.
	Authority front.Authority
	// Roles is needed for stacks with a role of their own.
	Roles Roles
	// Alone says that no other process uses the store: what a dead one left is
	// taken over without waiting for its lease.
	Alone bool
	// Lease is how long an operation of a dead process stays unnoticed; 15 s
	// where 0. The clocks of the processes must agree to within a fraction of it.
	Lease time.Duration
}

// Service implements CloudFormation. It is safe for concurrent use.
type Service struct {
	api.Unimplemented
	o      Options
	node   string // random name of this service among those on the store
	caller cfn.Caller
	// machine is the time of leases; nobody moves it.
	machine clock.Clock

	mu      sync.Mutex
	running map[string]bool              // stack ids with a runner
	callers map[string]*front.Credential // by operation id, until it ends
	wg      sync.WaitGroup
	ctx     context.Context
	stop    context.CancelFunc
}

// New returns the service. Stacks are deployed once Start was called.
func New(o Options) *Service {
	if o.Lease == 0 {
		o.Lease = defaultLease
	}
	ctx, stop := context.WithCancel(context.Background())
	return &Service{o: o, node: ids.Hex(8), running: map[string]bool{}, callers: map[string]*front.Credential{}, ctx: ctx, stop: stop}
}

// Start gives the service the pipeline that its handlers call, which is made
// of the services and so after them. It goes on with the operations that no
// process works on, now and whenever one dies.
func (s *Service) Start(ctx context.Context, caller cfn.Caller) error {
	s.caller = caller
	err := s.adopt(ctx)
	s.wg.Go(s.watch)
	s.wg.Go(s.patrol)
	return err
}

// Close stops the engine between two steps and waits for it. Operations that
// are not finished go on in another process, or after the next Start.
func (s *Service) Close() {
	s.stop()
	s.wg.Wait()
}

// kick makes sure that a runner works on the stack, here or elsewhere.
func (s *Service) kick(sc scope, id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.running[id] || s.ctx.Err() != nil {
		return
	}
	s.running[id] = true
	s.wg.Go(func() {
		for {
			err := s.workLeased(sc, id)
			if err != nil && s.ctx.Err() == nil {
				s.o.Log.Error("cloudformation: the operation on a stack cannot go on", "stack", id, "error", err)
			}
			if s.rest(sc, id, err) {
				return
			}
		}
	})
}

// workLeased works on the stack's operation unless another process does.
func (s *Service) workLeased(sc scope, id string) error {
	until := clock.Machine().Add(s.o.Lease)
	mine, err := s.claim(s.ctx, id)
	if err != nil || !mine {
		return err
	}
	ctx, cancel := context.WithCancel(s.ctx)
	var renewing sync.WaitGroup
	renewing.Go(func() { s.renew(ctx, cancel, id, until) })
	err = s.work(ctx, sc, id)
	lost := ctx.Err() != nil && s.ctx.Err() == nil || errors.Is(err, errLost)
	cancel()
	renewing.Wait()
	switch {
	case lost:
		s.o.Log.Info("cloudformation: another process may go on with a stack", "stack", id)
		return nil
	case s.ctx.Err() != nil:
		s.release(id)
	}
	return err
}

// rest ends a runner unless a new operation of this process began meanwhile.
// One that failed is taken up again when its lease ends.
func (s *Service) rest(sc scope, id string, failed error) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if failed == nil && s.ctx.Err() == nil {
		if st, err := s.load(s.ctx, sc, id); err == nil && st != nil && st.Op != nil && s.holds(s.ctx, id) {
			return false
		}
	}
	delete(s.running, id)
	return true
}

// load reads a stack; nil if there is none.
func (s *Service) load(ctx context.Context, sc scope, id string) (st *stack, err error) {
	err = s.o.Store.View(ctx, func(r kv.Reader) error {
		st, err = get(r, sc, id)
		return err
	})
	return st, err
}

func get(r kv.Reader, sc scope, id string) (*stack, error) {
	st, ok, err := kv.Load[stack](r, sc.stack(id))
	if err != nil || !ok {
		return nil, err
	}
	return &st, nil
}
