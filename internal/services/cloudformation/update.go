package cloudformation

import (
	"context"
	"slices"

	api "github.com/gatehouse-dev/gatehouse/internal/api/cloudformation"
	"github.com/gatehouse-dev/gatehouse/internal/front"
	"github.com/gatehouse-dev/gatehouse/internal/kv"
)

var updatable = []string{"CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE", "UPDATE_FAILED", "IMPORT_COMPLETE"}

// UpdateStack begins to update a stack.
func (s *Service) UpdateStack(ctx context.Context, in *api.UpdateStackInput) (*api.UpdateStackOutput, error) {
	c := front.CallFrom(ctx)
	st, err := s.find(ctx, *in.StackName, invalid("Stack [%s] does not exist", *in.StackName))
	if err != nil {
		return nil, err
	}
	if st.asked(text(in.ClientRequestToken)) {
		return &api.UpdateStackOutput{StackId: &st.ID}, nil
	}
	existing, err := s.resources(ctx, st)
	if err != nil {
		return nil, err
	}
	if err := mayUpdate(st); err != nil {
		return nil, err
	}
	d, w, err := s.define(st, &ask{TemplateBody: in.TemplateBody, TemplateURL: in.TemplateURL, UsePrevious: in.UsePreviousTemplate,
		Parameters: in.Parameters, Tags: in.Tags, Capabilities: in.Capabilities, ResourceTypes: in.ResourceTypes, RoleARN: in.RoleARN,
		DisableRollback: in.DisableRollback, RetainExceptOnCreate: in.RetainExceptOnCreate, Rollback: in.RollbackConfiguration,
		NotificationARNs: in.NotificationARNs, StackPolicies: []*string{in.StackPolicyBody, in.StackPolicyURL,
			in.StackPolicyDuringUpdateBody, in.StackPolicyDuringUpdateURL}}, &st.definition, existing)
	if err != nil {
		return nil, err
	}
	p, err := w.plan(st, d)
	if err != nil {
		return nil, err
	}
	if p.empty() {
		return nil, invalid("No updates are to be performed.")
	}
	if st, err = s.beginUpdate(ctx, c, st, d, text(in.ClientRequestToken), ""); err != nil {
		return nil, err
	}
	return &api.UpdateStackOutput{StackId: &st.ID}, nil
}

func mayUpdate(st *stack) error {
	if !slices.Contains(updatable, st.Status) {
		return invalid("Stack:%s is in %s state and can not be updated.", st.ID, st.Status)
	}
	return nil
}

// beginUpdate puts an update on a stack, for which nothing else may have begun
// since it was read.
func (s *Service) beginUpdate(ctx context.Context, c *front.Call, seen *stack, d *definition, token, changeSet string) (st *stack, err error) {
	op := newOperation(c, opUpdate, token)
	err = s.o.Store.Update(ctx, func(t kv.Txn) error {
		if st, err = get(t, seen.scope, seen.ID); err != nil {
			return err
		}
		if err := mayUpdate(st); err != nil {
			return err
		}
		op.Previous = new(st.definition)
		st.Updated = new(c.Time)
		st.ChangeSetID = changeSet
		return s.begin(t, st, d, op, "UPDATE_IN_PROGRESS")
	})
	if err == nil {
		s.launch(c, st)
	}
	return st, err
}
