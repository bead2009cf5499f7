package logs

import (
	"context"
	"maps"
	"strings"

	api "github.com/gatehouse-dev/gatehouse/internal/api/logs"
	"github.com/gatehouse-dev/gatehouse/internal/front"
	"github.com/gatehouse-dev/gatehouse/internal/kv"
	"github.com/gatehouse-dev/gatehouse/internal/wire"
)

const maxTags = 50

func checkTags(tags map[string]string) error {
	for key := range tags {
		if strings.HasPrefix(strings.ToLower(key), "aws:") {
			return api.InvalidParameterException("aws: prefixed tag key names are not allowed for external use.")
		}
	}
	return nil
}

func (g *group) tag(tags map[string]string) error {
	if err := checkTags(tags); err != nil {
		return err
	}
	all := maps.Clone(g.Tags)
	if all == nil {
		all = map[string]string{}
	}
	maps.Copy(all, tags)
	if len(all) > maxTags {
		return api.TooManyTagsException("The maximum number of tags (%d) has been exceeded.", maxTags)
	}
	g.Tags = all
	return nil
}

func (g *group) untag(keys []string) error {
	for _, key := range keys {
		delete(g.Tags, key)
	}
	return nil
}

func (s *Service) tagsOf(ctx context.Context, name string) (map[string]string, error) {
	tags := map[string]string{}
	err := s.store.View(ctx, func(r kv.Reader) error {
		g, err := loadGroup(r, placeOf(front.CallFrom(ctx)), name)
		maps.Copy(tags, g.Tags)
		return err
	})
	return tags, err
}

// TagResource adds tags to a group.
func (s *Service) TagResource(ctx context.Context, in *api.TagResourceRequest) (*wire.Empty, error) {
	name, err := groupOfARN(front.CallFrom(ctx), *in.ResourceArn)
	if err != nil {
		return nil, err
	}
	return s.changeGroup(ctx, name, func(g *group) error { return g.tag(in.Tags) })
}

// UntagResource takes tags from a group.
func (s *Service) UntagResource(ctx context.Context, in *api.UntagResourceRequest) (*wire.Empty, error) {
	name, err := groupOfARN(front.CallFrom(ctx), *in.ResourceArn)
	if err != nil {
		return nil, err
	}
	return s.changeGroup(ctx, name, func(g *group) error { return g.untag(in.TagKeys) })
}

// ListTagsForResource lists a group's tags.
func (s *Service) ListTagsForResource(ctx context.Context, in *api.ListTagsForResourceRequest) (*api.ListTagsForResourceResponse, error) {
	name, err := groupOfARN(front.CallFrom(ctx), *in.ResourceArn)
	if err != nil {
		return nil, err
	}
	tags, err := s.tagsOf(ctx, name)
	return &api.ListTagsForResourceResponse{Tags: tags}, err
}

// TagLogGroup is the older form of TagResource.
func (s *Service) TagLogGroup(ctx context.Context, in *api.TagLogGroupRequest) (*wire.Empty, error) {
	return s.changeGroup(ctx, *in.LogGroupName, func(g *group) error { return g.tag(in.Tags) })
}

// UntagLogGroup is the older form of UntagResource.
func (s *Service) UntagLogGroup(ctx context.Context, in *api.UntagLogGroupRequest) (*wire.Empty, error) {
	return s.changeGroup(ctx, *in.LogGroupName, func(g *group) error { return g.untag(in.Tags) })
}

// ListTagsLogGroup is the older form of ListTagsForResource.
func (s *Service) ListTagsLogGroup(ctx context.Context, in *api.ListTagsLogGroupRequest) (*api.ListTagsLogGroupResponse, error) {
	tags, err := s.tagsOf(ctx, *in.LogGroupName)
	return &api.ListTagsLogGroupResponse{Tags: tags}, err
}
