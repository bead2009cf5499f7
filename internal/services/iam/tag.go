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

// mergeTags adds tags to those there are; a key that is there, in any case of
// its letters, gets the new value.
func mergeTags(have, add []api.Tag) ([]api.Tag, error) {
	out := slices.Clone(have)
	seen := map[string]bool{}
	for _, t := range add {
		lower := strings.ToLower(*t.Key)
		switch {
		case strings.HasPrefix(lower, "aws:"):
			return nil, awserr.New(400, "ValidationError", "Tag keys beginning with aws: are reserved for system use.")
		case seen[lower]:
			return nil, api.InvalidInputException("Duplicate tag keys found. Please note that Tag keys are case insensitive.")
		}
		seen[lower] = true
		if i := slices.IndexFunc(out, func(h api.Tag) bool { return strings.EqualFold(*h.Key, *t.Key) }); i >= 0 {
			out[i] = t
		} else {
			out = append(out, t)
		}
	}
	if len(out) > maxTags {
		return nil, api.LimitExceededException("The number of tags has reached the maximum limit.")
	}
	return out, nil
}

func removeTags(have []api.Tag, keys []string) []api.Tag {
	return slices.DeleteFunc(slices.Clone(have), func(t api.Tag) bool {
		return slices.ContainsFunc(keys, func(k string) bool { return strings.EqualFold(k, *t.Key) })
	})
}

func pageTags(tags []api.Tag, marker *string, max *int32) ([]api.Tag, *bool, *string, error) {
	tags = slices.Clone(tags)
	slices.SortFunc(tags, func(a, b api.Tag) int { return strings.Compare(*a.Key, *b.Key) })
	out, more, next, err := page(tags, func(t api.Tag) string { return *t.Key }, marker, max)
	if out == nil {
		out = []api.Tag{}
	}
	return out, more, next, err
}

func (s *Service) tagIdentity(ctx context.Context, kind, name string, add []api.Tag, remove []string) error {
	return s.editIdentity(ctx, kind, name, func(_ kv.Reader, r *identityRecord) error {
		tags, err := mergeTags(removeTags(r.Tags, remove), add)
		if err == nil {
			r.Tags = tags
		}
		return err
	})
}

// TagRole adds tags to a role.
func (s *Service) TagRole(ctx context.Context, in *api.TagRoleRequest) (*wire.Empty, error) {
	return nil, s.tagIdentity(ctx, kindRole, *in.RoleName, in.Tags, nil)
}

// UntagRole removes tags from a role.
func (s *Service) UntagRole(ctx context.Context, in *api.UntagRoleRequest) (*wire.Empty, error) {
	return nil, s.tagIdentity(ctx, kindRole, *in.RoleName, nil, in.TagKeys)
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
	return nil, s.tagIdentity(ctx, kindUser, *in.UserName, in.Tags, nil)
}

// UntagUser removes tags from a user.
func (s *Service) UntagUser(ctx context.Context, in *api.UntagUserRequest) (*wire.Empty, error) {
	return nil, s.tagIdentity(ctx, kindUser, *in.UserName, nil, in.TagKeys)
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
		tags, err := mergeTags(p.Tags, in.Tags)
		p.Tags = tags
		return true, err
	})
}

// UntagPolicy removes tags from a managed policy.
func (s *Service) UntagPolicy(ctx context.Context, in *api.UntagPolicyRequest) (*wire.Empty, error) {
	return nil, s.editPolicy(ctx, *in.PolicyArn, func(_ kv.Txn, p *policyRecord) (bool, error) {
		p.Tags = removeTags(p.Tags, in.TagKeys)
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
