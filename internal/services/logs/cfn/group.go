package logscfn

import (
	"context"

	api "github.com/gatehouse-dev/gatehouse/internal/api/logs"
	"github.com/gatehouse-dev/gatehouse/internal/arn"
	"github.com/gatehouse-dev/gatehouse/internal/awserr"
	"github.com/gatehouse-dev/gatehouse/internal/cfn"
)

const maxName = 512

func logGroup() *cfn.Type {
	return &cfn.Type{Name: "AWS::Logs::LogGroup", NameProperty: "LogGroupName",
		Properties: cfn.Schema{"LogGroupName": cfn.TextProperty, "RetentionInDays": {Kind: cfn.Integer}, "KmsKeyId": cfn.TextProperty,
			"LogGroupClass": cfn.TextProperty, "DeletionProtectionEnabled": {Kind: cfn.Boolean}, "Tags": cfn.TagList},
		// KmsKeyId may change in place on AWS, by operations that need KMS.
		CreateOnly: []string{"LogGroupName", "LogGroupClass", "KmsKeyId"}, Attributes: []string{"Arn"},
		Handler: cfn.Functions{Make: create, Change: update, Remove: remove}}
}

func groupARN(r *cfn.Request, name string) string {
	return arn.Make(service, r.Origin.Region, r.Origin.Account, "log-group:"+name)
}

func create(ctx context.Context, r *cfn.Request) (out cfn.Result, err error) {
	name := r.Properties.Text("LogGroupName")
	if name == "" {
		name = r.Name(maxName)
	}
	in := &api.CreateLogGroupRequest{}
	if err := r.Properties.Without("RetentionInDays", "Tags").Into(in); err != nil {
		return out, err
	}
	in.LogGroupName = &name
	if tags := r.MergedTags("Tags"); len(tags) > 0 {
		in.Tags = tags
	}
	err = cfn.Do(ctx, r, service, "CreateLogGroup", in)
	if err != nil && !(r.Retry && awserr.HasCode(err, "ResourceAlreadyExistsException")) {
		return out, err
	}
	if err := r.Created(ctx, name); err != nil {
		return out, err
	}
	return cfn.Result{PhysicalID: name, Attributes: map[string]any{"Arn": groupARN(r, name) + ":*"}}, retain(ctx, r, name)
}

// retain sets how long events are kept.
func retain(ctx context.Context, r *cfn.Request, name string) error {
	var days *int32
	if _, err := r.Properties.Part("RetentionInDays", &days); err != nil {
		return err
	}
	switch {
	case days != nil:
		return cfn.Do(ctx, r, service, "PutRetentionPolicy", &api.PutRetentionPolicyRequest{LogGroupName: &name, RetentionInDays: days})
	case r.Old.Has("RetentionInDays"):
		return cfn.Do(ctx, r, service, "DeleteRetentionPolicy", &api.DeleteRetentionPolicyRequest{LogGroupName: &name})
	}
	return nil
}

func update(ctx context.Context, r *cfn.Request) (cfn.Result, error) {
	out := cfn.Result{PhysicalID: r.PhysicalID}
	if r.Changed("RetentionInDays") {
		if err := retain(ctx, r, r.PhysicalID); err != nil {
			return out, err
		}
	}
	if r.Changed("DeletionProtectionEnabled") {
		on := false
		if _, err := r.Properties.Part("DeletionProtectionEnabled", &on); err != nil {
			return out, err
		}
		in := &api.PutLogGroupDeletionProtectionRequest{LogGroupIdentifier: &r.PhysicalID, DeletionProtectionEnabled: &on}
		if err := cfn.Do(ctx, r, service, "PutLogGroupDeletionProtection", in); err != nil {
			return out, err
		}
	}
	resource := groupARN(r, r.PhysicalID)
	set, drop := cfn.TagChange(r.OldTags("Tags"), r.MergedTags("Tags"))
	if len(set) > 0 {
		if err := cfn.Do(ctx, r, service, "TagResource", &api.TagResourceRequest{ResourceArn: &resource, Tags: set}); err != nil {
			return out, err
		}
	}
	if len(drop) > 0 {
		return out, cfn.Do(ctx, r, service, "UntagResource", &api.UntagResourceRequest{ResourceArn: &resource, TagKeys: drop})
	}
	return out, nil
}

func remove(ctx context.Context, r *cfn.Request) error {
	return cfn.Do(ctx, r, service, "DeleteLogGroup", &api.DeleteLogGroupRequest{LogGroupName: &r.PhysicalID})
}
