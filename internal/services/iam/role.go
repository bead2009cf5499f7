package iam

import (
	"context"
	"slices"
	"strings"

	api "github.com/gatehouse-dev/gatehouse/internal/api/iam"
	"github.com/gatehouse-dev/gatehouse/internal/kv"
	"github.com/gatehouse-dev/gatehouse/internal/policy"
	"github.com/gatehouse-dev/gatehouse/internal/wire"
)

const (
	defaultMaxSession = 3600
	maxTrustWeight    = 2048
)

func (s *Service) describeRole(r *roleRecord, whole bool) api.Role {
	out := api.Role{Path: &r.Path, RoleName: &r.Name, RoleId: &r.ID, Arn: new(identityARN(s.Account, kindRole, r.Path, r.Name)), CreateDate: &r.Created,
		AssumeRolePolicyDocument: escaped(r.Trust), Description: r.Description, MaxSessionDuration: &r.MaxSession}
	if whole {
		out.Tags, out.PermissionsBoundary, out.RoleLastUsed = r.Tags, boundaryOf(r.Boundary), &api.RoleLastUsed{}
	}
	return out
}

func checkTrust(document string) error {
	if err := checkDocument(policy.Trust, document); err != nil {
		return err
	}
	if weight(document) > maxTrustWeight {
		return api.LimitExceededException("Cannot exceed quota for ACLSizePerRole: %d", maxTrustWeight)
	}
	return nil
}

// CreateRole makes a role that may nothing yet.
func (s *Service) CreateRole(ctx context.Context, in *api.CreateRoleRequest) (*api.CreateRoleResponse, error) {
	if err := checkTrust(*in.AssumeRolePolicyDocument); err != nil {
		return nil, err
	}
	base, err := s.newIdentity("AROA", in.RoleName, in.Path, in.PermissionsBoundary, in.Tags)
	if err != nil {
		return nil, err
	}
	rec := roleRecord{identityRecord: base, Trust: *in.AssumeRolePolicyDocument, Description: in.Description, MaxSession: defaultMaxSession}
	if in.MaxSessionDuration != nil {
		rec.MaxSession = *in.MaxSessionDuration
	}
	if err := create(ctx, s, kindRole, *in.RoleName, maxRoles, rec, nil); err != nil {
		return nil, err
	}
	out := s.describeRole(&rec, true)
	out.RoleLastUsed = nil
	return &api.CreateRoleResponse{Role: &out}, nil
}

// GetRole describes a role.
func (s *Service) GetRole(ctx context.Context, in *api.GetRoleRequest) (*api.GetRoleResponse, error) {
	r, err := find[roleRecord](ctx, s, kindRole, *in.RoleName)
	if err != nil {
		return nil, err
	}
	return &api.GetRoleResponse{Role: new(s.describeRole(&r, true))}, nil
}

// ListRoles lists roles under a path.
func (s *Service) ListRoles(ctx context.Context, in *api.ListRolesRequest) (*api.ListRolesResponse, error) {
	recs, err := all[roleRecord](ctx, s, kindRole)
	if err != nil {
		return nil, err
	}
	recs = slices.DeleteFunc(recs, func(r roleRecord) bool { return !underPath(r.Path, in.PathPrefix) })
	recs, more, marker, err := page(recs, func(r roleRecord) string { return strings.ToLower(r.Name) }, in.Marker, in.MaxItems)
	if err != nil {
		return nil, err
	}
	out := &api.ListRolesResponse{Roles: []api.Role{}, IsTruncated: more, Marker: marker}
	for i := range recs {
		out.Roles = append(out.Roles, s.describeRole(&recs[i], false))
	}
	return out, nil
}

func (s *Service) editRole(ctx context.Context, name string, fn func(kv.Txn, *roleRecord) error) (roleRecord, error) {
	var after roleRecord
	err := edit(ctx, s, kindRole, name, func(t kv.Txn, r *roleRecord) error {
		if r.ServiceLinked != "" {
			return api.UnmodifiableEntityException("Cannot perform the operation on the protected role '%s' - this role is only modifiable by AWS", r.Name)
		}
		if err := fn(t, r); err != nil {
			return err
		}
		after = *r
		return nil
	})
	return after, err
}

// UpdateRole changes description and longest session.
func (s *Service) UpdateRole(ctx context.Context, in *api.UpdateRoleRequest) (*api.UpdateRoleResponse, error) {
	_, err := s.editRole(ctx, *in.RoleName, func(_ kv.Txn, r *roleRecord) error {
		r.Description = in.Description
		r.MaxSession = defaultMaxSession
		if in.MaxSessionDuration != nil {
			r.MaxSession = *in.MaxSessionDuration
		}
		return nil
	})
	return &api.UpdateRoleResponse{}, err
}

// UpdateRoleDescription changes the description alone.
func (s *Service) UpdateRoleDescription(ctx context.Context, in *api.UpdateRoleDescriptionRequest) (*api.UpdateRoleDescriptionResponse, error) {
	r, err := s.editRole(ctx, *in.RoleName, func(_ kv.Txn, r *roleRecord) error { r.Description = in.Description; return nil })
	if err != nil {
		return nil, err
	}
	return &api.UpdateRoleDescriptionResponse{Role: new(s.describeRole(&r, true))}, nil
}

// UpdateAssumeRolePolicy replaces the trust policy.
func (s *Service) UpdateAssumeRolePolicy(ctx context.Context, in *api.UpdateAssumeRolePolicyRequest) (*wire.Empty, error) {
	if err := checkTrust(*in.PolicyDocument); err != nil {
		return nil, err
	}
	_, err := s.editRole(ctx, *in.RoleName, func(_ kv.Txn, r *roleRecord) error { r.Trust = *in.PolicyDocument; return nil })
	return nil, err
}

// DeleteRole deletes a role of which nothing is left.
func (s *Service) DeleteRole(ctx context.Context, in *api.DeleteRoleRequest) (*wire.Empty, error) {
	return nil, s.update(ctx, func(t kv.Txn) error {
		key := entityKey(s.Account, kindRole, *in.RoleName)
		r, ok, err := kv.Load[roleRecord](t, key)
		if err != nil {
			return err
		}
		if !ok {
			return noSuch(kindRole, *in.RoleName)
		}
		if r.ServiceLinked != "" {
			return api.UnmodifiableEntityException("Cannot perform the operation on the protected role '%s' - this role is only modifiable by AWS", r.Name)
		}
		profiles, err := kv.LoadAll[instanceProfileRecord](t, kv.Prefix(kindPrefix(s.Account, kindInstanceProfile)))
		if err != nil {
			return err
		}
		if slices.ContainsFunc(profiles, func(p instanceProfileRecord) bool { return strings.EqualFold(p.Role, r.Name) }) {
			return api.DeleteConflictException("Cannot delete entity, must remove roles from instance profile first.")
		}
		if err := deletable(&r.identityRecord); err != nil {
			return err
		}
		return t.Delete(key)
	})
}

// ListInstanceProfilesForRole lists the profiles that hold a role.
func (s *Service) ListInstanceProfilesForRole(ctx context.Context, in *api.ListInstanceProfilesForRoleRequest) (*api.ListInstanceProfilesForRoleResponse, error) {
	r, err := find[roleRecord](ctx, s, kindRole, *in.RoleName)
	if err != nil {
		return nil, err
	}
	profiles, err := all[instanceProfileRecord](ctx, s, kindInstanceProfile)
	if err != nil {
		return nil, err
	}
	profiles = slices.DeleteFunc(profiles, func(p instanceProfileRecord) bool { return !strings.EqualFold(p.Role, r.Name) })
	profiles, more, marker, err := page(profiles, func(p instanceProfileRecord) string { return strings.ToLower(p.Name) }, in.Marker, in.MaxItems)
	if err != nil {
		return nil, err
	}
	out := &api.ListInstanceProfilesForRoleResponse{InstanceProfiles: []api.InstanceProfile{}, IsTruncated: more, Marker: marker}
	for i := range profiles {
		out.InstanceProfiles = append(out.InstanceProfiles, s.describeProfile(&profiles[i], []roleRecord{r}))
	}
	return out, nil
}

// describeProfile is an instance profile as IAM shows it.
func (s *Service) describeProfile(p *instanceProfileRecord, roles []roleRecord) api.InstanceProfile {
	out := api.InstanceProfile{Path: &p.Path, InstanceProfileName: &p.Name, InstanceProfileId: &p.ID, CreateDate: &p.Created, Tags: p.Tags,
		Arn: new(identityARN(s.Account, kindInstanceProfile, p.Path, p.Name)), Roles: []api.Role{}}
	for i := range roles {
		out.Roles = append(out.Roles, s.describeRole(&roles[i], false))
	}
	return out
}
