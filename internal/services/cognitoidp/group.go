package cognitoidp

import (
	"context"

	"github.com/gatehouse-dev/gatehouse/internal/api/cognitoidp"
	"github.com/gatehouse-dev/gatehouse/internal/front"
	"github.com/gatehouse-dev/gatehouse/internal/kv"
	"github.com/gatehouse-dev/gatehouse/internal/paging"
	"github.com/gatehouse-dev/gatehouse/internal/wire"
)

func (s *Service) CreateGroup(ctx context.Context, in *cognitoidp.CreateGroupRequest) (*cognitoidp.CreateGroupResponse, error) {
	now := stamp(front.CallFrom(ctx).Time)
	g := cognitoidp.GroupType{GroupName: in.GroupName, UserPoolId: in.UserPoolId, Description: in.Description, RoleArn: in.RoleArn,
		Precedence: in.Precedence, CreationDate: now, LastModifiedDate: now}
	return &cognitoidp.CreateGroupResponse{Group: &g}, s.mutate(ctx, *in.UserPoolId, func(t kv.Txn, at space, _ *poolRecord) error {
		key := at.group(*in.UserPoolId, *in.GroupName)
		there, err := t.Get(key)
		if err != nil {
			return err
		}
		if there != nil {
			return cognitoidp.GroupExistsException("A group with the name already exists.")
		}
		return kv.Save(t, key, g)
	})
}

func findGroup(r kv.Reader, at space, pool, name string) (cognitoidp.GroupType, error) {
	g, ok, err := kv.Load[cognitoidp.GroupType](r, at.group(pool, name))
	if err == nil && !ok {
		err = cognitoidp.ResourceNotFoundException("Group not found.")
	}
	return g, err
}

func (s *Service) GetGroup(ctx context.Context, in *cognitoidp.GetGroupRequest) (*cognitoidp.GetGroupResponse, error) {
	out := &cognitoidp.GetGroupResponse{}
	return out, s.inspect(ctx, *in.UserPoolId, func(r kv.Reader, at space, _ *poolRecord) error {
		g, err := findGroup(r, at, *in.UserPoolId, *in.GroupName)
		out.Group = &g
		return err
	})
}

// UpdateGroup leaves what is not given as it is.
func (s *Service) UpdateGroup(ctx context.Context, in *cognitoidp.UpdateGroupRequest) (*cognitoidp.UpdateGroupResponse, error) {
	out := &cognitoidp.UpdateGroupResponse{}
	return out, s.mutate(ctx, *in.UserPoolId, func(t kv.Txn, at space, _ *poolRecord) error {
		g, err := findGroup(t, at, *in.UserPoolId, *in.GroupName)
		if err != nil {
			return err
		}
		if in.Description != nil {
			g.Description = in.Description
		}
		if in.RoleArn != nil {
			g.RoleArn = in.RoleArn
		}
		if in.Precedence != nil {
			g.Precedence = in.Precedence
		}
		g.LastModifiedDate = stamp(front.CallFrom(ctx).Time)
		out.Group = &g
		return kv.Save(t, at.group(*in.UserPoolId, *in.GroupName), g)
	})
}

func (s *Service) DeleteGroup(ctx context.Context, in *cognitoidp.DeleteGroupRequest) (*wire.Empty, error) {
	return &wire.Empty{}, s.mutate(ctx, *in.UserPoolId, func(t kv.Txn, at space, _ *poolRecord) error {
		if _, err := findGroup(t, at, *in.UserPoolId, *in.GroupName); err != nil {
			return err
		}
		return t.Delete(at.group(*in.UserPoolId, *in.GroupName))
	})
}

func (s *Service) ListGroups(ctx context.Context, in *cognitoidp.ListGroupsRequest) (*cognitoidp.ListGroupsResponse, error) {
	out := &cognitoidp.ListGroupsResponse{Groups: []cognitoidp.GroupType{}}
	return out, s.inspect(ctx, *in.UserPoolId, func(r kv.Reader, at space, _ *poolRecord) error {
		all, err := kv.LoadAll[cognitoidp.GroupType](r, at.groups(*in.UserPoolId))
		if err != nil {
			return err
		}
		limit := int(*or(in.Limit, 60))
		if limit == 0 {
			limit = 60
		}
		page, next, err := paging.Slice(all, func(g cognitoidp.GroupType) string { return *g.GroupName }, in.NextToken, limit)
		if err != nil {
			return invalidToken()
		}
		out.Groups, out.NextToken = append(out.Groups, page...), next
		return nil
	})
}
