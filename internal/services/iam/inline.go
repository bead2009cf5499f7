package iam

import (
	"context"

	api "github.com/gatehouse-dev/gatehouse/internal/api/iam"
	"github.com/gatehouse-dev/gatehouse/internal/kv"
	"github.com/gatehouse-dev/gatehouse/internal/policy"
	"github.com/gatehouse-dev/gatehouse/internal/wire"
)

// inlineQuota bounds the inline policies of one entity together, characters
// without white space ("IAM and AWS STS quotas").
var inlineQuota = map[string]int{kindUser: 2048, kindGroup: 5120, kindRole: 10240}

func (s *Service) putInline(ctx context.Context, kind, name, policyName, document string) error {
	if err := checkDocument(policy.Identity, document); err != nil {
		return err
	}
	return s.editIdentity(ctx, kind, name, func(_ kv.Reader, r *identityRecord) error {
		if r.Inline == nil {
			r.Inline = map[string]string{}
		}
		r.Inline[policyName] = document
		sum := 0
		for _, d := range r.Inline {
			sum += weight(d)
		}
		if limit := inlineQuota[kind]; sum > limit {
			return api.LimitExceededException("Maximum policy size of %d bytes exceeded for %s %s", limit, kind, r.Name)
		}
		return nil
	})
}

func noPolicy(policyName, kind string) error {
	return api.NoSuchEntityException("The %s policy with name %s cannot be found.", kind, policyName)
}

func (s *Service) getInline(ctx context.Context, kind, name, policyName string) (entity, document string, err error) {
	r, err := s.findIdentity(ctx, kind, name)
	if err != nil {
		return "", "", err
	}
	d, ok := r.Inline[policyName]
	if !ok {
		return "", "", noPolicy(policyName, kind)
	}
	return r.Name, d, nil
}

func (s *Service) deleteInline(ctx context.Context, kind, name, policyName string) error {
	return s.editIdentity(ctx, kind, name, func(_ kv.Reader, r *identityRecord) error {
		if _, ok := r.Inline[policyName]; !ok {
			return noPolicy(policyName, kind)
		}
		delete(r.Inline, policyName)
		return nil
	})
}

func (s *Service) listInline(ctx context.Context, kind, name string, marker *string, max *int32) ([]string, *bool, *string, error) {
	r, err := s.findIdentity(ctx, kind, name)
	if err != nil {
		return nil, nil, nil, err
	}
	return page(sortedNames(r.Inline), func(n string) string { return n }, marker, max)
}

// PutUserPolicy sets an inline policy of a user.
func (s *Service) PutUserPolicy(ctx context.Context, in *api.PutUserPolicyRequest) (*wire.Empty, error) {
	return nil, s.putInline(ctx, kindUser, *in.UserName, *in.PolicyName, *in.PolicyDocument)
}

// PutGroupPolicy sets an inline policy of a group.
func (s *Service) PutGroupPolicy(ctx context.Context, in *api.PutGroupPolicyRequest) (*wire.Empty, error) {
	return nil, s.putInline(ctx, kindGroup, *in.GroupName, *in.PolicyName, *in.PolicyDocument)
}

// PutRolePolicy sets an inline policy of a role.
func (s *Service) PutRolePolicy(ctx context.Context, in *api.PutRolePolicyRequest) (*wire.Empty, error) {
	return nil, s.putInline(ctx, kindRole, *in.RoleName, *in.PolicyName, *in.PolicyDocument)
}

// GetUserPolicy returns an inline policy of a user.
func (s *Service) GetUserPolicy(ctx context.Context, in *api.GetUserPolicyRequest) (*api.GetUserPolicyResponse, error) {
	name, d, err := s.getInline(ctx, kindUser, *in.UserName, *in.PolicyName)
	if err != nil {
		return nil, err
	}
	return &api.GetUserPolicyResponse{UserName: &name, PolicyName: in.PolicyName, PolicyDocument: escaped(d)}, nil
}

// GetGroupPolicy returns an inline policy of a group.
func (s *Service) GetGroupPolicy(ctx context.Context, in *api.GetGroupPolicyRequest) (*api.GetGroupPolicyResponse, error) {
	name, d, err := s.getInline(ctx, kindGroup, *in.GroupName, *in.PolicyName)
	if err != nil {
		return nil, err
	}
	return &api.GetGroupPolicyResponse{GroupName: &name, PolicyName: in.PolicyName, PolicyDocument: escaped(d)}, nil
}

// GetRolePolicy returns an inline policy of a role.
func (s *Service) GetRolePolicy(ctx context.Context, in *api.GetRolePolicyRequest) (*api.GetRolePolicyResponse, error) {
	name, d, err := s.getInline(ctx, kindRole, *in.RoleName, *in.PolicyName)
	if err != nil {
		return nil, err
	}
	return &api.GetRolePolicyResponse{RoleName: &name, PolicyName: in.PolicyName, PolicyDocument: escaped(d)}, nil
}

// DeleteUserPolicy deletes an inline policy of a user.
func (s *Service) DeleteUserPolicy(ctx context.Context, in *api.DeleteUserPolicyRequest) (*wire.Empty, error) {
	return nil, s.deleteInline(ctx, kindUser, *in.UserName, *in.PolicyName)
}

// DeleteGroupPolicy deletes an inline policy of a group.
func (s *Service) DeleteGroupPolicy(ctx context.Context, in *api.DeleteGroupPolicyRequest) (*wire.Empty, error) {
	return nil, s.deleteInline(ctx, kindGroup, *in.GroupName, *in.PolicyName)
}

// DeleteRolePolicy deletes an inline policy of a role.
func (s *Service) DeleteRolePolicy(ctx context.Context, in *api.DeleteRolePolicyRequest) (*wire.Empty, error) {
	return nil, s.deleteInline(ctx, kindRole, *in.RoleName, *in.PolicyName)
}

// ListUserPolicies names the inline policies of a user.
func (s *Service) ListUserPolicies(ctx context.Context, in *api.ListUserPoliciesRequest) (*api.ListUserPoliciesResponse, error) {
	names, more, marker, err := s.listInline(ctx, kindUser, *in.UserName, in.Marker, in.MaxItems)
	return &api.ListUserPoliciesResponse{PolicyNames: names, IsTruncated: more, Marker: marker}, err
}

// ListGroupPolicies names the inline policies of a group.
func (s *Service) ListGroupPolicies(ctx context.Context, in *api.ListGroupPoliciesRequest) (*api.ListGroupPoliciesResponse, error) {
	names, more, marker, err := s.listInline(ctx, kindGroup, *in.GroupName, in.Marker, in.MaxItems)
	return &api.ListGroupPoliciesResponse{PolicyNames: names, IsTruncated: more, Marker: marker}, err
}

// ListRolePolicies names the inline policies of a role.
func (s *Service) ListRolePolicies(ctx context.Context, in *api.ListRolePoliciesRequest) (*api.ListRolePoliciesResponse, error) {
	names, more, marker, err := s.listInline(ctx, kindRole, *in.RoleName, in.Marker, in.MaxItems)
	return &api.ListRolePoliciesResponse{PolicyNames: names, IsTruncated: more, Marker: marker}, err
}
