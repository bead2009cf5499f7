package logs

import (
	"context"
	"slices"
	"strings"

	api "github.com/gatehouse-dev/gatehouse/internal/api/logs"
	"github.com/gatehouse-dev/gatehouse/internal/awserr"
	"github.com/gatehouse-dev/gatehouse/internal/front"
	"github.com/gatehouse-dev/gatehouse/internal/kv"
	"github.com/gatehouse-dev/gatehouse/internal/paging"
)

const maxDescribed = 50

func errToken() *awserr.Error {
	return api.InvalidParameterException("The specified nextToken is invalid.")
}

// pageSize is the given limit, or what AWS takes where none is given.
func pageSize(limit *int32) int {
	if limit == nil {
		return maxDescribed
	}
	return int(*limit)
}

// DescribeLogGroups lists groups by name.
func (s *Service) DescribeLogGroups(ctx context.Context, in *api.DescribeLogGroupsRequest) (*api.DescribeLogGroupsResponse, error) {
	c := front.CallFrom(ctx)
	p := placeOf(c)
	if in.LogGroupNamePrefix != nil && in.LogGroupNamePattern != nil {
		return nil, api.InvalidParameterException("LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters.")
	}
	if in.LogGroupIdentifiers != nil && (in.LogGroupNamePrefix != nil || in.LogGroupNamePattern != nil || in.NextToken != nil) {
		return nil, api.InvalidParameterException("LogGroup identifiers cannot be combined with other parameters.")
	}
	for _, account := range in.AccountIdentifiers {
		if account != c.Account {
			return nil, api.InvalidParameterException("There are no linked accounts.")
		}
	}
	var names []string
	for _, id := range in.LogGroupIdentifiers {
		name, err := groupNamed(c, nil, &id)
		if err != nil {
			return nil, err
		}
		names = append(names, name)
	}
	if err := s.queue.flush(ctx); err != nil {
		return nil, err
	}
	prefix := value(in.LogGroupNamePrefix)
	wanted := func(g *group) bool {
		return (in.LogGroupNamePattern == nil || strings.Contains(g.Name, *in.LogGroupNamePattern)) &&
			(in.LogGroupClass == nil || g.Class == *in.LogGroupClass) &&
			(names == nil || slices.Contains(names, g.Name))
	}
	out := &api.DescribeLogGroupsResponse{LogGroups: []api.LogGroup{}}
	err := s.store.View(ctx, func(r kv.Reader) error {
		groups, err := kv.LoadAll[group](r, p.groups(prefix))
		if err != nil {
			return err
		}
		groups = slices.DeleteFunc(groups, func(g group) bool { return !wanted(&g) })
		page, next, err := paging.Slice(groups, func(g group) string { return g.Name }, in.NextToken, pageSize(in.Limit))
		if err != nil {
			return errToken()
		}
		out.NextToken = next
		for i := range page {
			stored, _, err := kv.Load[int64](r, p.usageKey(page[i].ID))
			if err != nil {
				return err
			}
			out.LogGroups = append(out.LogGroups, page[i].describe(p, stored))
		}
		return nil
	})
	return out, err
}

func (g *group) describe(p place, stored int64) api.LogGroup {
	arn := groupARN(p, g.Name)
	out := api.LogGroup{LogGroupName: &g.Name, CreationTime: &g.Created, MetricFilterCount: new(int32(0)), StoredBytes: &stored,
		Arn: new(arn + ":*"), LogGroupArn: &arn, LogGroupClass: &g.Class, DeletionProtectionEnabled: &g.Protected}
	if g.Retention != 0 {
		out.RetentionInDays = &g.Retention
	}
	return out
}

// value is what a pointer points to, "" for nil.
func value(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
