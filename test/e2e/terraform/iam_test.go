//go:build e2e

package terraform

import "testing"

func TestIAM(t *testing.T) {
	configuration{
		name: "iam",
		fixed: map[string]string{
			"aws_iam_account_alias":                      "has nothing but its name",
			"aws_iam_group.writers":                      "is renamed and moved elsewhere: readers",
			"aws_iam_group_policy_attachments_exclusive": "names what another resource makes",
			"aws_iam_group_policies_exclusive":           "names what another resource makes",
			"aws_iam_group_policy_attachment":            "is its group and its policy",
			"aws_iam_role_policy_attachments_exclusive":  "names what another resource makes",
			"aws_iam_role_policies_exclusive":            "names what another resource makes",
			"aws_iam_role_policy_attachment":             "is its role and its policy",
			"aws_iam_user_login_profile":                 "the provider changes nothing of it in place",
			"aws_iam_user_policy_attachments_exclusive":  "names what another resource makes",
			"aws_iam_user_policies_exclusive":            "names what another resource makes",
			"aws_iam_user_policy_attachment":             "is its user and its policy",
		},
		untold: map[string]untold{
			"aws_iam_role": {[]string{"force_detach_policies"}, "only the provider knows it"},
			"aws_iam_user": {[]string{"force_destroy"}, "only the provider knows it"},
		},
		left: []string{
			"iam list-users --query length(Users)",
			"iam list-groups --query length(Groups)",
			"iam list-roles --query length(Roles)",
			"iam list-policies --scope Local --query length(Policies)",
			"iam list-instance-profiles --query length(InstanceProfiles)",
			"iam list-open-id-connect-providers --query length(OpenIDConnectProviderList)",
			"iam list-account-aliases --query length(AccountAliases)",
		},
	}.run(t, func(w *workspace) {
		w.wantOutput("data", `{
			"user": ["/people/", "arn:aws:iam::aws:policy/PowerUserAccess"],
			"users": ["person"],
			"members": ["machine"],
			"role": ["/service/", 7200],
			"roles": ["function"],
			"policy": "arn:aws:iam::000000000000:policy/app/read",
			"aws": "ReadOnlyAccess",
			"profile": "`+w.aws("iam", "get-instance-profile", "--instance-profile-name", "machine", "--query", "InstanceProfile.Roles[0].RoleName", "--output", "text")+`",
			"profiles": ["machine"],
			"clients": ["sts.amazonaws.com"],
			"alias": "gatehouse-test",
			"keys": ["Active"],
			"session_role": "arn:aws:iam::000000000000:role/service/function",
			"decisions": {"iam:CreateUser": false, "sns:Publish": true}
		}`)
	}, func(w *workspace) {
		if out := w.aws("iam", "get-account-password-policy", "--query", "PasswordPolicy.[MinimumPasswordLength,PasswordReusePrevention,HardExpiry]", "--output", "text"); out != "20\t5\tTrue" {
			t.Errorf("the password policy after the change: %q", out)
		}
	})
}
