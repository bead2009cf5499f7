package cloudformation

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"

	api "github.com/gatehouse-dev/gatehouse/internal/api/cloudformation"
	"github.com/gatehouse-dev/gatehouse/internal/cfn/template"
	"github.com/gatehouse-dev/gatehouse/internal/kv"
	"github.com/gatehouse-dev/gatehouse/internal/paging"
)

const pageSize = 100

// DescribeStacks describes one stack, or all that are not deleted.
func (s *Service) DescribeStacks(ctx context.Context, in *api.DescribeStacksInput) (*api.DescribeStacksOutput, error) {
	if in.StackName != nil && *in.StackName != "" {
		st, err := s.find(ctx, *in.StackName, noStack(*in.StackName))
		if err != nil {
			return nil, err
		}
		return &api.DescribeStacksOutput{Stacks: []api.Stack{st.view()}}, nil
	}
	page, next, err := s.stacks(ctx, in.NextToken, func(st *stack) bool { return st.Deleted == nil })
	if err != nil {
		return nil, err
	}
	out := &api.DescribeStacksOutput{Stacks: []api.Stack{}, NextToken: next}
	for i := range page {
		out.Stacks = append(out.Stacks, page[i].view())
	}
	return out, nil
}

// ListStacks lists the stacks in the given states, deleted ones too.
func (s *Service) ListStacks(ctx context.Context, in *api.ListStacksInput) (*api.ListStacksOutput, error) {
	page, next, err := s.stacks(ctx, in.NextToken, func(st *stack) bool {
		return len(in.StackStatusFilter) == 0 || slices.Contains(in.StackStatusFilter, st.Status)
	})
	if err != nil {
		return nil, err
	}
	out := &api.ListStacksOutput{StackSummaries: []api.StackSummary{}, NextToken: next}
	for i := range page {
		st := &page[i]
		out.StackSummaries = append(out.StackSummaries, api.StackSummary{StackId: &st.ID, StackName: &st.Name, StackStatus: &st.Status,
			StackStatusReason: optional(st.Reason), TemplateDescription: optional(st.Description), CreationTime: &st.Created,
			LastUpdatedTime: st.Updated, DeletionTime: st.Deleted,
			DriftInformation: &api.StackDriftInformationSummary{StackDriftStatus: new("NOT_CHECKED")}})
	}
	return out, nil
}

// stacks is a page of the region's stacks, the newest first.
func (s *Service) stacks(ctx context.Context, token *string, want func(*stack) bool) ([]stack, *string, error) {
	var all []stack
	err := s.o.Store.View(ctx, func(r kv.Reader) (err error) {
		all, err = kv.LoadAll[stack](r, here(ctx).stacks())
		return err
	})
	if err != nil {
		return nil, nil, err
	}
	all = slices.DeleteFunc(all, func(st stack) bool { return !want(&st) })
	slices.SortFunc(all, func(a, b stack) int { return cmp.Or(b.Created.Compare(a.Created), strings.Compare(a.ID, b.ID)) })
	return pageOf(all, func(st *stack) string { return st.ID }, token)
}

// pageOf cuts a listing that is not sorted by key: the token holds the key of
// the last item shown.
func pageOf[T any](all []T, key func(*T) string, token *string) ([]T, *string, error) {
	if token != nil {
		after, err := paging.Key(*token)
		if err != nil {
			return nil, nil, invalid("NextToken is not valid")
		}
		at := slices.IndexFunc(all, func(item T) bool { return key(&item) == after })
		all = all[at+1:]
	}
	if len(all) <= pageSize {
		return all, nil, nil
	}
	return all[:pageSize], new(paging.Token(key(&all[pageSize-1]))), nil
}

func (st *stack) view() api.Stack {
	out := api.Stack{StackId: &st.ID, StackName: &st.Name, StackStatus: &st.Status, StackStatusReason: optional(st.Reason),
		Description: optional(st.Description), CreationTime: &st.Created, LastUpdatedTime: st.Updated, DeletionTime: st.Deleted,
		DisableRollback: &st.DisableRollback, EnableTerminationProtection: &st.Protected, NotificationARNs: []string{},
		Capabilities: st.Capabilities, RoleARN: optional(st.RoleARN), ChangeSetId: optional(st.ChangeSetID),
		RollbackConfiguration: &api.RollbackConfiguration{}, Parameters: st.parameters(), Tags: tagList(st.Tags),
		DriftInformation: &api.StackDriftInformation{StackDriftStatus: new("NOT_CHECKED")}}
	if st.RetainExceptOnCreate {
		out.RetainExceptOnCreate = new(true)
	}
	if st.Timeout > 0 {
		out.TimeoutInMinutes = &st.Timeout
	}
	for i := range st.Outputs {
		o := &st.Outputs[i]
		out.Outputs = append(out.Outputs, api.Output{OutputKey: &o.Key, OutputValue: &o.Value, Description: optional(o.Description),
			ExportName: optional(o.Export)})
	}
	return out
}

// parameters shows each parameter of the template with its value, but those
// that are not to be echoed.
func (d *definition) parameters() []api.Parameter {
	if d.Template == "" {
		return nil
	}
	tpl, err := template.Read([]byte(d.Template))
	if err != nil {
		return nil
	}
	var out []api.Parameter
	for i := range tpl.Parameters {
		p := &tpl.Parameters[i]
		value, given := d.Params[p.Name]
		if !given && p.Default != nil {
			value = *p.Default
		}
		if p.NoEcho {
			value = "****"
		}
		out = append(out, api.Parameter{ParameterKey: &p.Name, ParameterValue: &value})
	}
	return out
}

func tagList(tags map[string]string) []api.Tag {
	out := []api.Tag{}
	for _, key := range slices.Sorted(maps.Keys(tags)) {
		out = append(out, api.Tag{Key: &key, Value: new(tags[key])})
	}
	return out
}

// ListExports lists the outputs that stacks of the region export.
func (s *Service) ListExports(ctx context.Context, in *api.ListExportsInput) (*api.ListExportsOutput, error) {
	var all []exported
	err := s.o.Store.View(ctx, func(r kv.Reader) (err error) {
		all, err = kv.LoadAll[exported](r, here(ctx).exports())
		return err
	})
	if err != nil {
		return nil, err
	}
	page, next, err := pageOf(all, func(e *exported) string { return e.Name }, in.NextToken)
	out := &api.ListExportsOutput{Exports: []api.Export{}, NextToken: next}
	for i := range page {
		e := &page[i]
		out.Exports = append(out.Exports, api.Export{ExportingStackId: &e.StackID, Name: &e.Name, Value: &e.Value})
	}
	return out, err
}
