package iam

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"strconv"
	"strings"

	api "github.com/gatehouse-dev/gatehouse/internal/api/iam"
	"github.com/gatehouse-dev/gatehouse/internal/arn"
	"github.com/gatehouse-dev/gatehouse/internal/awserr"
	"github.com/gatehouse-dev/gatehouse/internal/front"
	"github.com/gatehouse-dev/gatehouse/internal/kv"
	"github.com/gatehouse-dev/gatehouse/internal/policy"
	"github.com/gatehouse-dev/gatehouse/internal/wire"
)

const (
	maxManagedWeight = 6144
	maxVersions      = 5
)

func policyRecordARN(account string, p *policyRecord) string {
	return policyARN(account, p.Path, p.Name)
}

// ownPolicy returns the name in the ARN of a policy of this account.
func (s *Service) ownPolicy(policyARN string) (string, bool) {
	a, err := arn.Parse(policyARN)
	if err != nil || a.Service != "iam" || a.Account != s.Account || !strings.HasPrefix(a.Resource, kindPolicy+"/") {
		return "", false
	}
	_, name := pathAndName(policyARN)
	return name, true
}

func noManaged(policyARN string) error {
	return api.NoSuchEntityException("Policy %s was not found.", policyARN)
}

func checkManaged(document string) error {
	if err := checkDocument(policy.Identity, document); err != nil {
		return err
	}
	if weight(document) > maxManagedWeight {
		return api.LimitExceededException("Cannot exceed quota for PolicySize: %d", maxManagedWeight)
	}
	return nil
}

// CreatePolicy makes a managed policy with its first version.
func (s *Service) CreatePolicy(ctx context.Context, in *api.CreatePolicyRequest) (*api.CreatePolicyResponse, error) {
	if err := checkManaged(*in.PolicyDocument); err != nil {
		return nil, err
	}
	now := s.now()
	tags, err := mergeTags(nil, in.Tags, exactKeys)
	if err != nil {
		return nil, err
	}
	rec := policyRecord{Name: *in.PolicyName, Path: pathOr(in.Path), ID: newID("ANPA"), Description: in.Description, Created: now, Updated: now,
		Tags: tags, Default: "v1", Next: 2, Versions: []versionRecord{{"v1", *in.PolicyDocument, now}}}
	if err := create(ctx, s, kindPolicy, rec.Name, &rec, nil); err != nil {
		return nil, err
	}
	out := s.describePolicy(&rec, useCount{}, true)
	out.Description = nil // which only reading tells
	if len(out.Tags) == 0 {
		out.Tags = nil
	}
	return &api.CreatePolicyResponse{Policy: &out}, nil
}

// useCount is how often a managed policy is attached and used as a boundary.
type useCount struct{ attached, boundary int32 }

// useCounts counts the uses of all managed policies.
func (s *Service) useCounts(r kv.Reader) (map[string]useCount, error) {
	all, err := s.records(r)
	if err != nil {
		return nil, err
	}
	return all.useCounts(), nil
}

func (a *accountRecords) useCounts() map[string]useCount {
	counts := map[string]useCount{}
	for rec := range a.identities() {
		for _, arn := range rec.Attached {
			c := counts[arn]
			c.attached++
			counts[arn] = c
		}
		if rec.Boundary != "" {
			c := counts[rec.Boundary]
			c.boundary++
			counts[rec.Boundary] = c
		}
	}
	return counts
}

// identities yields the common part of all users, groups and roles.
func (a *accountRecords) identities() iter.Seq[*identityRecord] {
	return func(yield func(*identityRecord) bool) {
		for i := range a.users {
			if !yield(&a.users[i].identityRecord) {
				return
			}
		}
		for i := range a.groups {
			if !yield(&a.groups[i].identityRecord) {
				return
			}
		}
		for i := range a.roles {
			if !yield(&a.roles[i].identityRecord) {
				return
			}
		}
	}
}

func (s *Service) describePolicy(p *policyRecord, use useCount, whole bool) api.Policy {
	out := api.Policy{PolicyName: &p.Name, PolicyId: &p.ID, Arn: new(policyRecordARN(s.Account, p)), Path: &p.Path, DefaultVersionId: &p.Default,
		AttachmentCount: new(use.attached), PermissionsBoundaryUsageCount: new(use.boundary), IsAttachable: new(true),
		CreateDate: &p.Created, UpdateDate: &p.Updated}
	if whole {
		out.Description, out.Tags = p.Description, append([]api.Tag{}, p.Tags...)
	}
	return out
}

// managedPolicy reads a managed policy, AWS's or the account's.
func (s *Service) managedPolicy(r kv.Reader, policyARN string) (*policyRecord, error) {
	if err := policyARNForm(policyARN); err != nil {
		return nil, err
	}
	if p := s.library.policy(policyARN); p != nil {
		return p, nil
	}
	name, ok := s.ownPolicy(policyARN)
	if !ok {
		return nil, noManaged(policyARN)
	}
	rec, ok, err := kv.Load[policyRecord](r, entityKey(s.Account, kindPolicy, name))
	if err != nil {
		return nil, err
	}
	if !ok || policyRecordARN(s.Account, &rec) != policyARN {
		return nil, noManaged(policyARN)
	}
	return &rec, nil
}

// GetPolicy describes a managed policy.
func (s *Service) GetPolicy(ctx context.Context, in *api.GetPolicyRequest) (*api.GetPolicyResponse, error) {
	var out api.Policy
	err := s.Store.View(ctx, func(r kv.Reader) error {
		p, err := s.managedPolicy(r, *in.PolicyArn)
		if err != nil {
			return err
		}
		counts, err := s.useCounts(r)
		out = s.describePolicy(p, counts[*in.PolicyArn], true)
		out.Arn = in.PolicyArn
		return err
	})
	return &api.GetPolicyResponse{Policy: &out}, err
}

// ListPolicies lists managed policies, AWS's and the account's.
func (s *Service) ListPolicies(ctx context.Context, in *api.ListPoliciesRequest) (*api.ListPoliciesResponse, error) {
	var out []api.Policy
	scope := "All"
	if in.Scope != nil {
		scope = *in.Scope
	}
	err := s.Store.View(ctx, func(r kv.Reader) error {
		counts, err := s.useCounts(r)
		if err != nil {
			return err
		}
		if scope != "AWS" {
			recs, err := kv.LoadAll[policyRecord](r, kv.Prefix(kindPrefix(s.Account, kindPolicy)))
			if err != nil {
				return err
			}
			for i := range recs {
				out = append(out, s.describePolicy(&recs[i], counts[policyRecordARN(s.Account, &recs[i])], false))
			}
		}
		if scope != "Local" {
			for _, a := range s.library.arns {
				d := s.describePolicy(s.library.policy(a), counts[a], false)
				d.Arn = new(a)
				out = append(out, d)
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	out = slices.DeleteFunc(out, func(p api.Policy) bool {
		return !underPath(*p.Path, in.PathPrefix) || in.OnlyAttached != nil && *in.OnlyAttached && *p.AttachmentCount == 0 ||
			in.PolicyUsageFilter != nil && *in.PolicyUsageFilter == "PermissionsBoundary" && *p.PermissionsBoundaryUsageCount == 0
	})
	slices.SortFunc(out, func(a, b api.Policy) int { return strings.Compare(*a.Arn, *b.Arn) })
	out, more, marker, err := page(out, func(p api.Policy) string { return *p.Arn }, in.Marker, in.MaxItems)
	if out == nil {
		out = []api.Policy{}
	}
	return &api.ListPoliciesResponse{Policies: out, IsTruncated: more, Marker: marker}, err
}

// notYours is how a change of a policy of AWS's is refused, even to root: it
// belongs to another account.
func notYours(ctx context.Context, policyARN string) error {
	c := front.CallFrom(ctx)
	return awserr.Of(awserr.AccessDenied, "User: %s is not authorized to perform: iam:%s on resource: policy %s",
		c.Caller.Principal.ARN, c.Operation.Name, policyARN)
}

// editPolicy changes a policy of the account.
func (s *Service) editPolicy(ctx context.Context, policyARN string, fn func(kv.Txn, *policyRecord) (keep bool, err error)) error {
	if s.library.policy(policyARN) != nil {
		return notYours(ctx, policyARN)
	}
	return s.update(ctx, func(t kv.Txn) error {
		rec, err := s.managedPolicy(t, policyARN)
		if err != nil {
			return err
		}
		key := entityKey(s.Account, kindPolicy, rec.Name)
		keep, err := fn(t, rec)
		if err != nil {
			return err
		}
		if !keep {
			return t.Delete(key)
		}
		return kv.Save(t, key, *rec)
	})
}

// DeletePolicy deletes a policy that nobody has and of which one version is left.
func (s *Service) DeletePolicy(ctx context.Context, in *api.DeletePolicyRequest) (*wire.Empty, error) {
	return nil, s.editPolicy(ctx, *in.PolicyArn, func(t kv.Txn, p *policyRecord) (bool, error) {
		counts, err := s.useCounts(t)
		if err != nil {
			return true, err
		}
		if c := counts[*in.PolicyArn]; c.attached+c.boundary > 0 {
			return true, api.DeleteConflictException("Cannot delete a policy attached to entities.")
		}
		if len(p.Versions) > 1 {
			return true, api.DeleteConflictException("This policy has more than one version. Before you delete a policy, you must delete the policy's versions. The default version is deleted with the policy.")
		}
		return false, nil
	})
}

// CreatePolicyVersion adds a version, and makes it the default if asked to.
func (s *Service) CreatePolicyVersion(ctx context.Context, in *api.CreatePolicyVersionRequest) (*api.CreatePolicyVersionResponse, error) {
	if err := checkManaged(*in.PolicyDocument); err != nil {
		return nil, err
	}
	var v versionRecord
	isDefault := in.SetAsDefault != nil && *in.SetAsDefault
	err := s.editPolicy(ctx, *in.PolicyArn, func(_ kv.Txn, p *policyRecord) (bool, error) {
		if len(p.Versions) >= maxVersions {
			return true, api.LimitExceededException("A managed policy can have up to %d versions. Before you create a new version, you must delete an existing version.", maxVersions)
		}
		v = versionRecord{"v" + strconv.Itoa(p.Next), *in.PolicyDocument, s.now()}
		p.Next++
		p.Versions = append(p.Versions, v)
		p.Updated = v.Created
		if isDefault {
			p.Default = v.ID
		}
		return true, nil
	})
	if err != nil {
		return nil, err
	}
	return &api.CreatePolicyVersionResponse{PolicyVersion: &api.PolicyVersion{VersionId: &v.ID, IsDefaultVersion: &isDefault, CreateDate: &v.Created}}, nil
}

func noVersion(policyARN, version string) error {
	return api.NoSuchEntityException("Policy %s version %s does not exist or is not attachable.", policyARN, version)
}

// withVersion makes the error about a policy that does not exist one about its
// version, as the operations on versions do.
func withVersion(err error, policyARN, version string) error {
	if awserr.HasCode(err, "NoSuchEntity") {
		return noVersion(policyARN, version)
	}
	return err
}

// GetPolicyVersion returns the document of a version.
func (s *Service) GetPolicyVersion(ctx context.Context, in *api.GetPolicyVersionRequest) (*api.GetPolicyVersionResponse, error) {
	var out *api.PolicyVersion
	err := s.Store.View(ctx, func(r kv.Reader) error {
		p, err := s.managedPolicy(r, *in.PolicyArn)
		if err != nil {
			return withVersion(err, *in.PolicyArn, *in.VersionId)
		}
		i := slices.IndexFunc(p.Versions, func(v versionRecord) bool { return v.ID == *in.VersionId })
		if i < 0 {
			return noVersion(*in.PolicyArn, *in.VersionId)
		}
		v := p.Versions[i]
		out = &api.PolicyVersion{Document: escaped(v.Document), VersionId: &v.ID, IsDefaultVersion: new(v.ID == p.Default), CreateDate: &v.Created}
		return nil
	})
	return &api.GetPolicyVersionResponse{PolicyVersion: out}, err
}

// ListPolicyVersions lists the versions of a policy, the newest first.
func (s *Service) ListPolicyVersions(ctx context.Context, in *api.ListPolicyVersionsRequest) (*api.ListPolicyVersionsResponse, error) {
	var p *policyRecord
	err := s.Store.View(ctx, func(r kv.Reader) error {
		var err error
		p, err = s.managedPolicy(r, *in.PolicyArn)
		return err
	})
	if err != nil {
		return nil, err
	}
	versions := describeVersions(p, false)
	// The number that a version lacks to the next one grows as they get older.
	age := func(v api.PolicyVersion) string {
		n, _ := strconv.Atoi((*v.VersionId)[1:])
		return fmt.Sprintf("%09d", p.Next-n)
	}
	versions, more, marker, err := page(versions, age, in.Marker, in.MaxItems)
	return &api.ListPolicyVersionsResponse{Versions: versions, IsTruncated: more, Marker: marker}, err
}

// describeVersions shows the versions of a policy, the newest first.
func describeVersions(p *policyRecord, documents bool) []api.PolicyVersion {
	out := []api.PolicyVersion{}
	for _, v := range slices.Backward(p.Versions) {
		d := api.PolicyVersion{VersionId: &v.ID, IsDefaultVersion: new(v.ID == p.Default), CreateDate: &v.Created}
		if documents {
			d.Document = escaped(v.Document)
		}
		out = append(out, d)
	}
	return out
}

// DeletePolicyVersion deletes a version that is not the default.
func (s *Service) DeletePolicyVersion(ctx context.Context, in *api.DeletePolicyVersionRequest) (*wire.Empty, error) {
	err := s.editPolicy(ctx, *in.PolicyArn, func(_ kv.Txn, p *policyRecord) (bool, error) {
		i := slices.IndexFunc(p.Versions, func(v versionRecord) bool { return v.ID == *in.VersionId })
		if i < 0 {
			return true, noVersion(*in.PolicyArn, *in.VersionId)
		}
		if p.Default == *in.VersionId {
			return true, api.DeleteConflictException("Cannot delete the default version of a policy.")
		}
		p.Versions = slices.Delete(p.Versions, i, i+1)
		return true, nil
	})
	return nil, withVersion(err, *in.PolicyArn, *in.VersionId)
}

// SetDefaultPolicyVersion chooses the version that applies.
func (s *Service) SetDefaultPolicyVersion(ctx context.Context, in *api.SetDefaultPolicyVersionRequest) (*wire.Empty, error) {
	err := s.editPolicy(ctx, *in.PolicyArn, func(_ kv.Txn, p *policyRecord) (bool, error) {
		if !slices.ContainsFunc(p.Versions, func(v versionRecord) bool { return v.ID == *in.VersionId }) {
			return true, noVersion(*in.PolicyArn, *in.VersionId)
		}
		p.Default, p.Updated = *in.VersionId, s.now()
		return true, nil
	})
	return nil, withVersion(err, *in.PolicyArn, *in.VersionId)
}
