package cloudformation

import (
	"context"
	"strings"
	"time"

	api "github.com/gatehouse-dev/gatehouse/internal/api/cloudformation"
	"github.com/gatehouse-dev/gatehouse/internal/front"
	"github.com/gatehouse-dev/gatehouse/internal/ids"
	"github.com/gatehouse-dev/gatehouse/internal/kv"
)

// changeSet is a definition that waits to be carried out.
type changeSet struct {
	ID, Name, Description, Status, Reason, Execution, OnFailure string `json:",omitempty"`
	Definition                                                  definition
	Changes                                                     []planned `json:",omitempty"`
	Created                                                     time.Time
}

const reviewing = "REVIEW_IN_PROGRESS"

// CreateChangeSet computes what a new definition would change. The status that
// it answers with is the final one: there is nothing to wait for.
func (s *Service) CreateChangeSet(ctx context.Context, in *api.CreateChangeSetInput) (*api.CreateChangeSetOutput, error) {
	kind := "UPDATE"
	if in.ChangeSetType != nil {
		kind = *in.ChangeSetType
	}
	switch {
	case kind == "IMPORT" || len(in.ResourcesToImport) > 0 || is(in.ImportExistingResources):
		return nil, invalid("Resource import is not supported by Gatehouse")
	case in.DeploymentMode != nil:
		return nil, invalid("DeploymentMode is not supported by Gatehouse")
	}
	c := front.CallFrom(ctx)
	st, err := s.target(ctx, c, kind, *in.StackName)
	if err != nil {
		return nil, err
	}
	existing, err := s.resources(ctx, st)
	if err != nil {
		return nil, err
	}
	previous := &st.definition
	if kind == "CREATE" {
		previous = nil
	}
	d, w, err := s.define(st, &ask{TemplateBody: in.TemplateBody, TemplateURL: in.TemplateURL, UsePrevious: in.UsePreviousTemplate,
		Parameters: in.Parameters, Tags: in.Tags, Capabilities: in.Capabilities, ResourceTypes: in.ResourceTypes, RoleARN: in.RoleARN,
		Rollback: in.RollbackConfiguration, NotificationARNs: in.NotificationARNs}, previous, existing)
	if err != nil {
		return nil, err
	}
	p, err := w.plan(st, d)
	if err != nil {
		return nil, err
	}
	cs := &changeSet{ID: c.ARN("cloudformation", "changeSet/"+*in.ChangeSetName+"/"+ids.UUID()), Name: *in.ChangeSetName,
		Description: text(in.Description), Status: "CREATE_COMPLETE", Execution: "AVAILABLE", Definition: *d, Changes: p.resources,
		Created: c.Time, OnFailure: text(in.OnStackFailure)}
	if p.empty() {
		cs.Status, cs.Execution = "FAILED", "UNAVAILABLE"
		cs.Reason = "The submitted information didn't contain changes. Submit different information to create a change set."
	}
	err = s.o.Store.Update(ctx, func(t kv.Txn) error { return s.putChangeSet(t, st, cs, kind) })
	if err != nil {
		return nil, err
	}
	return &api.CreateChangeSetOutput{Id: &cs.ID, StackId: &st.ID}, nil
}

// target is the stack of a change set: an existing one, or for CREATE one that
// is only under review.
func (s *Service) target(ctx context.Context, c *front.Call, kind, name string) (*stack, error) {
	st, err := s.find(ctx, name, invalid("Stack [%s] does not exist", name))
	if kind == "UPDATE" {
		if err == nil && st.Status == reviewing {
			err = invalid("Stack [%s] does not exist", name)
		}
		if err == nil {
			err = mayUpdate(st)
		}
		return st, err
	}
	switch {
	case st != nil && st.Status == reviewing:
		return st, nil
	case st != nil:
		return nil, invalid("Stack [%s] already exists and cannot be created again with the changeSet [CREATE].", name)
	case strings.HasPrefix(name, "arn:"):
		return nil, err
	}
	if err := checkName(name); err != nil {
		return nil, err
	}
	return newStack(c, name), nil
}

func (s *Service) putChangeSet(t kv.Txn, st *stack, cs *changeSet, kind string) error {
	if _, ok, err := kv.Load[changeSet](t, st.changeSet(st.ID, cs.Name)); err != nil || ok {
		if ok {
			err = api.AlreadyExistsException("ChangeSet %s already exists", cs.Name)
		}
		return err
	}
	if kind == "CREATE" && st.Status == "" {
		old, err := byName(t, st.scope, st.Name)
		if err != nil {
			return err
		}
		if old != nil {
			return api.AlreadyExistsException("Stack [%s] already exists", st.Name)
		}
		if err := kv.Save(t, st.scope.name(st.Name), st.ID); err != nil {
			return err
		}
		review := *st
		if err := s.enter(t, &review, reviewing, "User Initiated"); err != nil {
			return err
		}
		if err := review.save(t); err != nil {
			return err
		}
	}
	return kv.Save(t, st.changeSet(st.ID, cs.Name), cs)
}

// findChangeSet finds a change set by its ARN, or by its name and its stack's.
func (s *Service) findChangeSet(ctx context.Context, nameOrID string, stackName *string) (st *stack, cs *changeSet, err error) {
	missing := api.ChangeSetNotFoundException("ChangeSet [%s] does not exist", nameOrID)
	byID := strings.HasPrefix(nameOrID, "arn:")
	if !byID && stackName == nil {
		return nil, nil, invalid("StackName must be specified if ChangeSetName is not specified as an ARN.")
	}
	err = s.o.Store.View(ctx, func(r kv.Reader) error {
		var candidates []stack
		if stackName != nil {
			one, err := lookup(r, here(ctx), *stackName)
			if err != nil {
				return err
			}
			if one == nil {
				return invalid("Stack [%s] does not exist", *stackName)
			}
			candidates = []stack{*one}
		} else if candidates, err = kv.LoadAll[stack](r, here(ctx).stacks()); err != nil {
			return err
		}
		for i := range candidates {
			sets, err := kv.LoadAll[changeSet](r, candidates[i].changeSets(candidates[i].ID))
			if err != nil {
				return err
			}
			for j := range sets {
				if sets[j].Name == nameOrID || sets[j].ID == nameOrID {
					st, cs = &candidates[i], &sets[j]
					return nil
				}
			}
		}
		return missing
	})
	return st, cs, err
}
