package iam

import (
	"context"
	"slices"
	"strings"

	api "github.com/gatehouse-dev/gatehouse/internal/api/iam"
	"github.com/gatehouse-dev/gatehouse/internal/awserr"
	"github.com/gatehouse-dev/gatehouse/internal/kv"
	"github.com/gatehouse-dev/gatehouse/internal/wire"
)

const (
	defaultMaxSession = 3600
	maxTrustWeight    = 2048
)

// briefRole is a role as the answers of creations and instance profiles show it.
func (s *Service) briefRole(r *roleRecord) api.Role {
	return api.Role{Path: &r.Path, RoleName: &r.Name, RoleId: &r.ID, Arn: new(identityARN(s.Account, kindRole, r.Path, r.Name)), CreateDate: &r.Created,
		AssumeRolePolicyDocument: escaped(s.shownTrust(r))}
}

// listedRole is a role as listings show it.
func (s *Service) listedRole(r *roleRecord) api.Role {
	out := s.briefRole(r)
	out.Description, out.MaxSessionDuration = r.Description, &r.MaxSession
	return out
}

// shownTrust is the trust policy with the principals' present names.
func (s *Service) shownTrust(r *roleRecord) string {
	if len(r.Trusted) == 0 {
		return r.Trust
	}
	arns := map[string]string{}
	snap := s.current.Load()
	for _, id := range r.Trusted {
		unique, _, _ := strings.Cut(id, ":")
		if h := snap.holders[unique]; h != nil {
			arns[unique] = h.arn
		}
	}
	if text, ok := currentTrust(r, arns); ok {
		return text
	}
	return r.Trust
}

// setTrust gives a record a checked trust policy.
func (s *Service) setTrust(r kv.Reader, rec *roleRecord, document string) error {
	trusted, err := s.resolveTrust(r, document)
	if err != nil {
		return err
	}
	rec.Trust, rec.Trusted = document, trusted
	return nil
}

// CreateRole makes a role that may nothing yet.
func (s *Service) CreateRole(ctx context.Context, in *api.CreateRoleRequest) (*api.CreateRoleResponse, error) {
	if err := checkTrust(*in.AssumeRolePolicyDocument); err != nil {
		return nil, err
	}
	base, err := s.newIdentity("AROA", in.RoleName, in.Path, in.Tags)
	if err != nil {
		return nil, err
	}
	if strings.HasPrefix(base.Path, serviceLinkedPath) {
		return nil, awserr.New(400, "ValidationError", "Role path %s is reserved for service-linked roles.", base.Path)
	}
	rec := roleRecord{identityRecord: base, Description: in.Description, MaxSession: defaultMaxSession}
	if in.MaxSessionDuration != nil {
		rec.MaxSession = *in.MaxSessionDuration
	}
	err = create(ctx, s, kindRole, rec.Name, &rec, func(r kv.Reader) error {
		if err := s.setTrust(r, &rec, *in.AssumeRolePolicyDocument); err != nil {
			return err
		}
		return s.setBoundary(r, &rec.identityRecord, in.PermissionsBoundary)
	})
	if err != nil {
		return nil, err
	}
	out := s.briefRole(&rec)
	out.Tags, out.PermissionsBoundary = rec.Tags, boundaryOf(rec.Boundary)
	return &api.CreateRoleResponse{Role: &out}, nil
}

// GetRole describes a role.
func (s *Service) GetRole(ctx context.Context, in *api.GetRoleRequest) (*api.GetRoleResponse, error) {
	var out api.Role
	err := s.Store.View(ctx, func(r kv.Reader) error {
		rec, ok, err := kv.Load[roleRecord](r, entityKey(s.Account, kindRole, *in.RoleName))
		if err != nil {
			return err
		}
		if !ok {
			return noSuch(kindRole, *in.RoleName)
		}
		out = s.listedRole(&rec)
		out.Tags, out.PermissionsBoundary = rec.Tags, boundaryOf(rec.Boundary)
		out.RoleLastUsed, err = s.roleLastUsed(r, rec.ID)
		return err
	})
	if err != nil {
		return nil, err
	}
	return &api.GetRoleResponse{Role: &out}, nil
}

// roleLastUsed is never nil: IAM shows a role that was never used with an
// empty one.
func (s *Service) roleLastUsed(r kv.Reader, id string) (*api.RoleLastUsed, error) {
	u, ok, err := s.lastUse(r, id)
	if err != nil || !ok {
		return &api.RoleLastUsed{}, err
	}
	return &api.RoleLastUsed{LastUsedDate: &u.At, Region: &u.Region}, nil
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
		out.Roles = append(out.Roles, s.listedRole(&recs[i]))
	}
	return out, nil
}

// modifiable refuses to change what only AWS may.
func modifiable(r *roleRecord) error {
	if r.ServiceLinked == "" {
		return nil
	}
	return api.UnmodifiableEntityException("Cannot perform the operation on the protected role '%s' - this role is only modifiable by AWS", r.Name)
}

// UpdateRole changes description and longest session; what is not given stays.
// Of a service-linked role only the description may change.
func (s *Service) UpdateRole(ctx context.Context, in *api.UpdateRoleRequest) (*api.UpdateRoleResponse, error) {
	err := edit(ctx, s, kindRole, *in.RoleName, func(_ kv.Txn, r *roleRecord) error {
		if in.Description != nil {
			r.Description = in.Description
		}
		if in.MaxSessionDuration != nil {
			if err := modifiable(r); err != nil {
				return err
			}
			r.MaxSession = *in.MaxSessionDuration
		}
		return nil
	})
	return &api.UpdateRoleResponse{}, err
}

// UpdateRoleDescription changes the description alone.
func (s *Service) UpdateRoleDescription(ctx context.Context, in *api.UpdateRoleDescriptionRequest) (*api.UpdateRoleDescriptionResponse, error) {
	var out api.Role
	err := edit(ctx, s, kindRole, *in.RoleName, func(_ kv.Txn, r *roleRecord) error {
		r.Description = in.Description
		out = s.briefRole(r)
		out.Description = in.Description
		return nil
	})
	if err != nil {
		return nil, err
	}
	return &api.UpdateRoleDescriptionResponse{Role: &out}, nil
}

// UpdateAssumeRolePolicy replaces the trust policy.
func (s *Service) UpdateAssumeRolePolicy(ctx context.Context, in *api.UpdateAssumeRolePolicyRequest) (*wire.Empty, error) {
	if err := checkTrust(*in.PolicyDocument); err != nil {
		return nil, err
	}
	return nil, edit(ctx, s, kindRole, *in.RoleName, func(t kv.Txn, r *roleRecord) error {
		if err := modifiable(r); err != nil {
			return err
		}
		return s.setTrust(t, r, *in.PolicyDocument)
	})
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
		if err := modifiable(&r); err != nil {
			return err
		}
		profiles, err := loadKind[instanceProfileRecord](t, s.Account, kindInstanceProfile)
		if err != nil {
			return err
		}
		if slices.ContainsFunc(profiles, func(p instanceProfileRecord) bool { return strings.EqualFold(p.Role, r.Name) }) {
			return api.DeleteConflictException("Cannot delete entity, must remove roles from instance profile first.")
		}
		if err := deletable(&r.identityRecord); err != nil {
			return err
		}
		if err := t.Delete(usedKey(s.Account, r.ID)); err != nil {
			return err
		}
		return t.Delete(key)
	})
}
