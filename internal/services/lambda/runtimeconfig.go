package lambda

import (
	"context"

	api "github.com/gatehouse-dev/gatehouse/internal/api/lambda"
	"github.com/gatehouse-dev/gatehouse/internal/front"
	"github.com/gatehouse-dev/gatehouse/internal/kv"
)

const (
	runtimeAuto   = "Auto"
	runtimeManual = "Manual"
	loopTerminate = "Terminate"
)

// GetRuntimeManagementConfig returns when a version's runtime is updated.
func (s *Service) GetRuntimeManagementConfig(ctx context.Context, in *api.GetRuntimeManagementConfigRequest) (*api.GetRuntimeManagementConfigResponse, error) {
	n, err := parseName(front.CallFrom(ctx), *in.FunctionName, in.Qualifier)
	if err != nil {
		return nil, err
	}
	var v version
	err = s.store.View(ctx, func(r kv.Reader) error {
		v, err = resolve(r, n)
		return err
	})
	if err != nil {
		return nil, err
	}
	on, runtime := v.runtimeUpdates(n)
	return &api.GetRuntimeManagementConfigResponse{UpdateRuntimeOn: on, RuntimeVersionArn: runtime, FunctionArn: new(n.arnOfVersion(&v))}, nil
}

// arnOfVersion is the ARN of a version, unqualified for the latest.
func (n name) arnOfVersion(v *version) string {
	if n.qualifier == "" {
		return n.arn()
	}
	return n.qualified(v.Number)
}

func (v *version) runtimeUpdates(n name) (on, runtime *string) {
	on = &v.UpdateRuntimeOn
	if *on == "" {
		on = new(runtimeAuto)
	}
	if *on == runtimeManual {
		runtime = new(runtimeARN(n.region, v.Runtime))
	}
	return on, runtime
}

// PutRuntimeManagementConfig stores when a version's runtime is to be updated.
func (s *Service) PutRuntimeManagementConfig(ctx context.Context, in *api.PutRuntimeManagementConfigRequest) (*api.PutRuntimeManagementConfigResponse, error) {
	n, err := parseName(front.CallFrom(ctx), *in.FunctionName, in.Qualifier)
	if err != nil {
		return nil, err
	}
	manual := *in.UpdateRuntimeOn == runtimeManual
	if manual != (in.RuntimeVersionArn != nil) {
		return nil, invalid("A runtime version ARN must be given with UpdateRuntimeOn Manual, and only with it.")
	}
	var v version
	err = s.store.Update(ctx, func(t kv.Txn) error {
		f, err := loadFunction(t, n)
		if err != nil {
			return err
		}
		if v, err = resolve(t, n); err != nil {
			return err
		}
		if manual && *in.RuntimeVersionArn != runtimeARN(n.region, v.Runtime) {
			return invalid("Runtime version %s does not exist.", *in.RuntimeVersionArn)
		}
		v.UpdateRuntimeOn = *in.UpdateRuntimeOn
		if err := saveVersion(t, n, &v); err != nil {
			return err
		}
		return saveFunction(t, n.place, &f)
	})
	if err != nil {
		return nil, err
	}
	on, runtime := v.runtimeUpdates(n)
	return &api.PutRuntimeManagementConfigResponse{UpdateRuntimeOn: on, RuntimeVersionArn: runtime, FunctionArn: new(n.arnOfVersion(&v))}, nil
}

// GetFunctionCodeSigningConfig tells that code need not be signed.
func (s *Service) GetFunctionCodeSigningConfig(ctx context.Context, in *api.GetFunctionCodeSigningConfigRequest) (*api.GetFunctionCodeSigningConfigResponse, error) {
	n, err := unqualified(front.CallFrom(ctx), *in.FunctionName)
	if err != nil {
		return nil, err
	}
	if err := s.exists(ctx, n); err != nil {
		return nil, err
	}
	return &api.GetFunctionCodeSigningConfigResponse{FunctionName: &n.function, CodeSigningConfigArn: new("")}, nil
}

// GetFunctionRecursionConfig returns what is to happen to recursive loops.
func (s *Service) GetFunctionRecursionConfig(ctx context.Context, in *api.GetFunctionRecursionConfigRequest) (*api.GetFunctionRecursionConfigResponse, error) {
	n, err := unqualified(front.CallFrom(ctx), *in.FunctionName)
	if err != nil {
		return nil, err
	}
	out := &api.GetFunctionRecursionConfigResponse{RecursiveLoop: new(loopTerminate)}
	return out, s.store.View(ctx, func(r kv.Reader) error {
		f, err := loadFunction(r, n)
		if f.Loop != "" {
			out.RecursiveLoop = &f.Loop
		}
		return err
	})
}

// PutFunctionRecursionConfig stores what is to happen to recursive loops.
func (s *Service) PutFunctionRecursionConfig(ctx context.Context, in *api.PutFunctionRecursionConfigRequest) (*api.PutFunctionRecursionConfigResponse, error) {
	n, err := unqualified(front.CallFrom(ctx), *in.FunctionName)
	if err != nil {
		return nil, err
	}
	return &api.PutFunctionRecursionConfigResponse{RecursiveLoop: in.RecursiveLoop}, s.store.Update(ctx, func(t kv.Txn) error {
		f, err := loadFunction(t, n)
		if err != nil {
			return err
		}
		f.Loop = *in.RecursiveLoop
		return saveFunction(t, n.place, &f)
	})
}
