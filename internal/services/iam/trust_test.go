package iam_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/iam"

	"github.com/gatehouse-dev/gatehouse/internal/policy"
)

// A name that also stands in a condition changes only where it is a principal.
func TestTrustChangesPrincipalsOnly(t *testing.T) {
	w := start(t)
	ctx := t.Context()
	ok(t)(w.CreateUser(ctx, &iam.CreateUserInput{UserName: new("bob")}))
	arn := account + "user/bob"
	document := `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":["000000000000", "arn:aws:iam::000000000000:user\/bob" ]},"Action":"sts:AssumeRole","Condition":{"ArnEquals":{"aws:PrincipalArn":"` + arn + `"}}}}`
	ok(t)(w.CreateRole(ctx, &iam.CreateRoleInput{RoleName: new("worker"), AssumeRolePolicyDocument: &document}))
	id := *must(w.GetUser(ctx, getUser("bob")))(t).User.UserId
	ok(t)(w.DeleteUser(ctx, &iam.DeleteUserInput{UserName: new("bob")}))
	want := strings.Replace(document, `"arn:aws:iam::000000000000:user\/bob"`, `"`+id+`"`, 1)
	equal(t, unescaped(t, must(w.GetRole(ctx, &iam.GetRoleInput{RoleName: new("worker")}))(t).Role.AssumeRolePolicyDocument), want)
}

func trusting(principal string) string {
	return `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":` + principal + `},"Action":"sts:AssumeRole"}]}`
}

func TestTrustNamesWhoExists(t *testing.T) {
	w := start(t)
	ctx := t.Context()
	w.user(t, "bob", "")
	w.role(t, "worker", "")
	bob := *must(w.GetUser(ctx, getUser("bob")))(t).User.UserId
	for _, p := range []string{`"*"`, `"000000000000"`, `"arn:aws:iam::000000000000:root"`, `"arn:aws:iam::111122223333:role/any"`, `["arn:aws:iam::000000000000:user/bob","arn:aws:iam::000000000000:role/worker"]`,
		`"arn:aws:sts::000000000000:assumed-role/worker/session"`, `"` + bob + `"`} {
		if _, err := w.UpdateAssumeRolePolicy(ctx, &iam.UpdateAssumeRolePolicyInput{RoleName: new("worker"), PolicyDocument: new(trusting(p))}); err != nil {
			t.Errorf("%s: %v", p, err)
		}
		if got := unescaped(t, must(w.GetRole(ctx, &iam.GetRoleInput{RoleName: new("worker")}))(t).Role.AssumeRolePolicyDocument); got != trusting(p) && p[1] != 'A' {
			t.Errorf("%s came back as %s", trusting(p), got)
		}
	}
	for _, p := range []string{"arn:aws:iam::000000000000:user/none", "arn:aws:iam::000000000000:user/path/bob", "arn:aws:iam::000000000000:role/none", "AIDAAAAAAAAAAAAAAAAAA",
		"arn:aws:sts::000000000000:assumed-role/none/session"} {
		refused(t, 400, "MalformedPolicyDocument", `Invalid principal in policy: "AWS":"`+p+`"`)(w.CreateRole(ctx,
			&iam.CreateRoleInput{RoleName: new("x"), AssumeRolePolicyDocument: new(trusting(`"` + p + `"`))}))
	}
}

// A trust policy means the user who was there when it was written.
func TestTrustOutlivesNames(t *testing.T) {
	w := start(t)
	ctx := t.Context()
	ok(t)(w.CreateUser(ctx, &iam.CreateUserInput{UserName: new("bob")}))
	id := *must(w.GetUser(ctx, getUser("bob")))(t).User.UserId
	ok(t)(w.CreateRole(ctx, &iam.CreateRoleInput{RoleName: new("worker"), AssumeRolePolicyDocument: new(trusting(`"` + account + `user/bob"`))}))
	trusted := func(userID, arn string) bool {
		set := policy.Set{Resource: []policy.Source{{Doc: w.svc.Role(account + "role/worker").Trust}}}
		return policy.Evaluate(&policy.Request{Action: "sts:AssumeRole", Resource: account + "role/worker",
			Principal: policy.Principal{Type: policy.User, ARN: arn, Account: "000000000000", UserID: userID}}, &set).Allowed
	}
	shown := func() string {
		return unescaped(t, must(w.GetRole(ctx, &iam.GetRoleInput{RoleName: new("worker")}))(t).Role.AssumeRolePolicyDocument)
	}
	if !trusted(id, account+"user/bob") {
		t.Error("bob is not trusted")
	}
	ok(t)(w.UpdateUser(ctx, &iam.UpdateUserInput{UserName: new("bob"), NewUserName: new("robert"), NewPath: new("/x/")}))
	if !trusted(id, account+"user/x/robert") || !strings.Contains(shown(), account+"user/x/robert") {
		t.Errorf("robert is not trusted: %s", shown())
	}
	ok(t)(w.CreateUser(ctx, &iam.CreateUserInput{UserName: new("bob")}))
	if trusted(*must(w.GetUser(ctx, getUser("bob")))(t).User.UserId, account+"user/bob") {
		t.Error("the new bob is trusted")
	}
	ok(t)(w.DeleteUser(ctx, &iam.DeleteUserInput{UserName: new("robert")}))
	if !strings.Contains(shown(), `"`+id+`"`) {
		t.Errorf("the deleted user is shown as %s", shown())
	}
}
