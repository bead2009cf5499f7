package lambda

import (
	"context"

	api "github.com/gatehouse-dev/gatehouse/internal/api/lambda"
	"github.com/gatehouse-dev/gatehouse/internal/front"
	"github.com/gatehouse-dev/gatehouse/internal/kv"
)

// GetFunction describes a function and says where its package can be fetched.
func (s *Service) GetFunction(ctx context.Context, in *api.GetFunctionRequest) (*api.GetFunctionResponse, error) {
	n, err := parseName(front.CallFrom(ctx), *in.FunctionName, in.Qualifier)
	if err != nil {
		return nil, err
	}
	var v version
	var f function
	err = s.store.View(ctx, func(r kv.Reader) (err error) {
		if v, err = resolve(r, n); err != nil {
			return err
		}
		f, err = loadFunction(r, n)
		return err
	})
	if err != nil {
		return nil, err
	}
	out := &api.GetFunctionResponse{Configuration: v.configuration(n, n.arn()), Tags: f.Tags,
		Code: &api.FunctionCodeLocation{RepositoryType: new("S3"), Location: new(s.location(v.Hash))}}
	if f.Reserved != nil {
		out.Concurrency = &api.Concurrency{ReservedConcurrentExecutions: f.Reserved}
	}
	return out, nil
}

// GetFunctionConfiguration describes a version.
func (s *Service) GetFunctionConfiguration(ctx context.Context, in *api.GetFunctionConfigurationRequest) (*api.FunctionConfiguration, error) {
	n, err := parseName(front.CallFrom(ctx), *in.FunctionName, in.Qualifier)
	if err != nil {
		return nil, err
	}
	var v version
	err = s.store.View(ctx, func(r kv.Reader) (err error) {
		v, err = resolve(r, n)
		return err
	})
	if err != nil {
		return nil, err
	}
	return v.configuration(n, n.arn()), nil
}
