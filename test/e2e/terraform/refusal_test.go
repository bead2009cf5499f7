//go:build e2e

package terraform

import (
	"strings"
	"testing"
)

// TestRefusals applies what AWS refuses: the provider shows AWS's sentence.
func TestRefusals(t *testing.T) {
	t.Parallel()
	w := newWorkspace(t, "refusals")
	_, refused, err := w.try("apply", "-auto-approve", "-input=false")
	if err == nil {
		t.Error("nothing is refused")
	}
	for address, want := range map[string]string{
		"aws_iam_role.no_principal":               "MalformedPolicyDocument: Missing required field Principal",
		"aws_iam_policy.no_statement":             "MalformedPolicyDocument",
		"aws_iam_role_policy_attachment.absent":   "NoSuchEntity",
		"aws_cognito_user_pool.phone":             "InvalidParameterException: SMS configuration is required",
		"aws_cognito_user_pool_client.scope":      "ScopeDoesNotExistException",
		"aws_cognito_user_pool_client.provider":   "InvalidParameterException: The provider Absent does not exist",
		"aws_api_gateway_integration.no_function": "BadRequestException",
		"aws_api_gateway_deployment.empty":        "BadRequestException: The REST API doesn't contain any methods",
		"aws_api_gateway_rest_api.bad":            "BadRequestException",
		"aws_cloudformation_stack.bad":            "ValidationError: Template format error: Unresolved resource dependencies [Absent]",
		"aws_cloudformation_stack.capability":     "InsufficientCapabilitiesException: Requires capabilities : [CAPABILITY_IAM]",
	} {
		if !strings.Contains(refused[address], want) {
			t.Errorf("%s: %q, not %q", address, refused[address], want)
		}
		delete(refused, address)
	}
	for address, text := range refused {
		t.Errorf("%s: %s", address, text)
	}
}
