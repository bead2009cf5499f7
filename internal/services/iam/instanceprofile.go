package iam

import (
	"context"
	"slices"
	"strings"

	api "github.com/gatehouse-dev/gatehouse/internal/api/iam"
	"github.com/gatehouse-dev/gatehouse/internal/kv"
	"github.com/gatehouse-dev/gatehouse/internal/wire"
)

// describeProfile is an instance profile as listings show it: without tags.
func (s *Service) describeProfile(r kv.Reader, p *instanceProfileRecord) (api.InstanceProfile, error) {
	out := api.InstanceProfile{Path: &p.Path, InstanceProfileName: &p.Name, InstanceProfileId: &p.ID, CreateDate: &p.Created,
		Arn: new(identityARN(s.Account, kindInstanceProfile, p.Path, p.Name)), Roles: []api.Role{}}
	if p.Role == "" {
		return out, nil
	}
	role, ok, err := kv.Load[roleRecord](r, entityKey(s.Account, kindRole, p.Role))
	if ok {
		out.Roles = append(out.Roles, s.briefRole(&role))
	}
	return out, err
}

// CreateInstanceProfile makes a profile without a role.
func (s *Service) CreateInstanceProfile(ctx context.Context, in *api.CreateInstanceProfileRequest) (*api.CreateInstanceProfileResponse, error) {
	tags, err := mergeTags(nil, in.Tags, exactKeys)
	if err != nil {
		return nil, err
	}
	rec := instanceProfileRecord{Name: *in.InstanceProfileName, Path: pathOr(in.Path), ID: newID("AIPA"), Created: s.now(), Tags: tags}
	if err := create(ctx, s, kindInstanceProfile, rec.Name, &rec, nil); err != nil {
		return nil, err
	}
	out, err := s.describeProfile(nil, &rec)
	out.Tags = rec.Tags
	return &api.CreateInstanceProfileResponse{InstanceProfile: &out}, err
}

// GetInstanceProfile describes a profile.
func (s *Service) GetInstanceProfile(ctx context.Context, in *api.GetInstanceProfileRequest) (*api.GetInstanceProfileResponse, error) {
	var out api.InstanceProfile
	err := s.Store.View(ctx, func(r kv.Reader) error {
		p, ok, err := kv.Load[instanceProfileRecord](r, entityKey(s.Account, kindInstanceProfile, *in.InstanceProfileName))
		if err != nil {
			return err
		}
		if !ok {
			return noSuch(kindInstanceProfile, *in.InstanceProfileName)
		}
		out, err = s.describeProfile(r, &p)
		out.Tags = append([]api.Tag{}, p.Tags...)
		return err
	})
	if err != nil {
		return nil, err
	}
	return &api.GetInstanceProfileResponse{InstanceProfile: &out}, nil
}

// listProfiles pages through the profiles that keep holds for.
func (s *Service) listProfiles(ctx context.Context, marker *string, max *int32, keep func(*instanceProfileRecord) bool) ([]api.InstanceProfile, *bool, *string, error) {
	out := []api.InstanceProfile{}
	var more *bool
	var next *string
	err := s.Store.View(ctx, func(r kv.Reader) error {
		recs, err := loadKind[instanceProfileRecord](r, s.Account, kindInstanceProfile)
		if err != nil {
			return err
		}
		recs = slices.DeleteFunc(recs, func(p instanceProfileRecord) bool { return !keep(&p) })
		recs, more, next, err = page(recs, func(p instanceProfileRecord) string { return strings.ToLower(p.Name) }, marker, max)
		if err != nil {
			return err
		}
		for i := range recs {
			p, err := s.describeProfile(r, &recs[i])
			if err != nil {
				return err
			}
			out = append(out, p)
		}
		return nil
	})
	return out, more, next, err
}

// ListInstanceProfiles lists profiles under a path.
func (s *Service) ListInstanceProfiles(ctx context.Context, in *api.ListInstanceProfilesRequest) (*api.ListInstanceProfilesResponse, error) {
	out, more, marker, err := s.listProfiles(ctx, in.Marker, in.MaxItems, func(p *instanceProfileRecord) bool { return underPath(p.Path, in.PathPrefix) })
	return &api.ListInstanceProfilesResponse{InstanceProfiles: out, IsTruncated: more, Marker: marker}, err
}

// ListInstanceProfilesForRole lists the profiles that hold a role.
func (s *Service) ListInstanceProfilesForRole(ctx context.Context, in *api.ListInstanceProfilesForRoleRequest) (*api.ListInstanceProfilesForRoleResponse, error) {
	if _, err := find[roleRecord](ctx, s, kindRole, *in.RoleName); err != nil {
		return nil, err
	}
	out, more, marker, err := s.listProfiles(ctx, in.Marker, in.MaxItems, func(p *instanceProfileRecord) bool { return strings.EqualFold(p.Role, *in.RoleName) })
	return &api.ListInstanceProfilesForRoleResponse{InstanceProfiles: out, IsTruncated: more, Marker: marker}, err
}

// DeleteInstanceProfile deletes a profile that holds no role.
func (s *Service) DeleteInstanceProfile(ctx context.Context, in *api.DeleteInstanceProfileRequest) (*wire.Empty, error) {
	return nil, s.update(ctx, func(t kv.Txn) error {
		key := entityKey(s.Account, kindInstanceProfile, *in.InstanceProfileName)
		p, ok, err := kv.Load[instanceProfileRecord](t, key)
		switch {
		case err != nil:
			return err
		case !ok:
			return noSuch(kindInstanceProfile, *in.InstanceProfileName)
		case p.Role != "":
			return api.DeleteConflictException("Cannot delete entity, must remove roles from instance profile first.")
		}
		return t.Delete(key)
	})
}

// AddRoleToInstanceProfile puts a role into a profile, which holds one at most.
func (s *Service) AddRoleToInstanceProfile(ctx context.Context, in *api.AddRoleToInstanceProfileRequest) (*wire.Empty, error) {
	return nil, edit(ctx, s, kindInstanceProfile, *in.InstanceProfileName, func(t kv.Txn, p *instanceProfileRecord) error {
		role, ok, err := kv.Load[roleRecord](t, entityKey(s.Account, kindRole, *in.RoleName))
		switch {
		case err != nil:
			return err
		case !ok:
			return noSuch(kindRole, *in.RoleName)
		case p.Role != "":
			return api.LimitExceededException("Cannot exceed quota for InstanceSessionsPerInstanceProfile: 1")
		}
		if err := modifiable(&role); err != nil {
			return err
		}
		p.Role = role.Name
		return nil
	})
}

// RemoveRoleFromInstanceProfile takes a role out of a profile.
func (s *Service) RemoveRoleFromInstanceProfile(ctx context.Context, in *api.RemoveRoleFromInstanceProfileRequest) (*wire.Empty, error) {
	return nil, edit(ctx, s, kindInstanceProfile, *in.InstanceProfileName, func(t kv.Txn, p *instanceProfileRecord) error {
		role, err := t.Get(entityKey(s.Account, kindRole, *in.RoleName))
		switch {
		case err != nil:
			return err
		case role == nil:
			return noSuch(kindRole, *in.RoleName)
		case !strings.EqualFold(p.Role, *in.RoleName):
			return api.NoSuchEntityException("Role %s in Instance Profile %s cannot be found.", *in.RoleName, p.Name)
		}
		p.Role = ""
		return nil
	})
}

// TagInstanceProfile adds tags to a profile.
func (s *Service) TagInstanceProfile(ctx context.Context, in *api.TagInstanceProfileRequest) (*wire.Empty, error) {
	return nil, edit(ctx, s, kindInstanceProfile, *in.InstanceProfileName, func(_ kv.Txn, p *instanceProfileRecord) (err error) {
		p.Tags, err = mergeTags(p.Tags, in.Tags, exactKeys)
		return err
	})
}

// UntagInstanceProfile removes tags from a profile.
func (s *Service) UntagInstanceProfile(ctx context.Context, in *api.UntagInstanceProfileRequest) (*wire.Empty, error) {
	return nil, edit(ctx, s, kindInstanceProfile, *in.InstanceProfileName, func(_ kv.Txn, p *instanceProfileRecord) error {
		p.Tags = removeTags(p.Tags, in.TagKeys, exactKeys)
		return nil
	})
}

// ListInstanceProfileTags lists the tags of a profile.
func (s *Service) ListInstanceProfileTags(ctx context.Context, in *api.ListInstanceProfileTagsRequest) (*api.ListInstanceProfileTagsResponse, error) {
	p, err := find[instanceProfileRecord](ctx, s, kindInstanceProfile, *in.InstanceProfileName)
	if err != nil {
		return nil, err
	}
	tags, more, marker, err := pageTags(p.Tags, in.Marker, in.MaxItems)
	return &api.ListInstanceProfileTagsResponse{Tags: tags, IsTruncated: more, Marker: marker}, err
}
