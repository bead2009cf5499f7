package apigatewaycfn

import (
	"context"

	api "github.com/gatehouse-dev/gatehouse/internal/api/apigateway"
	"github.com/gatehouse-dev/gatehouse/internal/cfn"
)

func resource() *cfn.Type {
	return &cfn.Type{Name: "AWS::ApiGateway::Resource",
		Properties: cfn.From[api.CreateResourceRequest]().Require("RestApiId", "ParentId", "PathPart"),
		CreateOnly: []string{"RestApiId", "ParentId", "PathPart"}, Attributes: []string{"ResourceId"},
		Handler: cfn.Functions{Make: createResource, Remove: func(ctx context.Context, r *cfn.Request) error {
			return cfn.Do(ctx, r, service, "DeleteResource", &api.DeleteResourceRequest{RestApiId: r.Properties.Optional("RestApiId"), ResourceId: &r.PhysicalID})
		}}}
}

func createResource(ctx context.Context, r *cfn.Request) (out cfn.Result, err error) {
	in := &api.CreateResourceRequest{}
	if err := r.Properties.Into(in); err != nil {
		return out, err
	}
	id := ""
	if r.Retry {
		if id, err = findResource(ctx, r, in); err != nil {
			return out, err
		}
	}
	if id == "" {
		made, err := cfn.Call[api.Resource](ctx, r, service, "CreateResource", in)
		if err != nil {
			return out, err
		}
		id = *made.Id
	}
	return cfn.Result{PhysicalID: id, Attributes: map[string]any{"ResourceId": id}}, nil
}

// findResource finds the child of the parent that an interrupted step made: no
// two have the same path part.
func findResource(ctx context.Context, r *cfn.Request, want *api.CreateResourceRequest) (string, error) {
	in := &api.GetResourcesRequest{RestApiId: want.RestApiId, Limit: new(int32(500))}
	for {
		page, err := cfn.Call[api.Resources](ctx, r, service, "GetResources", in)
		if err != nil {
			return "", err
		}
		for _, item := range page.Items {
			if item.ParentId != nil && *item.ParentId == *want.ParentId && item.PathPart != nil && *item.PathPart == *want.PathPart {
				return *item.Id, nil
			}
		}
		if page.Position == nil {
			return "", nil
		}
		in.Position = page.Position
	}
}
