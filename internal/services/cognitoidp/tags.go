package cognitoidp

import (
	"context"
	"strings"

	"github.com/gatehouse-dev/gatehouse/internal/api/cognitoidp"
	"github.com/gatehouse-dev/gatehouse/internal/arn"
	"github.com/gatehouse-dev/gatehouse/internal/front"
	"github.com/gatehouse-dev/gatehouse/internal/kv"
)

// maxTags is the quota of tags of a resource.
const maxTags = 50

func checkTags(tags map[string]string) error {
	if len(tags) > maxTags {
		return cognitoidp.UserPoolTaggingException("A user pool can have at most %d tags.", maxTags)
	}
	for k := range tags {
		if strings.HasPrefix(strings.ToLower(k), "aws:") {
			return cognitoidp.UserPoolTaggingException("aws: prefixed tag key names are not allowed for external use.")
		}
	}
	return nil
}

// poolOfResource is the pool id in the resource part of an ARN.
func poolOfResource(resource string) (string, bool) {
	id, ok := strings.CutPrefix(resource, "userpool/")
	return id, ok && id != "" && !strings.Contains(id, "/")
}

// taggedPool is the id of the pool that an ARN of the call's account and
// region names.
func taggedPool(c *front.Call, name string) (string, error) {
	a, err := arn.Parse(name)
	if err != nil || a.Service != service {
		return "", invalid("Invalid resource ARN: %s", name)
	}
	id, ok := poolOfResource(a.Resource)
	if !ok {
		return "", invalid("Invalid resource ARN: %s", name)
	}
	if a.Account != c.Account || a.Region != c.Region {
		return "", noPool(id)
	}
	return id, nil
}

func (s *Service) TagResource(ctx context.Context, in *cognitoidp.TagResourceRequest) (*cognitoidp.TagResourceResponse, error) {
	id, err := taggedPool(front.CallFrom(ctx), *in.ResourceArn)
	if err != nil {
		return nil, err
	}
	return &cognitoidp.TagResourceResponse{}, s.mutate(ctx, id, func(_ kv.Txn, _ space, p *poolRecord) error {
		if p.Pool.UserPoolTags == nil {
			p.Pool.UserPoolTags = map[string]string{}
		}
		for k, v := range in.Tags {
			p.Pool.UserPoolTags[k] = v
		}
		return checkTags(p.Pool.UserPoolTags)
	})
}

func (s *Service) UntagResource(ctx context.Context, in *cognitoidp.UntagResourceRequest) (*cognitoidp.UntagResourceResponse, error) {
	id, err := taggedPool(front.CallFrom(ctx), *in.ResourceArn)
	if err != nil {
		return nil, err
	}
	return &cognitoidp.UntagResourceResponse{}, s.mutate(ctx, id, func(_ kv.Txn, _ space, p *poolRecord) error {
		for _, k := range in.TagKeys {
			delete(p.Pool.UserPoolTags, k)
		}
		return nil
	})
}

func (s *Service) ListTagsForResource(ctx context.Context, in *cognitoidp.ListTagsForResourceRequest) (*cognitoidp.ListTagsForResourceResponse, error) {
	id, err := taggedPool(front.CallFrom(ctx), *in.ResourceArn)
	if err != nil {
		return nil, err
	}
	out := &cognitoidp.ListTagsForResourceResponse{Tags: map[string]string{}}
	return out, s.inspect(ctx, id, func(_ kv.Reader, _ space, p *poolRecord) error {
		for k, v := range p.Pool.UserPoolTags {
			out.Tags[k] = v
		}
		return nil
	})
}
