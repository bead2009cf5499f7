package iam

import (
	"context"
	"slices"
	"strings"

	api "github.com/gatehouse-dev/gatehouse/internal/api/iam"
	"github.com/gatehouse-dev/gatehouse/internal/kv"
	"github.com/gatehouse-dev/gatehouse/internal/wire"
)

// maxGroupsPerUser cannot be raised ("IAM and AWS STS quotas").
const maxGroupsPerUser = 10

// membership is where a group stands among those of a user; -1 if the user is
// no member.
func (u *userRecord) membership(group string) int {
	return slices.IndexFunc(u.Groups, func(g string) bool { return strings.EqualFold(g, group) })
}

// editMembership changes a user beside a group that exists.
func (s *Service) editMembership(ctx context.Context, userName, groupName string, fn func(u *userRecord, g *groupRecord) error) error {
	return edit(ctx, s, kindUser, userName, func(t kv.Txn, u *userRecord) error {
		g, ok, err := kv.Load[groupRecord](t, entityKey(s.Account, kindGroup, groupName))
		if err != nil {
			return err
		}
		if !ok {
			return noSuch(kindGroup, groupName)
		}
		return fn(u, &g)
	})
}

// AddUserToGroup makes a user a member; one who is stays one.
func (s *Service) AddUserToGroup(ctx context.Context, in *api.AddUserToGroupRequest) (*wire.Empty, error) {
	return nil, s.editMembership(ctx, *in.UserName, *in.GroupName, func(u *userRecord, g *groupRecord) error {
		if u.membership(g.Name) >= 0 {
			return nil
		}
		if len(u.Groups) >= maxGroupsPerUser {
			return api.LimitExceededException("Cannot exceed quota for GroupsPerUser: %d", maxGroupsPerUser)
		}
		u.Groups = append(u.Groups, g.Name)
		return nil
	})
}

// RemoveUserFromGroup ends a membership, if there is one.
func (s *Service) RemoveUserFromGroup(ctx context.Context, in *api.RemoveUserFromGroupRequest) (*wire.Empty, error) {
	return nil, s.editMembership(ctx, *in.UserName, *in.GroupName, func(u *userRecord, g *groupRecord) error {
		if i := u.membership(g.Name); i >= 0 {
			u.Groups = slices.Delete(u.Groups, i, i+1)
		}
		return nil
	})
}

// ListGroupsForUser lists the groups of a user.
func (s *Service) ListGroupsForUser(ctx context.Context, in *api.ListGroupsForUserRequest) (*api.ListGroupsForUserResponse, error) {
	u, err := find[userRecord](ctx, s, kindUser, *in.UserName)
	if err != nil {
		return nil, err
	}
	groups, err := all[groupRecord](ctx, s, kindGroup)
	if err != nil {
		return nil, err
	}
	groups = slices.DeleteFunc(groups, func(g groupRecord) bool { return u.membership(g.Name) < 0 })
	out, more, marker, err := s.pageGroups(groups, in.Marker, in.MaxItems)
	return &api.ListGroupsForUserResponse{Groups: out, IsTruncated: more, Marker: marker}, err
}
