//go:build e2e

package security

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/apigateway"
	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"
)

// gate is a REST API whose resources are called GET /{name}.
type gate struct {
	*host
	client *apigateway.Client
	id     string
	root   string
}

func (h *host) gate(name string) gate {
	h.t.Helper()
	c := apigateway.NewFromConfig(h.root())
	api := must(c.CreateRestApi(h.t.Context(), &apigateway.CreateRestApiInput{Name: &name}))(h.t)
	return gate{h, c, *api.Id, *api.RootResourceId}
}

// method makes GET /{name} with an integration.
func (g gate) method(name string, in *apigateway.PutIntegrationInput) error {
	g.t.Helper()
	ctx := g.t.Context()
	r := must(g.client.CreateResource(ctx, &apigateway.CreateResourceInput{RestApiId: &g.id, ParentId: &g.root, PathPart: &name}))(g.t)
	must(g.client.PutMethod(ctx, &apigateway.PutMethodInput{RestApiId: &g.id, ResourceId: r.Id, HttpMethod: new("GET"), AuthorizationType: new("NONE"),
		RequestParameters: map[string]bool{"method.request.querystring.p": false}}))(g.t)
	in.RestApiId, in.ResourceId, in.HttpMethod = &g.id, r.Id, new("GET")
	_, err := g.client.PutIntegration(ctx, in)
	return err
}

func (g gate) deploy() {
	g.t.Helper()
	must(g.client.CreateDeployment(g.t.Context(), &apigateway.CreateDeploymentInput{RestApiId: &g.id, StageName: new("dev")}))(g.t)
}

// call calls GET /{name}.
func (g gate) call(name string) (int, string) {
	g.t.Helper()
	status, _, body := g.send("GET", "/dev/"+name, g.id+".execute-api.us-east-1.amazonaws.com", "")
	return status, body
}

func httpProxy(uri string) *apigateway.PutIntegrationInput {
	return &apigateway.PutIntegrationInput{Type: types.IntegrationTypeHttpProxy, IntegrationHttpMethod: new("GET"), Uri: &uri}
}

// lambdaURI is how an integration names a function.
func lambdaURI(function string) string {
	return "arn:aws:apigateway:" + region + ":lambda:path/2015-03-31/functions/arn:aws:lambda:" + region + ":" + account + ":function:" + function + "/invocations"
}

func lambdaProxy(function string) *apigateway.PutIntegrationInput {
	return &apigateway.PutIntegrationInput{Type: types.IntegrationTypeAwsProxy, IntegrationHttpMethod: new("POST"), Uri: new(lambdaURI(function))}
}

func nameOf(t *testing.T, i int) string {
	t.Helper()
	return "r" + string(rune('a'+i/26)) + string(rune('a'+i%26))
}
