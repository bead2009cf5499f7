package lambdacfn

import (
	"context"
	"encoding/json"

	api "github.com/gatehouse-dev/gatehouse/internal/api/lambda"
	"github.com/gatehouse-dev/gatehouse/internal/arn"
	"github.com/gatehouse-dev/gatehouse/internal/cfn"
)

// defaults are what UpdateFunctionConfiguration must be told where a template
// no longer says a property: leaving it out would leave it as it was.
func defaults() cfn.Properties {
	return cfn.Properties{
		"Description":       "",
		"Timeout":           json.Number("3"),
		"MemorySize":        json.Number("128"),
		"Environment":       map[string]any{"Variables": map[string]any{}},
		"Layers":            []any{},
		"TracingConfig":     map[string]any{"Mode": "PassThrough"},
		"DeadLetterConfig":  map[string]any{"TargetArn": ""},
		"VpcConfig":         map[string]any{"SubnetIds": []any{}, "SecurityGroupIds": []any{}},
		"FileSystemConfigs": []any{},
		"EphemeralStorage":  map[string]any{"Size": json.Number("512")},
		"SnapStart":         map[string]any{"ApplyOn": "None"},
		"ImageConfig":       map[string]any{},
	}
}

func (h *functions) update(ctx context.Context, r *cfn.Request) (out cfn.Result, err error) {
	name := r.PhysicalID
	if r.Changed("Code", "Architectures") || r.Retry {
		c, err := code(ctx, h.assets, r.Properties)
		if err != nil {
			return out, err
		}
		in := &api.UpdateFunctionCodeRequest{FunctionName: &name, ZipFile: c.ZipFile, S3Bucket: c.S3Bucket, S3Key: c.S3Key,
			S3ObjectVersion: c.S3ObjectVersion, ImageUri: c.ImageUri, Architectures: []string{"x86_64"}}
		if _, err := r.Properties.Part("Architectures", &in.Architectures); err != nil {
			return out, err
		}
		if err := cfn.Do(ctx, r, service, "UpdateFunctionCode", in); err != nil {
			return out, err
		}
		if _, err := ready(ctx, r, name); err != nil {
			return out, err
		}
	}
	if err := configure(ctx, r, name); err != nil {
		return out, err
	}
	resource := arn.Make(service, r.Origin.Region, r.Origin.Account, "function:"+name)
	set, drop := cfn.TagChange(r.OldTags("Tags"), r.MergedTags("Tags"))
	if len(set) > 0 {
		if err := cfn.Do(ctx, r, service, "TagResource", &api.TagResourceRequest{Resource: &resource, Tags: set}); err != nil {
			return out, err
		}
	}
	if len(drop) > 0 {
		if err := cfn.Do(ctx, r, service, "UntagResource", &api.UntagResourceRequest{Resource: &resource, TagKeys: drop}); err != nil {
			return out, err
		}
	}
	return cfn.Result{PhysicalID: name}, settings(ctx, r, name)
}

// configure changes the configuration as far as it differs.
func configure(ctx context.Context, r *cfn.Request, name string) error {
	apart := append([]string{"FunctionName", "PackageType", "Architectures", "CodeSigningConfigArn"}, beside...)
	if r.Changed("CodeSigningConfigArn") {
		return &cfn.PropertyError{Message: "CodeSigningConfigArn cannot be changed in Gatehouse"}
	}
	props, old := r.Properties.Without(apart...), r.Old.Without(apart...)
	changes, standard := cfn.Properties{}, defaults()
	for _, p := range cfn.Changed(old, props) {
		switch v, given := props[p]; {
		case given:
			changes[p] = v
		case standard[p] != nil:
			changes[p] = standard[p]
		case p == "LoggingConfig":
			changes[p] = map[string]any{"LogFormat": "Text", "LogGroup": "/aws/lambda/" + name}
		}
	}
	in := &api.UpdateFunctionConfigurationRequest{}
	if err := changes.Into(in); err != nil {
		return err
	}
	if r.Changed("KmsKeyArn") {
		in.KMSKeyArn = new(r.Properties.Text("KmsKeyArn"))
	}
	if len(changes) == 0 && in.KMSKeyArn == nil {
		return nil
	}
	in.FunctionName = &name
	if err := cfn.Do(ctx, r, service, "UpdateFunctionConfiguration", in); err != nil {
		return err
	}
	_, err := ready(ctx, r, name)
	return err
}
