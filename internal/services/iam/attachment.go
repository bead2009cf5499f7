package iam

import (
	"context"
	"slices"
	"strings"

	api "github.com/gatehouse-dev/gatehouse/internal/api/iam"
	"github.com/gatehouse-dev/gatehouse/internal/arn"
	"github.com/gatehouse-dev/gatehouse/internal/awserr"
	"github.com/gatehouse-dev/gatehouse/internal/kv"
	"github.com/gatehouse-dev/gatehouse/internal/wire"
)

// maxAttached is the default of the quotas on attached managed policies.
const maxAttached = 10

var attachmentQuota = map[string]string{kindUser: "PoliciesPerUser", kindGroup: "PoliciesPerGroup", kindRole: "PoliciesPerRole"}

// exists reports whether a managed policy is there, within a transaction.
func (s *Service) exists(r kv.Reader, policyARN string) (bool, error) {
	if s.library.document(policyARN) != nil {
		return true, nil
	}
	name, ok := s.ownPolicy(policyARN)
	if !ok {
		return false, nil
	}
	rec, ok, err := kv.Load[policyRecord](r, entityKey(s.Account, kindPolicy, name))
	return ok && policyRecordARN(s.Account, &rec) == policyARN, err
}

// policyARNForm refuses what is no ARN of a managed policy. As a boundary AWS
// calls it InvalidInput, elsewhere a ValidationError.
func policyARNForm(policyARN string) error {
	if !isPolicyARN(policyARN) {
		return awserr.New(400, "ValidationError", "ARN %s is not valid.", policyARN)
	}
	return nil
}

func isPolicyARN(s string) bool {
	a, err := arn.Parse(s)
	return err == nil && a.Service == "iam" && a.Region == "" && a.Account != "" &&
		strings.HasPrefix(a.Resource, kindPolicy+"/") && !strings.HasSuffix(a.Resource, "/")
}

func (s *Service) attach(ctx context.Context, kind, name, policyARN string) error {
	if err := policyARNForm(policyARN); err != nil {
		return err
	}
	return s.editIdentity(ctx, kind, name, func(r kv.Reader, rec *identityRecord) error {
		ok, err := s.exists(r, policyARN)
		if err != nil {
			return err
		}
		if !ok {
			return api.NoSuchEntityException("Policy %s does not exist or is not attachable.", policyARN)
		}
		if slices.Contains(rec.Attached, policyARN) {
			return nil
		}
		if len(rec.Attached) >= maxAttached {
			return api.LimitExceededException("Cannot exceed quota for %s: %d", attachmentQuota[kind], maxAttached)
		}
		rec.Attached = append(rec.Attached, policyARN)
		return nil
	})
}

func (s *Service) detach(ctx context.Context, kind, name, policyARN string) error {
	if err := policyARNForm(policyARN); err != nil {
		return err
	}
	return s.editIdentity(ctx, kind, name, func(_ kv.Reader, rec *identityRecord) error {
		i := slices.Index(rec.Attached, policyARN)
		if i < 0 {
			return api.NoSuchEntityException("Policy %s was not found.", policyARN)
		}
		rec.Attached = slices.Delete(rec.Attached, i, i+1)
		return nil
	})
}

func (s *Service) listAttached(ctx context.Context, kind, name string, prefix, marker *string, max *int32) ([]api.AttachedPolicy, *bool, *string, error) {
	rec, err := s.findIdentity(ctx, kind, name)
	if err != nil {
		return nil, nil, nil, err
	}
	all := slices.DeleteFunc(attachedPolicies(rec.Attached), func(a api.AttachedPolicy) bool {
		path, _ := pathAndName(*a.PolicyArn)
		return !underPath(path, prefix)
	})
	return page(all, func(a api.AttachedPolicy) string { return *a.PolicyArn }, marker, max)
}

// attachedPolicies are managed policies as listings show them, sorted by ARN.
func attachedPolicies(arns []string) []api.AttachedPolicy {
	out := []api.AttachedPolicy{}
	for _, a := range slices.Sorted(slices.Values(arns)) {
		_, name := pathAndName(a)
		out = append(out, api.AttachedPolicy{PolicyName: &name, PolicyArn: &a})
	}
	return out
}

// pathAndName takes the ARN of a managed policy apart.
func pathAndName(policyARN string) (path, name string) { return splitResource(policyARN, kindPolicy) }

// AttachUserPolicy attaches a managed policy to a user.
func (s *Service) AttachUserPolicy(ctx context.Context, in *api.AttachUserPolicyRequest) (*wire.Empty, error) {
	return nil, s.attach(ctx, kindUser, *in.UserName, *in.PolicyArn)
}

// AttachGroupPolicy attaches a managed policy to a group.
func (s *Service) AttachGroupPolicy(ctx context.Context, in *api.AttachGroupPolicyRequest) (*wire.Empty, error) {
	return nil, s.attach(ctx, kindGroup, *in.GroupName, *in.PolicyArn)
}

// AttachRolePolicy attaches a managed policy to a role.
func (s *Service) AttachRolePolicy(ctx context.Context, in *api.AttachRolePolicyRequest) (*wire.Empty, error) {
	return nil, s.attach(ctx, kindRole, *in.RoleName, *in.PolicyArn)
}

// DetachUserPolicy takes a managed policy from a user.
func (s *Service) DetachUserPolicy(ctx context.Context, in *api.DetachUserPolicyRequest) (*wire.Empty, error) {
	return nil, s.detach(ctx, kindUser, *in.UserName, *in.PolicyArn)
}

// DetachGroupPolicy takes a managed policy from a group.
func (s *Service) DetachGroupPolicy(ctx context.Context, in *api.DetachGroupPolicyRequest) (*wire.Empty, error) {
	return nil, s.detach(ctx, kindGroup, *in.GroupName, *in.PolicyArn)
}

// DetachRolePolicy takes a managed policy from a role.
func (s *Service) DetachRolePolicy(ctx context.Context, in *api.DetachRolePolicyRequest) (*wire.Empty, error) {
	return nil, s.detach(ctx, kindRole, *in.RoleName, *in.PolicyArn)
}

// ListAttachedUserPolicies lists the managed policies of a user.
func (s *Service) ListAttachedUserPolicies(ctx context.Context, in *api.ListAttachedUserPoliciesRequest) (*api.ListAttachedUserPoliciesResponse, error) {
	out, more, marker, err := s.listAttached(ctx, kindUser, *in.UserName, in.PathPrefix, in.Marker, in.MaxItems)
	return &api.ListAttachedUserPoliciesResponse{AttachedPolicies: out, IsTruncated: more, Marker: marker}, err
}

// ListAttachedGroupPolicies lists the managed policies of a group.
func (s *Service) ListAttachedGroupPolicies(ctx context.Context, in *api.ListAttachedGroupPoliciesRequest) (*api.ListAttachedGroupPoliciesResponse, error) {
	out, more, marker, err := s.listAttached(ctx, kindGroup, *in.GroupName, in.PathPrefix, in.Marker, in.MaxItems)
	return &api.ListAttachedGroupPoliciesResponse{AttachedPolicies: out, IsTruncated: more, Marker: marker}, err
}

// ListAttachedRolePolicies lists the managed policies of a role.
func (s *Service) ListAttachedRolePolicies(ctx context.Context, in *api.ListAttachedRolePoliciesRequest) (*api.ListAttachedRolePoliciesResponse, error) {
	out, more, marker, err := s.listAttached(ctx, kindRole, *in.RoleName, in.PathPrefix, in.Marker, in.MaxItems)
	return &api.ListAttachedRolePoliciesResponse{AttachedPolicies: out, IsTruncated: more, Marker: marker}, err
}

// setBoundary sets the permissions boundary of a record, if one is given.
func (s *Service) setBoundary(r kv.Reader, rec *identityRecord, policyARN *string) error {
	if policyARN == nil {
		return nil
	}
	if !isPolicyARN(*policyARN) {
		return api.InvalidInputException("ARN %s is not valid.", *policyARN)
	}
	ok, err := s.exists(r, *policyARN)
	if err != nil {
		return err
	}
	if !ok {
		return api.NoSuchEntityException("Scope ARN: %s does not exist or is not attachable.", *policyARN)
	}
	rec.Boundary = *policyARN
	return nil
}

// boundary sets or, with nil, removes a permissions boundary.
func (s *Service) boundary(ctx context.Context, kind, name string, policyARN *string) error {
	return s.editIdentity(ctx, kind, name, func(r kv.Reader, rec *identityRecord) error {
		if policyARN != nil {
			return s.setBoundary(r, rec, policyARN)
		}
		if rec.Boundary == "" {
			return api.NoSuchEntityException("%s %s does not have a permission boundary attached.", titles[kind], rec.Name)
		}
		rec.Boundary = ""
		return nil
	})
}

// PutUserPermissionsBoundary limits what a user may at most.
func (s *Service) PutUserPermissionsBoundary(ctx context.Context, in *api.PutUserPermissionsBoundaryRequest) (*wire.Empty, error) {
	return nil, s.boundary(ctx, kindUser, *in.UserName, in.PermissionsBoundary)
}

// PutRolePermissionsBoundary limits what a role may at most.
func (s *Service) PutRolePermissionsBoundary(ctx context.Context, in *api.PutRolePermissionsBoundaryRequest) (*wire.Empty, error) {
	return nil, s.boundary(ctx, kindRole, *in.RoleName, in.PermissionsBoundary)
}

// DeleteUserPermissionsBoundary lifts the limit.
func (s *Service) DeleteUserPermissionsBoundary(ctx context.Context, in *api.DeleteUserPermissionsBoundaryRequest) (*wire.Empty, error) {
	return nil, s.boundary(ctx, kindUser, *in.UserName, nil)
}

// DeleteRolePermissionsBoundary lifts the limit.
func (s *Service) DeleteRolePermissionsBoundary(ctx context.Context, in *api.DeleteRolePermissionsBoundaryRequest) (*wire.Empty, error) {
	return nil, s.boundary(ctx, kindRole, *in.RoleName, nil)
}
