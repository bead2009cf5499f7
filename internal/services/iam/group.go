package iam

import (
	"context"
	"slices"
	"strings"

	api "github.com/gatehouse-dev/gatehouse/internal/api/iam"
	"github.com/gatehouse-dev/gatehouse/internal/kv"
	"github.com/gatehouse-dev/gatehouse/internal/wire"
)

func (s *Service) describeGroup(g *groupRecord) api.Group {
	return api.Group{Path: &g.Path, GroupName: &g.Name, GroupId: &g.ID, Arn: new(identityARN(s.Account, kindGroup, g.Path, g.Name)), CreateDate: &g.Created}
}

// CreateGroup makes a group without members.
func (s *Service) CreateGroup(ctx context.Context, in *api.CreateGroupRequest) (*api.CreateGroupResponse, error) {
	base, err := s.newIdentity("AGPA", in.GroupName, in.Path, nil)
	if err != nil {
		return nil, err
	}
	rec := groupRecord{base}
	if err := create(ctx, s, kindGroup, rec.Name, &rec, nil); err != nil {
		return nil, err
	}
	return &api.CreateGroupResponse{Group: new(s.describeGroup(&rec))}, nil
}

// GetGroup describes a group and lists its members.
func (s *Service) GetGroup(ctx context.Context, in *api.GetGroupRequest) (*api.GetGroupResponse, error) {
	g, err := find[groupRecord](ctx, s, kindGroup, *in.GroupName)
	if err != nil {
		return nil, err
	}
	users, err := all[userRecord](ctx, s, kindUser)
	if err != nil {
		return nil, err
	}
	users = slices.DeleteFunc(users, func(u userRecord) bool { return u.membership(g.Name) < 0 })
	users, more, marker, err := page(users, func(u userRecord) string { return strings.ToLower(u.Name) }, in.Marker, in.MaxItems)
	if err != nil {
		return nil, err
	}
	out := &api.GetGroupResponse{Group: new(s.describeGroup(&g)), Users: []api.User{}, IsTruncated: more, Marker: marker}
	for i := range users {
		out.Users = append(out.Users, s.describeUser(&users[i], false))
	}
	return out, nil
}

// ListGroups lists groups under a path.
func (s *Service) ListGroups(ctx context.Context, in *api.ListGroupsRequest) (*api.ListGroupsResponse, error) {
	groups, err := all[groupRecord](ctx, s, kindGroup)
	if err != nil {
		return nil, err
	}
	groups = slices.DeleteFunc(groups, func(g groupRecord) bool { return !underPath(g.Path, in.PathPrefix) })
	out, more, marker, err := s.pageGroups(groups, in.Marker, in.MaxItems)
	return &api.ListGroupsResponse{Groups: out, IsTruncated: more, Marker: marker}, err
}

func (s *Service) pageGroups(groups []groupRecord, marker *string, max *int32) ([]api.Group, *bool, *string, error) {
	groups, more, next, err := page(groups, func(g groupRecord) string { return strings.ToLower(g.Name) }, marker, max)
	out := []api.Group{}
	for i := range groups {
		out = append(out, s.describeGroup(&groups[i]))
	}
	return out, more, next, err
}

// UpdateGroup renames or moves a group; its members stay.
func (s *Service) UpdateGroup(ctx context.Context, in *api.UpdateGroupRequest) (*wire.Empty, error) {
	return nil, s.update(ctx, func(t kv.Txn) error {
		old := entityKey(s.Account, kindGroup, *in.GroupName)
		g, ok, err := kv.Load[groupRecord](t, old)
		if err != nil {
			return err
		}
		if !ok {
			return noSuch(kindGroup, *in.GroupName)
		}
		if in.NewPath != nil {
			g.Path = *in.NewPath
		}
		if in.NewGroupName != nil && *in.NewGroupName != g.Name {
			if err := s.renameGroup(t, &g, *in.NewGroupName); err != nil {
				return err
			}
			if err := t.Delete(old); err != nil {
				return err
			}
		}
		return kv.Save(t, entityKey(s.Account, kindGroup, g.Name), g)
	})
}

func (s *Service) renameGroup(t kv.Txn, g *groupRecord, name string) error {
	taken, err := t.Get(entityKey(s.Account, kindGroup, name))
	if err != nil {
		return err
	}
	if taken != nil && !strings.EqualFold(name, g.Name) {
		return alreadyExists(kindGroup, name)
	}
	users, err := loadKind[userRecord](t, s.Account, kindUser)
	if err != nil {
		return err
	}
	for _, u := range users {
		i := u.membership(g.Name)
		if i < 0 {
			continue
		}
		u.Groups[i] = name
		if err := kv.Save(t, entityKey(s.Account, kindUser, u.Name), u); err != nil {
			return err
		}
	}
	g.Name = name
	return nil
}

// DeleteGroup deletes a group of which nothing is left.
func (s *Service) DeleteGroup(ctx context.Context, in *api.DeleteGroupRequest) (*wire.Empty, error) {
	return nil, s.update(ctx, func(t kv.Txn) error {
		key := entityKey(s.Account, kindGroup, *in.GroupName)
		g, ok, err := kv.Load[groupRecord](t, key)
		if err != nil {
			return err
		}
		if !ok {
			return noSuch(kindGroup, *in.GroupName)
		}
		users, err := loadKind[userRecord](t, s.Account, kindUser)
		if err != nil {
			return err
		}
		if slices.ContainsFunc(users, func(u userRecord) bool { return u.membership(g.Name) >= 0 }) {
			return api.DeleteConflictException("Cannot delete entity, must remove users from group first.")
		}
		if err := deletable(&g.identityRecord); err != nil {
			return err
		}
		return t.Delete(key)
	})
}
