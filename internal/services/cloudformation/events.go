package cloudformation

import (
	"context"
	"fmt"

	api "github.com/gatehouse-dev/gatehouse/internal/api/cloudformation"
	"github.com/gatehouse-dev/gatehouse/internal/kv"
)

// DescribeStackEvents lists what happened to a stack, the newest first.
func (s *Service) DescribeStackEvents(ctx context.Context, in *api.DescribeStackEventsInput) (*api.DescribeStackEventsOutput, error) {
	if in.StackName == nil || *in.StackName == "" {
		return nil, invalid("1 validation error detected: Value null at 'stackName' failed to satisfy constraint: Member must not be null")
	}
	st, err := s.find(ctx, *in.StackName, invalid("Stack [%s] does not exist", *in.StackName))
	if err != nil {
		return nil, err
	}
	var all []event
	err = s.o.Store.View(ctx, func(r kv.Reader) (err error) {
		rng := st.events(st.ID)
		rng.Reverse = true
		all, err = kv.LoadAll[event](r, rng)
		return err
	})
	if err != nil {
		return nil, err
	}
	page, next, err := pageOf(all, func(e *event) string { return fmt.Sprint(e.Seq) }, in.NextToken)
	if err != nil {
		return nil, err
	}
	out := &api.DescribeStackEventsOutput{StackEvents: []api.StackEvent{}, NextToken: next}
	for i := range page {
		e := &page[i]
		out.StackEvents = append(out.StackEvents, api.StackEvent{StackId: &st.ID, StackName: &st.Name, EventId: &e.ID,
			LogicalResourceId: &e.LogicalID, PhysicalResourceId: new(e.PhysicalID), ResourceType: &e.Type, Timestamp: &e.Time,
			ResourceStatus: &e.Status, ResourceStatusReason: optional(e.Reason), ResourceProperties: optional(string(e.Properties)),
			ClientRequestToken: optional(e.Ask), OperationId: optional(e.OpID)})
	}
	return out, nil
}
