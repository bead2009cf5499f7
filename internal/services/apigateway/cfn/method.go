package apigatewaycfn

import (
	"context"

	api "github.com/gatehouse-dev/gatehouse/internal/api/apigateway"
	"github.com/gatehouse-dev/gatehouse/internal/awserr"
	"github.com/gatehouse-dev/gatehouse/internal/cfn"
)

// where are the members that say which method is meant; a nested object has
// them from its method.
var where = []string{"RestApiId", "ResourceId", "HttpMethod"}

func method() *cfn.Type {
	integrationResponse := cfn.Property{Kind: cfn.Object, Fields: cfn.From[api.PutIntegrationResponseRequest]().Without(where...).Require("StatusCode")}
	methodResponse := cfn.Property{Kind: cfn.Object, Fields: cfn.From[api.PutMethodResponseRequest]().Without(where...).Require("StatusCode")}
	return &cfn.Type{Name: "AWS::ApiGateway::Method",
		Properties: cfn.From[api.PutMethodRequest]().With(cfn.Schema{
			"Integration": {Kind: cfn.Object, Fields: cfn.From[api.PutIntegrationRequest]().Without(where...).Without("TlsConfig", "IntegrationTarget").
				With(cfn.Schema{"IntegrationResponses": {Kind: cfn.ListOf, Elem: &integrationResponse}}).Require("Type")},
			"MethodResponses": {Kind: cfn.ListOf, Elem: &methodResponse},
		}).Require(where...),
		CreateOnly: where,
		Handler:    cfn.Functions{Make: createMethod, Change: updateMethod, Remove: deleteMethod}}
}

func createMethod(ctx context.Context, r *cfn.Request) (out cfn.Result, err error) {
	out.PhysicalID = r.Name(128)
	in := &api.PutMethodRequest{AuthorizationType: new("NONE")}
	if err := r.Properties.Without("Integration", "MethodResponses").Into(in); err != nil {
		return out, err
	}
	if r.Retry {
		// What an interrupted step left is made anew.
		if err := deleteMethod(ctx, r); err != nil && !awserr.HasCode(err, "NotFoundException") {
			return out, err
		}
	}
	if err := cfn.Do(ctx, r, service, "PutMethod", in); err != nil {
		return out, err
	}
	if err := r.Created(ctx, out.PhysicalID); err != nil {
		return out, err
	}
	var responses []cfn.Properties
	if _, err := r.Properties.Part("MethodResponses", &responses); err != nil {
		return out, err
	}
	for _, p := range responses {
		mr := &api.PutMethodResponseRequest{}
		if err := p.Into(mr); err != nil {
			return out, err
		}
		mr.RestApiId, mr.ResourceId, mr.HttpMethod = in.RestApiId, in.ResourceId, in.HttpMethod
		if err := cfn.Do(ctx, r, service, "PutMethodResponse", mr); err != nil {
			return out, err
		}
	}
	return out, integrate(ctx, r, in)
}

// integrate puts the integration with its responses.
func integrate(ctx context.Context, r *cfn.Request, m *api.PutMethodRequest) error {
	var integration cfn.Properties
	given, err := r.Properties.Part("Integration", &integration)
	if err != nil || !given {
		return err
	}
	in := &api.PutIntegrationRequest{}
	if err := integration.Without("IntegrationResponses").Into(in); err != nil {
		return err
	}
	in.RestApiId, in.ResourceId, in.HttpMethod = m.RestApiId, m.ResourceId, m.HttpMethod
	if err := cfn.Do(ctx, r, service, "PutIntegration", in); err != nil {
		return err
	}
	var responses []cfn.Properties
	if _, err := integration.Part("IntegrationResponses", &responses); err != nil {
		return err
	}
	for _, p := range responses {
		ir := &api.PutIntegrationResponseRequest{}
		if err := p.Into(ir); err != nil {
			return err
		}
		ir.RestApiId, ir.ResourceId, ir.HttpMethod = m.RestApiId, m.ResourceId, m.HttpMethod
		if err := cfn.Do(ctx, r, service, "PutIntegrationResponse", ir); err != nil {
			return err
		}
	}
	return nil
}

// updateMethod makes the method anew: what is deployed is a frozen copy and
// does not see it.
func updateMethod(ctx context.Context, r *cfn.Request) (cfn.Result, error) {
	again := *r
	again.Retry, again.OnCreated = true, nil
	_, err := createMethod(ctx, &again)
	return cfn.Result{PhysicalID: r.PhysicalID}, err
}

func deleteMethod(ctx context.Context, r *cfn.Request) error {
	return cfn.Do(ctx, r, service, "DeleteMethod", &api.DeleteMethodRequest{RestApiId: r.Properties.Optional("RestApiId"),
		ResourceId: r.Properties.Optional("ResourceId"), HttpMethod: r.Properties.Optional("HttpMethod")})
}
