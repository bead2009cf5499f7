package lambdacfn

import (
	"context"
	"time"

	api "github.com/gatehouse-dev/gatehouse/internal/api/lambda"
	"github.com/gatehouse-dev/gatehouse/internal/awserr"
	"github.com/gatehouse-dev/gatehouse/internal/cfn"
)

const maxName = 64

// beside are the properties that CreateFunction does not take.
var beside = []string{"Code", "Tags", "ReservedConcurrentExecutions", "RuntimeManagementConfig", "RecursiveLoop", "KmsKeyArn"}

func function(assets Assets) *cfn.Type {
	h := &functions{assets}
	return &cfn.Type{Name: "AWS::Lambda::Function", NameProperty: "FunctionName",
		Properties: cfn.From[api.CreateFunctionRequest]().
			Without("Code", "Publish", "PublishTo", "Tags", "KMSKeyArn", "CapacityProviderConfig", "DurableConfig", "TenancyConfig").
			With(cfn.Schema{"Code": codeProperty, "Tags": cfn.TagList, "KmsKeyArn": cfn.TextProperty,
				"ReservedConcurrentExecutions": {Kind: cfn.Integer}, "RecursiveLoop": cfn.TextProperty,
				"RuntimeManagementConfig": {Kind: cfn.Object, Fields: cfn.Schema{"UpdateRuntimeOn": {Kind: cfn.Text, Required: true}, "RuntimeVersionArn": cfn.TextProperty}},
			}).Require("Role"),
		CreateOnly: []string{"FunctionName", "PackageType"}, Attributes: []string{"Arn"},
		Handler: cfn.Functions{Make: h.create, Change: h.update, Remove: h.remove}}
}

type functions struct{ assets Assets }

func (h *functions) create(ctx context.Context, r *cfn.Request) (out cfn.Result, err error) {
	name := r.Properties.Text("FunctionName")
	if name == "" {
		name = r.Name(maxName)
	}
	in := &api.CreateFunctionRequest{}
	if err := r.Properties.Without(beside...).Into(in); err != nil {
		return out, err
	}
	in.FunctionName, in.KMSKeyArn = &name, r.Properties.Optional("KmsKeyArn")
	if tags := r.MergedTags("Tags"); len(tags) > 0 {
		in.Tags = tags
	}
	if in.Code, err = code(ctx, h.assets, r.Properties); err != nil {
		return out, err
	}
	err = cfn.Do(ctx, r, service, "CreateFunction", in)
	if err != nil && !(r.Retry && awserr.HasCode(err, "ResourceConflictException")) {
		return out, err
	}
	if err := r.Created(ctx, name); err != nil {
		return out, err
	}
	c, err := ready(ctx, r, name)
	if err != nil {
		return out, err
	}
	return cfn.Result{PhysicalID: name, Attributes: map[string]any{"Arn": *c.FunctionArn}}, settings(ctx, r, name)
}

// ready waits until a function is active and its last update is done.
func ready(ctx context.Context, r *cfn.Request, name string) (c *api.FunctionConfiguration, err error) {
	err = cfn.Poll(ctx, 20*time.Millisecond, func() (bool, error) {
		c, err = cfn.Call[api.FunctionConfiguration](ctx, r, service, "GetFunctionConfiguration", &api.GetFunctionConfigurationRequest{FunctionName: &name})
		if err != nil {
			return false, err
		}
		switch {
		case is(c.State, "Failed"):
			return false, failure("Lambda function "+name+" reached terminal state FAILED", c.StateReason)
		case is(c.LastUpdateStatus, "Failed"):
			return false, failure("The update of Lambda function "+name+" failed", c.LastUpdateStatusReason)
		}
		return !is(c.State, "Pending") && !is(c.LastUpdateStatus, "InProgress"), nil
	})
	return c, err
}

func is(s *string, want string) bool { return s != nil && *s == want }

func failure(what string, reason *string) error {
	if reason != nil {
		what += ": " + *reason
	}
	return awserr.New(400, "NotStabilized", "%s", what)
}

// settings are what Lambda keeps beside a function's configuration.
func settings(ctx context.Context, r *cfn.Request, name string) error {
	if r.Changed("ReservedConcurrentExecutions") {
		var n *int32
		if _, err := r.Properties.Part("ReservedConcurrentExecutions", &n); err != nil {
			return err
		}
		var err error
		if n != nil {
			err = cfn.Do(ctx, r, service, "PutFunctionConcurrency", &api.PutFunctionConcurrencyRequest{FunctionName: &name, ReservedConcurrentExecutions: n})
		} else {
			err = cfn.Do(ctx, r, service, "DeleteFunctionConcurrency", &api.DeleteFunctionConcurrencyRequest{FunctionName: &name})
		}
		if err != nil {
			return err
		}
	}
	if r.Changed("RuntimeManagementConfig") {
		in := &api.PutRuntimeManagementConfigRequest{UpdateRuntimeOn: new("Auto")}
		if _, err := r.Properties.Part("RuntimeManagementConfig", in); err != nil {
			return err
		}
		in.FunctionName = &name
		if err := cfn.Do(ctx, r, service, "PutRuntimeManagementConfig", in); err != nil {
			return err
		}
	}
	if r.Changed("RecursiveLoop") {
		in := &api.PutFunctionRecursionConfigRequest{FunctionName: &name, RecursiveLoop: new("Terminate")}
		if loop := r.Properties.Optional("RecursiveLoop"); loop != nil {
			in.RecursiveLoop = loop
		}
		return cfn.Do(ctx, r, service, "PutFunctionRecursionConfig", in)
	}
	return nil
}

func (h *functions) remove(ctx context.Context, r *cfn.Request) error {
	return cfn.Do(ctx, r, service, "DeleteFunction", &api.DeleteFunctionRequest{FunctionName: &r.PhysicalID})
}
