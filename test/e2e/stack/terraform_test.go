//go:build e2e

package stack

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gatehouse-dev/gatehouse/test/e2e/process"
)

// terraform is a working directory with a copy of the stack.
type terraform struct {
	t   *testing.T
	dir string
	env []string
}

// newTerraform copies the stack next to a built function. The configuration is
// the repository's own, to the letter.
func newTerraform(t *testing.T, s *process.Server) *terraform {
	t.Helper()
	rc, err := exec.Command(filepath.Join(process.Root(), "scripts", "terraform-env")).Output()
	if err != nil {
		reason := err.Error()
		if e, ok := err.(*exec.ExitError); ok {
			reason = strings.TrimSpace(string(e.Stderr))
		}
		t.Skip("Terraform is not at hand: " + reason)
	}
	tf := &terraform{t: t, dir: t.TempDir()}
	tf.env = append(s.Env(), "TF_CLI_CONFIG_FILE="+strings.TrimSpace(string(rc)), "CHECKPOINT_DISABLE=1", "TF_IN_AUTOMATION=1")
	main, err := os.ReadFile(filepath.Join(process.Root(), "stacks", "sms-api", "main.tf"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(tf.dir, "main.tf"), main, 0o644); err != nil {
		t.Fatal(err)
	}
	buildFunction(t, filepath.Join(tf.dir, "build", "function.zip"))
	tf.must("init", "-input=false", "-no-color")
	return tf
}

// buildFunction builds the stack's function as the README says.
func buildFunction(t *testing.T, zip string) {
	t.Helper()
	if out, err := process.Command(process.Root(), nil, "go", "run", "./stacks/tools/lambdazip", "-o", zip, "./stacks/sms-api/function"); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
}

func (tf *terraform) run(args ...string) (string, error) {
	return process.Command(tf.dir, tf.env, "terraform", args...)
}

func (tf *terraform) must(args ...string) string {
	tf.t.Helper()
	out, err := tf.run(args...)
	if err != nil {
		tf.t.Fatalf("%v\n%s", err, out)
	}
	return out
}

func (tf *terraform) apply(vars ...string) string {
	tf.t.Helper()
	return tf.must(append([]string{"apply", "-auto-approve", "-input=false", "-no-color"}, vars...)...)
}

// wantNoChanges plans, and fails unless there is nothing to do.
func (tf *terraform) wantNoChanges(vars ...string) {
	tf.t.Helper()
	out, err := tf.run(append([]string{"plan", "-detailed-exitcode", "-input=false", "-no-color"}, vars...)...)
	if err != nil {
		tf.t.Fatalf("the plan is not empty: %v\n%s", err, out)
	}
}

// outputs reads the stack's outputs.
func (tf *terraform) outputs() map[string]string {
	tf.t.Helper()
	var raw map[string]struct{ Value any }
	if err := json.Unmarshal([]byte(tf.must("output", "-json")), &raw); err != nil {
		tf.t.Fatal(err)
	}
	out := map[string]string{}
	for k, v := range raw {
		out[k] = fmt.Sprint(v.Value)
	}
	return out
}

// edit replaces text in main.tf; it must be there.
func (tf *terraform) edit(old, new string) {
	tf.t.Helper()
	path := filepath.Join(tf.dir, "main.tf")
	b, err := os.ReadFile(path)
	if err != nil {
		tf.t.Fatal(err)
	}
	if !strings.Contains(string(b), old) {
		tf.t.Fatalf("main.tf has no %q", old)
	}
	if err := os.WriteFile(path, []byte(strings.Replace(string(b), old, new, 1)), 0o644); err != nil {
		tf.t.Fatal(err)
	}
}

func TestTerraform(t *testing.T) {
	s := process.Serve(t)
	tf := newTerraform(t, s)
	tf.apply()
	tf.wantNoChanges()
	deployed{server: s, outputs: tf.outputs()}.check(t)

	updates(t, tf)
	deployed{server: s, outputs: tf.outputs()}.check(t)
	imports(t, tf)
	tf.must("destroy", "-auto-approve", "-input=false", "-no-color")
	nothingLeft(t, s)
}

// updates changes what AWS changes in place, all at once; nothing may be
// replaced but the deployment, which is made anew by its triggers.
func updates(t *testing.T, tf *terraform) {
	for _, e := range [][2]string{
		{`resource "aws_cognito_user_pool" "pool" {
  name = var.name`, `resource "aws_cognito_user_pool" "pool" {
  name = var.name
  tags = { team = "messages" }
  deletion_protection = "INACTIVE"
  auto_verified_attributes = ["email"]
  password_policy {
    minimum_length    = 12
    require_lowercase = true
    require_numbers   = true
    require_symbols   = false
    require_uppercase = true
    temporary_password_validity_days = 3
  }
  admin_create_user_config {
    allow_admin_create_user_only = true
  }
  account_recovery_setting {
    recovery_mechanism {
      name     = "verified_email"
      priority = 1
    }
  }`},
		{`    scope_description = "Send text messages"
  }`, `    scope_description = "Send texts"
  }
  scope {
    scope_name        = "read"
    scope_description = "Read texts"
  }`},
		{`  generate_secret                      = true`, `  generate_secret                      = true
  access_token_validity                = 30
  enable_token_revocation              = true
  prevent_user_existence_errors        = "ENABLED"
  token_validity_units {
    access_token = "minutes"
  }`},
		// The provider cannot plan a client's scopes while those of the resource
		// server change: it fails with an "inconsistent final plan".
		{`  allowed_oauth_scopes                 = aws_cognito_resource_server.api.scope_identifiers`, `  allowed_oauth_scopes                 = ["sms-api/send"]`},
		{`  retention_in_days = 14`, `  retention_in_days = 30
  tags              = { team = "messages" }`},
		{`  assume_role_policy = data.aws_iam_policy_document.trust.json`, `  assume_role_policy   = data.aws_iam_policy_document.trust.json
  description          = "Sends texts"
  max_session_duration = 7200
  tags                 = { team = "messages" }`},
		{`    actions   = ["sns:Publish"]`, `    actions   = ["sns:Publish", "sns:CheckIfPhoneNumberIsOptedOut"]`},
		{`  timeout          = 10
  memory_size      = 128`, `  timeout          = 12
  memory_size      = 256
  description      = "Sends texts"
  tags             = { team = "messages" }
  environment {
    variables = { GREETING = "hello" }
  }
  ephemeral_storage {
    size = 600
  }`},
		{`resource "aws_api_gateway_rest_api" "api" {
  name = var.name`, `resource "aws_api_gateway_rest_api" "api" {
  name               = var.name
  description        = "Sends texts"
  binary_media_types = ["image/png"]
  tags               = { team = "messages" }`},
		{`  name            = "clients"`, `  name            = "customers"`},
		{`  authorization_scopes = aws_cognito_resource_server.api.scope_identifiers
}`, `  authorization_scopes = ["sms-api/send"]
  operation_name       = "Send"
  request_parameters   = { "method.request.header.X-Trace" = false }
}`},
		{`  uri                     = aws_lambda_function.send.invoke_arn`, `  uri                     = aws_lambda_function.send.invoke_arn
  timeout_milliseconds    = 12000`},
		{`  stage_name    = var.stage_name
}`, `  stage_name    = var.stage_name
  description   = "The only one"
  variables     = { colour = "green" }
  tags          = { team = "messages" }
  xray_tracing_enabled = true
}`},
	} {
		tf.edit(e[0], e[1])
	}
	out := tf.must("plan", "-input=false", "-no-color", "-out=changes")
	for _, line := range strings.Split(out, "\n") {
		if strings.Contains(line, "must be replaced") && !strings.Contains(line, "aws_api_gateway_deployment.api") || strings.Contains(line, "will be destroyed") {
			t.Errorf("not in place: %s", line)
		}
	}
	tf.must("apply", "-input=false", "-no-color", "changes")
	tf.wantNoChanges()
}

// imports forgets all resources and imports them again; nothing else may be
// left to do.
func imports(t *testing.T, tf *terraform) {
	type resource struct {
		Address string
		Values  map[string]any
	}
	var state struct {
		Values struct {
			RootModule struct{ Resources []resource } `json:"root_module"`
		}
	}
	if err := json.Unmarshal([]byte(tf.must("show", "-json")), &state); err != nil {
		t.Fatal(err)
	}
	value := func(r resource, name string) string { return fmt.Sprint(r.Values[name]) }
	forget := []string{"state", "rm"}
	var blocks strings.Builder
	for _, r := range state.Values.RootModule.Resources {
		id := value(r, "id")
		switch kind, _, _ := strings.Cut(r.Address, "."); kind {
		case "data":
			continue
		case "aws_cognito_user_pool_client":
			id = value(r, "user_pool_id") + "/" + id
		case "aws_lambda_permission":
			id = value(r, "function_name") + "/" + id
		case "aws_api_gateway_authorizer", "aws_api_gateway_deployment", "aws_api_gateway_resource":
			id = value(r, "rest_api_id") + "/" + id
		case "aws_api_gateway_method", "aws_api_gateway_integration":
			id = value(r, "rest_api_id") + "/" + value(r, "resource_id") + "/" + value(r, "http_method")
		case "aws_api_gateway_stage":
			id = value(r, "rest_api_id") + "/" + value(r, "stage_name")
		}
		forget = append(forget, r.Address)
		fmt.Fprintf(&blocks, "import {\n  to = %s\n  id = %q\n}\n", r.Address, id)
	}
	tf.must(forget...)
	if err := os.WriteFile(filepath.Join(tf.dir, "imports.tf"), []byte(blocks.String()), 0o644); err != nil {
		t.Fatal(err)
	}
	// What AWS itself does not tell of a resource cannot be imported: the
	// triggers, which are Terraform's own, whether a secret was generated, and
	// the zip that a function was made of.
	tf.edit("    create_before_destroy = true", "    create_before_destroy = true\n    ignore_changes        = [triggers]")
	tf.edit("  generate_secret  ", "  lifecycle {\n    ignore_changes = [generate_secret]\n  }\n  generate_secret  ")
	tf.edit("  source_code_hash ", "  lifecycle {\n    ignore_changes = [filename, source_code_hash, publish]\n  }\n  source_code_hash ")
	out := tf.must("plan", "-input=false", "-no-color", "-out=changes")
	if want := fmt.Sprintf("Plan: %d to import, 0 to add, 0 to change, 0 to destroy.", len(forget)-2); !strings.Contains(out, want) {
		t.Errorf("after the import more is to be done:\n%s", out)
	}
	tf.must("apply", "-input=false", "-no-color", "changes")
	tf.wantNoChanges()
}

// nothingLeft asks each service for what the stack had.
func nothingLeft(t *testing.T, s *process.Server) {
	for _, c := range []struct{ what, want string }{
		{"iam list-roles --query length(Roles)", "0"},
		{"lambda list-functions --query length(Functions)", "0"},
		{"apigateway get-rest-apis --query length(items)", "0"},
		{"cognito-idp list-user-pools --max-results 10 --query length(UserPools)", "0"},
		{"logs describe-log-groups --query length(logGroups)", "0"},
	} {
		out, err := process.Command(".", s.Env(), "aws", strings.Fields(c.what)...)
		if err != nil || strings.TrimSpace(out) != c.want {
			t.Errorf("aws %s: %s %v", c.what, out, err)
		}
	}
}
