package iam

import (
	"context"
	"slices"
	"strings"

	api "github.com/gatehouse-dev/gatehouse/internal/api/iam"
	"github.com/gatehouse-dev/gatehouse/internal/kv"
)

// holding is an entity that has a policy attached or as its boundary.
type holding struct {
	kind string
	rec  *identityRecord
}

// ListEntitiesForPolicy lists who has a managed policy.
func (s *Service) ListEntitiesForPolicy(ctx context.Context, in *api.ListEntitiesForPolicyRequest) (*api.ListEntitiesForPolicyResponse, error) {
	var found []holding
	err := s.Store.View(ctx, func(r kv.Reader) error {
		if _, err := s.managedPolicy(r, *in.PolicyArn); err != nil {
			return err
		}
		all, err := s.records(r)
		if err != nil {
			return err
		}
		found = all.holdings(in)
		return nil
	})
	if err != nil {
		return nil, err
	}
	found, more, marker, err := page(found, func(h holding) string { return h.kind + "/" + strings.ToLower(h.rec.Name) }, in.Marker, in.MaxItems)
	out := &api.ListEntitiesForPolicyResponse{PolicyGroups: []api.PolicyGroup{}, PolicyRoles: []api.PolicyRole{}, PolicyUsers: []api.PolicyUser{}, IsTruncated: more, Marker: marker}
	for _, h := range found {
		switch h.kind {
		case kindGroup:
			out.PolicyGroups = append(out.PolicyGroups, api.PolicyGroup{GroupName: &h.rec.Name, GroupId: &h.rec.ID})
		case kindRole:
			out.PolicyRoles = append(out.PolicyRoles, api.PolicyRole{RoleName: &h.rec.Name, RoleId: &h.rec.ID})
		case kindUser:
			out.PolicyUsers = append(out.PolicyUsers, api.PolicyUser{UserName: &h.rec.Name, UserId: &h.rec.ID})
		}
	}
	return out, err
}

// holdings finds whom the request asks for, sorted by kind and name.
func (a *accountRecords) holdings(in *api.ListEntitiesForPolicyRequest) []holding {
	var out []holding
	add := func(kind, filter string, rec *identityRecord) {
		if in.EntityFilter != nil && *in.EntityFilter != filter || !underPath(rec.Path, in.PathPrefix) {
			return
		}
		attached, bounds := slices.Contains(rec.Attached, *in.PolicyArn), rec.Boundary == *in.PolicyArn
		if in.PolicyUsageFilter != nil {
			attached = attached && *in.PolicyUsageFilter == api.PolicyUsageTypePermissionsPolicy
			bounds = bounds && *in.PolicyUsageFilter == api.PolicyUsageTypePermissionsBoundary
		}
		if attached || bounds {
			out = append(out, holding{kind, rec})
		}
	}
	for i := range a.groups {
		add(kindGroup, api.EntityTypeGroup, &a.groups[i].identityRecord)
	}
	for i := range a.roles {
		add(kindRole, api.EntityTypeRole, &a.roles[i].identityRecord)
	}
	for i := range a.users {
		add(kindUser, api.EntityTypeUser, &a.users[i].identityRecord)
	}
	return out
}
