package up_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/apigateway"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	"github.com/aws/aws-sdk-go-v2/service/iam"

	"github.com/gatehouse-dev/gatehouse/internal/testkit"
	"github.com/gatehouse-dev/gatehouse/internal/up"
)

// wide has each resource type with the properties that update in place; the
// second form changes them all.
const wide = `
Resources:
  Pool:
    Type: AWS::Cognito::UserPool
    Properties:
      UserPoolName: pool-NAME
      Policies: {PasswordPolicy: {MinimumLength: LENGTH}}
      MfaConfiguration: "OPTIONAL"
      EnabledMfas: [SOFTWARE_TOKEN_MFA]
      Schema: [{Name: color, AttributeDataType: String, Mutable: true}]
      UserPoolTags: {v: NAME}
  Server:
    Type: AWS::Cognito::UserPoolResourceServer
    Properties: {UserPoolId: !Ref Pool, Identifier: api, Name: NAME, Scopes: [{ScopeName: read, ScopeDescription: NAME}]}
  Client:
    Type: AWS::Cognito::UserPoolClient
    Properties: {UserPoolId: !Ref Pool, ClientName: NAME, AccessTokenValidity: LENGTH, TokenValidityUnits: {AccessToken: hours}}
  Role:
    Type: AWS::IAM::Role
    Properties:
      Description: NAME
      MaxSessionDuration: DURATION
      ManagedPolicyArns: [MANAGED]
      AssumeRolePolicyDocument: {Version: 2012-10-17, Statement: [{Effect: Allow, Principal: {Service: NAME.amazonaws.com}, Action: "sts:AssumeRole"}]}
      Policies: [{PolicyName: p-NAME, PolicyDocument: {Version: 2012-10-17, Statement: [{Effect: Allow, Action: "sns:Publish", Resource: "*"}]}}]
      Tags: [{Key: v, Value: NAME}]
  Inline:
    Type: AWS::IAM::Policy
    Properties:
      PolicyName: inline-NAME
      Roles: [!Ref Role]
      PolicyDocument: {Version: 2012-10-17, Statement: [{Effect: Allow, Action: "logs:*", Resource: "*"}]}
  Managed:
    Type: AWS::IAM::ManagedPolicy
    Properties:
      Roles: [!Ref Role]
      PolicyDocument: {Version: 2012-10-17, Statement: [{Effect: Allow, Action: "NAME:*", Resource: "*"}]}
  Logs:
    Type: AWS::Logs::LogGroup
    Properties: {RetentionInDays: DAYS, Tags: [{Key: v, Value: NAME}]}
  Api:
    Type: AWS::ApiGateway::RestApi
    Properties:
      Name: NAME
      Description: NAME
      BinaryMediaTypes: [image/NAME]
      EndpointConfiguration: {Types: [ENDPOINT]}
      Tags: [{Key: v, Value: NAME}]
  Model:
    Type: AWS::ApiGateway::Model
    Properties: {RestApiId: !Ref Api, ContentType: application/json, Description: NAME, Schema: {type: object, title: NAME}}
  Validator:
    Type: AWS::ApiGateway::RequestValidator
    Properties: {RestApiId: !Ref Api, Name: v, ValidateRequestBody: BOOL}
  Authorizer:
    Type: AWS::ApiGateway::Authorizer
    Properties: {RestApiId: !Ref Api, Name: NAME, Type: COGNITO_USER_POOLS, IdentitySource: method.request.header.NAME, ProviderARNs: [!GetAtt Pool.Arn]}
  Denied:
    Type: AWS::ApiGateway::GatewayResponse
    Properties: {RestApiId: !Ref Api, ResponseType: ACCESS_DENIED, StatusCode: "403", ResponseTemplates: {application/json: '{"m":"NAME"}'}}
  Item:
    Type: AWS::ApiGateway::Resource
    Properties: {RestApiId: !Ref Api, ParentId: !GetAtt Api.RootResourceId, PathPart: item}
  Method:
    Type: AWS::ApiGateway::Method
    Properties:
      RestApiId: !Ref Api
      ResourceId: !Ref Item
      HttpMethod: GET
      AuthorizationType: COGNITO_USER_POOLS
      AuthorizerId: !Ref Authorizer
      RequestValidatorId: !Ref Validator
      RequestParameters: {method.request.querystring.NAME: true}
      Integration:
        Type: MOCK
        RequestTemplates: {application/json: '{"statusCode": 200}'}
        IntegrationResponses: [{StatusCode: 200, ResponseTemplates: {application/json: "NAME"}}]
      MethodResponses: [{StatusCode: 200, ResponseModels: {application/json: !Ref Model}}]
  Deployment:
    Type: AWS::ApiGateway::Deployment
    DependsOn: Method
    Properties: {RestApiId: !Ref Api, Description: NAME}
  Stage:
    Type: AWS::ApiGateway::Stage
    Properties:
      RestApiId: !Ref Api
      DeploymentId: !Ref Deployment
      StageName: live
      Description: NAME
      Variables: {v: NAME}
      MethodSettings:
        - {HttpMethod: "*", ResourcePath: "/*", ThrottlingRateLimit: LENGTH, ThrottlingBurstLimit: LENGTH}
        - {HttpMethod: GET, ResourcePath: /item, MetricsEnabled: BOOL}
      Tags: [{Key: v, Value: NAME}]
  Account:
    Type: AWS::ApiGateway::Account
    Properties: {}
Outputs:
  Api: {Value: !Ref Api}
  Pool: {Value: !Ref Pool}
  Role: {Value: !Ref Role}
  Managed: {Value: !Ref Managed}
  Stage: {Value: !Ref Stage}
`

// Every property that updates in place does, without a new resource.
func TestEveryTypeUpdatesInPlace(t *testing.T) {
	w := start(t)
	first := strings.NewReplacer("NAME", "one", "LENGTH", "8", "DURATION", "3600", "DAYS", "7", "ENDPOINT", "REGIONAL", "BOOL", "true",
		"MANAGED", "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole").Replace(wide)
	second := strings.NewReplacer("NAME", "two", "LENGTH", "9", "DURATION", "7200", "DAYS", "14", "ENDPOINT", "EDGE", "BOOL", "false",
		"MANAGED", "arn:aws:iam::aws:policy/AdministratorAccess").Replace(wide)
	dir := write(t, map[string]string{"template.yaml": first})
	before, err := up.Run(t.Context(), w.options(dir))
	if err != nil {
		t.Fatalf("%v\n%s", err, w.out.String())
	}
	if err := os.WriteFile(filepath.Join(dir, "template.yaml"), []byte(second), 0o644); err != nil {
		t.Fatal(err)
	}
	w.out.Reset()
	after, err := up.Run(t.Context(), w.options(dir))
	if err != nil {
		t.Fatalf("%v\n%s", err, w.out.String())
	}
	for key, value := range before.Outputs {
		if after.Outputs[key] != value {
			t.Errorf("%s was replaced: %s, %s", key, value, after.Outputs[key])
		}
	}
	if n := strings.Count(w.out.String(), "UPDATE_COMPLETE  "); n != 16 { // the stack and the 15 that changed
		t.Errorf("only %d updates\n%s", n, w.out.String())
	}
	cfg, ctx := testkit.Config(w.endpoint, "test", "test"), t.Context()
	api := before.Outputs["Api"]
	stage, err := apigateway.NewFromConfig(cfg).GetStage(ctx, &apigateway.GetStageInput{RestApiId: &api, StageName: new("live")})
	if err != nil {
		t.Fatal(err)
	}
	if s := stage.MethodSettings["*/*"]; s.ThrottlingRateLimit != 9 || stage.Variables["v"] != "two" || stage.Tags["v"] != "two" || *stage.Description != "two" {
		t.Errorf("the stage is %+v", stage)
	}
	rest, err := apigateway.NewFromConfig(cfg).GetRestApi(ctx, &apigateway.GetRestApiInput{RestApiId: &api})
	if err != nil || *rest.Name != "two" || len(rest.BinaryMediaTypes) != 1 || rest.BinaryMediaTypes[0] != "image/two" || rest.EndpointConfiguration.Types[0] != "EDGE" {
		t.Errorf("the API is %+v, %v", rest, err)
	}
	role := before.Outputs["Role"]
	got, err := iam.NewFromConfig(cfg).GetRole(ctx, &iam.GetRoleInput{RoleName: &role})
	if err != nil || *got.Role.Description != "two" || *got.Role.MaxSessionDuration != 7200 || !strings.Contains(*got.Role.AssumeRolePolicyDocument, "two.amazonaws.com") {
		t.Errorf("the role is %+v, %v", got, err)
	}
	inline, err := iam.NewFromConfig(cfg).ListRolePolicies(ctx, &iam.ListRolePoliciesInput{RoleName: &role})
	if err != nil || strings.Join(inline.PolicyNames, " ") != "inline-two p-two" {
		t.Errorf("inline policies are %v, %v", inline, err)
	}
	attached, err := iam.NewFromConfig(cfg).ListAttachedRolePolicies(ctx, &iam.ListAttachedRolePoliciesInput{RoleName: &role})
	if err != nil || len(attached.AttachedPolicies) != 2 {
		t.Errorf("attached policies are %v, %v", attached, err)
	}
	pool := before.Outputs["Pool"]
	p, err := cognitoidentityprovider.NewFromConfig(cfg).DescribeUserPool(ctx, &cognitoidentityprovider.DescribeUserPoolInput{UserPoolId: &pool})
	if err != nil || *p.UserPool.Policies.PasswordPolicy.MinimumLength != 9 || *p.UserPool.Name != "pool-two" || p.UserPool.MfaConfiguration != "OPTIONAL" {
		t.Errorf("the pool is %+v, %v", p, err)
	}
	if err := up.Down(ctx, w.options(dir)); err != nil {
		t.Errorf("%v\n%s", err, w.out.String())
	}
}
