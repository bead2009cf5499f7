package apigateway_test

import (
	"encoding/json"
	"reflect"
	"regexp"
	"strings"
	"testing"

	sdk "github.com/aws/aws-sdk-go-v2/service/apigateway"

	"github.com/gatehouse-dev/gatehouse/internal/testkit"
)

// frozen deploys an API to a stage and gives what the data plane gets of it as
// JSON without what differs from API to API.
func (f *fixture) frozen(api string) any {
	f.t.Helper()
	must(f.CreateDeployment(f.ctx, &sdk.CreateDeploymentInput{RestApiId: &api, StageName: new("v1")}))(f.t)
	st, err := f.svc.Stage(f.t.Context(), api, "v1")
	if err != nil {
		f.t.Fatal(err)
	}
	st.API.RestAPI.CreatedDate = nil
	b, err := json.Marshal(st.API)
	if err != nil {
		f.t.Fatal(err)
	}
	text := strings.ReplaceAll(string(b), api, "API")
	names := map[string]string{}
	for _, r := range st.API.Resources {
		names[*r.Id] = *r.Path
	}
	for _, a := range st.API.Authorizers {
		names[*a.Id] = *a.Name
	}
	for _, v := range st.API.Validators {
		names[*v.Id] = *v.Name
	}
	for id, name := range names {
		text = strings.ReplaceAll(text, id, name)
	}
	text = regexp.MustCompile(`"Id":"[a-z0-9]{6}"`).ReplaceAllString(text, `"Id":""`)
	var out any
	if err := json.Unmarshal([]byte(text), &out); err != nil {
		f.t.Fatal(err)
	}
	return out
}

// What is exported with all extensions gives the same API when it is imported.
func TestExportRoundTrip(t *testing.T) {
	f := start(t)
	first := *must(f.ImportRestApi(f.ctx, &sdk.ImportRestApiInput{Body: []byte(openAPI)}))(t).Id
	want := f.frozen(first)
	for _, c := range []struct{ kind, accepts string }{{"oas30", "application/json"}, {"oas30", "application/yaml"}, {"swagger", "application/json"}, {"swagger", "application/yaml"}} {
		out := must(f.GetExport(f.ctx, &sdk.GetExportInput{RestApiId: &first, StageName: new("v1"), ExportType: &c.kind, Accepts: &c.accepts,
			Parameters: map[string]string{"extensions": "apigateway"}}))(t)
		again := *must(f.ImportRestApi(f.ctx, &sdk.ImportRestApiInput{Body: out.Body}))(t).Id
		if got := f.frozen(again); !reflect.DeepEqual(got, want) {
			a, _ := json.MarshalIndent(got, "", " ")
			b, _ := json.MarshalIndent(want, "", " ")
			t.Errorf("%s %s:\n%s\nwant\n%s", c.kind, c.accepts, a, b)
		}
	}
}

func TestExportSaysWhatIsAskedFor(t *testing.T) {
	f := start(t)
	api := *must(f.ImportRestApi(f.ctx, &sdk.ImportRestApiInput{Body: []byte(openAPI)}))(t).Id
	f.frozen(api)
	for ext, want := range map[string][2]bool{"": {false, false}, "integrations": {true, false}, "authorizers": {false, true}, "integrations,authorizers": {true, true}} {
		out := must(f.GetExport(f.ctx, &sdk.GetExportInput{RestApiId: &api, StageName: new("v1"), ExportType: new("oas30"), Parameters: map[string]string{"extensions": ext}}))(t)
		body := string(out.Body)
		if got := [2]bool{strings.Contains(body, "apigateway-integration"), strings.Contains(body, "apigateway-authorizer")}; got != want || strings.Contains(body, "gateway-responses") {
			t.Errorf("%q: %v, want %v", ext, got, want)
		}
	}
	_, err := f.GetExport(f.ctx, &sdk.GetExportInput{RestApiId: &api, StageName: new("v1"), ExportType: new("raml")})
	testkit.WantError(t, err, 400, "BadRequestException", "Invalid export type specified: raml")
	_, err = f.GetExport(f.ctx, &sdk.GetExportInput{RestApiId: &api, StageName: new("v2"), ExportType: new("oas30")})
	testkit.WantError(t, err, 404, "NotFoundException", "Invalid stage identifier specified")
}
