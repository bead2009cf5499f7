package lambda

import (
	"context"
	"maps"
	"strings"

	api "github.com/gatehouse-dev/gatehouse/internal/api/lambda"
	"github.com/gatehouse-dev/gatehouse/internal/front"
	"github.com/gatehouse-dev/gatehouse/internal/kv"
	"github.com/gatehouse-dev/gatehouse/internal/wire"
)

const maxTags = 50

func checkTags(tags map[string]string) error {
	if len(tags) > maxTags {
		return invalid("Number of tags exceeds resource tag limit.")
	}
	for key, value := range tags {
		switch {
		case key == "" || len(key) > 128 || len(value) > 256:
			return invalid("Tag keys have 1 to 128 characters and values up to 256.")
		case strings.HasPrefix(strings.ToLower(key), "aws:"):
			return invalid("System tags cannot be added/updated by requester.")
		}
	}
	return nil
}

// changeTags edits the tags of the function that a resource's ARN names.
func (s *Service) changeTags(ctx context.Context, resource string, edit func(map[string]string) error) error {
	n, err := unqualified(front.CallFrom(ctx), resource)
	if err != nil {
		return err
	}
	return s.store.Update(ctx, func(t kv.Txn) error {
		f, err := loadFunction(t, n)
		if err != nil {
			return err
		}
		if f.Tags == nil {
			f.Tags = map[string]string{}
		}
		if err := edit(f.Tags); err != nil {
			return err
		}
		return saveFunction(t, n.place, &f)
	})
}

// TagResource adds tags to a function.
func (s *Service) TagResource(ctx context.Context, in *api.TagResourceRequest) (*wire.Empty, error) {
	return &wire.Empty{}, s.changeTags(ctx, *in.Resource, func(tags map[string]string) error {
		maps.Copy(tags, in.Tags)
		return checkTags(tags)
	})
}

// UntagResource takes tags from a function.
func (s *Service) UntagResource(ctx context.Context, in *api.UntagResourceRequest) (*wire.Empty, error) {
	return &wire.Empty{}, s.changeTags(ctx, *in.Resource, func(tags map[string]string) error {
		for _, key := range in.TagKeys {
			delete(tags, key)
		}
		return nil
	})
}

// ListTags lists a function's tags.
func (s *Service) ListTags(ctx context.Context, in *api.ListTagsRequest) (*api.ListTagsResponse, error) {
	n, err := unqualified(front.CallFrom(ctx), *in.Resource)
	if err != nil {
		return nil, err
	}
	out := &api.ListTagsResponse{Tags: map[string]string{}}
	return out, s.store.View(ctx, func(r kv.Reader) error {
		f, err := loadFunction(r, n)
		maps.Copy(out.Tags, f.Tags)
		return err
	})
}
