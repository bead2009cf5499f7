package lambda

import (
	"context"
	"errors"

	api "github.com/gatehouse-dev/gatehouse/internal/api/lambda"
	"github.com/gatehouse-dev/gatehouse/internal/awserr"
	"github.com/gatehouse-dev/gatehouse/internal/front"
	"github.com/gatehouse-dev/gatehouse/internal/ids"
	"github.com/gatehouse-dev/gatehouse/internal/kv"
	"github.com/gatehouse-dev/gatehouse/internal/services/lambda/code"
)

// UpdateFunctionCode replaces the code of the latest version.
func (s *Service) UpdateFunctionCode(ctx context.Context, in *api.UpdateFunctionCodeRequest) (*api.FunctionConfiguration, error) {
	n, err := unqualified(front.CallFrom(ctx), *in.FunctionName)
	if err != nil {
		return nil, err
	}
	if in.PublishTo != nil {
		return nil, awserr.Unimplemented("lambda", "UpdateFunctionCode with PublishTo")
	}
	if err := s.exists(ctx, n); err != nil {
		return nil, err
	}
	p, err := s.take(ctx, "UpdateFunctionCode", source{zip: in.ZipFile, bucket: in.S3Bucket, key: in.S3Key, image: in.ImageUri, sourceKMS: in.SourceKMSKeyArn})
	if err != nil {
		return nil, err
	}
	shown, err := s.update(ctx, n, edit{revision: in.RevisionId, dry: value(in.DryRun), publish: value(in.Publish), apply: func(v *version) error {
		v.setPackage(p)
		if in.Architectures != nil {
			v.Architectures = in.Architectures
		}
		if err := v.check(&change{}); err != nil {
			return err
		}
		return v.checkUnpacked(code.MaxUnpacked)
	}})
	if err != nil {
		return nil, err
	}
	return updating(shown.configuration(n, n.arn())), nil
}

// UpdateFunctionConfiguration changes settings of the latest version.
func (s *Service) UpdateFunctionConfiguration(ctx context.Context, in *api.UpdateFunctionConfigurationRequest) (*api.FunctionConfiguration, error) {
	n, err := unqualified(front.CallFrom(ctx), *in.FunctionName)
	if err != nil {
		return nil, err
	}
	if in.CapacityProviderConfig != nil || in.DurableConfig != nil {
		return nil, awserr.Unimplemented("lambda", "UpdateFunctionConfiguration with CapacityProviderConfig or DurableConfig")
	}
	if err := s.exists(ctx, n); err != nil {
		return nil, err
	}
	ch := &change{runtime: in.Runtime, role: in.Role, handler: in.Handler, description: in.Description, kmsKey: in.KMSKeyArn, timeout: in.Timeout,
		memory: in.MemorySize, tmp: in.EphemeralStorage, environment: in.Environment, deadLetter: in.DeadLetterConfig, tracing: in.TracingConfig,
		snapStart: in.SnapStart, logging: in.LoggingConfig, vpc: in.VpcConfig, fileSystems: in.FileSystemConfigs, image: in.ImageConfig}
	if ch.layers, ch.hasLayers, err = s.layersOf(ctx, n.place, in.Layers); err != nil {
		return nil, err
	}
	if in.Role != nil {
		if err := s.checkRole(*in.Role); err != nil {
			return nil, err
		}
	}
	shown, err := s.update(ctx, n, edit{revision: in.RevisionId, apply: func(v *version) error {
		if err := v.apply(n.function, ch); err != nil {
			return err
		}
		return v.checkUnpacked(code.MaxUnpacked)
	}})
	if err != nil {
		return nil, err
	}
	return updating(shown.configuration(n, n.arn())), nil
}

func (s *Service) exists(ctx context.Context, n name) error {
	return s.store.View(ctx, func(r kv.Reader) error {
		_, err := loadFunction(r, n)
		return err
	})
}

func errRevision() *awserr.Error {
	return api.PreconditionFailedException("The RevisionId provided does not match the latest RevisionId. " +
		"Call the GetFunction/GetAlias API to retrieve the latest RevisionId for your resource.")
}

// edit is a change of the latest version.
type edit struct {
	revision *string // that it must have
	dry      bool    // change nothing, but say what would come of it
	publish  bool
	apply    func(*version) error
}

// errDry makes a transaction end without effect.
var errDry = errors.New("lambda: nothing is to be changed")

// update changes the latest version. It returns the version to show: the
// published one with publish.
func (s *Service) update(ctx context.Context, n name, e edit) (version, error) {
	now := front.CallFrom(ctx).Time
	var v version
	err := s.store.Update(ctx, func(t kv.Txn) error {
		f, err := loadFunction(t, n)
		if err != nil {
			return err
		}
		if v, err = loadVersion(t, n, latest); err != nil {
			return err
		}
		if e.revision != nil && *e.revision != v.Revision {
			return errRevision()
		}
		u, _, err := kv.Load[usage](t, n.usageKey())
		if err != nil {
			return err
		}
		before := v
		if err := e.apply(&v); err != nil {
			return err
		}
		v.Run = ids.Hex(8)
		v.touch(now)
		if err := useVersion(t, &u, 1, &v); err != nil {
			return err
		}
		if err := useVersion(t, &u, -1, &before); err != nil {
			return err
		}
		if err := saveVersion(t, n, &v); err != nil {
			return err
		}
		if e.publish {
			if err := s.publish(t, n, &f, &u, &v, nil); err != nil {
				return err
			}
		}
		if err := s.checkQuota(&u); err != nil {
			return err
		}
		if e.dry {
			return errDry
		}
		if err := kv.Save(t, n.usageKey(), u); err != nil {
			return err
		}
		return saveFunction(t, n.place, &f)
	})
	if err != nil && !(e.dry && errors.Is(err, errDry)) {
		return v, err
	}
	if !e.dry {
		s.live.forget(n)
		s.background(s.collect)
	}
	return v, nil
}
