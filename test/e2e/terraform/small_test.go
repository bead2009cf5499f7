//go:build e2e

package terraform

import "testing"

func TestLogsMessagesStacks(t *testing.T) {
	configuration{
		name: "small",
		fixed: map[string]string{
			"aws_cloudwatch_log_stream": "is its group and its name",
		},
		untold: map[string]untold{
			"aws_cloudformation_stack": {[]string{"parameters"}, "the provider reads only parameters that it knows, for the others are defaults"},
		},
		left: []string{
			"logs describe-log-groups --query length(logGroups)",
			"cloudformation describe-stacks --query length(Stacks)",
			"iam list-roles --query length(Roles)",
		},
	}.run(t, func(w *workspace) {
		w.wantOutput("data", `{
			"retention": 7,
			"groups": 3,
			"stack": ["A group", "default", "7"],
			"outputs": {
				"Arn": "arn:aws:logs:us-east-1:000000000000:log-group:/stack/full:*",
				"Group": "/stack/full",
				"Kept": "default"
			},
			"export": "arn:aws:logs:us-east-1:000000000000:log-group:/stack/full:*"
		}`)
	}, nil)
}
