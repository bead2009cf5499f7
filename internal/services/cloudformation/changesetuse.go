package cloudformation

import (
	"context"

	api "github.com/gatehouse-dev/gatehouse/internal/api/cloudformation"
	"github.com/gatehouse-dev/gatehouse/internal/front"
	"github.com/gatehouse-dev/gatehouse/internal/kv"
)

// ExecuteChangeSet carries a change set out. It goes, and all others of the
// stack with it.
func (s *Service) ExecuteChangeSet(ctx context.Context, in *api.ExecuteChangeSetInput) (*api.ExecuteChangeSetOutput, error) {
	c := front.CallFrom(ctx)
	st, cs, err := s.findChangeSet(ctx, *in.ChangeSetName, in.StackName)
	if err != nil {
		return nil, err
	}
	if cs.Execution != "AVAILABLE" {
		return nil, api.InvalidChangeSetStatusException("ChangeSet [%s] cannot be executed in its current status of [%s]", cs.ID, cs.Status)
	}
	d := cs.Definition
	d.DisableRollback = is(in.DisableRollback) || cs.OnFailure == "DO_NOTHING"
	d.RetainExceptOnCreate = is(in.RetainExceptOnCreate)
	if st.Status != reviewing {
		if _, err := s.beginUpdate(ctx, c, st, &d, text(in.ClientRequestToken), cs.ID); err != nil {
			return nil, err
		}
	} else if err := s.beginReviewed(ctx, c, st, cs, &d, text(in.ClientRequestToken)); err != nil {
		return nil, err
	}
	err = s.o.Store.Update(ctx, func(t kv.Txn) error { return t.DeleteRange(st.changeSets(st.ID)) })
	return &api.ExecuteChangeSetOutput{}, err
}

func (s *Service) beginReviewed(ctx context.Context, c *front.Call, seen *stack, cs *changeSet, d *definition, token string) error {
	op := newOperation(c, opCreate, token)
	var st *stack
	err := s.o.Store.Update(ctx, func(t kv.Txn) (err error) {
		if st, err = get(t, seen.scope, seen.ID); err != nil {
			return err
		}
		if st == nil || st.Status != reviewing {
			return api.InvalidChangeSetStatusException("ChangeSet [%s] cannot be executed: its stack is not under review any more", cs.ID)
		}
		st.ChangeSetID, st.OnFailure = cs.ID, cs.OnFailure
		return s.begin(t, st, d, op, "CREATE_IN_PROGRESS")
	})
	if err == nil {
		s.launch(c, st)
	}
	return err
}

// DescribeChangeSet shows what a change set would change.
func (s *Service) DescribeChangeSet(ctx context.Context, in *api.DescribeChangeSetInput) (*api.DescribeChangeSetOutput, error) {
	st, cs, err := s.findChangeSet(ctx, *in.ChangeSetName, in.StackName)
	if err != nil {
		return nil, err
	}
	page, next, err := pageOf(cs.Changes, func(p *planned) string { return p.ID }, in.NextToken)
	if err != nil {
		return nil, err
	}
	d := &cs.Definition
	out := &api.DescribeChangeSetOutput{ChangeSetId: &cs.ID, ChangeSetName: &cs.Name, StackId: &st.ID, StackName: &st.Name,
		Description: optional(cs.Description), CreationTime: &cs.Created, Status: &cs.Status, StatusReason: optional(cs.Reason),
		ExecutionStatus: &cs.Execution, Capabilities: d.Capabilities, Tags: tagList(d.Tags), Parameters: d.parameters(),
		NotificationARNs: []string{}, RollbackConfiguration: &api.RollbackConfiguration{}, IncludeNestedStacks: new(false),
		OnStackFailure: optional(cs.OnFailure), Changes: []api.Change{}, NextToken: next}
	for i := range page {
		out.Changes = append(out.Changes, api.Change{Type: new("Resource"), ResourceChange: page[i].view()})
	}
	return out, nil
}

func (p *planned) view() *api.ResourceChange {
	out := &api.ResourceChange{Action: &p.Action, LogicalResourceId: &p.ID, ResourceType: &p.Type,
		PhysicalResourceId: optional(p.PhysicalID), Replacement: optional(p.Replacement), Scope: []string{}, Details: []api.ResourceChangeDetail{}}
	if p.Action == "Modify" {
		out.Scope = []string{"Properties"}
	}
	detail := func(name, evaluation string) {
		recreate := "Never"
		if p.Replacement != "False" {
			recreate = "Conditionally"
		}
		out.Details = append(out.Details, api.ResourceChangeDetail{Evaluation: &evaluation, ChangeSource: new("DirectModification"),
			Target: &api.ResourceTargetDefinition{Attribute: new("Properties"), Name: &name, RequiresRecreation: &recreate}})
	}
	for _, name := range p.Changed {
		detail(name, "Static")
	}
	for _, name := range p.Unknown {
		detail(name, "Dynamic")
	}
	return out
}

// DeleteChangeSet deletes a change set; one that does not exist is no error.
func (s *Service) DeleteChangeSet(ctx context.Context, in *api.DeleteChangeSetInput) (*api.DeleteChangeSetOutput, error) {
	st, cs, err := s.findChangeSet(ctx, *in.ChangeSetName, in.StackName)
	if gone(err) {
		return &api.DeleteChangeSetOutput{}, nil
	}
	if err != nil {
		return nil, err
	}
	err = s.o.Store.Update(ctx, func(t kv.Txn) error { return t.Delete(st.changeSet(st.ID, cs.Name)) })
	return &api.DeleteChangeSetOutput{}, err
}

// ListChangeSets lists the change sets of a stack.
func (s *Service) ListChangeSets(ctx context.Context, in *api.ListChangeSetsInput) (*api.ListChangeSetsOutput, error) {
	st, err := s.find(ctx, *in.StackName, invalid("Stack [%s] does not exist", *in.StackName))
	if err != nil {
		return nil, err
	}
	var all []changeSet
	err = s.o.Store.View(ctx, func(r kv.Reader) (err error) {
		all, err = kv.LoadAll[changeSet](r, st.changeSets(st.ID))
		return err
	})
	if err != nil {
		return nil, err
	}
	page, next, err := pageOf(all, func(cs *changeSet) string { return cs.Name }, in.NextToken)
	out := &api.ListChangeSetsOutput{Summaries: []api.ChangeSetSummary{}, NextToken: next}
	for i := range page {
		cs := &page[i]
		out.Summaries = append(out.Summaries, api.ChangeSetSummary{StackId: &st.ID, StackName: &st.Name, ChangeSetId: &cs.ID,
			ChangeSetName: &cs.Name, ExecutionStatus: &cs.Execution, Status: &cs.Status, StatusReason: optional(cs.Reason),
			CreationTime: &cs.Created, Description: optional(cs.Description), IncludeNestedStacks: new(false)})
	}
	return out, err
}
