package apigateway_test

import (
	"strings"
	"testing"

	sdk "github.com/aws/aws-sdk-go-v2/service/apigateway"
	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"

	"github.com/gatehouse-dev/gatehouse/internal/testkit"
)

const openAPI = `{
 "openapi": "3.0.1",
 "info": {"title": "pets", "version": "1.0", "description": "Pets"},
 "servers": [{"url": "https://example.com/{base}", "variables": {"base": {"default": "shop/v1"}}}],
 "x-amazon-apigateway-binary-media-types": ["image/png"],
 "x-amazon-apigateway-request-validators": {"all": {"validateRequestBody": true, "validateRequestParameters": true}},
 "x-amazon-apigateway-request-validator": "all",
 "x-amazon-apigateway-gateway-responses": {"DEFAULT_4XX": {"responseParameters": {"gatewayresponse.header.Access-Control-Allow-Origin": "'*'"}}},
 "paths": {
  "/pets/{id}": {
   "get": {
    "operationId": "getPet",
    "security": [{"pool": ["pets/read"]}],
    "parameters": [{"name": "id", "in": "path", "required": true}, {"name": "verbose", "in": "query"}],
    "responses": {"200": {"description": "ok", "headers": {"X-Total": {"schema": {"type": "string"}}},
      "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Pet"}}}}, "default": {"description": "other"}},
    "x-amazon-apigateway-integration": {"type": "http", "httpMethod": "GET", "uri": "http://backend/pets/{id}", "passthroughBehavior": "when_no_templates",
      "requestParameters": {"integration.request.path.id": "method.request.path.id"},
      "responses": {"default": {"statusCode": "200", "responseParameters": {"method.response.header.X-Total": "integration.response.header.X-Total"}}}}
   },
   "x-amazon-apigateway-any-method": {
    "security": [{"key": []}],
    "responses": {},
    "x-amazon-apigateway-integration": {"type": "aws_proxy", "httpMethod": "POST", "uri": "` + function + `"}
   }
  },
  "/pets": {"post": {"requestBody": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Pet"}}}}, "responses": {},
    "x-amazon-apigateway-integration": {"type": "mock", "requestTemplates": {"application/json": "{\"statusCode\": 200}"}}}}
 },
 "components": {
  "schemas": {"Pet": {"type": "object", "properties": {"owner": {"$ref": "#/components/schemas/Owner"}, "name": {"type": "string", "example": "Rex"}}},
              "Owner": {"type": "object", "properties": {"pet": {"$ref": "#/components/schemas/Pet"}}}},
  "securitySchemes": {
   "key": {"type": "apiKey", "name": "x-api-key", "in": "header"},
   "pool": {"type": "apiKey", "name": "Authorization", "in": "header", "x-amazon-apigateway-authtype": "cognito_user_pools",
     "x-amazon-apigateway-authorizer": {"type": "cognito_user_pools", "providerARNs": ["` + poolARN + `"]}}
  }
 }
}`

func (f *fixture) paths(api string) map[string]types.Resource {
	f.t.Helper()
	out := map[string]types.Resource{}
	for _, r := range must(f.GetResources(f.ctx, &sdk.GetResourcesInput{RestApiId: &api, Embed: []string{"methods"}}))(f.t).Items {
		out[*r.Path] = r
	}
	return out
}

func TestImportOfOpenAPI(t *testing.T) {
	f := start(t)
	a := must(f.ImportRestApi(f.ctx, &sdk.ImportRestApiInput{Body: []byte(openAPI), Parameters: map[string]string{"basepath": "split", "endpointConfigurationTypes": "REGIONAL"}}))(t)
	if *a.Name != "pets" || *a.Version != "1.0" || *a.Description != "Pets" || a.BinaryMediaTypes[0] != "image/png" || a.EndpointConfiguration.Types[0] != "REGIONAL" || len(a.Warnings) != 0 {
		t.Errorf("api is %+v", a)
	}
	paths := f.paths(*a.Id)
	if len(paths) != 4 || paths["/v1"].Id == nil {
		t.Fatalf("paths are %v", paths)
	}
	get := paths["/v1/pets/{id}"].ResourceMethods["GET"]
	pool := must(f.GetAuthorizers(f.ctx, &sdk.GetAuthorizersInput{RestApiId: a.Id}))(t).Items[0]
	if *pool.IdentitySource != "method.request.header.Authorization" || *pool.AuthType != "cognito_user_pools" || pool.AuthorizerResultTtlInSeconds != nil {
		t.Errorf("authorizer is %+v", pool)
	}
	if *get.AuthorizationType != "COGNITO_USER_POOLS" || *get.AuthorizerId != *pool.Id || get.AuthorizationScopes[0] != "pets/read" || *get.OperationName != "getPet" {
		t.Errorf("method is %+v", get)
	}
	if p := get.RequestParameters; len(p) != 2 || !p["method.request.path.id"] || p["method.request.querystring.verbose"] {
		t.Errorf("parameters are %v", p)
	}
	if i := get.MethodIntegration; i.Type != types.IntegrationTypeHttp || *i.PassthroughBehavior != "WHEN_NO_TEMPLATES" || i.ConnectionType != types.ConnectionTypeInternet ||
		i.IntegrationResponses["200"].SelectionPattern != nil || *i.CacheNamespace != *paths["/v1/pets/{id}"].Id {
		t.Errorf("integration is %+v", i)
	}
	if r := get.MethodResponses; len(r) != 1 || r["200"].ResponseModels["application/json"] != "Pet" {
		t.Errorf("responses are %+v", r)
	}
	if m := paths["/v1/pets/{id}"].ResourceMethods["ANY"]; !*m.ApiKeyRequired || *m.AuthorizationType != "NONE" {
		t.Errorf("ANY is %+v", m)
	}
	pet := must(f.GetModel(f.ctx, &sdk.GetModelInput{RestApiId: a.Id, ModelName: new("Pet")}))(t)
	if !strings.Contains(*pet.Schema, "https://apigateway.amazonaws.com/restapis/"+*a.Id+"/models/Owner") || strings.Contains(*pet.Schema, "example") {
		t.Errorf("model is %s", *pet.Schema)
	}
	flat := must(f.GetModel(f.ctx, &sdk.GetModelInput{RestApiId: a.Id, ModelName: new("Pet"), Flatten: true}))(t)
	if !strings.Contains(*flat.Schema, `"#/definitions/Owner"`) || strings.Contains(*flat.Schema, "https://apigateway") {
		t.Errorf("flattened model is %s", *flat.Schema)
	}
	_, err := f.DeleteModel(f.ctx, &sdk.DeleteModelInput{RestApiId: a.Id, ModelName: new("Owner")})
	testkit.WantError(t, err, 409, "ConflictException", "Cannot delete model 'Owner', is referenced in model: Pet")

	g := must(f.GetGatewayResponse(f.ctx, &sdk.GetGatewayResponseInput{RestApiId: a.Id, ResponseType: "UNAUTHORIZED"}))(t)
	if g.ResponseParameters["gatewayresponse.header.Access-Control-Allow-Origin"] != "'*'" || !g.DefaultResponse || *g.StatusCode != "401" {
		t.Errorf("inherited response is %+v", g)
	}
	must(f.CreateDeployment(f.ctx, &sdk.CreateDeploymentInput{RestApiId: a.Id}))(t)
}

const swagger = `
swagger: "2.0"
info: {title: second, version: "2"}
basePath: /ignored
paths:
  /pets:
    get:
      produces: [application/json]
      responses:
        200: {description: ok, schema: {type: object, properties: {n: {type: integer}}}}
      x-amazon-apigateway-integration:
        type: MOCK
        requestTemplates: {application/json: '{"statusCode": 200}'}
        responses: {default: {statusCode: 200}}
  /new:
    options:
      security: [{oauth: []}]
      responses: {}
securityDefinitions:
  oauth: {type: oauth2, flow: implicit, authorizationUrl: "https://x", scopes: {}}
`

func TestPutModes(t *testing.T) {
	f := start(t)
	api, root := f.api("first")
	pets := f.resource(api, root, "pets")
	f.mock(api, pets, "POST")
	old := f.resource(api, root, "old")
	must(f.UpdateRestApi(f.ctx, &sdk.UpdateRestApiInput{RestApiId: &api, PatchOperations: replace("/description", "kept")}))(t)

	_, err := f.PutRestApi(f.ctx, &sdk.PutRestApiInput{RestApiId: &api, Body: []byte(swagger), Mode: types.PutModeMerge, FailOnWarnings: true})
	testkit.WantError(t, err, 400, "BadRequestException", "Warnings found during import:\n\tUnsupported security definition type 'oauth'")

	merged := must(f.PutRestApi(f.ctx, &sdk.PutRestApiInput{RestApiId: &api, Body: []byte(swagger), Mode: types.PutModeMerge}))(t)
	if *merged.Name != "second" || *merged.Description != "kept" || len(merged.Warnings) != 1 || merged.Tags == nil {
		t.Errorf("merged is %+v", merged)
	}
	paths := f.paths(api)
	if len(paths) != 4 || *paths["/pets"].Id != pets || len(paths["/pets"].ResourceMethods) != 2 || *paths["/old"].Id != old {
		t.Errorf("merged paths are %v", paths)
	}
	models := must(f.GetModels(f.ctx, &sdk.GetModelsInput{RestApiId: &api}))(t).Items
	if len(models) != 3 || !strings.HasPrefix(*models[2].Name, "MODEL") {
		t.Errorf("models are %+v", models)
	}

	over := must(f.PutRestApi(f.ctx, &sdk.PutRestApiInput{RestApiId: &api, Body: []byte(swagger), Mode: types.PutModeOverwrite}))(t)
	if over.Description != nil || *over.RootResourceId != root {
		t.Errorf("overwritten is %+v", over)
	}
	paths = f.paths(api)
	if len(paths) != 3 || *paths["/pets"].Id != pets || len(paths["/pets"].ResourceMethods) != 1 {
		t.Errorf("overwritten paths are %v", paths)
	}
	if n := len(must(f.GetModels(f.ctx, &sdk.GetModelsInput{RestApiId: &api}))(t).Items); n != 1 {
		t.Errorf("%d models", n)
	}
}

func TestImportRefusals(t *testing.T) {
	f := start(t)
	for name, c := range map[string]struct{ body, want string }{
		"no document":    {"nothing", "Invalid OpenAPI input."},
		"no version":     {`{"info":{"title":"x"}}`, "Invalid OpenAPI input."},
		"broken JSON":    {`{"swagger":"2.0"`, "Invalid OpenAPI input."},
		"two variables":  {`{"swagger":"2.0","info":{"title":"x"},"paths":{"/{a}":{},"/{b}":{}}}`, "Unable to create resource at path '/{b}': A sibling ({a}) of this resource already has a variable path part"},
		"no endpoint":    {`{"swagger":"2.0","info":{"title":"x"},"paths":{"/a":{"get":{"x-amazon-apigateway-integration":{"type":"http","httpMethod":"GET"}}}}}`, "Errors found during import:\n\tUnable to put integration on 'GET' for resource at path '/a': Invalid HTTP endpoint specified for URI"},
		"no type":        {`{"swagger":"2.0","info":{"title":"x"},"paths":{"/a":{"get":{"x-amazon-apigateway-integration":{}}}}}`, "Invalid integration type specified"},
		"no such model":  {`{"swagger":"2.0","info":{"title":"x"},"paths":{"/a":{"get":{"parameters":[{"in":"body","schema":{"$ref":"#/definitions/No"}}]}}}}`, "Unable to put method 'GET' on resource at path '/a': Invalid model identifier specified: No"},
		"no such header": {`{"swagger":"2.0","info":{"title":"x"},"paths":{"/a":{"get":{"responses":{"200":{}},"x-amazon-apigateway-integration":{"type":"mock","responses":{"default":{"statusCode":200,"responseParameters":{"method.response.header.X":"'1'"}}}}}}}}`, "Unable to put integration response on 'GET' for resource at path '/a': Invalid mapping expression"},
	} {
		_, err := f.ImportRestApi(f.ctx, &sdk.ImportRestApiInput{Body: []byte(c.body)})
		if err == nil {
			t.Errorf("%s is imported", name)
			continue
		}
		testkit.WantError(t, err, 400, "BadRequestException", c.want)
	}
	if n := len(must(f.GetRestApis(f.ctx, &sdk.GetRestApisInput{}))(t).Items); n != 0 {
		t.Errorf("failed imports left %d APIs", n)
	}
}
