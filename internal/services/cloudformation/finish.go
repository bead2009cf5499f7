package cloudformation

import (
	"errors"
	"fmt"
	"slices"

	"github.com/gatehouse-dev/gatehouse/internal/cfn/template"
	"github.com/gatehouse-dev/gatehouse/internal/ids"
	"github.com/gatehouse-dev/gatehouse/internal/kv"
)

// Kinds of operations.
const (
	opCreate = "CREATE_STACK"
	opUpdate = "UPDATE_STACK"
	opDelete = "DELETE_STACK"
)

// finish ends a deployment that worked.
func (r *run) finish(wanted []string, outs []output) error {
	var taken error
	err := r.update(func(t kv.Txn, st *stack) error {
		if taken = publish(t, st, outs); taken != nil {
			return taken
		}
		if st.Op.Kind == opCreate {
			return r.s.end(t, st, "CREATE_COMPLETE", "")
		}
		if err := discard(t, st, wanted); err != nil {
			return err
		}
		st.Op.Phase = phaseCleanup
		return r.s.enter(t, st, "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", "")
	})
	if err != nil && err == taken {
		return r.fail(reasonOf(err, ""))
	}
	return err
}

// publish gives the stack its outputs and the region its exports.
func publish(t kv.Txn, st *stack, outs []output) error {
	for _, o := range st.Outputs {
		if o.Export != "" {
			if err := t.Delete(st.export(o.Export)); err != nil {
				return err
			}
		}
	}
	for _, o := range outs {
		if o.Export == "" {
			continue
		}
		other, ok, err := kv.Load[exported](t, st.export(o.Export))
		if err != nil {
			return err
		}
		if ok && other.StackID != st.ID {
			return &template.Error{Message: fmt.Sprintf("Export with name %s is already exported by stack %s.", o.Export, other.StackName)}
		}
		if err := kv.Save(t, st.export(o.Export), exported{o.Export, o.Value, st.ID, st.Name}); err != nil {
			return err
		}
	}
	st.Outputs = outs
	return nil
}

type exported struct{ Name, Value, StackID, StackName string }

// discard turns what an update left over into garbage: replaced resources, and
// those that the template has no more.
func discard(t kv.Txn, st *stack, wanted []string) error {
	all, err := kv.LoadAll[resource](t, st.scope.resources(st.ID))
	if err != nil {
		return err
	}
	for i := range all {
		res := &all[i]
		if !slices.Contains(wanted, res.ID) {
			if err := t.Delete(st.scope.resource(st.ID, res.ID)); err != nil {
				return err
			}
			if err := throwAway(t, st, res, res.deployed, res.DeletionPolicy == template.Retain || res.DeletionPolicy == template.RetainExceptOnCreate); err != nil {
				return err
			}
			continue
		}
		if res.Op == st.Op.ID && res.Before != nil {
			if res.Before.PhysicalID != res.PhysicalID {
				if err := throwAway(t, st, res, *res.Before, res.ReplacePolicy == template.Retain); err != nil {
					return err
				}
			}
			res.Before = nil
			if err := kv.Save(t, st.scope.resource(st.ID, res.ID), res); err != nil {
				return err
			}
		}
	}
	return nil
}

func throwAway(t kv.Txn, st *stack, res *resource, d deployed, retain bool) error {
	if d.PhysicalID == "" {
		return nil
	}
	g := garbage{deployed: d, ID: res.ID, Type: res.Type, Token: ids.UUID(), Retain: retain}
	return kv.Save(t, st.scope.garbage(st.ID, g.Token), g)
}

// end closes the operation.
func (s *Service) end(t kv.Txn, st *stack, status, reason string) error {
	if err := s.enter(t, st, status, reason); err != nil {
		return err
	}
	st.LastOpID, st.LastOpToken = st.Op.ID, st.Op.Token
	st.Op = nil
	s.forget(st.LastOpID)
	if err := t.Delete(leaseKey(st.ID)); err != nil {
		return err
	}
	return t.Delete(active(st.ID))
}

// fail ends a deployment that did not work: by a rollback, unless that was not
// wanted.
func (r *run) fail(reason string) error {
	return r.update(func(t kv.Txn, st *stack) error {
		if st.Op.Kind == opUpdate {
			if st.DisableRollback {
				if err := settle(t, st); err != nil {
					return err
				}
				return r.s.end(t, st, "UPDATE_FAILED", reason)
			}
			st.Op.Phase = phaseRollback
			return r.s.enter(t, st, "UPDATE_ROLLBACK_IN_PROGRESS", reason)
		}
		switch {
		case st.OnFailure == "DO_NOTHING" || st.OnFailure == "" && st.DisableRollback:
			return r.s.end(t, st, "CREATE_FAILED", reason)
		case st.OnFailure == "DELETE":
			st.Op.Phase, st.Op.Final = phaseDelete, "DELETE_COMPLETE"
			return r.s.enter(t, st, "DELETE_IN_PROGRESS", reason+"Delete requested by user.")
		}
		st.Op.Phase, st.Op.Final = phaseDelete, "ROLLBACK_COMPLETE"
		return r.s.enter(t, st, "ROLLBACK_IN_PROGRESS", reason+"Rollback requested by user.")
	})
}

// settle prepares the resources of an update that failed and is not rolled back
// for the next one: what was not made counts as not there, and what was not
// changed as it was.
func settle(t kv.Txn, st *stack) error {
	all, err := kv.LoadAll[resource](t, st.scope.resources(st.ID))
	if err != nil {
		return err
	}
	for i := range all {
		res := &all[i]
		if res.Op != st.Op.ID {
			continue
		}
		key := st.scope.resource(st.ID, res.ID)
		bad := res.Status != "CREATE_COMPLETE" && res.Status != "UPDATE_COMPLETE"
		replaced := res.Before != nil && res.Before.PhysicalID != res.PhysicalID
		var err error
		switch {
		case bad && res.Before == nil:
			err = errors.Join(throwAway(t, st, res, res.deployed, false), t.Delete(key))
			if err != nil {
				return err
			}
			continue
		case bad && replaced:
			err = throwAway(t, st, res, res.deployed, false)
		case replaced:
			err = throwAway(t, st, res, *res.Before, res.ReplacePolicy == template.Retain)
		}
		if err != nil {
			return err
		}
		if bad {
			res.deployed = *res.Before
		}
		res.Before, res.Op = nil, ""
		if err := kv.Save(t, key, res); err != nil {
			return err
		}
	}
	return nil
}
