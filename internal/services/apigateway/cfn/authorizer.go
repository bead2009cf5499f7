package apigatewaycfn

import (
	"context"
	"slices"

	api "github.com/gatehouse-dev/gatehouse/internal/api/apigateway"
	"github.com/gatehouse-dev/gatehouse/internal/cfn"
)

func authorizer() *cfn.Type {
	return &cfn.Type{Name: "AWS::ApiGateway::Authorizer",
		Properties: cfn.From[api.CreateAuthorizerRequest]().Require("RestApiId", "Name", "Type"),
		CreateOnly: []string{"RestApiId"}, Attributes: []string{"AuthorizerId"},
		Handler: cfn.Functions{Make: createAuthorizer, Change: updateAuthorizer, Remove: func(ctx context.Context, r *cfn.Request) error {
			return cfn.Do(ctx, r, service, "DeleteAuthorizer", &api.DeleteAuthorizerRequest{RestApiId: r.Properties.Optional("RestApiId"), AuthorizerId: &r.PhysicalID})
		}}}
}

func createAuthorizer(ctx context.Context, r *cfn.Request) (out cfn.Result, err error) {
	in := &api.CreateAuthorizerRequest{}
	if err := r.Properties.Into(in); err != nil {
		return out, err
	}
	id := ""
	if r.Retry { // names are unique within an API
		all, err := cfn.Call[api.Authorizers](ctx, r, service, "GetAuthorizers", &api.GetAuthorizersRequest{RestApiId: in.RestApiId, Limit: new(int32(500))})
		if err != nil {
			return out, err
		}
		for _, a := range all.Items {
			if *a.Name == *in.Name {
				id = *a.Id
			}
		}
	}
	if id == "" {
		made, err := cfn.Call[api.Authorizer](ctx, r, service, "CreateAuthorizer", in)
		if err != nil {
			return out, err
		}
		id = *made.Id
	}
	return cfn.Result{PhysicalID: id, Attributes: map[string]any{"AuthorizerId": id}}, nil
}

func updateAuthorizer(ctx context.Context, r *cfn.Request) (cfn.Result, error) {
	var p patch
	p.replace(r, map[string]string{"Name": "/name", "Type": "/type", "AuthType": "/authType", "AuthorizerUri": "/authorizerUri",
		"AuthorizerCredentials": "/authorizerCredentials", "IdentitySource": "/identitySource",
		"IdentityValidationExpression": "/identityValidationExpression", "AuthorizerResultTtlInSeconds": "/authorizerResultTtlInSeconds"},
		map[string]string{"AuthorizerResultTtlInSeconds": "300"})
	before, after := texts(r.Old["ProviderARNs"]), texts(r.Properties["ProviderARNs"])
	for _, arn := range after {
		if !slices.Contains(before, arn) {
			p.add("add", "/providerARNs", arn)
		}
	}
	for _, arn := range before {
		if !slices.Contains(after, arn) {
			p = append(p, api.PatchOperation{Op: new("remove"), Path: new("/providerARNs"), Value: &arn})
		}
	}
	out := cfn.Result{PhysicalID: r.PhysicalID}
	if len(p) == 0 {
		return out, nil
	}
	return out, cfn.Do(ctx, r, service, "UpdateAuthorizer",
		&api.UpdateAuthorizerRequest{RestApiId: r.Properties.Optional("RestApiId"), AuthorizerId: &r.PhysicalID, PatchOperations: p})
}
