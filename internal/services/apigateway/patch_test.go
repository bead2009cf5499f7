package apigateway_test

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	sdk "github.com/aws/aws-sdk-go-v2/service/apigateway"
	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"

	"github.com/gatehouse-dev/gatehouse/internal/testkit"
)

// patchCase is one patch and what comes of it: members of the answer, in JSON,
// or an error. Cases of one entity build on one another.
type patchCase struct {
	ops    string // "op path value" per line; no value where there is none
	want   string // a JSON object that the answer must contain
	status int
	err    string
}

func parseOps(text string) []types.PatchOperation {
	var ops []types.PatchOperation
	for line := range strings.Lines(text) {
		parts := strings.SplitN(strings.TrimSpace(line), " ", 3)
		p := types.PatchOperation{Op: types.Op(parts[0])}
		if parts[1] != "-" {
			p.Path = &parts[1]
		}
		if len(parts) == 3 {
			if from, ok := strings.CutPrefix(parts[2], "from:"); ok {
				p.From = &from
			} else {
				p.Value = &parts[2]
			}
		}
		ops = append(ops, p)
	}
	return ops
}

// runPatches applies the cases with one update operation.
func runPatches[T any](t *testing.T, cases []patchCase, update func([]types.PatchOperation) (T, error)) {
	t.Helper()
	for _, c := range cases {
		out, err := update(parseOps(c.ops))
		if c.err != "" {
			if err == nil {
				t.Errorf("%s: no error, want %s", c.ops, c.err)
				continue
			}
			code := map[int]string{0: "BadRequestException", 400: "BadRequestException", 404: "NotFoundException", 409: "ConflictException"}[c.status]
			testkit.WantError(t, err, max(c.status, 400), code, c.err)
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", c.ops, err)
			continue
		}
		b, err := json.Marshal(out)
		if err != nil {
			t.Fatal(err)
		}
		var got, want map[string]any
		if err := json.Unmarshal(b, &got); err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal([]byte(c.want), &want); err != nil {
			t.Fatalf("%s: %v", c.want, err)
		}
		for k, v := range want {
			if !reflect.DeepEqual(got[k], v) {
				t.Errorf("%s: %s is %v, want %v", c.ops, k, got[k], v)
			}
		}
	}
}

func TestPatchOfRestApi(t *testing.T) {
	f := start(t)
	api, _ := f.api("a")
	runPatches(t, []patchCase{
		{ops: "replace /name b\nreplace /description text", want: `{"Name":"b","Description":"text","Tags":{}}`},
		{ops: "remove /description", want: `{"Description":null}`},
		{ops: "add /binaryMediaTypes/image~1png\nadd /binaryMediaTypes/image~1jpeg", want: `{"BinaryMediaTypes":["image/png","image/jpeg"]}`},
		{ops: "replace /binaryMediaTypes/image~1png image/gif", want: `{"BinaryMediaTypes":["image/jpeg","image/gif"]}`},
		{ops: "remove /binaryMediaTypes/image~1gif\nremove /binaryMediaTypes/image~1jpeg", want: `{"BinaryMediaTypes":null}`},
		{ops: "add /binaryMediaTypes image/png", err: "Invalid patch path /binaryMediaTypes"},
		{ops: "replace /minimumCompressionSize 10", want: `{"MinimumCompressionSize":10}`},
		{ops: "replace /minimumCompressionSize", want: `{"MinimumCompressionSize":null}`},
		{ops: "replace /minimumCompressionSize 0", want: `{"MinimumCompressionSize":0}`},
		{ops: "replace /minimumCompressionSize -1", err: "Invalid minimum compression size, must be between 0 and 10485760"},
		{ops: "replace /minimumCompressionSize ten", err: "Invalid minimum compression size, must be between 0 and 10485760"},
		{ops: "add /minimumCompressionSize 1", err: "Invalid patch operation specified. Must be one of: [replace]"},
		{ops: "replace /nothing 1", err: "Invalid patch path /nothing"},
		{ops: "replace -", err: "Invalid patch path null"},
		{ops: "replace /disableExecuteApiEndpoint true", want: `{"DisableExecuteApiEndpoint":true}`},
		{ops: "replace /disableExecuteApiEndpoint nonsense", want: `{"DisableExecuteApiEndpoint":false}`},
		{ops: "replace /apiKeySource AUTHORIZER", want: `{"ApiKeySource":"AUTHORIZER"}`},
		{ops: "replace /apiKeySource NOWHERE", err: "Invalid apiKeySource specified"},
		{ops: "replace /endpointConfiguration/types/0 REGIONAL", want: `{"EndpointConfiguration":{"Types":["REGIONAL"],"IpAddressType":"ipv4","VpcEndpointIds":null}}`},
		{ops: "replace /endpointConfiguration/ipAddressType dualstack", want: `{"EndpointConfiguration":{"Types":["REGIONAL"],"IpAddressType":"dualstack","VpcEndpointIds":null}}`},
		{ops: "replace /endpointConfiguration/ipAddressType wrong", err: "ipAddressType must be either ipv4 or dualstack."},
		{ops: "remove /endpointConfiguration/ipAddressType", err: "Invalid patch operation specified. Must be one of: [replace]"},
		{ops: "replace /endpointConfiguration/types/0 WRONG", err: "Invalid EndpointTypes specified. Valid options are REGIONAL,EDGE,PRIVATE"},
		{ops: "move /endpointConfiguration/types/0 EDGE", err: "Invalid patch operation specified. Must be 'add'|'remove'|'replace'"},
		{ops: "add /endpointConfiguration/types/0 EDGE", err: "Cannot create an api with multiple Endpoint Types."},
		{ops: "remove /endpointConfiguration/types/REGIONAL", err: "REGIONAL Configuration and EDGE Configuration cannot be both DISABLED."},
		{ops: "replace /endpointConfiguration/types/REGIONAL PRIVATE\nadd /endpointConfiguration/vpcEndpointIds vpce-1", want: `{"EndpointConfiguration":{"Types":["PRIVATE"],"IpAddressType":"dualstack","VpcEndpointIds":["vpce-1"]}}`},
		{ops: "replace /endpointConfiguration/ipAddressType ipv4", err: "Only dualstack ipAddressType is supported for Private APIs."},
		{ops: `replace /policy {"Version":"2012-10-17"}`, err: "Invalid policy document"},
		{ops: `replace /policy {"Statement":[{"Effect":"Deny","Principal":"*","Action":"*","Resource":"*"}]}`,
			want: `{"Policy":"{\\\"Statement\\\":[{\\\"Effect\\\":\\\"Deny\\\",\\\"Principal\\\":\\\"*\\\",\\\"Action\\\":\\\"*\\\",\\\"Resource\\\":\\\"*\\\"}]}"}`},
		{ops: "replace /policy ", want: `{"Policy":null}`},
		// All or nothing.
		{ops: "replace /name c\nreplace /nothing 1", err: "Invalid patch path /nothing"},
		{ops: "replace /description d", want: `{"Name":"b"}`},
		{ops: "replace /name ", err: "Name cannot be empty"},
	}, func(ops []types.PatchOperation) (any, error) {
		return f.UpdateRestApi(f.ctx, &sdk.UpdateRestApiInput{RestApiId: &api, PatchOperations: ops})
	})
}

func TestPatchOfMethod(t *testing.T) {
	f := start(t)
	api, root := f.api("a")
	f.mock(api, root, "GET")
	auth := *must(f.CreateAuthorizer(f.ctx, &sdk.CreateAuthorizerInput{RestApiId: &api, Name: new("fn"), Type: types.AuthorizerTypeToken, AuthorizerUri: new(function),
		IdentitySource: new("method.request.header.Auth")}))(t).Id
	pool := *must(f.CreateAuthorizer(f.ctx, &sdk.CreateAuthorizerInput{RestApiId: &api, Name: new("pool"), Type: types.AuthorizerTypeCognitoUserPools,
		ProviderARNs: []string{poolARN}, IdentitySource: new("method.request.header.Auth")}))(t).Id
	invalid := "Invalid authorizer ID specified. Setting the authorization type to CUSTOM or COGNITO_USER_POOLS requires a valid authorizer."
	runPatches(t, []patchCase{
		{ops: "replace /apiKeyRequired true\nreplace /operationName Get", want: `{"ApiKeyRequired":true,"OperationName":"Get"}`},
		{ops: "replace /apiKeyRequired whatever\nreplace /operationName", want: `{"ApiKeyRequired":false,"OperationName":null}`},
		{ops: "add /apiKeyRequired true", err: "Invalid patch operation specified. Must be one of: [replace]"},
		{ops: "replace /httpMethod PUT", err: "Invalid patch path /httpMethod"},
		{ops: "add /requestParameters true", err: "Invalid patch path /requestParameters"},
		{ops: "add /requestModels/application/json Empty", err: "Invalid patch path /requestModels/application/json"},
		{ops: "add /requestModels/application~1json Empty\nadd /requestParameters/method.request.querystring.q true", want: `{"RequestModels":{"application/json":"Empty"},"RequestParameters":{"method.request.querystring.q":true}}`},
		{ops: "replace /requestParameters/method.request.querystring.q false", want: `{"RequestParameters":{"method.request.querystring.q":false}}`},
		{ops: "replace /requestParameters/method.request.querystring.none false", status: 404, err: "Invalid parameter name specified"},
		{ops: "add /requestParameters/method.request.header.q true", err: "Parameter names must be unique across querystring, header and path"},
		{ops: "add /requestParameters/method.request.cookie.q true", err: "Invalid mapping expression specified: method.request.cookie.q"},
		{ops: "remove /requestModels/application~1json\nremove /requestParameters/method.request.querystring.q", want: `{"RequestModels":null,"RequestParameters":null}`},
		{ops: "add /requestModels/application~1json Nothing", err: "Invalid model identifier specified: Nothing"},
		{ops: "replace /authorizationType CUSTOM", err: invalid},
		{ops: "replace /authorizationType CUSTOM\nreplace /authorizerId nobody", err: invalid},
		{ops: "replace /authorizationType CUSTOM\nreplace /authorizerId " + pool, err: invalid},
		{ops: "replace /authorizationType COGNITO_USER_POOLS\nreplace /authorizerId " + auth, err: invalid},
		{ops: "replace /authorizationType NOBODY", err: "Invalid authorization type specified"},
		{ops: "replace /authorizerId " + auth, want: `{"AuthorizationType":"NONE","AuthorizerId":null}`},
		{ops: "replace /authorizationType CUSTOM\nreplace /authorizerId " + auth, want: `{"AuthorizationType":"CUSTOM","AuthorizerId":"` + auth + `"}`},
		{ops: "replace /authorizationType COGNITO_USER_POOLS\nreplace /authorizerId " + pool + "\nadd /authorizationScopes a/b\nadd /authorizationScopes c/d", want: `{"AuthorizationScopes":["a/b","c/d"]}`},
		{ops: "remove /authorizationScopes a/b", want: `{"AuthorizationScopes":["c/d"]}`},
		{ops: "replace /authorizationScopes a/b", err: "Invalid patch operation specified. Must be one of: [add, remove]"},
		{ops: "replace /authorizationType AWS_IAM\nremove /authorizationScopes c/d", want: `{"AuthorizationType":"AWS_IAM","AuthorizerId":null,"AuthorizationScopes":null}`},
		{ops: "replace /requestValidatorId nobody", err: "Invalid Request Validator identifier specified"},
	}, func(ops []types.PatchOperation) (any, error) {
		return f.UpdateMethod(f.ctx, &sdk.UpdateMethodInput{RestApiId: &api, ResourceId: &root, HttpMethod: new("GET"), PatchOperations: ops})
	})

	_, err := f.DeleteAuthorizer(f.ctx, &sdk.DeleteAuthorizerInput{RestApiId: &api, AuthorizerId: &auth})
	if err != nil {
		t.Error(err)
	}
	must(f.UpdateMethod(f.ctx, &sdk.UpdateMethodInput{RestApiId: &api, ResourceId: &root, HttpMethod: new("GET"),
		PatchOperations: append(replace("/authorizationType", "COGNITO_USER_POOLS"), patchOf("replace", "/authorizerId", pool))}))(t)
	_, err = f.DeleteAuthorizer(f.ctx, &sdk.DeleteAuthorizerInput{RestApiId: &api, AuthorizerId: &pool})
	testkit.WantError(t, err, 409, "ConflictException", "Cannot delete authorizer 'pool', is referenced in method: GET//")
}

func TestPatchOfIntegration(t *testing.T) {
	f := start(t)
	api, root := f.api("a")
	must(f.PutMethod(f.ctx, &sdk.PutMethodInput{RestApiId: &api, ResourceId: &root, HttpMethod: new("GET"), AuthorizationType: new("NONE"),
		RequestParameters: map[string]bool{"method.request.querystring.q": false}}))(t)
	must(f.PutIntegration(f.ctx, &sdk.PutIntegrationInput{RestApiId: &api, ResourceId: &root, HttpMethod: new("GET"), Type: types.IntegrationTypeHttpProxy,
		IntegrationHttpMethod: new("GET"), Uri: new("https://example.com/{x}")}))(t)
	runPatches(t, []patchCase{
		{ops: "replace /uri http://${stageVariables.host}/a", want: `{"Uri":"http://${stageVariables.host}/a","ConnectionType":"INTERNET"}`},
		{ops: "replace /uri ftp://example.com", err: "Invalid HTTP endpoint specified for URI"},
		{ops: "replace /timeoutInMillis 50", want: `{"TimeoutInMillis":50}`},
		{ops: "replace /timeoutInMillis 49", err: "Timeout should be between 50 ms and 29000 ms"},
		{ops: "replace /timeoutInMillis x", err: "Timeout should be between 50 ms and 29000 ms"},
		{ops: "add /requestTemplates/application~1json {}", want: `{"RequestTemplates":{"application/json":"{}"}}`},
		{ops: "replace /requestTemplates/application~1json []", want: `{"RequestTemplates":{"application/json":"[]"}}`},
		{ops: "remove /requestTemplates/application~1json", want: `{"RequestTemplates":null}`},
		{ops: "remove /requestTemplates/application~1json", status: 404, err: "Content-Type specified was not found"},
		{ops: "add /requestTemplates/nonsense x", err: "Validation Result: warnings : [], errors : [Invalid content type specified: nonsense]"},
		{ops: "add /requestParameters/integration.request.header.x method.request.querystring.q", want: `{"RequestParameters":{"integration.request.header.x":"method.request.querystring.q"}}`},
		{ops: "add /requestParameters/integration.request.header.y 'static'", want: `{"CacheNamespace":"` + root + `"}`},
		{ops: "add /requestParameters/integration.request.header.z method.request.querystring.none", err: "Invalid mapping expression specified: Validation Result: warnings : [], errors : [Invalid mapping expression parameter specified: method.request.querystring.none]"},
		{ops: "add /requestParameters/integration.request.header.z true", err: "errors : [Invalid mapping expression specified: true]"},
		{ops: "add /requestParameters/header.z 'a'", err: "errors : [Invalid mapping expression specified: header.z]"},
		{ops: "add /cacheKeyParameters/method.request.querystring.q ", want: `{"CacheKeyParameters":["method.request.querystring.q"]}`},
		{ops: "add /cacheKeyParameters/method.request.querystring.none ", err: "Invalid cache key parameter specified: method.request.querystring.none"},
		{ops: "remove /cacheKeyParameters/method.request.querystring.q ", want: `{"CacheKeyParameters":[]}`},
		{ops: "replace /cacheNamespace mine", want: `{"CacheNamespace":"mine"}`},
		{ops: "replace /contentHandling CONVERT_TO_TEXT", want: `{"ContentHandling":"CONVERT_TO_TEXT"}`},
		{ops: "replace /contentHandling ", want: `{"ContentHandling":""}`},
		{ops: "replace /contentHandling X", err: "Invalid contentHandling specified"},
		{ops: "replace /passthroughBehavior NEVER", want: `{"PassthroughBehavior":"NEVER"}`},
		{ops: "replace /passthroughBehavior SOMETIMES", err: "Invalid passthroughBehavior specified"},
		{ops: "replace /tlsConfig/insecureSkipVerification true", want: `{"TlsConfig":{"InsecureSkipVerification":true}}`},
		{ops: "replace /type AWS_PROXY", err: "Invalid ARN specified in the request"},
		{ops: "replace /connectionType VPC_LINK", err: "Connection ID must be specified"},
		{ops: "replace /connectionType VPC_LINK\nreplace /connectionId ${stageVariables.link}", want: `{"ConnectionType":"VPC_LINK","ConnectionId":"${stageVariables.link}"}`},
		{ops: "replace /credentials nonsense", err: "Invalid ARN specified in the request"},
		{ops: "replace /credentials arn:aws:iam::*:user/*", want: `{"Credentials":"arn:aws:iam::*:user/*"}`},
		{ops: "replace /type NOTHING", err: "Invalid integration type specified"},
		{ops: "copy /uri from:/type", err: "Invalid patch operation specified. Must be one of: [replace]"},
		{ops: "replace /integrationResponses x", err: "Invalid patch path /integrationResponses"},
	}, func(ops []types.PatchOperation) (any, error) {
		return f.UpdateIntegration(f.ctx, &sdk.UpdateIntegrationInput{RestApiId: &api, ResourceId: &root, HttpMethod: new("GET"), PatchOperations: ops})
	})
}

func TestPatchOfResponses(t *testing.T) {
	f := start(t)
	api, root := f.api("a")
	f.mock(api, root, "GET")
	where := func(code string) (*string, *string, *string, *string) { return &api, &root, new("GET"), &code }
	a, r, v, code := where("200")
	must(f.PutMethodResponse(f.ctx, &sdk.PutMethodResponseInput{RestApiId: a, ResourceId: r, HttpMethod: v, StatusCode: code}))(t)
	_, err := f.PutMethodResponse(f.ctx, &sdk.PutMethodResponseInput{RestApiId: a, ResourceId: r, HttpMethod: v, StatusCode: code})
	testkit.WantError(t, err, 409, "ConflictException", "Response already exists for this resource")
	runPatches(t, []patchCase{
		{ops: "remove /responseParameters/method.response.header.X", status: 404, err: "Invalid parameter name specified"},
		{ops: "remove /responseModels/application~1json", status: 404, err: "Content-Type specified was not found"},
		{ops: "add /wrong/method.response.header.X true", err: "Invalid patch path /wrong/method.response.header.X"},
		{ops: "add /responseParameters/method.response.header.X true\nadd /responseModels/application~1json Error", want: `{"ResponseParameters":{"method.response.header.X":true},"ResponseModels":{"application/json":"Error"}}`},
		{ops: "add /responseParameters/method.response.body true", err: "Invalid mapping expression specified: method.response.body"},
	}, func(ops []types.PatchOperation) (any, error) {
		return f.UpdateMethodResponse(f.ctx, &sdk.UpdateMethodResponseInput{RestApiId: a, ResourceId: r, HttpMethod: v, StatusCode: code, PatchOperations: ops})
	})
	_, err = f.DeleteModel(f.ctx, &sdk.DeleteModelInput{RestApiId: a, ModelName: new("Error")})
	testkit.WantError(t, err, 409, "ConflictException", "Cannot delete model 'Error', is referenced in method response: //GET/200")

	must(f.PutIntegrationResponse(f.ctx, &sdk.PutIntegrationResponseInput{RestApiId: a, ResourceId: r, HttpMethod: v, StatusCode: code}))(t)
	runPatches(t, []patchCase{
		{ops: "replace /selectionPattern 2\\d{2}", want: `{"SelectionPattern":"2\\d{2}"}`},
		{ops: "replace /selectionPattern (?!x).*", want: `{"SelectionPattern":"(?!x).*"}`},
		{ops: "replace /selectionPattern (", err: "Invalid selection pattern specified: ("},
		{ops: "add /responseParameters/method.response.header.X integration.response.header.Y", want: `{"ResponseParameters":{"method.response.header.X":"integration.response.header.Y"}}`},
		{ops: "add /responseParameters/method.response.header.None 'x'", err: "Invalid mapping expression parameter specified: method.response.header.None"},
		{ops: "add /responseTemplates/application~1json {}", want: `{"ResponseTemplates":{"application/json":"{}"}}`},
		{ops: "replace /statusCode 201", err: "Invalid patch path /statusCode"},
	}, func(ops []types.PatchOperation) (any, error) {
		return f.UpdateIntegrationResponse(f.ctx, &sdk.UpdateIntegrationResponseInput{RestApiId: a, ResourceId: r, HttpMethod: v, StatusCode: code, PatchOperations: ops})
	})
	_, err = f.PutIntegrationResponse(f.ctx, &sdk.PutIntegrationResponseInput{RestApiId: a, ResourceId: r, HttpMethod: v, StatusCode: new("404"),
		ResponseParameters: map[string]string{"method.response.header.X": "'1'"}})
	testkit.WantError(t, err, 400, "BadRequestException", "No method response exists for method.")
}

func TestPatchOfGatewayResponse(t *testing.T) {
	f := start(t)
	api, _ := f.api("a")
	runPatches(t, []patchCase{
		{ops: "replace /statusCode 444", want: `{"StatusCode":"444","DefaultResponse":false,"ResponseParameters":{},"ResponseTemplates":{"application/json":"{\"message\":$context.error.messageString}"}}`},
		{ops: "add /statusCode 444", err: "Invalid patch path /statusCode"},
		{ops: "remove /statusCode", err: "Invalid patch path /statusCode"},
		{ops: "replace /wrongPath 1", err: "Invalid patch path /wrongPath"},
		{ops: "replace -", err: "Invalid patch path null"},
		{ops: "replace /statusCode 4444", err: "Invalid status code specified"},
		{ops: "replace /responseParameters/gatewayresponse.header.none 'x'", status: 404, err: "Invalid parameter name specified"},
		{ops: "add /responseParameters/gatewayresponse.header.x 'x'", want: `{"ResponseParameters":{"gatewayresponse.header.x":"'x'"}}`},
		{ops: "add /responseParameters/gatewayresponse.header.y", err: "Invalid null or empty value in responseParameters"},
		{ops: "replace /responseTemplates/application~1json", err: "Invalid null or empty value in responseTemplates"},
		{ops: "add /responseTemplates/application~1xml <x/>", want: `{"ResponseTemplates":{"application/json":"{\"message\":$context.error.messageString}","application/xml":"<x/>"}}`},
		{ops: "add /responseParameters/header.y 'x'", err: "Invalid mapping expression specified: header.y"},
	}, func(ops []types.PatchOperation) (any, error) {
		return f.UpdateGatewayResponse(f.ctx, &sdk.UpdateGatewayResponseInput{RestApiId: &api, ResponseType: "DEFAULT_4XX", PatchOperations: ops})
	})
}

func TestPatchOfStage(t *testing.T) {
	f := start(t)
	api, _, d1 := f.deployed()
	d2 := *must(f.CreateDeployment(f.ctx, &sdk.CreateDeploymentInput{RestApiId: &api}))(t).Id
	must(f.CreateStage(f.ctx, &sdk.CreateStageInput{RestApiId: &api, StageName: new("v1"), DeploymentId: &d1}))(t)
	setting := func(change string) string {
		all := map[string]any{"MetricsEnabled": false, "LoggingLevel": nil, "DataTraceEnabled": false, "ThrottlingBurstLimit": 5000, "ThrottlingRateLimit": 10000,
			"CachingEnabled": false, "CacheTtlInSeconds": 300, "CacheDataEncrypted": false, "RequireAuthorizationForCacheControl": true,
			"UnauthorizedCacheControlHeaderStrategy": "SUCCEED_WITH_RESPONSE_HEADER"}
		if err := json.Unmarshal([]byte(change), &all); err != nil {
			t.Fatal(err)
		}
		b, _ := json.Marshal(all)
		return string(b)
	}
	runPatches(t, []patchCase{
		{ops: "replace /description text\nreplace /tracingEnabled true\nreplace /variables/a 1\nadd /variables/b 2", want: `{"Description":"text","TracingEnabled":true,"Variables":{"a":"1","b":"2"}}`},
		{ops: "remove /variables/a\nreplace /description ", want: `{"Description":null,"Variables":{"b":"2"}}`},
		{ops: "replace /variables/b a|b", err: "Invalid stage variable value: a|b"},
		{ops: "replace /variables/a-b c", err: "Invalid stage variable name: a-b"},
		{ops: "replace /deploymentId " + d2, want: `{"DeploymentId":"` + d2 + `"}`},
		{ops: "replace /deploymentId nobody", err: "Deployment id does not exist"},
		{ops: "replace /cacheClusterEnabled true", want: `{"CacheClusterEnabled":true,"CacheClusterSize":"0.5","CacheClusterStatus":"AVAILABLE"}`},
		{ops: "replace /cacheClusterSize 1.6", want: `{"CacheClusterSize":"1.6"}`},
		{ops: "replace /cacheClusterSize 2", err: "Invalid cache cluster size specified: 2"},
		{ops: "replace /cacheClusterEnabled false", want: `{"CacheClusterStatus":"NOT_AVAILABLE"}`},
		{ops: "replace /documentation_version 1", err: "Invalid method setting path: /documentation_version. Must be one of: [/deploymentId, /description,"},
		{ops: "replace /documentationVersion 1", status: 404, err: "Invalid Documentation version specified"},
		{ops: "replace /clientCertificateId none", status: 404, err: "Invalid Client Certificate identifier specified"},
		{ops: "replace /*/*/throttling/burstLimit 123", want: `{"MethodSettings":{"*/*":` + setting(`{"ThrottlingBurstLimit":123}`) + `}}`},
		{ops: "replace /*/*/throttling/rateLimit 12.5\nreplace /*/*/caching/ttlInSeconds 10\nreplace /*/*/metrics/enabled true", want: `{"MethodSettings":{"*/*":` + setting(`{"ThrottlingBurstLimit":123,"ThrottlingRateLimit":12.5,"CacheTtlInSeconds":10,"MetricsEnabled":true}`) + `}}`},
		{ops: "remove /*/*", want: `{"MethodSettings":{}}`},
		{ops: "remove /*/*", err: "Cannot remove method setting */* because there is no method setting for this method"},
		{ops: "replace /~1sms/POST/throttling/rateLimit -1.000000\nreplace /a/b/GET/logging/dataTrace true", want: `{"MethodSettings":{"~1sms/POST":` + setting(`{"ThrottlingRateLimit":-1}`) + `,"a/b/GET":` + setting(`{"DataTraceEnabled":true}`) + `}}`},
		{ops: "remove /~1sms/POST\nremove /a/b/GET", want: `{"MethodSettings":{}}`},
		{ops: "replace /a/NOVERB/logging/dataTrace true", err: "Invalid method setting path"},
		{ops: "replace /*/*/throttling/burstLimit many", err: "Invalid value for burstLimit"},
		{ops: "replace /*/*/logging/loglevel LOUD", err: "Invalid logging level specified"},
		{ops: "replace /*/*/logging/loglevel INFO", err: "CloudWatch Logs role ARN must be set in account settings to enable logging"},
		{ops: "replace /*/*/caching/unauthorizedCacheControlHeaderStrategy NO", err: "Invalid unauthorizedCacheControlHeaderStrategy"},
		{ops: "replace /canarySettings/percentTraffic 50", want: `{"CanarySettings":{"DeploymentId":"` + d2 + `","PercentTraffic":50,"UseStageCache":false,"StageVariableOverrides":null}}`},
		{ops: "replace /canarySettings/deploymentId " + d1 + "\nreplace /canarySettings/stageVariableOverrides/b canary", want: `{"CanarySettings":{"DeploymentId":"` + d1 + `","PercentTraffic":50,"UseStageCache":false,"StageVariableOverrides":{"b":"canary"}}}`},
		{ops: "copy /deploymentId from:/canarySettings/deploymentId\ncopy /variables from:/canarySettings/stageVariableOverrides\nremove /canarySettings", want: `{"DeploymentId":"` + d1 + `","Variables":{"b":"canary"},"CanarySettings":null}`},
		{ops: "copy /deploymentId from:/canarySettings/deploymentId", err: "Invalid copy path"},
		{ops: "remove /canarySettings/badPath", err: "Cannot remove method setting canarySettings/badPath because there is no method setting for this method"},
		{ops: "replace /canarySettings/badPath x", err: "Invalid method setting path: /canarySettings/badPath."},
		{ops: "replace /canarySettings/percentTraffic 101", err: "Invalid canary percent traffic"},
	}, func(ops []types.PatchOperation) (any, error) {
		return f.UpdateStage(f.ctx, &sdk.UpdateStageInput{RestApiId: &api, StageName: new("v1"), PatchOperations: ops})
	})

	_, err := f.UpdateAccount(f.ctx, &sdk.UpdateAccountInput{PatchOperations: replace("/cloudwatchRoleArn", "nonsense")})
	testkit.WantError(t, err, 400, "BadRequestException", "Invalid ARN specified in the request")
	must(f.UpdateAccount(f.ctx, &sdk.UpdateAccountInput{PatchOperations: replace("/cloudwatchRoleArn", "arn:aws:iam::000000000000:role/logs")}))(t)
	logs := "arn:aws:logs:us-east-1:000000000000:log-group:x"
	runPatches(t, []patchCase{
		{ops: "replace /*/*/logging/loglevel INFO", want: `{"MethodSettings":{"*/*":` + setting(`{"LoggingLevel":"INFO"}`) + `}}`},
		{ops: "replace /accessLogSettings/format $context.requestId\nreplace /accessLogSettings/destinationArn " + logs + ":*", want: `{"AccessLogSettings":{"Format":"$context.requestId","DestinationArn":"` + logs + `"}}`},
		{ops: "replace /accessLogSettings/format $context.status", err: "Access Log format must include at least $context.requestId"},
		{ops: "replace /accessLogSettings/destinationArn arn:aws:s3:::x", err: "Invalid ARN specified in the request"},
		{ops: "remove /accessLogSettings", want: `{"AccessLogSettings":null}`},
	}, func(ops []types.PatchOperation) (any, error) {
		return f.UpdateStage(f.ctx, &sdk.UpdateStageInput{RestApiId: &api, StageName: new("v1"), PatchOperations: ops})
	})
}

func TestPatchOfListingEntities(t *testing.T) {
	f := start(t)
	api, root := f.api("a")
	validator := *must(f.CreateRequestValidator(f.ctx, &sdk.CreateRequestValidatorInput{RestApiId: &api, Name: new("v")}))(t).Id
	runPatches(t, []patchCase{
		{ops: "replace /validateRequestBody true\nreplace /name w", want: `{"ValidateRequestBody":true,"ValidateRequestParameters":false,"Name":"w"}`},
		{ops: "replace /validateRequestBody", want: `{"ValidateRequestBody":false}`},
		{ops: "add /validateRequestBody true", err: "Invalid patch path  '/validateRequestBody' specified for op 'add'. Please choose supported operations"},
		{ops: "replace /invalidPath x", err: "Invalid patch path  '/invalidPath' specified for op 'replace'. Must be one of: [/name, /validateRequestParameters, /validateRequestBody]"},
		{ops: "replace /name ", err: "Request Validator name cannot be blank"},
	}, func(ops []types.PatchOperation) (any, error) {
		return f.UpdateRequestValidator(f.ctx, &sdk.UpdateRequestValidatorInput{RestApiId: &api, RequestValidatorId: &validator, PatchOperations: ops})
	})
	runPatches(t, []patchCase{
		{ops: `replace /schema {"type":"object"}` + "\nreplace /description d", want: `{"Schema":"{\"type\":\"object\"}","Description":"d"}`},
		{ops: "replace /name x", err: "Invalid patch path  '/name' specified for op 'replace'. Must be one of: [/description, /schema]"},
		{ops: "add /wrong-path x", err: "Invalid patch path  '/wrong-path' specified for op 'add'. Please choose supported operations"},
		{ops: "replace /schema ", err: "Model schema must have at least 1 property or array items defined"},
		{ops: "replace /schema nonsense", err: "errors : [Invalid model schema specified]"},
	}, func(ops []types.PatchOperation) (any, error) {
		return f.UpdateModel(f.ctx, &sdk.UpdateModelInput{RestApiId: &api, ModelName: new("Empty"), PatchOperations: ops})
	})
	pets := f.resource(api, root, "pets")
	dogs := f.resource(api, pets, "dogs")
	f.resource(api, dogs, "pets")
	update := func(id string) func(ops []types.PatchOperation) (any, error) {
		return func(ops []types.PatchOperation) (any, error) {
			return f.UpdateResource(f.ctx, &sdk.UpdateResourceInput{RestApiId: &api, ResourceId: &id, PatchOperations: ops})
		}
	}
	runPatches(t, []patchCase{
		{ops: "replace /invalid x", err: "Invalid patch path  '/invalid' specified for op 'replace'. Must be one of: [/parentId, /pathPart]"},
		{ops: "remove /pathPart", err: "Invalid patch path  '/pathPart' specified for op 'remove'. Please choose supported operations"},
		{ops: "replace /parentId nobody", status: 404, err: "Invalid Resource identifier specified"},
		{ops: "replace /parentId " + dogs, err: "Resources cannot be cyclical."},
		{ops: "replace /pathPart animals", want: `{"Path":"/animals"}`},
		{ops: "replace /pathPart a/b", err: "Resource's path part only allow a-zA-Z0-9._-: or a valid greedy path variable and curly braces at the beginning and the end."},
		{ops: "replace /pathPart {all+}", err: "Cannot create a child of a resource with a greedy path variable: {all+}"},
	}, update(pets))
	runPatches(t, []patchCase{
		{ops: "replace /parentId " + root + "\nreplace /pathPart animals", status: 409, err: "Another resource with the same parent already has this name: animals"},
		{ops: "replace /parentId " + root, want: `{"Path":"/dogs"}`},
	}, update(dogs))
	runPatches(t, []patchCase{
		{ops: "replace /pathPart x", err: "Root resource cannot update its pathPart."},
		{ops: "replace /parentId x", err: "Root resource cannot update its parentId."},
	}, update(root))
}
