package cloudformation

import (
	"context"
	"log/slog"
	"sync"
	"time"

	api "github.com/gatehouse-dev/gatehouse/internal/api/cloudformation"
	"github.com/gatehouse-dev/gatehouse/internal/cfn"
	"github.com/gatehouse-dev/gatehouse/internal/clock"
	"github.com/gatehouse-dev/gatehouse/internal/front"
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
}

// Service implements CloudFormation. It is safe for concurrent use.
type Service struct {
	api.Unimplemented
	o      Options
	caller cfn.Caller

	mu      sync.Mutex
	running map[string]bool              // stack ids with a runner
	callers map[string]*front.Credential // by operation id, until it ends
	wg      sync.WaitGroup
	ctx     context.Context
	stop    context.CancelFunc
}

// New returns the service. Stacks are deployed once Start was called.
func New(o Options) *Service {
	ctx, stop := context.WithCancel(context.Background())
	return &Service{o: o, running: map[string]bool{}, callers: map[string]*front.Credential{}, ctx: ctx, stop: stop}
}

// Start gives the service the pipeline that its handlers call, which is made
// of the services and so after them, and goes on with the operations that were
// running when the process ended.
func (s *Service) Start(ctx context.Context, caller cfn.Caller) error {
	s.caller = caller
	var open []activeStack
	err := s.o.Store.View(ctx, func(r kv.Reader) (err error) {
		open, err = kv.LoadAll[activeStack](r, actives())
		return err
	})
	for _, a := range open {
		s.kick(a.scope(), a.ID)
	}
	return err
}

// Close stops the engine between two steps and waits for it. Operations that
// are not finished go on after the next Start.
func (s *Service) Close() {
	s.stop()
	s.wg.Wait()
}

type activeStack struct{ Account, Region, ID string }

func (a activeStack) scope() scope { return scope{a.Account, a.Region} }

// kick makes sure that a runner works on the stack.
func (s *Service) kick(sc scope, id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.running[id] || s.ctx.Err() != nil {
		return
	}
	s.running[id] = true
	s.wg.Go(func() {
		for {
			err := s.work(s.ctx, sc, id)
			if err != nil && s.ctx.Err() == nil {
				s.o.Log.Error("cloudformation: the operation on a stack cannot go on", "stack", id, "error", err)
			}
			if s.rest(sc, id, err) {
				return
			}
		}
	})
}

// rest ends a runner unless a new operation began meanwhile.
func (s *Service) rest(sc scope, id string, failed error) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if failed == nil && s.ctx.Err() == nil {
		if st, err := s.load(s.ctx, sc, id); err == nil && st != nil && st.Op != nil {
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
