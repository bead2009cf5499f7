//go:build e2e

package terraform

import "testing"

func TestCognito(t *testing.T) {
	configuration{
		name: "cognito",
		fixed: map[string]string{
			"aws_cognito_resource_server.empty": "its name is fixed, and it has nothing else",
		},
		untold: map[string]untold{
			"aws_cognito_user_pool_ui_customization": {[]string{"image_file"}, "Cognito answers with the image's address"},
		},
		left: []string{
			"cognito-idp list-user-pools --max-results 10 --query length(UserPools)",
			"iam list-roles --query length(Roles)",
		},
	}.run(t, func(w *workspace) {
		w.wantOutput("data", `{
			"pool": ["full", "OPTIONAL", "ACTIVE"],
			"pools": 1,
			"client": ["full", "https://app.example.com/in"],
			"clients": ["full", "machine"],
			"group": ["They may", null],
			"groups": ["admins", "guests"]
		}`)
		w.wantError("deletion protection", []string{"destroy", "-target=aws_cognito_user_pool.full"},
			"InvalidParameterException: The user pool cannot be deleted because deletion protection is activated.")
	}, nil)
}
