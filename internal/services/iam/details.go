package iam

import (
	"context"
	"slices"
	"strings"

	api "github.com/gatehouse-dev/gatehouse/internal/api/iam"
	"github.com/gatehouse-dev/gatehouse/internal/kv"
)

// detail is one entity of GetAccountAuthorizationDetails: its place in the
// listing, and how to add it to an answer.
type detail struct {
	key string
	add func(*api.GetAccountAuthorizationDetailsResponse)
}

// GetAccountAuthorizationDetails describes all users, groups, roles and
// policies with what connects them. Of AWS's policies it lists those in use.
func (s *Service) GetAccountAuthorizationDetails(ctx context.Context, in *api.GetAccountAuthorizationDetailsRequest) (*api.GetAccountAuthorizationDetailsResponse, error) {
	out := &api.GetAccountAuthorizationDetailsResponse{UserDetailList: []api.UserDetail{}, GroupDetailList: []api.GroupDetail{},
		RoleDetailList: []api.RoleDetail{}, Policies: []api.ManagedPolicyDetail{}}
	err := s.Store.View(ctx, func(r kv.Reader) error {
		all, err := s.records(r)
		if err != nil {
			return err
		}
		details, err := s.details(r, all, in.Filter)
		if err != nil {
			return err
		}
		var shown []detail
		shown, out.IsTruncated, out.Marker, err = page(details, func(d detail) string { return d.key }, in.Marker, in.MaxItems)
		for _, d := range shown {
			d.add(out)
		}
		return err
	})
	return out, err
}

// details are all entities that a filter, if there is one, names.
func (s *Service) details(r kv.Reader, all *accountRecords, filter []string) ([]detail, error) {
	var out []detail
	wanted := func(kind string) bool { return len(filter) == 0 || slices.Contains(filter, kind) }
	add := func(kind, name string, fn func(*api.GetAccountAuthorizationDetailsResponse)) {
		out = append(out, detail{kind + "/" + strings.ToLower(name), fn})
	}
	counts := all.useCounts()
	if wanted(api.EntityTypeAWSManagedPolicy) {
		for _, a := range s.library.arns {
			if counts[a] != (useCount{}) {
				add("1", a, func(o *api.GetAccountAuthorizationDetailsResponse) {
					o.Policies = append(o.Policies, s.policyDetail(s.library.policy(a), a, counts[a]))
				})
			}
		}
	}
	if wanted(api.EntityTypeGroup) {
		for _, g := range all.groups {
			add("2", g.Name, func(o *api.GetAccountAuthorizationDetailsResponse) {
				o.GroupDetailList = append(o.GroupDetailList, s.groupDetail(&g))
			})
		}
	}
	if wanted(api.EntityTypeLocalManagedPolicy) {
		for _, p := range all.policies {
			a := policyRecordARN(s.Account, &p)
			add("3", p.Name, func(o *api.GetAccountAuthorizationDetailsResponse) {
				o.Policies = append(o.Policies, s.policyDetail(&p, a, counts[a]))
			})
		}
	}
	if wanted(api.EntityTypeRole) {
		for _, role := range all.roles {
			d, err := s.roleDetail(r, all, &role)
			if err != nil {
				return nil, err
			}
			add("4", role.Name, func(o *api.GetAccountAuthorizationDetailsResponse) { o.RoleDetailList = append(o.RoleDetailList, d) })
		}
	}
	if wanted(api.EntityTypeUser) {
		for _, u := range all.users {
			add("5", u.Name, func(o *api.GetAccountAuthorizationDetailsResponse) {
				o.UserDetailList = append(o.UserDetailList, s.userDetail(&u))
			})
		}
	}
	slices.SortFunc(out, func(a, b detail) int { return strings.Compare(a.key, b.key) })
	return out, nil
}

// inlineDetails are never nil: an entity without is shown with an empty list.
func inlineDetails(inline map[string]string) []api.PolicyDetail {
	out := []api.PolicyDetail{}
	for _, name := range sortedNames(inline) {
		out = append(out, api.PolicyDetail{PolicyName: &name, PolicyDocument: escaped(inline[name])})
	}
	return out
}

func (s *Service) userDetail(u *userRecord) api.UserDetail {
	return api.UserDetail{Path: &u.Path, UserName: &u.Name, UserId: &u.ID, Arn: new(identityARN(s.Account, kindUser, u.Path, u.Name)), CreateDate: &u.Created,
		UserPolicyList: inlineDetails(u.Inline), GroupList: append([]string{}, u.Groups...), AttachedManagedPolicies: attachedPolicies(u.Attached),
		PermissionsBoundary: boundaryOf(u.Boundary), Tags: append([]api.Tag{}, u.Tags...)}
}

func (s *Service) groupDetail(g *groupRecord) api.GroupDetail {
	return api.GroupDetail{Path: &g.Path, GroupName: &g.Name, GroupId: &g.ID, Arn: new(identityARN(s.Account, kindGroup, g.Path, g.Name)), CreateDate: &g.Created,
		GroupPolicyList: inlineDetails(g.Inline), AttachedManagedPolicies: attachedPolicies(g.Attached)}
}

func (s *Service) roleDetail(r kv.Reader, all *accountRecords, role *roleRecord) (api.RoleDetail, error) {
	out := api.RoleDetail{Path: &role.Path, RoleName: &role.Name, RoleId: &role.ID, Arn: new(identityARN(s.Account, kindRole, role.Path, role.Name)),
		CreateDate: &role.Created, AssumeRolePolicyDocument: escaped(s.shownTrust(role)), RolePolicyList: inlineDetails(role.Inline),
		AttachedManagedPolicies: attachedPolicies(role.Attached), PermissionsBoundary: boundaryOf(role.Boundary), Tags: append([]api.Tag{}, role.Tags...),
		InstanceProfileList: []api.InstanceProfile{}}
	for i := range all.profiles {
		if !strings.EqualFold(all.profiles[i].Role, role.Name) {
			continue
		}
		p, err := s.describeProfile(r, &all.profiles[i])
		if err != nil {
			return out, err
		}
		out.InstanceProfileList = append(out.InstanceProfileList, p)
	}
	var err error
	out.RoleLastUsed, err = s.roleLastUsed(r, role.ID)
	return out, err
}

func (s *Service) policyDetail(p *policyRecord, arn string, use useCount) api.ManagedPolicyDetail {
	return api.ManagedPolicyDetail{PolicyName: &p.Name, PolicyId: &p.ID, Arn: &arn, Path: &p.Path, DefaultVersionId: &p.Default,
		AttachmentCount: new(use.attached), PermissionsBoundaryUsageCount: new(use.boundary), IsAttachable: new(true), Description: p.Description,
		CreateDate: &p.Created, UpdateDate: &p.Updated, PolicyVersionList: describeVersions(p, true)}
}
