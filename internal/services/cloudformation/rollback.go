package cloudformation

import (
	"errors"

	"github.com/gatehouse-dev/gatehouse/internal/cfn"
	"github.com/gatehouse-dev/gatehouse/internal/kv"
)

// rollBack makes undone what a failed update did to the resources.
func (r *run) rollBack() error {
	var touched []string
	needs := map[string][]string{}
	for id, res := range r.w.resources {
		if res.Op == r.st.Op.ID {
			touched = append(touched, id)
			if res.Before != nil {
				needs[id] = res.Before.Needs
			}
		}
	}
	failed := walk(touched, func(id string) []string { return needs[id] }, false, func(id string) error {
		if err := r.current(); err != nil {
			return err
		}
		return r.undo(r.known(id))
	})
	if err := fatal(failed); err != nil {
		return err
	}
	return r.update(func(t kv.Txn, st *stack) error {
		st.definition = *st.Op.Previous
		if len(failed) > 0 {
			return r.s.end(t, st, "UPDATE_ROLLBACK_FAILED", "The following resource(s) failed to update: ["+list(failed)+"]. ")
		}
		st.Op.Phase = phaseUndo
		return r.s.enter(t, st, "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS", "")
	})
}

// undo brings one resource back. Its operation is cleared in the end, so that
// a second run leaves it alone.
func (r *run) undo(res *resource) error {
	switch {
	case res.Before == nil && res.Fresh: // made by the update
		return r.giveUp(res, nil)
	case res.Before == nil:
		return nil
	case res.Fresh: // replaced by the update
		return r.giveUp(res, res.Before)
	}
	old, err := cfn.LoadProperties(res.Properties)
	if err != nil {
		return err
	}
	props, err := cfn.LoadProperties(res.Before.Properties)
	if err != nil {
		return err
	}
	if err := r.mark(res, "UPDATE_IN_PROGRESS", ""); err != nil {
		return err
	}
	req, err := r.request(res, props, old, true)
	if err == nil {
		var out cfn.Result
		if out, err = r.handler(res.Type).Update(r.ctx, req); err == nil && out.Attributes != nil {
			res.Before.Attributes = out.Attributes
		}
	}
	if err != nil {
		if closing := r.ctx.Err(); closing != nil {
			return closing
		}
		return errors.Join(stepFailed{err}, r.mark(res, "UPDATE_FAILED", reasonOf(err, res.Token)))
	}
	res.deployed, res.Before = *res.Before, nil
	return r.restored(res)
}

// restored writes down that a resource is as it was before the operation.
func (r *run) restored(res *resource) error {
	if err := r.mark(res, "UPDATE_COMPLETE", ""); err != nil {
		return err
	}
	res.Op = ""
	return r.keep(res)
}

// giveUp makes the new physical resource garbage and, where there was one
// before, takes that back.
func (r *run) giveUp(res *resource, before *deployed) error {
	err := r.write(func(t kv.Txn) error {
		if before == nil || res.PhysicalID != before.PhysicalID {
			if err := throwAway(t, r.st, res, res.deployed, false); err != nil {
				return err
			}
		}
		key := r.st.scope.resource(r.st.ID, res.ID)
		if before == nil {
			return t.Delete(key)
		}
		back := *res
		back.deployed, back.Before, back.Fresh, back.Op = *before, nil, false, ""
		return r.s.tell(t, r.st, &back, "UPDATE_COMPLETE", "")
	})
	return err
}
