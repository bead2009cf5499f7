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

const maxTags = 50

// keyRule says which tag keys are the same. Users and roles ignore the case of
// letters, all else does not ("Tags for AWS Identity and Access Management
// resources").
type keyRule struct {
	same      func(a, b string) bool
	duplicate string
}

var (
	foldKeys  = keyRule{strings.EqualFold, "Duplicate tag keys found. Please note that Tag keys are case insensitive."}
	exactKeys = keyRule{func(a, b string) bool { return a == b }, "Duplicate tag keys found."}
)

// mergeTags adds tags to those there are; a key that is there gets the new value.
func mergeTags(have, add []api.Tag, rule keyRule) ([]api.Tag, error) {
	out := slices.Clone(have)
	for i, t := range add {
		if strings.HasPrefix(strings.ToLower(*t.Key), "aws:") {
			return nil, awserr.New(400, "ValidationError", "Tag keys beginning with aws: are reserved for system use.")
		}
		if slices.ContainsFunc(add[:i], func(o api.Tag) bool { return rule.same(*o.Key, *t.Key) }) {
			return nil, api.InvalidInputException("%s", rule.duplicate)
		}
		if j := slices.IndexFunc(have, func(h api.Tag) bool { return rule.same(*h.Key, *t.Key) }); j >= 0 {
			out[j] = t
		} else {
			out = append(out, t)
		}
	}
	if len(out) > maxTags {
		return nil, api.LimitExceededException("The number of tags has reached the maximum limit.")
	}
	return out, nil
}

func removeTags(have []api.Tag, keys []string, rule keyRule) []api.Tag {
	return slices.DeleteFunc(slices.Clone(have), func(t api.Tag) bool {
		return slices.ContainsFunc(keys, func(k string) bool { return rule.same(k, *t.Key) })
	})
}

func pageTags(tags []api.Tag, marker *string, max *int32) ([]api.Tag, *bool, *string, error) {
	tags = slices.Clone(tags)
	slices.SortFunc(tags, func(a, b api.Tag) int { return strings.Compare(*a.Key, *b.Key) })
	return page(tags, func(t api.Tag) string { return *t.Key }, marker, max)
}

// tagRole and tagUser add and remove tags. Tags are the one thing of a
// service-linked role that its account may change.
func (s *Service) tagRole(ctx context.Context, name string, add []api.Tag, remove []string) error {
	return edit(ctx, s, kindRole, name, func(_ kv.Txn, r *roleRecord) error { return r.retag(add, remove) })
}

func (s *Service) tagUser(ctx context.Context, name string, add []api.Tag, remove []string) error {
	return edit(ctx, s, kindUser, name, func(_ kv.Txn, u *userRecord) error { return u.retag(add, remove) })
}

func (r *identityRecord) retag(add []api.Tag, remove []string) (err error) {
	r.Tags, err = mergeTags(removeTags(r.Tags, remove, foldKeys), add, foldKeys)
	return err
}

// TagRole adds tags to a role.
func (s *Service) TagRole(ctx context.Context, in *api.TagRoleRequest) (*wire.Empty, error) {
	return nil, s.tagRole(ctx, *in.RoleName, in.Tags, nil)
}

// UntagRole removes tags from a role.
func (s *Service) UntagRole(ctx context.Context, in *api.UntagRoleRequest) (*wire.Empty, error) {
	return nil, s.tagRole(ctx, *in.RoleName, nil, in.TagKeys)
}

// ListRoleTags lists the tags of a role.
func (s *Service) ListRoleTags(ctx context.Context, in *api.ListRoleTagsRequest) (*api.ListRoleTagsResponse, error) {
	r, err := s.findIdentity(ctx, kindRole, *in.RoleName)
	if err != nil {
		return nil, err
	}
	tags, more, marker, err := pageTags(r.Tags, in.Marker, in.MaxItems)
	return &api.ListRoleTagsResponse{Tags: tags, IsTruncated: more, Marker: marker}, err
}

// TagUser adds tags to a user.
func (s *Service) TagUser(ctx context.Context, in *api.TagUserRequest) (*wire.Empty, error) {
	return nil, s.tagUser(ctx, *in.UserName, in.Tags, nil)
}

// UntagUser removes tags from a user.
func (s *Service) UntagUser(ctx context.Context, in *api.UntagUserRequest) (*wire.Empty, error) {
	return nil, s.tagUser(ctx, *in.UserName, nil, in.TagKeys)
}

// ListUserTags lists the tags of a user.
func (s *Service) ListUserTags(ctx context.Context, in *api.ListUserTagsRequest) (*api.ListUserTagsResponse, error) {
	r, err := s.findIdentity(ctx, kindUser, *in.UserName)
	if err != nil {
		return nil, err
	}
	tags, more, marker, err := pageTags(r.Tags, in.Marker, in.MaxItems)
	return &api.ListUserTagsResponse{Tags: tags, IsTruncated: more, Marker: marker}, err
}

// TagPolicy adds tags to a managed policy.
func (s *Service) TagPolicy(ctx context.Context, in *api.TagPolicyRequest) (*wire.Empty, error) {
	return nil, s.editPolicy(ctx, *in.PolicyArn, func(_ kv.Txn, p *policyRecord) (bool, error) {
		tags, err := mergeTags(p.Tags, in.Tags, exactKeys)
		p.Tags = tags
		return true, err
	})
}

// UntagPolicy removes tags from a managed policy.
func (s *Service) UntagPolicy(ctx context.Context, in *api.UntagPolicyRequest) (*wire.Empty, error) {
	return nil, s.editPolicy(ctx, *in.PolicyArn, func(_ kv.Txn, p *policyRecord) (bool, error) {
		p.Tags = removeTags(p.Tags, in.TagKeys, exactKeys)
		return true, nil
	})
}

// ListPolicyTags lists the tags of a managed policy.
func (s *Service) ListPolicyTags(ctx context.Context, in *api.ListPolicyTagsRequest) (*api.ListPolicyTagsResponse, error) {
	var tags []api.Tag
	err := s.Store.View(ctx, func(r kv.Reader) error {
		p, err := s.managedPolicy(r, *in.PolicyArn)
		if err == nil {
			tags = p.Tags
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	tags, more, marker, err := pageTags(tags, in.Marker, in.MaxItems)
	return &api.ListPolicyTagsResponse{Tags: tags, IsTruncated: more, Marker: marker}, err
}
