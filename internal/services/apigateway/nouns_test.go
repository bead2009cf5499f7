package apigateway_test

import (
	"context"
	"crypto/x509"
	"encoding/pem"
	"net/http"
	"strings"
	"testing"

	sdk "github.com/aws/aws-sdk-go-v2/service/apigateway"
	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"

	"github.com/gatehouse-dev/gatehouse/internal/services/apigateway"
	"github.com/gatehouse-dev/gatehouse/internal/services/apigateway/snapshot"
	"github.com/gatehouse-dev/gatehouse/internal/testkit"
)

func TestListingOfResources(t *testing.T) {
	f := start(t)
	api, root := f.api("a")
	b := f.resource(api, root, "b")
	f.resource(api, root, "a")
	f.resource(api, b, "{id}")
	f.mock(api, b, "GET")
	var got []string
	p := sdk.NewGetResourcesPaginator(f, &sdk.GetResourcesInput{RestApiId: &api, Limit: new(int32(2))})
	for p.HasMorePages() {
		for _, r := range must(p.NextPage(f.ctx))(t).Items {
			got = append(got, *r.Path)
			if m, ok := r.ResourceMethods["GET"]; ok != (*r.Path == "/b") || m.AuthorizationType != nil {
				t.Errorf("methods of %s are %v", *r.Path, r.ResourceMethods)
			}
		}
	}
	if strings.Join(got, " ") != "/ /a /b /b/{id}" {
		t.Errorf("paths are %v", got)
	}
	one := must(f.GetResource(f.ctx, &sdk.GetResourceInput{RestApiId: &api, ResourceId: &b, Embed: []string{"methods"}}))(t)
	if *one.ResourceMethods["GET"].AuthorizationType != "NONE" {
		t.Errorf("embedded methods are %+v", one.ResourceMethods)
	}
	must(f.DeleteResource(f.ctx, &sdk.DeleteResourceInput{RestApiId: &api, ResourceId: &b}))(t)
	if n := len(f.paths(api)); n != 2 {
		t.Errorf("%d resources are left", n)
	}
}

func TestClone(t *testing.T) {
	f := start(t)
	api, _, _ := f.deployed()
	out := must(f.CreateRestApi(f.ctx, &sdk.CreateRestApiInput{Name: new("copy"), CloneFrom: &api}))(t)
	if got := f.paths(*out.Id); *out.Name != "copy" || got["/"].ResourceMethods["GET"].MethodIntegration == nil || *got["/"].Id != *out.RootResourceId {
		t.Errorf("copy is %+v with %+v", out, got)
	}
	must(f.DeleteRestApi(f.ctx, &sdk.DeleteRestApiInput{RestApiId: &api}))(t)
	if len(f.paths(*out.Id)) != 1 {
		t.Error("the copy went with its source")
	}
}

func TestDeploymentSummary(t *testing.T) {
	f := start(t)
	api, _, d := f.deployed()
	out := must(f.GetDeployment(f.ctx, &sdk.GetDeploymentInput{RestApiId: &api, DeploymentId: &d, Embed: []string{"apisummary"}}))(t)
	if s := out.ApiSummary["/"]["GET"]; *s.AuthorizationType != "NONE" || s.ApiKeyRequired {
		t.Errorf("summary is %+v", out.ApiSummary)
	}
	if plain := must(f.GetDeployment(f.ctx, &sdk.GetDeploymentInput{RestApiId: &api, DeploymentId: &d}))(t); plain.ApiSummary != nil {
		t.Errorf("summary that nobody asked for: %+v", plain)
	}
}

func TestGatewayResponses(t *testing.T) {
	f := start(t)
	api, _ := f.api("a")
	must(f.PutGatewayResponse(f.ctx, &sdk.PutGatewayResponseInput{RestApiId: &api, ResponseType: "DEFAULT_5XX", StatusCode: new("599")}))(t)
	put := must(f.PutGatewayResponse(f.ctx, &sdk.PutGatewayResponseInput{RestApiId: &api, ResponseType: "UNAUTHORIZED",
		ResponseParameters: map[string]string{"gatewayresponse.header.X": "'x'"}}))(t)
	if *put.StatusCode != "401" || put.DefaultResponse || put.ResponseTemplates["application/json"] == "" {
		t.Errorf("put is %+v", put)
	}
	all := must(f.GetGatewayResponses(f.ctx, &sdk.GetGatewayResponsesInput{RestApiId: &api}))(t).Items
	if len(all) != 21 || all[0].ResponseType != "ACCESS_DENIED" {
		t.Fatalf("%d responses, first %s", len(all), all[0].ResponseType)
	}
	for _, g := range all {
		switch g.ResponseType {
		case "INTEGRATION_TIMEOUT", "DEFAULT_5XX":
			if *g.StatusCode != "599" {
				t.Errorf("%s is %+v", g.ResponseType, g)
			}
		case "DEFAULT_4XX":
			if g.StatusCode != nil {
				t.Errorf("%s is %+v", g.ResponseType, g)
			}
		}
	}
	must(f.DeleteGatewayResponse(f.ctx, &sdk.DeleteGatewayResponseInput{RestApiId: &api, ResponseType: "UNAUTHORIZED"}))(t)
	if g := must(f.GetGatewayResponse(f.ctx, &sdk.GetGatewayResponseInput{RestApiId: &api, ResponseType: "UNAUTHORIZED"}))(t); !g.DefaultResponse || len(g.ResponseParameters) != 0 {
		t.Errorf("deleted is %+v", g)
	}
}

func TestKeysAndPlans(t *testing.T) {
	f := start(t)
	api, _, d := f.deployed()
	must(f.CreateStage(f.ctx, &sdk.CreateStageInput{RestApiId: &api, StageName: new("v1"), DeploymentId: &d}))(t)

	_, err := f.CreateApiKey(f.ctx, &sdk.CreateApiKeyInput{Value: new("short")})
	testkit.WantError(t, err, 400, "BadRequestException", "API Key value should be at least 20 characters")
	key := must(f.CreateApiKey(f.ctx, &sdk.CreateApiKeyInput{Name: new("mobile"), Enabled: true}))(t)
	if len(*key.Value) != 40 || !key.Enabled || key.StageKeys == nil {
		t.Errorf("key is %+v", key)
	}
	_, err = f.CreateApiKey(f.ctx, &sdk.CreateApiKeyInput{Name: new("again"), Value: key.Value})
	testkit.WantError(t, err, 409, "ConflictException", "API Key already exists")
	if got := must(f.GetApiKey(f.ctx, &sdk.GetApiKeyInput{ApiKey: key.Id}))(t); got.Value != nil {
		t.Error("the value is shown to who did not ask")
	}
	if got := must(f.GetApiKey(f.ctx, &sdk.GetApiKeyInput{ApiKey: key.Id, IncludeValue: new(true)}))(t); *got.Value != *key.Value {
		t.Error("the value is not shown")
	}
	if n := len(must(f.GetApiKeys(f.ctx, &sdk.GetApiKeysInput{NameQuery: new("mob")}))(t).Items); n != 1 {
		t.Errorf("%d keys", n)
	}
	if n := len(must(f.GetApiKeys(f.ctx, &sdk.GetApiKeysInput{NameQuery: new("x")}))(t).Items); n != 0 {
		t.Errorf("%d keys", n)
	}
	runPatches(t, []patchCase{
		{ops: "replace /enabled false\nreplace /description d\nreplace /customerId c", want: `{"Enabled":false,"Description":"d","CustomerId":"c","Tags":{},"Value":null}`},
		{ops: "add /stages " + api + "/v1", want: `{"StageKeys":["` + api + `/v1"]}`},
		{ops: "add /stages " + api + "/v2", err: "Invalid stage identifier specified"},
		{ops: "remove /stages " + api + "/v1", want: `{"StageKeys":[]}`},
		{ops: "replace /value x", err: "Invalid patch path  '/value' specified for op 'replace'. Must be one of: [/customerId, /description, /enabled, /name]"},
	}, func(ops []types.PatchOperation) (any, error) {
		return f.UpdateApiKey(f.ctx, &sdk.UpdateApiKeyInput{ApiKey: key.Id, PatchOperations: ops})
	})

	_, err = f.CreateUsagePlan(f.ctx, &sdk.CreateUsagePlanInput{Name: new("p"), ApiStages: []types.ApiStage{{ApiId: &api, Stage: new("none")}}})
	testkit.WantError(t, err, 404, "NotFoundException", "API Stage not found: "+api+":none")
	_, err = f.CreateUsagePlan(f.ctx, &sdk.CreateUsagePlanInput{Name: new("p"), Quota: &types.QuotaSettings{Limit: 1, Offset: 7, Period: "WEEK"}})
	testkit.WantError(t, err, 400, "BadRequestException", "quota offset")
	plan := must(f.CreateUsagePlan(f.ctx, &sdk.CreateUsagePlanInput{Name: new("p"), ApiStages: []types.ApiStage{{ApiId: &api, Stage: new("v1")}},
		Quota: &types.QuotaSettings{Limit: 10, Period: "DAY"}, Throttle: &types.ThrottleSettings{BurstLimit: 1, RateLimit: 2}}))(t)
	stage := api + ":v1"
	runPatches(t, []patchCase{
		{ops: "replace /throttle/rateLimit 5\nadd /throttle/burstLimit 6", want: `{"Throttle":{"BurstLimit":6,"RateLimit":5},"Tags":{}}`},
		{ops: "replace /quota/limit 20\nreplace /quota/period WEEK\nreplace /quota/offset 3", want: `{"Quota":{"Limit":20,"Offset":3,"Period":"WEEK"}}`},
		{ops: "remove /throttle\nremove /quota", want: `{"Throttle":null,"Quota":null}`},
		{ops: "replace /apiStages/" + stage + "/throttle//test/GET/rateLimit 3\nreplace /apiStages/" + stage + "/throttle/~1test/GET/burstLimit 4",
			want: `{"ApiStages":[{"ApiId":"` + api + `","Stage":"v1","Throttle":{"/test/GET":{"BurstLimit":4,"RateLimit":3}}}]}`},
		{ops: "remove /apiStages/" + stage, err: "Invalid patch path  '/apiStages/" + stage + "' specified for op 'remove'. Must be one of: [/apiStages, /quota, /throttle, /productCode, "},
		{ops: "remove /apiStages", err: "Invalid API Stage specified"},
		{ops: "remove /apiStages x:y", status: 404, err: "API Stage not found: x:y"},
		{ops: "add /remaining 1", err: "Invalid patch path  '/remaining' specified for op 'add'."},
	}, func(ops []types.PatchOperation) (any, error) {
		return f.UpdateUsagePlan(f.ctx, &sdk.UpdateUsagePlanInput{UsagePlanId: plan.Id, PatchOperations: ops})
	})

	member := must(f.CreateUsagePlanKey(f.ctx, &sdk.CreateUsagePlanKeyInput{UsagePlanId: plan.Id, KeyId: key.Id, KeyType: new("API_KEY")}))(t)
	if *member.Value != *key.Value || *member.Name != "mobile" || *member.Type != "API_KEY" {
		t.Errorf("member is %+v", member)
	}
	if plans := must(f.GetUsagePlans(f.ctx, &sdk.GetUsagePlansInput{KeyId: key.Id}))(t).Items; len(plans) != 1 {
		t.Errorf("plans are %+v", plans)
	}
	if keys := must(f.GetUsagePlanKeys(f.ctx, &sdk.GetUsagePlanKeysInput{UsagePlanId: plan.Id}))(t).Items; len(keys) != 1 {
		t.Errorf("keys are %+v", keys)
	}
	_, err = f.DeleteUsagePlan(f.ctx, &sdk.DeleteUsagePlanInput{UsagePlanId: plan.Id})
	testkit.WantError(t, err, 400, "BadRequestException", "Cannot delete Usage Plan "+*plan.Id+" because there are API Stages associated with it, including "+stage)
	_, err = f.DeleteStage(f.ctx, &sdk.DeleteStageInput{RestApiId: &api, StageName: new("v1")})
	testkit.WantError(t, err, 400, "BadRequestException", "usage plan")
	must(f.DeleteApiKey(f.ctx, &sdk.DeleteApiKeyInput{ApiKey: key.Id}))(t)
	_, err = f.GetUsagePlanKey(f.ctx, &sdk.GetUsagePlanKeyInput{UsagePlanId: plan.Id, KeyId: key.Id})
	testkit.WantError(t, err, 404, "NotFoundException", "Invalid API Key identifier specified")
	must(f.DeleteRestApi(f.ctx, &sdk.DeleteRestApiInput{RestApiId: &api}))(t)
	must(f.DeleteUsagePlan(f.ctx, &sdk.DeleteUsagePlanInput{UsagePlanId: plan.Id}))(t)
}

func TestTags(t *testing.T) {
	f := start(t)
	api, _, d := f.deployed()
	must(f.CreateStage(f.ctx, &sdk.CreateStageInput{RestApiId: &api, StageName: new("v1"), DeploymentId: &d, Tags: map[string]string{"a": "1"}}))(t)
	for _, name := range []string{"/restapis/" + api, "/restapis/" + api + "/stages/v1"} {
		arn := "arn:aws:apigateway:us-east-1::" + name
		must(f.TagResource(f.ctx, &sdk.TagResourceInput{ResourceArn: &arn, Tags: map[string]string{"a": "2", "b": "3"}}))(t)
		must(f.UntagResource(f.ctx, &sdk.UntagResourceInput{ResourceArn: &arn, TagKeys: []string{"b"}}))(t)
		if got := must(f.GetTags(f.ctx, &sdk.GetTagsInput{ResourceArn: &arn}))(t).Tags; len(got) != 1 || got["a"] != "2" {
			t.Errorf("tags of %s are %v", name, got)
		}
	}
	if got := must(f.GetRestApi(f.ctx, &sdk.GetRestApiInput{RestApiId: &api}))(t).Tags; got["a"] != "2" {
		t.Errorf("tags are %v", got)
	}
}

func TestClientCertificate(t *testing.T) {
	f := start(t)
	c := must(f.GenerateClientCertificate(f.ctx, &sdk.GenerateClientCertificateInput{Description: new("d")}))(t)
	block, _ := pem.Decode([]byte(*c.PemEncodedCertificate))
	cert, err := x509.ParseCertificate(block.Bytes)
	if err != nil || !cert.NotAfter.Equal(*c.ExpirationDate) {
		t.Errorf("certificate is %v %v", cert, err)
	}
	got := must(f.UpdateClientCertificate(f.ctx, &sdk.UpdateClientCertificateInput{ClientCertificateId: c.ClientCertificateId, PatchOperations: replace("/description", "e")}))(t)
	if *got.Description != "e" || *got.PemEncodedCertificate != *c.PemEncodedCertificate {
		t.Errorf("updated is %+v", got)
	}
	must(f.DeleteClientCertificate(f.ctx, &sdk.DeleteClientCertificateInput{ClientCertificateId: c.ClientCertificateId}))(t)
	if n := len(must(f.GetClientCertificates(f.ctx, &sdk.GetClientCertificatesInput{}))(t).Items); n != 0 {
		t.Errorf("%d certificates", n)
	}
}

// plane is a data plane that tells what it was asked.
type plane struct{ flushed []string }

func (p *plane) TestMethod(_ context.Context, st *snapshot.Stage, _, verb, path string, header http.Header, body string) (*apigateway.TestResult, error) {
	return &apigateway.TestResult{Status: 200, Header: http.Header{"X-A": {"1", "2"}}, Latency: 3,
		Body: strings.Join([]string{verb, path, header.Get("q"), body, st.Stage.Variables["v"], *st.API.RestAPI.Name}, " ")}, nil
}

func (p *plane) TestAuthorizer(context.Context, *snapshot.Stage, string, string, http.Header, string, map[string]string) (*apigateway.TestVerdict, error) {
	return &apigateway.TestVerdict{Status: 200, PrincipalID: "me"}, nil
}

func (p *plane) FlushResponses(_ context.Context, api, stage string) error {
	p.flushed = append(p.flushed, "responses "+stage)
	return nil
}

func (p *plane) FlushAuthorizers(_ context.Context, api, stage string) error {
	p.flushed = append(p.flushed, "authorizers "+stage)
	return nil
}

func TestThroughTheDataPlane(t *testing.T) {
	p := &plane{}
	f := startWith(t, apigateway.Options{Methods: p, Authorizers: p, Caches: p})
	api, root, d := f.deployed()
	must(f.CreateStage(f.ctx, &sdk.CreateStageInput{RestApiId: &api, StageName: new("v1"), DeploymentId: &d}))(t)
	out := must(f.TestInvokeMethod(f.ctx, &sdk.TestInvokeMethodInput{RestApiId: &api, ResourceId: &root, HttpMethod: new("GET"), Body: new("body"),
		Headers: map[string]string{"q": "header"}, StageVariables: map[string]string{"v": "variable"}}))(t)
	if *out.Body != "GET / header body variable deployed" || out.Status != 200 || out.Headers["X-A"] != "2" || len(out.MultiValueHeaders["X-A"]) != 2 || out.Latency != 3 {
		t.Errorf("answer is %+v", out)
	}
	_, err := f.TestInvokeMethod(f.ctx, &sdk.TestInvokeMethodInput{RestApiId: &api, ResourceId: &root, HttpMethod: new("PUT")})
	testkit.WantError(t, err, 404, "NotFoundException", "Invalid Method identifier specified")
	_, err = f.TestInvokeAuthorizer(f.ctx, &sdk.TestInvokeAuthorizerInput{RestApiId: &api, AuthorizerId: new("none")})
	testkit.WantError(t, err, 404, "NotFoundException", "Invalid Authorizer identifier specified")
	must(f.FlushStageCache(f.ctx, &sdk.FlushStageCacheInput{RestApiId: &api, StageName: new("v1")}))(t)
	must(f.FlushStageAuthorizersCache(f.ctx, &sdk.FlushStageAuthorizersCacheInput{RestApiId: &api, StageName: new("v1")}))(t)
	if strings.Join(p.flushed, ",") != "responses v1,authorizers v1" {
		t.Errorf("flushed %v", p.flushed)
	}
	_, err = f.FlushStageCache(f.ctx, &sdk.FlushStageCacheInput{RestApiId: &api, StageName: new("v2")})
	testkit.WantError(t, err, 404, "NotFoundException", "Invalid stage identifier specified")
}
