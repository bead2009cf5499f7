package cloudformation

import (
	"context"

	api "github.com/gatehouse-dev/gatehouse/internal/api/cloudformation"
	"github.com/gatehouse-dev/gatehouse/internal/kv"
)

const unchecked = "NOT_CHECKED"

// DescribeStackResource describes one resource.
func (s *Service) DescribeStackResource(ctx context.Context, in *api.DescribeStackResourceInput) (*api.DescribeStackResourceOutput, error) {
	st, err := s.find(ctx, *in.StackName, invalid("Stack '%s' does not exist", *in.StackName))
	if err != nil {
		return nil, err
	}
	var res resource
	var ok bool
	err = s.o.Store.View(ctx, func(r kv.Reader) (err error) {
		res, ok, err = kv.Load[resource](r, st.scope.resource(st.ID, *in.LogicalResourceId))
		return err
	})
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, invalid("Resource %s does not exist for stack %s", *in.LogicalResourceId, st.Name)
	}
	metadata := string(res.Metadata)
	if metadata == "" {
		metadata = "{}"
	}
	return &api.DescribeStackResourceOutput{StackResourceDetail: &api.StackResourceDetail{StackId: &st.ID, StackName: &st.Name,
		LogicalResourceId: &res.ID, PhysicalResourceId: optional(res.PhysicalID), ResourceType: &res.Type, ResourceStatus: &res.Status,
		ResourceStatusReason: optional(res.Reason), LastUpdatedTimestamp: &res.Updated, Metadata: &metadata,
		DriftInformation: &api.StackResourceDriftInformation{StackResourceDriftStatus: new(unchecked)}}}, nil
}

// DescribeStackResources describes the resources of a stack, which may also be
// found by the physical id of one of them.
func (s *Service) DescribeStackResources(ctx context.Context, in *api.DescribeStackResourcesInput) (*api.DescribeStackResourcesOutput, error) {
	var st *stack
	var err error
	switch {
	case in.StackName != nil && in.PhysicalResourceId != nil:
		return nil, invalid("Stack name and physical resource id cannot both be specified")
	case in.StackName != nil:
		st, err = s.find(ctx, *in.StackName, noStack(*in.StackName))
	case in.PhysicalResourceId != nil:
		st, err = s.owner(ctx, *in.PhysicalResourceId)
	default:
		return nil, invalid("Stack name or physical resource id must be specified")
	}
	if err != nil {
		return nil, err
	}
	all, err := s.resources(ctx, st)
	if err != nil {
		return nil, err
	}
	out := &api.DescribeStackResourcesOutput{StackResources: []api.StackResource{}}
	for i := range all {
		res := &all[i]
		if in.LogicalResourceId != nil && res.ID != *in.LogicalResourceId {
			continue
		}
		out.StackResources = append(out.StackResources, api.StackResource{StackId: &st.ID, StackName: &st.Name, LogicalResourceId: &res.ID,
			PhysicalResourceId: optional(res.PhysicalID), ResourceType: &res.Type, Timestamp: &res.Updated, ResourceStatus: &res.Status,
			ResourceStatusReason: optional(res.Reason), DriftInformation: &api.StackResourceDriftInformation{StackResourceDriftStatus: new(unchecked)}})
	}
	if in.LogicalResourceId != nil && len(out.StackResources) == 0 {
		return nil, invalid("Resource %s does not exist for stack %s", *in.LogicalResourceId, st.Name)
	}
	return out, nil
}

// owner finds the stack that a physical resource belongs to.
func (s *Service) owner(ctx context.Context, physicalID string) (found *stack, err error) {
	err = s.o.Store.View(ctx, func(r kv.Reader) error {
		all, err := kv.LoadAll[stack](r, here(ctx).stacks())
		if err != nil {
			return err
		}
		for i := range all {
			if all[i].Deleted != nil {
				continue
			}
			resources, err := kv.LoadAll[resource](r, all[i].scope.resources(all[i].ID))
			if err != nil {
				return err
			}
			for j := range resources {
				if resources[j].PhysicalID == physicalID {
					found = &all[i]
					return nil
				}
			}
		}
		return nil
	})
	if err == nil && found == nil {
		err = invalid("Stack for %s does not exist", physicalID)
	}
	return found, err
}

// ListStackResources lists the resources of a stack.
func (s *Service) ListStackResources(ctx context.Context, in *api.ListStackResourcesInput) (*api.ListStackResourcesOutput, error) {
	st, err := s.find(ctx, *in.StackName, noStack(*in.StackName))
	if err != nil {
		return nil, err
	}
	all, err := s.resources(ctx, st)
	if err != nil {
		return nil, err
	}
	page, next, err := pageOf(all, func(r *resource) string { return r.ID }, in.NextToken)
	if err != nil {
		return nil, err
	}
	out := &api.ListStackResourcesOutput{StackResourceSummaries: []api.StackResourceSummary{}, NextToken: next}
	for i := range page {
		res := &page[i]
		out.StackResourceSummaries = append(out.StackResourceSummaries, api.StackResourceSummary{LogicalResourceId: &res.ID,
			PhysicalResourceId: optional(res.PhysicalID), ResourceType: &res.Type, LastUpdatedTimestamp: &res.Updated,
			ResourceStatus: &res.Status, ResourceStatusReason: optional(res.Reason),
			DriftInformation: &api.StackResourceDriftInformationSummary{StackResourceDriftStatus: new(unchecked)}})
	}
	return out, nil
}
