package apigatewaycfn

import (
	"context"

	api "github.com/gatehouse-dev/gatehouse/internal/api/apigateway"
	"github.com/gatehouse-dev/gatehouse/internal/awserr"
	"github.com/gatehouse-dev/gatehouse/internal/cfn"
)

func model() *cfn.Type {
	return &cfn.Type{Name: "AWS::ApiGateway::Model", NameProperty: "Name",
		Properties: cfn.From[api.CreateModelRequest]().With(cfn.Schema{"Schema": {Kind: cfn.Document}}).Require("RestApiId"),
		CreateOnly: []string{"RestApiId", "Name", "ContentType"},
		Handler: cfn.Functions{Make: createModel, Change: updateModel, Remove: func(ctx context.Context, r *cfn.Request) error {
			return cfn.Do(ctx, r, service, "DeleteModel", &api.DeleteModelRequest{RestApiId: r.Properties.Optional("RestApiId"), ModelName: &r.PhysicalID})
		}}}
}

func createModel(ctx context.Context, r *cfn.Request) (out cfn.Result, err error) {
	in := &api.CreateModelRequest{ContentType: new("application/json")}
	if err := r.Properties.Without("Schema").Into(in); err != nil {
		return out, err
	}
	if in.Name == nil {
		in.Name = new(r.LogicalID + r.Suffix()) // a model's name has letters and digits only
	}
	if in.Schema, err = r.Properties.Document("Schema"); err != nil {
		return out, err
	}
	err = cfn.Do(ctx, r, service, "CreateModel", in)
	if r.Retry && awserr.HasCode(err, "ConflictException") {
		err = nil
	}
	return cfn.Result{PhysicalID: *in.Name}, err
}

func updateModel(ctx context.Context, r *cfn.Request) (out cfn.Result, err error) {
	out.PhysicalID = r.PhysicalID
	var p patch
	p.replace(r, map[string]string{"Description": "/description"}, nil)
	if r.Changed("Schema") {
		doc, err := r.Properties.Document("Schema")
		if err != nil {
			return out, err
		}
		if doc == nil {
			doc = new("")
		}
		p.add("replace", "/schema", *doc)
	}
	if len(p) == 0 {
		return out, nil
	}
	return out, cfn.Do(ctx, r, service, "UpdateModel",
		&api.UpdateModelRequest{RestApiId: r.Properties.Optional("RestApiId"), ModelName: &r.PhysicalID, PatchOperations: p})
}
