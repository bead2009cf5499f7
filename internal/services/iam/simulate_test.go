package iam_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
)

const twoStatements = `{"Version":"2012-10-17",
  "Statement":[
    {"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::docs/*"},
    {"Effect":"Deny","Action":"s3:Delete*","Resource":"*","Condition":{"StringNotEquals":{"aws:username":"alice"}}}]}`

func TestSimulateCustomPolicy(t *testing.T) {
	w := start(t)
	ctx := t.Context()
	out := must(w.SimulateCustomPolicy(ctx, &iam.SimulateCustomPolicyInput{PolicyInputList: []string{twoStatements}, ActionNames: []string{"s3:GetObject", "s3:DeleteObject", "sns:Publish"},
		ResourceArns: []string{"arn:aws:s3:::docs/a", "arn:aws:s3:::other/a"}}))(t)
	equal(t, len(out.EvaluationResults), 3)
	get, del, publish := out.EvaluationResults[0], out.EvaluationResults[1], out.EvaluationResults[2]
	equal(t, get.EvalDecision, types.PolicyEvaluationDecisionTypeImplicitDeny) // the strictest of two
	equal(t, len(get.MatchedStatements), 0)
	equal(t, []any{*get.ResourceSpecificResults[0].EvalResourceName, get.ResourceSpecificResults[0].EvalResourceDecision, get.ResourceSpecificResults[1].EvalResourceDecision},
		[]any{"arn:aws:s3:::docs/a", types.PolicyEvaluationDecisionTypeAllowed, types.PolicyEvaluationDecisionTypeImplicitDeny})
	st := get.ResourceSpecificResults[0].MatchedStatements[0]
	equal(t, []any{*st.SourcePolicyId, string(st.SourcePolicyType), *st.StartPosition, *st.EndPosition},
		[]any{"PolicyInputList.1", "IAM Policy", types.Position{Line: 3, Column: 5}, types.Position{Line: 3, Column: 72}})
	equal(t, del.EvalDecision, types.PolicyEvaluationDecisionTypeExplicitDeny)
	equal(t, []any{len(del.MatchedStatements), del.MatchedStatements[0].StartPosition.Line}, []any{1, int32(4)})
	equal(t, del.MissingContextValues, []string{"aws:username"})
	equal(t, publish.EvalDecision, types.PolicyEvaluationDecisionTypeImplicitDeny)

	out = must(w.SimulateCustomPolicy(ctx, &iam.SimulateCustomPolicyInput{PolicyInputList: []string{twoStatements}, ActionNames: []string{"s3:DeleteObject"},
		ResourceArns: []string{"arn:aws:s3:::docs/a"}, ContextEntries: []types.ContextEntry{{ContextKeyName: new("aws:UserName"), ContextKeyType: "string", ContextKeyValues: []string{"alice"}}},
		PermissionsBoundaryPolicyInputList: []string{allowGet}}))(t)
	one := out.EvaluationResults[0]
	equal(t, []any{one.EvalDecision, *one.EvalResourceName, one.PermissionsBoundaryDecisionDetail.AllowedByPermissionsBoundary, len(one.MissingContextValues)},
		[]any{types.PolicyEvaluationDecisionTypeImplicitDeny, "arn:aws:s3:::docs/a", false, 0})

	// A resource policy of the same account that names the caller suffices; of another, both sides must allow.
	byResource := `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"` + account + `user/bob"},"Action":"sqs:*","Resource":"*"}}`
	in := &iam.SimulateCustomPolicyInput{PolicyInputList: []string{allowGet}, ActionNames: []string{"sqs:SendMessage"}, ResourceArns: []string{"arn:aws:sqs:us-east-1:000000000000:q"},
		ResourcePolicy: &byResource, CallerArn: new(account + "user/bob")}
	one = must(w.SimulateCustomPolicy(ctx, in))(t).EvaluationResults[0]
	equal(t, []any{one.EvalDecision, *one.MatchedStatements[0].SourcePolicyId}, []any{types.PolicyEvaluationDecisionTypeAllowed, "ResourcePolicy"})
	in.ResourceOwner, in.ResourceArns = new("arn:aws:iam::111122223333:root"), []string{"arn:aws:sqs:us-east-1:111122223333:q"}
	one = must(w.SimulateCustomPolicy(ctx, in))(t).EvaluationResults[0]
	equal(t, one.EvalDecision, types.PolicyEvaluationDecisionTypeImplicitDeny)
	equal(t, one.EvalDecisionDetails, map[string]types.PolicyEvaluationDecisionType{"IAM Policy": "implicitDeny", "Resource Policy": "allowed"})

	bad := func(text string, in iam.SimulateCustomPolicyInput) {
		t.Helper()
		if in.ActionNames == nil {
			in.ActionNames = []string{"s3:GetObject"}
		}
		if in.PolicyInputList == nil {
			in.PolicyInputList = []string{allowGet}
		}
		_, err := w.SimulateCustomPolicy(ctx, &in)
		refused(t, 400, "InvalidInput", text)(nil, err)
	}
	bad("PolicyInputList.1", iam.SimulateCustomPolicyInput{PolicyInputList: []string{"{}"}})
	bad("Action GetObject is not valid.", iam.SimulateCustomPolicyInput{ActionNames: []string{"GetObject"}})
	bad("ARN docs is not valid.", iam.SimulateCustomPolicyInput{ResourceArns: []string{"docs"}})
	bad("CallerArn", iam.SimulateCustomPolicyInput{ResourcePolicy: &byResource})
	bad("Invalid Entity Arn", iam.SimulateCustomPolicyInput{CallerArn: new(account + "role/x")})
	bad("ResourceHandlingOption", iam.SimulateCustomPolicyInput{ResourceHandlingOption: new("EC2-VPC-InstanceStore")})
}

func TestSimulatePrincipalPolicy(t *testing.T) {
	w := start(t)
	ctx := t.Context()
	w.user(t, "bob", allowGet)
	w.role(t, "worker", allowGet)
	ok(t)(w.CreateGroup(ctx, &iam.CreateGroupInput{GroupName: new("g")}))
	ok(t)(w.PutGroupPolicy(ctx, &iam.PutGroupPolicyInput{GroupName: new("g"), PolicyName: new("gp"), PolicyDocument: new(twoStatements)}))
	ok(t)(w.AddUserToGroup(ctx, &iam.AddUserToGroupInput{GroupName: new("g"), UserName: new("bob")}))
	ok(t)(w.AttachUserPolicy(ctx, &iam.AttachUserPolicyInput{UserName: new("bob"), PolicyArn: new("arn:aws:iam::aws:policy/AmazonSNSFullAccess")}))
	decide := func(source, action string) types.EvaluationResult {
		t.Helper()
		return must(w.SimulatePrincipalPolicy(ctx, &iam.SimulatePrincipalPolicyInput{PolicySourceArn: new(account + source), ActionNames: []string{action}}))(t).EvaluationResults[0]
	}
	for action, id := range map[string]string{"iam:GetUser": "user_bob_p", "sns:Publish": "AmazonSNSFullAccess"} {
		r := decide("user/bob", action)
		equal(t, []any{r.EvalDecision, *r.EvalResourceName, *r.MatchedStatements[0].SourcePolicyId}, []any{types.PolicyEvaluationDecisionTypeAllowed, "*", id})
	}
	del := decide("user/bob", "s3:DeleteObject")
	equal(t, []any{del.EvalDecision, *del.MatchedStatements[0].SourcePolicyId}, []any{types.PolicyEvaluationDecisionTypeExplicitDeny, "group_g_gp"})
	equal(t, decide("role/worker", "iam:GetRole").EvalDecision, types.PolicyEvaluationDecisionTypeAllowed)
	equal(t, decide("group/g", "iam:GetRole").EvalDecision, types.PolicyEvaluationDecisionTypeImplicitDeny)
	ok(t)(w.PutUserPermissionsBoundary(ctx, &iam.PutUserPermissionsBoundaryInput{UserName: new("bob"), PermissionsBoundary: new("arn:aws:iam::aws:policy/AmazonSNSFullAccess")}))
	r := decide("user/bob", "iam:GetUser")
	equal(t, []any{r.EvalDecision, r.PermissionsBoundaryDecisionDetail.AllowedByPermissionsBoundary}, []any{types.PolicyEvaluationDecisionTypeImplicitDeny, false})

	keys := must(w.GetContextKeysForPrincipalPolicy(ctx, &iam.GetContextKeysForPrincipalPolicyInput{PolicySourceArn: new(account + "user/bob"),
		PolicyInputList: []string{`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::${aws:PrincipalTag/x}"}}`}}))(t)
	equal(t, keys.ContextKeyNames, []string{"aws:PrincipalTag/x", "aws:username"})
	custom := must(w.GetContextKeysForCustomPolicy(ctx, &iam.GetContextKeysForCustomPolicyInput{PolicyInputList: []string{twoStatements}}))(t)
	equal(t, custom.ContextKeyNames, []string{"aws:username"})

	bad := func(status int, code, text, source string) {
		t.Helper()
		_, err := w.SimulatePrincipalPolicy(ctx, &iam.SimulatePrincipalPolicyInput{PolicySourceArn: &source, ActionNames: []string{"s3:GetObject"}})
		refused(t, status, code, text)(nil, err)
	}
	bad(404, "NoSuchEntity", "The user with name none cannot be found.", account+"user/none")
	bad(400, "InvalidInput", "Invalid Entity Arn: "+account+"root does not clearly define entity type and name.", account+"root")
	bad(403, "AccessDenied", "", "arn:aws:iam::111122223333:user/bob")

	first := must(w.SimulatePrincipalPolicy(ctx, &iam.SimulatePrincipalPolicyInput{PolicySourceArn: new(account + "user/bob"), ActionNames: []string{"a:b", "c:d"}, MaxItems: new(int32(1))}))(t)
	rest := must(w.SimulatePrincipalPolicy(ctx, &iam.SimulatePrincipalPolicyInput{PolicySourceArn: new(account + "user/bob"), ActionNames: []string{"a:b", "c:d"}, Marker: first.Marker}))(t)
	equal(t, []any{first.IsTruncated, *rest.EvaluationResults[0].EvalActionName, rest.IsTruncated}, []any{true, "c:d", false})
}
