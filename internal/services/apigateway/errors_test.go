package apigateway_test

import (
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	sdk "github.com/aws/aws-sdk-go-v2/service/apigateway"
	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"

	"github.com/gatehouse-dev/gatehouse/internal/testkit"
)

// Each way to call an operation wrong, with AWS's answer.
func TestRefusals(t *testing.T) {
	f := start(t)
	api, root, deployment := f.deployed()
	must(f.CreateStage(f.ctx, &sdk.CreateStageInput{RestApiId: &api, StageName: new("v1"), DeploymentId: &deployment}))(t)
	greedy := f.resource(api, f.resource(api, root, "parent"), "{proxy+}")
	no := new("nobody")
	bad, missing, conflict := 400, 404, 409
	codes := map[int]string{400: "BadRequestException", 404: "NotFoundException", 409: "ConflictException"}
	integration := func(in sdk.PutIntegrationInput) error {
		in.RestApiId, in.ResourceId, in.HttpMethod = &api, &root, new("GET")
		_, err := f.PutIntegration(f.ctx, &in)
		return err
	}
	create := func(in sdk.CreateRestApiInput) error {
		if in.Name == nil {
			in.Name = new("x")
		}
		_, err := f.CreateRestApi(f.ctx, &in)
		return err
	}
	method := func(api, resource *string, in sdk.PutMethodInput) error {
		in.RestApiId, in.ResourceId = api, resource
		if in.HttpMethod == nil {
			in.HttpMethod = new("POST")
		}
		_, err := f.PutMethod(f.ctx, &in)
		return err
	}
	authorizer := func(in sdk.CreateAuthorizerInput) error {
		in.RestApiId, in.Name = &api, new("a")
		_, err := f.CreateAuthorizer(f.ctx, &in)
		return err
	}
	stage := func(in sdk.CreateStageInput) error {
		in.RestApiId = &api
		_, err := f.CreateStage(f.ctx, &in)
		return err
	}
	for _, c := range []struct {
		call   func() error
		status int
		want   string
	}{
		{func() error { return create(sdk.CreateRestApiInput{Description: new("")}) }, bad, "Description cannot be an empty string"},
		{func() error { return create(sdk.CreateRestApiInput{MinimumCompressionSize: new(int32(-1))}) }, bad, "Invalid minimum compression size, must be between 0 and 10485760"},
		{func() error {
			return create(sdk.CreateRestApiInput{EndpointConfiguration: &types.EndpointConfiguration{Types: []types.EndpointType{}}})
		}, bad, "REGIONAL Configuration and EDGE Configuration cannot be both DISABLED."},
		{func() error {
			return create(sdk.CreateRestApiInput{EndpointConfiguration: &types.EndpointConfiguration{Types: []types.EndpointType{"EDGE", "REGIONAL"}}})
		}, bad, "Cannot create an api with multiple Endpoint Types."},
		{func() error {
			return create(sdk.CreateRestApiInput{EndpointConfiguration: &types.EndpointConfiguration{Types: []types.EndpointType{"PRIVATE"}, IpAddressType: "ipv4"}})
		}, bad, "Only dualstack ipAddressType is supported for Private APIs."},
		{func() error { return create(sdk.CreateRestApiInput{CloneFrom: no}) }, missing, "Invalid API identifier specified 000000000000:nobody"},
		{func() error { return create(sdk.CreateRestApiInput{Policy: new("{}")}) }, bad, "Invalid policy document. Please check the policy syntax and ensure that Principals are valid."},
		{func() error { return create(sdk.CreateRestApiInput{Tags: map[string]string{"aws:x": "y"}}) }, bad, "must not start with aws:"},
		{func() error { _, err := f.DeleteRestApi(f.ctx, &sdk.DeleteRestApiInput{RestApiId: no}); return err }, missing, "Invalid API identifier specified 000000000000:nobody"},

		{func() error {
			_, err := f.GetResource(f.ctx, &sdk.GetResourceInput{RestApiId: no, ResourceId: no})
			return err
		}, missing, "Invalid Resource identifier specified"},
		{func() error {
			_, err := f.CreateResource(f.ctx, &sdk.CreateResourceInput{RestApiId: &api, ParentId: no, PathPart: new("x")})
			return err
		}, missing, "Invalid Resource identifier specified"},
		{func() error {
			_, err := f.CreateResource(f.ctx, &sdk.CreateResourceInput{RestApiId: &api, ParentId: &root, PathPart: new("parent")})
			return err
		}, conflict, "Another resource with the same parent already has this name: parent"},
		{func() error {
			_, err := f.CreateResource(f.ctx, &sdk.CreateResourceInput{RestApiId: &api, ParentId: &greedy, PathPart: new("x")})
			return err
		}, bad, "Cannot create a child of a resource with a greedy path variable: {proxy+}"},
		{func() error {
			_, err := f.DeleteResource(f.ctx, &sdk.DeleteResourceInput{RestApiId: &api, ResourceId: &root})
			return err
		}, bad, "root resource"},

		{func() error { return method(no, &root, sdk.PutMethodInput{AuthorizationType: new("NONE")}) }, missing, "Invalid Resource identifier specified"},
		{func() error {
			return method(&api, &root, sdk.PutMethodInput{HttpMethod: new("GET"), AuthorizationType: new("NONE")})
		}, conflict, "Method already exists for this resource"},
		{func() error {
			return method(&api, &root, sdk.PutMethodInput{HttpMethod: new("WRONG"), AuthorizationType: new("NONE")})
		}, bad, "Invalid HttpMethod specified. Valid options are GET,PUT,POST,DELETE,PATCH,OPTIONS,HEAD,ANY"},
		{func() error { return method(&api, &root, sdk.PutMethodInput{AuthorizationType: new("CUSTOM")}) }, bad, "Invalid authorizer ID specified. Setting the authorization type to CUSTOM or COGNITO_USER_POOLS requires a valid authorizer."},
		{func() error {
			return method(&api, &root, sdk.PutMethodInput{AuthorizationType: new("NONE"), RequestModels: map[string]string{"application/json": "petModel"}})
		}, bad, "Invalid model identifier specified: petModel"},
		{func() error {
			_, err := f.GetMethod(f.ctx, &sdk.GetMethodInput{RestApiId: &api, ResourceId: &root, HttpMethod: new("PUT")})
			return err
		}, missing, "Invalid Method identifier specified"},
		{func() error {
			_, err := f.GetMethodResponse(f.ctx, &sdk.GetMethodResponseInput{RestApiId: &api, ResourceId: &root, HttpMethod: new("GET"), StatusCode: new("500")})
			return err
		}, missing, "Invalid Response status code specified"},

		{func() error { return integration(sdk.PutIntegrationInput{Type: "HTTP", Uri: new("http://x")}) }, bad, "Enumeration value for HttpMethod must be non-empty"},
		{func() error {
			return integration(sdk.PutIntegrationInput{Type: "HTTP", IntegrationHttpMethod: new("GET")})
		}, bad, "Invalid HTTP endpoint specified for URI"},
		{func() error {
			return integration(sdk.PutIntegrationInput{Type: "AWS_PROXY", IntegrationHttpMethod: new("POST"), Uri: new("http://x")})
		}, bad, "Invalid ARN specified in the request"},
		{func() error {
			return integration(sdk.PutIntegrationInput{Type: "AWS", IntegrationHttpMethod: new("POST"), Uri: new("arn:aws:apigateway:us-east-1:sns:nothing")})
		}, bad, "AWS ARN for integration must contain path or action"},
		{func() error {
			return integration(sdk.PutIntegrationInput{Type: "AWS", IntegrationHttpMethod: new("POST"), Uri: new("arn:aws:apigateway:us-east-1:sns:action/Publish")})
		}, bad, "Role ARN must be specified for AWS integrations"},
		{func() error {
			return integration(sdk.PutIntegrationInput{Type: "AWS_PROXY", IntegrationHttpMethod: new("POST"), Uri: new("arn:aws:apigateway:us-east-1:sns:action/Publish")})
		}, bad, "Integrations of type 'AWS_PROXY' currently only supports Lambda function and Firehose stream invocations."},
		{func() error {
			return integration(sdk.PutIntegrationInput{Type: "AWS_PROXY", IntegrationHttpMethod: new("POST"), Uri: new(functions + "nothing/invocations")})
		}, bad, "Invalid function ARN or invalid uri"},
		{func() error {
			return integration(sdk.PutIntegrationInput{Type: "MOCK", TimeoutInMillis: new(int32(30000))})
		}, bad, "Timeout should be between 50 ms and 29000 ms"},
		{func() error {
			_, err := f.DeleteIntegrationResponse(f.ctx, &sdk.DeleteIntegrationResponseInput{RestApiId: &api, ResourceId: &root, HttpMethod: new("PUT"), StatusCode: new("200")})
			return err
		}, missing, "Invalid Integration identifier specified"},
		{func() error {
			_, err := f.GetIntegrationResponse(f.ctx, &sdk.GetIntegrationResponseInput{RestApiId: &api, ResourceId: &root, HttpMethod: new("GET"), StatusCode: new("200")})
			return err
		}, missing, "Invalid Response status code specified"},

		{func() error {
			_, err := f.CreateAuthorizer(f.ctx, &sdk.CreateAuthorizerInput{RestApiId: no, Name: no, Type: "TOKEN"})
			return err
		}, conflict, "Unable to complete operation due to concurrent modification. Please try again later."},
		{func() error {
			return authorizer(sdk.CreateAuthorizerInput{Type: "TOKEN", AuthorizerUri: no, IdentitySource: new("method.request.header.A")})
		}, bad, "Invalid Authorizer URI: nobody. Authorizer URI should be a valid API Gateway ARN that represents a Lambda function invocation."},
		{func() error {
			return authorizer(sdk.CreateAuthorizerInput{Type: "COGNITO_USER_POOLS", IdentitySource: new("method.request.header.A"), ProviderARNs: []string{"arn:aws:iam::1:role/x"}})
		}, bad, "Invalid ARN specified in the request"},
		{func() error {
			return authorizer(sdk.CreateAuthorizerInput{Type: "COGNITO_USER_POOLS", IdentitySource: new("method.request.header.A")})
		}, bad, "At least one provider ARN"},
		{func() error {
			return authorizer(sdk.CreateAuthorizerInput{Type: "TOKEN", AuthorizerUri: new(function), IdentitySource: new("header A")})
		}, bad, "Invalid mapping expression specified: header A"},
		{func() error {
			return authorizer(sdk.CreateAuthorizerInput{Type: "REQUEST", AuthorizerUri: new(function)})
		}, bad, "Identity source is required"},
		{func() error {
			_, err := f.GetAuthorizer(f.ctx, &sdk.GetAuthorizerInput{RestApiId: &api, AuthorizerId: no})
			return err
		}, missing, "Invalid Authorizer identifier specified"},

		{func() error {
			_, err := f.CreateModel(f.ctx, &sdk.CreateModelInput{RestApiId: no, Name: no, ContentType: new("application/json")})
			return err
		}, missing, "Invalid API identifier specified 000000000000:nobody"},
		{func() error {
			_, err := f.CreateModel(f.ctx, &sdk.CreateModelInput{RestApiId: &api, Name: new("Empty"), ContentType: new("application/json"), Schema: new(`{"type":"object"}`)})
			return err
		}, conflict, "Model name already exists for this REST API"},
		{func() error {
			_, err := f.CreateModel(f.ctx, &sdk.CreateModelInput{RestApiId: &api, Name: new("New"), ContentType: new("application/json"), Schema: new(`{}`)})
			return err
		}, bad, "Model schema must have at least 1 property or array items defined"},
		{func() error {
			_, err := f.GetModel(f.ctx, &sdk.GetModelInput{RestApiId: no, ModelName: new("MySchema")})
			return err
		}, missing, "Invalid model name specified: MySchema"},
		{func() error {
			_, err := f.CreateRequestValidator(f.ctx, &sdk.CreateRequestValidatorInput{RestApiId: no})
			return err
		}, bad, "Invalid REST API identifier specified"},
		{func() error {
			_, err := f.DeleteRequestValidator(f.ctx, &sdk.DeleteRequestValidatorInput{RestApiId: no, RequestValidatorId: no})
			return err
		}, missing, "Invalid Request Validator identifier specified"},
		{func() error {
			_, err := f.DeleteGatewayResponse(f.ctx, &sdk.DeleteGatewayResponseInput{RestApiId: &api, ResponseType: "THROTTLED"})
			return err
		}, missing, "Gateway response type not defined on api"},

		{func() error {
			_, err := f.CreateDeployment(f.ctx, &sdk.CreateDeploymentInput{RestApiId: no})
			return err
		}, missing, "Invalid API identifier specified 000000000000:nobody"},
		{func() error {
			_, err := f.CreateDeployment(f.ctx, &sdk.CreateDeploymentInput{RestApiId: &api, CanarySettings: &types.DeploymentCanarySettings{}})
			return err
		}, bad, "Invalid deployment content specified.Non null and non empty stageName must be provided for canary deployment. Provided value is null"},
		{func() error {
			_, err := f.CreateDeployment(f.ctx, &sdk.CreateDeploymentInput{RestApiId: &api, StageName: no, CanarySettings: &types.DeploymentCanarySettings{}})
			return err
		}, bad, "Stage nobody must already be created before making a canary release deployment"},
		{func() error { return stage(sdk.CreateStageInput{StageName: new("v1"), DeploymentId: &deployment}) }, conflict, "Stage already exists"},
		{func() error { return stage(sdk.CreateStageInput{StageName: new("v 2"), DeploymentId: &deployment}) }, bad, "Stage name only allows a-zA-Z0-9_"},
		{func() error { return stage(sdk.CreateStageInput{StageName: new("v2"), DeploymentId: no}) }, bad, "Deployment id does not exist"},
		{func() error {
			_, err := f.GetStage(f.ctx, &sdk.GetStageInput{RestApiId: &api, StageName: no})
			return err
		}, missing, "Invalid stage identifier specified"},
		{func() error {
			_, err := f.GetTags(f.ctx, &sdk.GetTagsInput{ResourceArn: new("arn:aws:apigateway:us-east-1::/restapis/nobody")})
			return err
		}, missing, "Invalid API identifier specified"},
		{func() error { _, err := f.GetTags(f.ctx, &sdk.GetTagsInput{ResourceArn: no}); return err }, bad, "Invalid ARN specified in the request"},
		{func() error { _, err := f.GetRestApis(f.ctx, &sdk.GetRestApisInput{Position: no}); return err }, bad, "Invalid position parameter specified"},
		{func() error {
			_, err := f.GetRestApis(f.ctx, &sdk.GetRestApisInput{Limit: new(int32(501))})
			return err
		}, bad, "Invalid limit specified"},
	} {
		if err := c.call(); err == nil {
			t.Errorf("no error, want %s", c.want)
		} else {
			testkit.WantError(t, err, c.status, codes[c.status], c.want)
		}
	}
	_, err := f.CreateVpcLink(f.ctx, &sdk.CreateVpcLinkInput{Name: no, TargetArns: []string{}})
	testkit.WantError(t, err, 501, "NotImplemented", "CreateVpcLink")
	_, err = f.TestInvokeMethod(f.ctx, &sdk.TestInvokeMethodInput{RestApiId: &api, ResourceId: &root, HttpMethod: new("GET")})
	testkit.WantError(t, err, 501, "NotImplemented", "TestInvokeMethod")
}

func TestNothingToDeploy(t *testing.T) {
	f := start(t)
	api, _ := f.api("empty")
	_, err := f.CreateDeployment(f.ctx, &sdk.CreateDeploymentInput{RestApiId: &api})
	testkit.WantError(t, err, 400, "BadRequestException", "The REST API doesn't contain any methods")
}

func TestQuotas(t *testing.T) {
	f := start(t)
	api, _, d := f.deployed()
	for i := range 11 {
		_, err := f.CreateStage(f.ctx, &sdk.CreateStageInput{RestApiId: &api, StageName: new(strings.Repeat("s", i+1)), DeploymentId: &d})
		if i < 10 && err != nil {
			t.Fatal(err)
		}
		if i == 10 {
			testkit.WantError(t, err, 429, "LimitExceededException", "Maximum number of Stages")
		}
	}
}

// Of many that make the same thing at once, one succeeds.
func TestOneWins(t *testing.T) {
	f := start(t)
	api, root := f.api("a")
	var made atomic.Int32
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			_, err := f.CreateResource(f.ctx, &sdk.CreateResourceInput{RestApiId: &api, ParentId: &root, PathPart: new("same")})
			if err == nil {
				made.Add(1)
			} else if !strings.Contains(err.Error(), "Another resource with the same parent already has this name: same") {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if n := made.Load(); n != 1 {
		t.Errorf("%d were made", n)
	}
}
