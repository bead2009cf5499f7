package apigateway

import (
	"context"
	"maps"
	"strings"

	api "github.com/gatehouse-dev/gatehouse/internal/api/apigateway"
	"github.com/gatehouse-dev/gatehouse/internal/arn"
	"github.com/gatehouse-dev/gatehouse/internal/awserr"
	"github.com/gatehouse-dev/gatehouse/internal/kv"
	"github.com/gatehouse-dev/gatehouse/internal/wire"
)

const maxTags = 50 // of one resource ("Tag naming limits and requirements")

func checkTags(tags map[string]string) error {
	if len(tags) > maxTags {
		return api.BadRequestException("The number of tags exceeds the limit of %d", maxTags)
	}
	for _, k := range sortedKeys(tags) {
		switch {
		case k == "" || len(k) > 128:
			return api.BadRequestException("Invalid tag key specified: %.128s. Tag keys must have 1 to 128 characters", k)
		case strings.HasPrefix(strings.ToLower(k), "aws:"):
			return api.BadRequestException("Invalid tag key specified: %s. Tag keys must not start with aws:", k)
		case len(tags[k]) > 256:
			return api.BadRequestException("Invalid value for tag %s. Tag values must have at most 256 characters", k)
		}
	}
	return nil
}

// tagged edits the tags of one kind of record under a key.
func tagged[T any](key []byte, missing *awserr.Error, field func(*T) *map[string]string) func(kv.Reader) (*map[string]string, func(kv.Txn) error, error) {
	return func(r kv.Reader) (*map[string]string, func(kv.Txn) error, error) {
		rec, err := load[T](r, key, missing)
		if err != nil {
			return nil, nil, err
		}
		return field(rec), func(t kv.Txn) error { return kv.Save(t, key, *rec) }, nil
	}
}

// tagsOf finds the record whose tags an ARN stands for.
func (s space) tagsOf(name string) (func(kv.Reader) (*map[string]string, func(kv.Txn) error, error), error) {
	a, err := arn.Parse(name)
	if err != nil || a.Service != service || a.Region != s.region || a.Account != "" && a.Account != s.account {
		return nil, api.BadRequestException("Invalid ARN specified in the request")
	}
	p := strings.Split(strings.TrimPrefix(a.Resource, "/"), "/")
	switch {
	case len(p) == 2 && p[0] == "restapis":
		return tagged(s.api(p[1]), s.noAPI(&p[1]), func(x *api.RestApi) *map[string]string { return &x.Tags }), nil
	case len(p) == 4 && p[0] == "restapis" && p[2] == "stages":
		return tagged(s.stage(p[1], p[3]), noStage(), func(x *api.Stage) *map[string]string { return &x.Tags }), nil
	case len(p) == 2 && p[0] == "apikeys":
		return tagged(s.apiKey(p[1]), noAPIKey(), func(x *api.ApiKey) *map[string]string { return &x.Tags }), nil
	case len(p) == 2 && p[0] == "usageplans":
		return tagged(s.plan(p[1]), noPlan(), func(x *api.UsagePlan) *map[string]string { return &x.Tags }), nil
	case len(p) == 2 && p[0] == "clientcertificates":
		return tagged(s.certificate(p[1]), noCertificate(), func(x *api.ClientCertificate) *map[string]string { return &x.Tags }), nil
	}
	return nil, api.BadRequestException("Invalid ARN specified in the request")
}

// editTags changes the tags of the resource that an ARN names.
func (s *Service) editTags(ctx context.Context, name *string, edit func(map[string]string)) error {
	find, err := spaceOf(ctx).tagsOf(*name)
	if err != nil {
		return err
	}
	return s.store.Update(ctx, func(t kv.Txn) error {
		tags, save, err := find(t)
		if err != nil {
			return err
		}
		if *tags == nil {
			*tags = map[string]string{}
		}
		edit(*tags)
		if err := checkTags(*tags); err != nil {
			return err
		}
		if len(*tags) == 0 {
			*tags = nil
		}
		return save(t)
	})
}

// TagResource adds tags to what an ARN names, or gives them other values.
func (s *Service) TagResource(ctx context.Context, in *api.TagResourceRequest) (*wire.Empty, error) {
	return &wire.Empty{}, s.editTags(ctx, in.ResourceArn, func(tags map[string]string) { maps.Copy(tags, in.Tags) })
}

// UntagResource takes tags from what an ARN names.
func (s *Service) UntagResource(ctx context.Context, in *api.UntagResourceRequest) (*wire.Empty, error) {
	return &wire.Empty{}, s.editTags(ctx, in.ResourceArn, func(tags map[string]string) {
		for _, k := range in.TagKeys {
			delete(tags, k)
		}
	})
}

// GetTags reads the tags of what an ARN names, all at once.
func (s *Service) GetTags(ctx context.Context, in *api.GetTagsRequest) (*api.Tags, error) {
	find, err := spaceOf(ctx).tagsOf(*in.ResourceArn)
	if err != nil {
		return nil, err
	}
	out := &api.Tags{Tags: map[string]string{}}
	err = s.store.View(ctx, func(r kv.Reader) error {
		tags, _, err := find(r)
		if err == nil {
			maps.Copy(out.Tags, *tags)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}
