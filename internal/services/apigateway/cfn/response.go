package apigatewaycfn

import (
	"context"

	api "github.com/gatehouse-dev/gatehouse/internal/api/apigateway"
	"github.com/gatehouse-dev/gatehouse/internal/cfn"
)

func gatewayResponse() *cfn.Type {
	put := func(ctx context.Context, r *cfn.Request) (cfn.Result, error) {
		in := &api.PutGatewayResponseRequest{}
		if err := r.Properties.Into(in); err != nil {
			return cfn.Result{}, err
		}
		id := r.PhysicalID
		if id == "" {
			id = r.Name(128)
		}
		return cfn.Result{PhysicalID: id, Attributes: map[string]any{"Id": id}}, cfn.Do(ctx, r, service, "PutGatewayResponse", in)
	}
	return &cfn.Type{Name: "AWS::ApiGateway::GatewayResponse",
		Properties: cfn.From[api.PutGatewayResponseRequest]().Require("RestApiId", "ResponseType"),
		CreateOnly: []string{"RestApiId", "ResponseType"}, Attributes: []string{"Id"},
		Handler: cfn.Functions{Make: put, Change: put, Remove: func(ctx context.Context, r *cfn.Request) error {
			return cfn.Do(ctx, r, service, "DeleteGatewayResponse",
				&api.DeleteGatewayResponseRequest{RestApiId: r.Properties.Optional("RestApiId"), ResponseType: r.Properties.Optional("ResponseType")})
		}}}
}

// account is the region's settings of API Gateway. There is nothing to delete:
// as on AWS, they stay when the stack goes.
func account() *cfn.Type {
	set := func(ctx context.Context, r *cfn.Request) (cfn.Result, error) {
		id := r.PhysicalID
		if id == "" {
			id = r.Name(128)
		}
		var p patch
		p.add("replace", "/cloudwatchRoleArn", r.Properties.Text("CloudWatchRoleArn"))
		return cfn.Result{PhysicalID: id, Attributes: map[string]any{"Id": id}},
			cfn.Do(ctx, r, service, "UpdateAccount", &api.UpdateAccountRequest{PatchOperations: p})
	}
	return &cfn.Type{Name: "AWS::ApiGateway::Account", Properties: cfn.Schema{"CloudWatchRoleArn": cfn.TextProperty},
		Attributes: []string{"Id"}, Handler: cfn.Functions{Make: set, Change: set}}
}
