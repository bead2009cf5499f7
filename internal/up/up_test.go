package up_test

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/apigateway"
	"github.com/aws/aws-sdk-go-v2/service/iam"

	"github.com/gatehouse-dev/gatehouse/internal/testkit"
	"github.com/gatehouse-dev/gatehouse/internal/up"
)

// The SMS stack goes up, changes nothing the second time, and goes down without
// a trace.
func TestSMSStack(t *testing.T) {
	if testing.Short() {
		t.Skip("builds a Go function")
	}
	w := start(t)
	o := w.options("../../stacks/sms-api")
	res, err := up.Run(t.Context(), o)
	t.Log(w.out.String())
	if err != nil {
		t.Fatal(err)
	}
	if got := slices.Sorted(maps.Keys(res.Outputs)); !slices.Equal(got, []string{"ApiUrl", "ClientId", "TokenUrl", "UserPoolId"}) {
		t.Errorf("outputs are %v", got)
	}
	if !strings.Contains(res.Local["ApiUrl"], ".execute-api.localhost:") || res.Local["TokenUrl"] == "" ||
		!strings.HasPrefix(res.Local["TokenUrl"], "http://sms-api-000000000000.auth.us-east-1.localhost:") {
		t.Errorf("local URLs are %v", res.Local)
	}
	fn := w.functions.functions["sms-api"]
	if fn == nil {
		t.Fatalf("functions are %v", w.functions.functions)
	}
	bootstrap(t, fn.Code.ZipFile)
	if len(w.functions.permissions) != 1 {
		t.Errorf("permissions are %v", w.functions.permissions)
	}

	w.out.Reset()
	if _, err := up.Run(t.Context(), o); err != nil || !strings.Contains(w.out.String(), "No changes.") {
		t.Errorf("the second time: %v\n%s", err, w.out.String())
	}

	o.Params = map[string]string{"StageName": "v2"} // replaces the stage
	res, err = up.Run(t.Context(), o)
	if err != nil || !strings.HasSuffix(res.Outputs["ApiUrl"], "/v2/sms") {
		t.Errorf("%v %v\n%s", res, err, w.out.String())
	}

	if err := up.Down(t.Context(), o); err != nil {
		t.Fatalf("%v\n%s", err, w.out.String())
	}
	cfg := testkit.Config(w.endpoint, "test", "test")
	apis, err := apigateway.NewFromConfig(cfg).GetRestApis(t.Context(), nil)
	if err != nil || len(apis.Items) != 0 {
		t.Errorf("APIs are left: %v, %v", apis, err)
	}
	roles, err := iam.NewFromConfig(cfg).ListRoles(t.Context(), nil)
	if err != nil || len(roles.Roles) != 0 {
		t.Errorf("roles are left: %v, %v", roles, err)
	}
	if len(w.functions.functions)+len(w.functions.permissions) != 0 {
		t.Error("functions are left")
	}
	if err := up.Down(t.Context(), o); err != nil {
		t.Errorf("down again: %v", err)
	}
}

func write(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "app")
	for name, text := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// A failure names the resource that failed first and why; the next up goes on
// from there.
func TestFailure(t *testing.T) {
	w := start(t)
	dir := write(t, map[string]string{"template.yaml": `
Resources:
  G: {Type: AWS::Logs::LogGroup, Properties: {RetentionInDays: 2}}
`})
	_, err := up.Run(t.Context(), w.options(dir))
	if err == nil || !strings.Contains(err.Error(), "stack app: ROLLBACK_COMPLETE: G (AWS::Logs::LogGroup): Resource handler returned message:") {
		t.Fatalf("%v\n%s", err, w.out.String())
	}
	if !strings.Contains(w.out.String(), "CREATE_FAILED") {
		t.Error(w.out.String())
	}
	dir = write(t, map[string]string{"template.json": `{"Resources": {"G": {"Type": "AWS::Logs::LogGroup", "Properties": {"RetentionInDays": 3}}}}`})
	if _, err := up.Run(t.Context(), w.options(dir)); err != nil {
		t.Error(err)
	}
}

func TestRefusals(t *testing.T) {
	w := start(t)
	function := func(extra string) string {
		return "Resources: {F: {Type: AWS::Lambda::Function, " + extra + "}}"
	}
	for _, c := range []struct{ name, body, want string }{
		{"no template", "", "has no template.yaml"},
		{"bad template", "Resources: {}", "At least one Resources member"},
		{"no directory", function("Properties: {Code: ./gone}"), "gone"},
		{"build method", function("Metadata: {BuildMethod: makefile}, Properties: {Code: .}"), "BuildMethod makefile is not supported"},
		{"does not build", function("Metadata: {BuildMethod: go1.x}, Properties: {Code: .}"), "building"},
		{"unknown type", "Resources: {F: {Type: AWS::Nope::Nope}}", "Unrecognized resource types: [AWS::Nope::Nope]"},
	} {
		t.Run(c.name, func(t *testing.T) {
			files := map[string]string{"x": ""}
			if c.body != "" {
				files["template.yaml"] = c.body
			}
			o := w.options(write(t, files))
			o.Cache = t.TempDir()
			_, err := up.Run(t.Context(), o)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%v, want %s", err, c.want)
			}
		})
	}
	o := w.options(write(t, map[string]string{"template.yaml": "Resources: {G: {Type: AWS::Logs::LogGroup}}"}))
	o.Credentials.AccessKeyID = "AKIANONE"
	if _, err := up.Run(t.Context(), o); err == nil || !strings.Contains(err.Error(), "InvalidClientTokenId") {
		t.Errorf("with a wrong key: %v", err)
	}
}
