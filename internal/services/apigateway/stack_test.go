package apigateway_test

import (
	"testing"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/service/apigateway"
	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"

	"github.com/gatehouse-dev/gatehouse/internal/testkit"
)

// The calls that Terraform makes for an API with a Cognito authorizer and a
// Lambda function, and what the data plane then sees.
func TestStackOfTerraform(t *testing.T) {
	f := start(t)
	out := must(f.CreateRestApi(f.ctx, &sdk.CreateRestApiInput{Name: new("sms"),
		EndpointConfiguration: &types.EndpointConfiguration{Types: []types.EndpointType{types.EndpointTypeRegional}},
		Policy:                new(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"execute-api:Invoke","Resource":"execute-api:/*"}]}`)}))(t)
	api, root := *out.Id, *out.RootResourceId
	want := `{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":\"*\",\"Action\":\"execute-api:Invoke\",\"Resource\":\"arn:aws:execute-api:us-east-1:000000000000:` + api + `\/*\"}]}`
	if *out.Policy != want {
		t.Errorf("policy is %s\nwant      %s", *out.Policy, want)
	}
	if e := out.EndpointConfiguration; e.IpAddressType != types.IpAddressTypeIpv4 || e.Types[0] != types.EndpointTypeRegional || out.ApiKeySource != types.ApiKeySourceTypeHeader {
		t.Errorf("defaults are %+v %v", e, out.ApiKeySource)
	}
	sms := f.resource(api, root, "sms")
	authorizer := must(f.CreateAuthorizer(f.ctx, &sdk.CreateAuthorizerInput{RestApiId: &api, Name: new("pool"), Type: types.AuthorizerTypeCognitoUserPools,
		ProviderARNs: []string{poolARN}, IdentitySource: new("method.request.header.Authorization"), AuthorizerResultTtlInSeconds: new(int32(300))}))(t)
	if *authorizer.AuthType != "cognito_user_pools" {
		t.Errorf("authType is %s", *authorizer.AuthType)
	}
	m := must(f.PutMethod(f.ctx, &sdk.PutMethodInput{RestApiId: &api, ResourceId: &sms, HttpMethod: new("POST"), AuthorizationType: new("COGNITO_USER_POOLS"),
		AuthorizerId: authorizer.Id, AuthorizationScopes: []string{"sms-api/send"}}))(t)
	if *m.AuthorizerId != *authorizer.Id || m.ApiKeyRequired == nil || *m.ApiKeyRequired {
		t.Errorf("method is %+v", m)
	}

	_, err := f.CreateDeployment(f.ctx, &sdk.CreateDeploymentInput{RestApiId: &api})
	testkit.WantError(t, err, 400, "BadRequestException", "No integration defined for method")
	in := must(f.PutIntegration(f.ctx, &sdk.PutIntegrationInput{RestApiId: &api, ResourceId: &sms, HttpMethod: new("POST"), Type: types.IntegrationTypeAwsProxy,
		IntegrationHttpMethod: new("POST"), Uri: new(function), ConnectionType: types.ConnectionTypeInternet, TimeoutInMillis: new(int32(29000))}))(t)
	if in.TimeoutInMillis != 29000 || *in.PassthroughBehavior != "WHEN_NO_MATCH" || *in.CacheNamespace != sms || in.CacheKeyParameters == nil || *in.HttpMethod != "POST" {
		t.Errorf("integration is %+v", in)
	}

	changes, stop := f.svc.Changes()
	defer stop()
	d := must(f.CreateDeployment(f.ctx, &sdk.CreateDeploymentInput{RestApiId: &api}))(t)
	st := must(f.CreateStage(f.ctx, &sdk.CreateStageInput{RestApiId: &api, StageName: new("v1"), DeploymentId: d.Id, Variables: map[string]string{"a": "b"}}))(t)
	if st.CacheClusterStatus != types.CacheClusterStatusNotAvailable || st.TracingEnabled || st.CreatedDate == nil || st.MethodSettings == nil {
		t.Errorf("stage is %+v", st)
	}
	select {
	case <-changes:
	case <-time.After(5 * time.Second):
		t.Error("nobody was told of the stage")
	}

	// What is edited after a deployment is not in it.
	f.mock(api, root, "GET")
	first, err := f.svc.Stage(t.Context(), api, "v1")
	if err != nil || first == nil {
		t.Fatal(first, err)
	}
	if first.Account != testkit.Account || first.Region != testkit.Region || *first.Stage.DeploymentId != *d.Id {
		t.Errorf("stage is %+v", first)
	}
	if n := len(first.API.Resources); n != 2 {
		t.Fatalf("%d resources", n)
	}
	if len(first.API.Resources[0].ResourceMethods) != 0 {
		t.Error("the deployment has a method that was added later")
	}
	post := first.API.Resources[1].ResourceMethods["POST"]
	if *first.API.Resources[1].Path != "/sms" || *post.MethodIntegration.Uri != function || post.AuthorizationScopes[0] != "sms-api/send" {
		t.Errorf("resource is %+v", first.API.Resources[1])
	}
	if len(first.API.Authorizers) != 1 || len(first.API.Models) != 2 || *first.API.RestAPI.Name != "sms" {
		t.Errorf("definition is %+v", first.API)
	}

	// A new deployment to the same stage shows it.
	must(f.CreateDeployment(f.ctx, &sdk.CreateDeploymentInput{RestApiId: &api, StageName: new("v1")}))(t)
	second, err := f.svc.Stage(t.Context(), api, "v1")
	if err != nil || len(second.API.Resources[0].ResourceMethods) != 1 || second.Version == first.Version || second.Stage.Variables["a"] != "b" {
		t.Errorf("second is %+v %v", second, err)
	}

	_, err = f.DeleteDeployment(f.ctx, &sdk.DeleteDeploymentInput{RestApiId: &api, DeploymentId: second.Stage.DeploymentId})
	testkit.WantError(t, err, 400, "BadRequestException", "Active stages pointing to this deployment must be moved or deleted")
	must(f.DeleteDeployment(f.ctx, &sdk.DeleteDeploymentInput{RestApiId: &api, DeploymentId: d.Id}))(t)
	must(f.DeleteRestApi(f.ctx, &sdk.DeleteRestApiInput{RestApiId: &api}))(t)
	if gone, err := f.svc.Stage(t.Context(), api, "v1"); gone != nil || err != nil {
		t.Errorf("after deletion: %+v %v", gone, err)
	}
	_, err = f.GetRestApi(f.ctx, &sdk.GetRestApiInput{RestApiId: &api})
	testkit.WantError(t, err, 404, "NotFoundException", "Invalid API identifier specified 000000000000:"+api)
}
