//go:build e2e

package terraform

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
)

// resource is one managed resource of a state.
type resource struct {
	Address string
	Mode    string
	Type    string
	Values  map[string]any
}

// resources are the managed ones of the workspace's state.
func (w *workspace) resources() []resource {
	w.t.Helper()
	var state struct {
		Values struct {
			Root struct{ Resources []resource } `json:"root_module"`
		}
	}
	w.value(&state, "show", "-json")
	var out []resource
	for _, r := range state.Values.Root.Resources {
		if r.Mode == "managed" {
			out = append(out, r)
		}
	}
	return out
}

// importIDs says what each type, or address, is imported by; the others by their
// id. An empty one: the provider cannot import it.
var importIDs = map[string]string{
	"aws_api_gateway_account":                    "api-gateway-account",
	"aws_api_gateway_authorizer":                 "{rest_api_id}/{id}",
	"aws_api_gateway_deployment":                 "{rest_api_id}/{id}",
	"aws_api_gateway_gateway_response":           "{rest_api_id}/{response_type}",
	"aws_api_gateway_integration":                "{rest_api_id}/{resource_id}/{http_method}",
	"aws_api_gateway_integration_response":       "{rest_api_id}/{resource_id}/{http_method}/{status_code}",
	"aws_api_gateway_method":                     "{rest_api_id}/{resource_id}/{http_method}",
	"aws_api_gateway_method_response":            "{rest_api_id}/{resource_id}/{http_method}/{status_code}",
	"aws_api_gateway_method_settings":            "{rest_api_id}/{stage_name}/{method_path}",
	"aws_api_gateway_model":                      "{rest_api_id}/{name}",
	"aws_api_gateway_request_validator":          "{rest_api_id}/{id}",
	"aws_api_gateway_resource":                   "{rest_api_id}/{id}",
	"aws_api_gateway_rest_api_put":               "",
	"aws_api_gateway_stage":                      "{rest_api_id}/{stage_name}",
	"aws_api_gateway_usage_plan_key":             "{usage_plan_id}/{key_id}",
	"aws_cloudwatch_log_stream":                  "{log_group_name}:{name}",
	"aws_cognito_identity_provider":              "{user_pool_id}:{provider_name}",
	"aws_cognito_user_group":                     "{user_pool_id}/{name}",
	"aws_cognito_user_pool_client":               "{user_pool_id}/{id}",
	"aws_cognito_user_pool_ui_customization":     "{user_pool_id},{client_id}",
	"aws_iam_group_membership":                   "",
	"aws_iam_group_policies_exclusive":           "{group_name}",
	"aws_iam_group_policy_attachment":            "{group}/{policy_arn}",
	"aws_iam_group_policy_attachments_exclusive": "{group_name}",
	"aws_iam_policy_attachment":                  "",
	"aws_iam_role_policies_exclusive":            "{role_name}",
	"aws_iam_role_policy_attachment":             "{role}/{policy_arn}",
	"aws_iam_role_policy_attachments_exclusive":  "{role_name}",
	"aws_iam_user_group_membership":              "{user}/{groups}",
	"aws_iam_user_login_profile":                 "{user}",
	"aws_iam_user_policies_exclusive":            "{user_name}",
	"aws_iam_user_policy_attachment":             "{user}/{policy_arn}",
	"aws_iam_user_policy_attachments_exclusive":  "{user_name}",
	"aws_sns_sms_preferences":                    "",
	"aws_lambda_alias":                           "{function_name}/{name}",
	"aws_lambda_function_recursion_config":       "{function_name}",
	"aws_lambda_invocation":                      "",
	"aws_lambda_layer_version":                   "{arn}",
	"aws_lambda_permission.alias":                "{function_name}:{qualifier}/{statement_id}",
	"aws_lambda_runtime_management_config":       "{function_name},{qualifier}",
	"aws_lambda_permission":                      "{function_name}/{statement_id}",
}

var attribute = regexp.MustCompile(`\{\w+\}`)

// importID is what the resource is imported by, or "" where it cannot be.
func (r resource) importID(t *testing.T) string {
	form, ok := importIDs[r.Address]
	if !ok {
		form, ok = importIDs[r.Type]
	}
	if !ok {
		form = "{id}"
	}
	return attribute.ReplaceAllStringFunc(form, func(name string) string {
		v, ok := r.Values[strings.Trim(name, "{}")]
		if !ok {
			t.Errorf("%s has no attribute %s", r.Address, name)
		}
		if list, ok := v.([]any); ok {
			parts := make([]string, len(list))
			for i, x := range list {
				parts[i] = fmt.Sprint(x)
			}
			return strings.Join(parts, "/")
		}
		return fmt.Sprint(v)
	})
}
