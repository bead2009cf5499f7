package main

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway"
	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"
)

const stageName = "bench"

// api is a REST API while it is built.
type api struct {
	account  *account
	id, root string
}

func (a *account) newAPI(ctx context.Context, name string) (*api, error) {
	rest, err := a.gateway.CreateRestApi(ctx, &apigateway.CreateRestApiInput{Name: &name})
	if err != nil {
		return nil, err
	}
	return &api{account: a, id: *rest.Id, root: *rest.RootResourceId}, nil
}

// get adds GET /path with the integration. authorizer may be empty.
func (p *api) get(ctx context.Context, path, authorizer string, in apigateway.PutIntegrationInput) error {
	g := p.account.gateway
	r, err := g.CreateResource(ctx, &apigateway.CreateResourceInput{RestApiId: &p.id, ParentId: &p.root, PathPart: &path})
	if err != nil {
		return err
	}
	method := &apigateway.PutMethodInput{RestApiId: &p.id, ResourceId: r.Id, HttpMethod: aws.String("GET"), AuthorizationType: aws.String("NONE")}
	if authorizer != "" {
		method.AuthorizationType, method.AuthorizerId = aws.String("COGNITO_USER_POOLS"), &authorizer
		method.AuthorizationScopes = []string{scope}
	}
	if _, err := g.PutMethod(ctx, method); err != nil {
		return err
	}
	in.RestApiId, in.ResourceId, in.HttpMethod = &p.id, r.Id, aws.String("GET")
	if _, err := g.PutIntegration(ctx, &in); err != nil {
		return err
	}
	if in.Type != types.IntegrationTypeMock {
		return nil
	}
	if _, err := g.PutMethodResponse(ctx, &apigateway.PutMethodResponseInput{RestApiId: &p.id, ResourceId: r.Id, HttpMethod: aws.String("GET"), StatusCode: aws.String("200")}); err != nil {
		return err
	}
	_, err = g.PutIntegrationResponse(ctx, &apigateway.PutIntegrationResponseInput{RestApiId: &p.id, ResourceId: r.Id, HttpMethod: aws.String("GET"),
		StatusCode: aws.String("200"), ResponseTemplates: map[string]string{"application/json": body}})
	return err
}

// deploy freezes the API into a stage and returns the stage's URL.
func (p *api) deploy(ctx context.Context) (string, error) {
	_, err := p.account.gateway.CreateDeployment(ctx, &apigateway.CreateDeploymentInput{RestApiId: &p.id, StageName: aws.String(stageName)})
	return p.account.url + "/restapis/" + p.id + "/" + stageName + "/_user_request_", err
}
