package lambda

import (
	"context"

	api "github.com/gatehouse-dev/gatehouse/internal/api/lambda"
	"github.com/gatehouse-dev/gatehouse/internal/awserr"
	"github.com/gatehouse-dev/gatehouse/internal/front"
	"github.com/gatehouse-dev/gatehouse/internal/ids"
	"github.com/gatehouse-dev/gatehouse/internal/kv"
	"github.com/gatehouse-dev/gatehouse/internal/services/lambda/code"
)

// CreateFunction makes a function.
func (s *Service) CreateFunction(ctx context.Context, in *api.CreateFunctionRequest) (*api.FunctionConfiguration, error) {
	c := front.CallFrom(ctx)
	n, err := unqualified(c, *in.FunctionName)
	if err != nil {
		return nil, err
	}
	if err := refuseUnknown(in); err != nil {
		return nil, err
	}
	if err := checkTags(in.Tags); err != nil {
		return nil, err
	}
	ch := &change{runtime: in.Runtime, role: in.Role, handler: in.Handler, description: in.Description, kmsKey: in.KMSKeyArn, timeout: in.Timeout,
		memory: in.MemorySize, tmp: in.EphemeralStorage, environment: in.Environment, deadLetter: in.DeadLetterConfig, tracing: in.TracingConfig,
		snapStart: in.SnapStart, logging: in.LoggingConfig, vpc: in.VpcConfig, fileSystems: in.FileSystemConfigs, image: in.ImageConfig}
	if ch.layers, ch.hasLayers, err = s.layersOf(ctx, n.place, in.Layers); err != nil {
		return nil, err
	}
	v := version{Number: latest, settings: defaults(n.function), Run: ids.Hex(8)}
	if in.Architectures != nil {
		v.Architectures = in.Architectures
	}
	if err := v.apply(n.function, ch); err != nil {
		return nil, err
	}
	if err := s.checkRole(v.Role); err != nil {
		return nil, err
	}
	p, err := s.take(ctx, "CreateFunction", source{zip: in.Code.ZipFile, bucket: in.Code.S3Bucket, key: in.Code.S3Key, image: in.Code.ImageUri, sourceKMS: in.Code.SourceKMSKeyArn})
	if err != nil {
		return nil, err
	}
	v.setPackage(p)
	if err := v.checkUnpacked(code.MaxUnpacked); err != nil {
		return nil, err
	}
	v.touch(c.Time)
	shown := v
	err = s.store.Update(ctx, func(t kv.Txn) error {
		shown = v
		return s.create(t, n, &function{Name: n.function, Tags: in.Tags}, &shown, value(in.Publish))
	})
	if err != nil {
		return nil, err
	}
	s.live.forget(n)
	return creating(shown.configuration(n, n.arn())), nil
}

// create stores a new function. With publish, v becomes its first version.
func (s *Service) create(t kv.Txn, n name, f *function, v *version, publish bool) error {
	if _, exists, err := kv.Load[function](t, n.functionKey(n.function)); err != nil {
		return err
	} else if exists {
		return api.ResourceConflictException("Function already exist: %s", n.function)
	}
	u, _, err := kv.Load[usage](t, n.usageKey())
	if err != nil {
		return err
	}
	u.Functions++
	if err := useVersion(t, &u, 1, v); err != nil {
		return err
	}
	if err := saveVersion(t, n, v); err != nil {
		return err
	}
	if publish {
		if err := s.publish(t, n, f, &u, v, nil); err != nil {
			return err
		}
	}
	if err := s.checkQuota(&u); err != nil {
		return err
	}
	if err := kv.Save(t, n.usageKey(), u); err != nil {
		return err
	}
	return saveFunction(t, n.place, f)
}

// refuseUnknown refuses what Gatehouse could only ignore.
func refuseUnknown(in *api.CreateFunctionRequest) error {
	switch {
	case value(in.PackageType) == "Image":
		return invalid("Gatehouse does not run container images: give the code as a zip package in ZipFile.")
	case in.CodeSigningConfigArn != nil:
		return awserr.Unimplemented("lambda", "CreateFunction with CodeSigningConfigArn")
	case in.CapacityProviderConfig != nil || in.PublishTo != nil:
		return awserr.Unimplemented("lambda", "CreateFunction with CapacityProviderConfig or PublishTo")
	case in.DurableConfig != nil:
		return awserr.Unimplemented("lambda", "CreateFunction with DurableConfig")
	case in.TenancyConfig != nil:
		return awserr.Unimplemented("lambda", "CreateFunction with TenancyConfig")
	}
	return nil
}

// checkRole refuses a role that there is not, or that does not trust Lambda.
func (s *Service) checkRole(role string) error {
	if !s.roles.CanAssume(principal, role) {
		return invalid("The role defined for the function cannot be assumed by Lambda.")
	}
	return nil
}
