package apigateway_test

import (
	"context"
	"testing"

	sdk "github.com/aws/aws-sdk-go-v2/service/apigateway"
	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"

	"github.com/gatehouse-dev/gatehouse/internal/clock"
	"github.com/gatehouse-dev/gatehouse/internal/services/apigateway"
	"github.com/gatehouse-dev/gatehouse/internal/testkit"
)

const (
	poolARN   = "arn:aws:cognito-idp:us-east-1:000000000000:userpool/us-east-1_abc"
	functions = "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/"
	function  = functions + "arn:aws:lambda:us-east-1:000000000000:function:send/invocations"
)

// fixture is a service with a client.
type fixture struct {
	*sdk.Client
	t   *testing.T
	ctx context.Context
	svc *apigateway.Service
}

func start(t *testing.T) *fixture {
	t.Helper()
	return startWith(t, apigateway.Options{})
}

func startWith(t *testing.T, o apigateway.Options) *fixture {
	t.Helper()
	o.Store, o.Clock, o.Log = testkit.Store(t), &clock.Clock{}, testkit.Log()
	svc := apigateway.New(o)
	_, cfg := testkit.Front(t, svc.Front())
	return &fixture{sdk.NewFromConfig(cfg), t, t.Context(), svc}
}

// must returns what a call gave and ends the test if it failed.
func must[T any](out T, err error) func(testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
}

// api makes an API and returns its id and that of its root.
func (f *fixture) api(name string) (id, root string) {
	f.t.Helper()
	out := must(f.CreateRestApi(f.ctx, &sdk.CreateRestApiInput{Name: &name}))(f.t)
	return *out.Id, *out.RootResourceId
}

func (f *fixture) resource(api, parent, part string) string {
	f.t.Helper()
	return *must(f.CreateResource(f.ctx, &sdk.CreateResourceInput{RestApiId: &api, ParentId: &parent, PathPart: &part}))(f.t).Id
}

// mock adds a method with a MOCK integration.
func (f *fixture) mock(api, resource, verb string) {
	f.t.Helper()
	must(f.PutMethod(f.ctx, &sdk.PutMethodInput{RestApiId: &api, ResourceId: &resource, HttpMethod: &verb, AuthorizationType: new("NONE")}))(f.t)
	must(f.PutIntegration(f.ctx, &sdk.PutIntegrationInput{RestApiId: &api, ResourceId: &resource, HttpMethod: &verb, Type: types.IntegrationTypeMock,
		RequestTemplates: map[string]string{"application/json": `{"statusCode": 200}`}}))(f.t)
}

// deployed is an API with GET / and a deployment.
func (f *fixture) deployed() (api, root, deployment string) {
	f.t.Helper()
	api, root = f.api("deployed")
	f.mock(api, root, "GET")
	return api, root, *must(f.CreateDeployment(f.ctx, &sdk.CreateDeploymentInput{RestApiId: &api}))(f.t).Id
}

func patchOf(op types.Op, path string, value ...string) types.PatchOperation {
	p := types.PatchOperation{Op: op, Path: &path}
	if len(value) > 0 {
		p.Value = &value[0]
	}
	return p
}

func replace(path string, value ...string) []types.PatchOperation {
	return []types.PatchOperation{patchOf(types.OpReplace, path, value...)}
}
