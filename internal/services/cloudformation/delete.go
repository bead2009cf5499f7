package cloudformation

import (
	"context"
	"slices"
	"strings"

	api "github.com/gatehouse-dev/gatehouse/internal/api/cloudformation"
	"github.com/gatehouse-dev/gatehouse/internal/front"
	"github.com/gatehouse-dev/gatehouse/internal/kv"
	"github.com/gatehouse-dev/gatehouse/internal/wire"
)

// DeleteStack begins to delete a stack. One that does not exist is no error.
func (s *Service) DeleteStack(ctx context.Context, in *api.DeleteStackInput) (*wire.Empty, error) {
	c := front.CallFrom(ctx)
	var st *stack
	op := newOperation(c, opDelete, text(in.ClientRequestToken))
	op.Retain = in.RetainResources
	err := s.o.Store.Update(ctx, func(t kv.Txn) (err error) {
		st, err = lookup(t, here(ctx), *in.StackName)
		if err != nil || st == nil || st.Deleted != nil || st.Op != nil && st.Op.Kind == opDelete {
			st = nil
			return err
		}
		if err := mayDelete(st, in); err != nil {
			return err
		}
		if text(in.DeletionMode) == "FORCE_DELETE_STACK" {
			all, err := kv.LoadAll[resource](t, st.scope.resources(st.ID))
			if err != nil {
				return err
			}
			for i := range all {
				if all[i].Status == "DELETE_FAILED" {
					op.Retain = append(op.Retain, all[i].ID)
				}
			}
		}
		if in.RoleARN != nil {
			st.RoleARN = *in.RoleARN
		}
		return s.begin(t, st, nil, op, "DELETE_IN_PROGRESS")
	})
	if err != nil {
		return nil, err
	}
	if st != nil {
		s.launch(c, st)
	}
	return &wire.Empty{}, nil
}

func mayDelete(st *stack, in *api.DeleteStackInput) error {
	switch {
	case st.Protected:
		return invalid("Stack [%s] cannot be deleted while TerminationProtection is enabled", st.Name)
	case st.Op != nil && st.Op.Kind == opUpdate || strings.HasPrefix(st.Status, "ROLLBACK_IN"):
		return invalid("Stack [%s] cannot be deleted while in status %s", st.Name, st.Status)
	case (len(in.RetainResources) > 0 || in.DeletionMode != nil) && st.Status != "DELETE_FAILED":
		return invalid("Invalid operation on stack [%s]. RetainResources and DeletionMode can only be specified when the stack is in DELETE_FAILED state.", st.ID)
	}
	return nil
}

// UpdateTerminationProtection guards a stack from deletion, or no more.
func (s *Service) UpdateTerminationProtection(ctx context.Context, in *api.UpdateTerminationProtectionInput) (*api.UpdateTerminationProtectionOutput, error) {
	var id string
	err := s.o.Store.Update(ctx, func(t kv.Txn) error {
		st, err := lookup(t, here(ctx), *in.StackName)
		switch {
		case err != nil:
			return err
		case st == nil || st.Deleted != nil:
			return invalid("Stack [%s] does not exist", *in.StackName)
		case slices.Contains([]string{"DELETE_IN_PROGRESS", "DELETE_COMPLETE"}, st.Status):
			return invalid("Stack [%s] is in %s state and its termination protection can not be changed", st.Name, st.Status)
		}
		st.Protected, id = *in.EnableTerminationProtection, st.ID
		return st.save(t)
	})
	if err != nil {
		return nil, err
	}
	return &api.UpdateTerminationProtectionOutput{StackId: &id}, nil
}
