package cloudformation

import (
	"errors"
	"maps"
	"slices"

	"github.com/gatehouse-dev/gatehouse/internal/cfn"
	"github.com/gatehouse-dev/gatehouse/internal/cfn/template"
	"github.com/gatehouse-dev/gatehouse/internal/kv"
)

// cleanUp ends an update or its rollback. As on AWS, garbage that cannot be
// deleted is left behind with an event.
func (r *run) cleanUp() error {
	if _, err := r.empty(); err != nil {
		return err
	}
	return r.update(func(t kv.Txn, st *stack) error {
		if err := t.DeleteRange(st.scope.garbages(st.ID)); err != nil {
			return err
		}
		if st.Op.Phase == phaseUndo {
			return r.s.end(t, st, "UPDATE_ROLLBACK_COMPLETE", "")
		}
		return r.s.end(t, st, "UPDATE_COMPLETE", "")
	})
}

// empty deletes the garbage and returns the logical ids of what is left.
func (r *run) empty() (left map[string]error, err error) {
	var trash []garbage
	err = r.s.o.Store.View(r.ctx, func(rd kv.Reader) (err error) {
		trash, err = kv.LoadAll[garbage](rd, r.st.scope.garbages(r.st.ID))
		return err
	})
	if err != nil {
		return nil, err
	}
	byToken, needs := map[string]*garbage{}, map[string][]string{}
	var tokens []string
	for i := range trash {
		g := &trash[i]
		tokens = append(tokens, g.Token)
		byToken[g.Token] = g
		for j := range trash {
			if slices.Contains(g.Needs, trash[j].ID) {
				needs[g.Token] = append(needs[g.Token], trash[j].Token)
			}
		}
	}
	failed := walk(tokens, reversed(needs), false, func(token string) error {
		if err := r.current(); err != nil {
			return err
		}
		g := byToken[token]
		res := &resource{deployed: g.deployed, ID: g.ID, Type: g.Type, Token: g.Token}
		return r.remove(res, g.Retain, func(t kv.Txn) error {
			return t.Delete(r.st.scope.garbage(r.st.ID, g.Token))
		})
	})
	left = map[string]error{}
	for token, err := range failed {
		left[byToken[token].ID] = err
	}
	return left, fatal(failed)
}

// deleteAll deletes the stack's resources, for a deletion or the rollback of a
// creation.
func (r *run) deleteAll() error {
	needs := map[string][]string{}
	var left []string
	for id, res := range r.w.resources {
		if res.Status != "DELETE_COMPLETE" && res.Status != "DELETE_SKIPPED" {
			left = append(left, id)
			needs[id] = res.Needs
		}
	}
	failed := walk(left, reversed(needs), false, func(id string) error {
		if err := r.current(); err != nil {
			return err
		}
		res := r.known(id)
		res.Op = r.st.Op.ID
		return r.remove(res, r.retains(res), func(t kv.Txn) error {
			return kv.Save(t, r.st.scope.resource(r.st.ID, res.ID), res)
		})
	})
	if err := fatal(failed); err != nil {
		return err
	}
	// A failed update may have left replaced resources behind.
	more, err := r.empty()
	if err != nil {
		return err
	}
	maps.Copy(failed, more)
	return r.update(func(t kv.Txn, st *stack) error {
		rollback := st.Op.Final == "ROLLBACK_COMPLETE"
		switch {
		case len(failed) > 0 && rollback:
			return r.s.end(t, st, "ROLLBACK_FAILED", "The following resource(s) failed to delete: ["+list(failed)+"]. ")
		case len(failed) > 0:
			return r.s.end(t, st, "DELETE_FAILED", "The following resource(s) failed to delete: ["+list(failed)+"]. ")
		case rollback:
			return r.s.end(t, st, "ROLLBACK_COMPLETE", "")
		}
		return r.s.bury(t, st)
	})
}

// retains reports whether a resource outlives its stack.
func (r *run) retains(res *resource) bool {
	switch {
	case slices.Contains(r.st.Op.Retain, res.ID):
		return true
	case r.st.Op.Kind == opCreate:
		return res.DeletionPolicy == template.Retain && !r.st.RetainExceptOnCreate
	}
	return res.DeletionPolicy == template.Retain || res.DeletionPolicy == template.RetainExceptOnCreate
}

// remove deletes a physical resource, or leaves it, with the events that tell
// so. settle writes the outcome.
func (r *run) remove(res *resource, retain bool, settle func(kv.Txn) error) error {
	say := func(status, reason string) error {
		return r.write(func(t kv.Txn) error {
			res.Status, res.Reason, res.Updated = status, reason, r.s.o.Clock.Now()
			if err := r.s.note(t, r.st, r.happened(res)); err != nil || status == "DELETE_IN_PROGRESS" {
				return err
			}
			return settle(t)
		})
	}
	if retain && res.PhysicalID != "" {
		return say("DELETE_SKIPPED", "")
	}
	if err := say("DELETE_IN_PROGRESS", ""); err != nil {
		return err
	}
	if res.PhysicalID != "" {
		if err := r.destroy(res); err != nil {
			if closing := r.ctx.Err(); closing != nil {
				return closing
			}
			if reasonOf(err, "") == "Internal Failure" {
				r.s.o.Log.Error("cloudformation: a handler failed", "type", res.Type, "resource", res.ID, "stack", r.st.ID, "error", err)
			}
			return errors.Join(stepFailed{err}, say("DELETE_FAILED", reasonOf(err, res.Token)))
		}
	}
	return say("DELETE_COMPLETE", "")
}

func (r *run) destroy(res *resource) error {
	props, err := cfn.LoadProperties(res.Properties)
	if err != nil {
		return err
	}
	req, err := r.request(res, props, nil, true)
	if err != nil {
		return err
	}
	if err := r.handler(res.Type).Delete(r.ctx, req); err != nil && !gone(err) {
		return err
	}
	return nil
}

// bury ends the life of a stack. Its record stays, to be found by its id.
func (s *Service) bury(t kv.Txn, st *stack) error {
	if err := publish(t, st, nil); err != nil {
		return err
	}
	if err := t.Delete(st.scope.name(st.Name)); err != nil {
		return err
	}
	if err := t.DeleteRange(st.scope.changeSets(st.ID)); err != nil {
		return err
	}
	st.Deleted = new(s.o.Clock.Now())
	return s.end(t, st, "DELETE_COMPLETE", "")
}
