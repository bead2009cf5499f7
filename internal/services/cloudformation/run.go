package cloudformation

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/gatehouse-dev/gatehouse/internal/cfn"
	"github.com/gatehouse-dev/gatehouse/internal/front"
	"github.com/gatehouse-dev/gatehouse/internal/kv"
)

// errSuperseded stops a run whose operation gave way to a deletion.
var errSuperseded = errors.New("cloudformation: another operation took over")

// run works on one phase of one operation.
type run struct {
	s      *Service
	ctx    context.Context // ends when the service closes or loses the stack
	st     *stack          // as it was when the phase began
	w      *world
	origin front.Origin
	denied error // why there is no origin
}

// work does what the stack's operation asks for, phase by phase.
func (s *Service) work(ctx context.Context, sc scope, id string) error {
	for {
		st, err := s.load(ctx, sc, id)
		if err != nil || st == nil || st.Op == nil {
			return err
		}
		r := &run{s: s, ctx: ctx, st: st}
		all, err := s.resources(ctx, st)
		if err != nil {
			return err
		}
		if r.w, err = see(s.o.Types, st, &st.definition, all); err != nil {
			return fmt.Errorf("the stored template: %w", err)
		}
		r.origin, r.denied = s.origin(ctx, st)
		switch st.Op.Phase {
		case phaseDeploy:
			err = r.deploy()
		case phaseRollback:
			err = r.rollBack()
		case phaseCleanup, phaseUndo:
			err = r.cleanUp()
		case phaseDelete:
			err = r.deleteAll()
		default:
			err = fmt.Errorf("unknown phase %q", st.Op.Phase)
		}
		if err != nil && !errors.Is(err, errSuperseded) {
			return err
		}
	}
}

func (s *Service) resources(ctx context.Context, st *stack) (all []resource, err error) {
	err = s.o.Store.View(ctx, func(r kv.Reader) error {
		all, err = kv.LoadAll[resource](r, st.scope.resources(st.ID))
		return err
	})
	return all, err
}

// write runs a transaction of a process that works on the stack. It is done
// even while the service closes: what happened must be written down.
func (r *run) write(fn func(kv.Txn) error) error {
	return r.s.o.Store.Update(context.WithoutCancel(r.ctx), func(t kv.Txn) error {
		if err := r.s.wantLease(t, r.st.ID); err != nil {
			return err
		}
		return fn(t)
	})
}

// update changes the stack, unless another operation took over.
func (r *run) update(fn func(t kv.Txn, st *stack) error) error {
	return r.write(func(t kv.Txn) error {
		st, err := get(t, r.st.scope, r.st.ID)
		switch {
		case err != nil:
			return err
		case st == nil || st.Op == nil || st.Op.ID != r.st.Op.ID:
			return errSuperseded
		}
		if err := fn(t, st); err != nil {
			return err
		}
		return st.save(t)
	})
}

// current reports whether the run may begin another step.
func (r *run) current() error {
	if err := r.ctx.Err(); err != nil {
		return err
	}
	return r.s.o.Store.View(r.ctx, func(rd kv.Reader) error {
		st, err := get(rd, r.st.scope, r.st.ID)
		switch {
		case err != nil:
			return err
		case st == nil || st.Op == nil || st.Op.ID != r.st.Op.ID:
			return errSuperseded
		}
		return r.s.wantLease(rd, r.st.ID)
	})
}

// mark writes down a step of a resource, whoever's operation it is by now, and
// shows it to the others.
func (r *run) mark(next *resource, status, reason string) error {
	next.Op = r.st.Op.ID
	err := r.write(func(t kv.Txn) error {
		next.Status, next.Reason, next.Updated = status, reason, r.s.o.Clock.Now()
		if err := kv.Save(t, r.st.scope.resource(r.st.ID, next.ID), next); err != nil {
			return err
		}
		return r.s.note(t, r.st, r.happened(next))
	})
	if err == nil {
		r.show(next)
	}
	return err
}

func (r *run) happened(res *resource) event {
	return event{LogicalID: res.ID, PhysicalID: res.PhysicalID, Type: res.Type, Status: res.Status, Reason: res.Reason,
		Properties: shown(r.w.masked(res.Properties))}
}

func (r *run) show(res *resource) {
	r.w.mu.Lock()
	defer r.w.mu.Unlock()
	r.w.resources[res.ID] = new(*res)
}

// known returns a copy of a resource as it is now; nil if it is not there.
func (r *run) known(id string) *resource {
	r.w.mu.Lock()
	defer r.w.mu.Unlock()
	if res := r.w.resources[id]; res != nil {
		return new(*res)
	}
	return nil
}

// request is what a handler gets.
func (r *run) request(res *resource, props, old cfn.Properties, retry bool) (*cfn.Request, error) {
	if r.denied != nil {
		return nil, r.denied
	}
	return &cfn.Request{Origin: r.origin, Caller: r.s.caller, StackID: r.st.ID, StackName: r.st.Name, LogicalID: res.ID,
		PhysicalID: res.PhysicalID, Token: res.Token, Retry: retry, Started: res.Started, Properties: props, Old: old,
		Tags: maps.Clone(r.st.Tags)}, nil
}

func (r *run) handler(typeName string) cfn.Handler { return r.s.o.Types[typeName].Handler }

// fatal returns the errors that are ours, not a resource's: they end the run.
func fatal(failed map[string]error) error {
	for _, err := range failed {
		if !errors.As(err, new(stepFailed)) {
			return err
		}
	}
	return nil
}

// stepFailed is a failure that is written down as an event.
type stepFailed struct{ error }

func list(failed map[string]error) string {
	return strings.Join(slices.Sorted(maps.Keys(failed)), ", ")
}
