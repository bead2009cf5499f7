//go:build e2e

package terraform

import "testing"

func TestAPIGateway(t *testing.T) {
	configuration{
		name: "apigateway",
		fixed: map[string]string{
			"aws_api_gateway_resource.rest":  "a path is changed elsewhere: things",
			"aws_api_gateway_resource.thing": "a path is changed elsewhere: things",
			"aws_api_gateway_usage_plan_key": "is its plan and its key",
			"aws_iam_role_policy_attachment": "is its role and its policy",
		},
		anew: map[string]string{
			"aws_api_gateway_deployment.imported": "its triggers ask for it",
		},
		untold: map[string]untold{
			"aws_api_gateway_account":    {[]string{"reset_on_delete"}, "only the provider knows it"},
			"aws_api_gateway_deployment": {[]string{"triggers"}, "only Terraform knows them"},
			"aws_api_gateway_rest_api":   {[]string{"body", "fail_on_warnings"}, "an API does not keep the document it was made from"},
		},
		left: []string{
			"apigateway get-rest-apis --query length(items)",
			"apigateway get-api-keys --query length(items)",
			"apigateway get-usage-plans --query length(items)",
			"apigateway get-client-certificates --query length(items)",
			"apigateway get-account --query cloudwatchRoleArn --output text",
		},
	}.run(t, func(w *workspace) {
		w.wantOutput("data", `{
			"api": ["An API with everything", true],
			"resource": ["{proxy+}", true],
			"authorizer": ["TOKEN", "method.request.header.Authorization"],
			"authorizers": 3,
			"key": "A key",
			"keys": ["full", "plain"],
			"export": ["/pets/{id}"]
		}`)
	}, nil)
}
