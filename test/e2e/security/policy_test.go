//go:build e2e

package security

import (
	"os"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway"
	gatetypes "github.com/aws/aws-sdk-go-v2/service/apigateway/types"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	cfntypes "github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	lambdatypes "github.com/aws/aws-sdk-go-v2/service/lambda/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/gatehouse-dev/gatehouse/internal/testkit"
	"github.com/gatehouse-dev/gatehouse/internal/up/gobuild"
)

func (h *host) as(k key) aws.Config { return h.config(k.id, k.secret, k.token) }

// wantDenied expects that a call was denied for want of an action.
func wantDenied(t *testing.T, err error, action string) {
	t.Helper()
	if err == nil || !strings.Contains(err.Error(), "AccessDenied") || !strings.Contains(err.Error(), "is not authorized to perform: "+action) {
		t.Errorf("%s: %v", action, err)
	}
}

// A user who may do a little cannot make it more.
func TestEscalation(t *testing.T) {
	h := serve(t)
	ctx := t.Context()
	h.role("admin", `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},"Action":"sts:AssumeRole"}]}`, allow("*", "*"))
	boss := h.user("boss", allow("*", "*"))
	k := h.user("eve", `{"Version":"2012-10-17","Statement":[
		{"Effect":"Allow","Action":["iam:GetUser","iam:CreateUser","iam:CreateRole","iam:ListUsers","lambda:*","apigateway:*","cloudformation:*"],"Resource":"*"},
		{"Effect":"Allow","Action":"iam:CreateAccessKey","Resource":"arn:aws:iam::`+account+`:user/${aws:username}"}]}`)
	me := iam.NewFromConfig(h.as(k))
	if _, err := me.GetUser(ctx, &iam.GetUserInput{UserName: new("eve")}); err != nil {
		t.Fatalf("what she may: %v", err)
	}
	const administrator = "arn:aws:iam::aws:policy/AdministratorAccess"
	everything := new(allow("*", "*"))
	trustEve := new(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::` + account + `:user/eve"},"Action":"sts:AssumeRole"}]}`)
	for action, call := range map[string]func() error{
		"iam:AttachUserPolicy": func() error {
			_, err := me.AttachUserPolicy(ctx, &iam.AttachUserPolicyInput{UserName: new("eve"), PolicyArn: new(administrator)})
			return err
		},
		"iam:PutUserPolicy": func() error {
			_, err := me.PutUserPolicy(ctx, &iam.PutUserPolicyInput{UserName: new("eve"), PolicyName: new("p"), PolicyDocument: everything})
			return err
		},
		"iam:PutRolePolicy": func() error {
			_, err := me.PutRolePolicy(ctx, &iam.PutRolePolicyInput{RoleName: new("admin"), PolicyName: new("p"), PolicyDocument: everything})
			return err
		},
		"iam:UpdateAssumeRolePolicy": func() error {
			_, err := me.UpdateAssumeRolePolicy(ctx, &iam.UpdateAssumeRolePolicyInput{RoleName: new("admin"), PolicyDocument: trustEve})
			return err
		},
		"iam:CreateAccessKey": func() error {
			_, err := me.CreateAccessKey(ctx, &iam.CreateAccessKeyInput{UserName: new("boss")})
			return err
		},
		"iam:UpdateAccessKey": func() error {
			_, err := me.UpdateAccessKey(ctx, &iam.UpdateAccessKeyInput{UserName: new("boss"), AccessKeyId: &boss.id, Status: "Inactive"})
			return err
		},
		"iam:CreateLoginProfile": func() error {
			_, err := me.CreateLoginProfile(ctx, &iam.CreateLoginProfileInput{UserName: new("boss"), Password: new("Passw0rd!Passw0rd")})
			return err
		},
		"iam:CreatePolicyVersion": func() error {
			_, err := me.CreatePolicyVersion(ctx, &iam.CreatePolicyVersionInput{PolicyArn: new("arn:aws:iam::" + account + ":policy/x"), PolicyDocument: everything})
			return err
		},
		"iam:AddUserToGroup": func() error {
			_, err := me.AddUserToGroup(ctx, &iam.AddUserToGroupInput{UserName: new("eve"), GroupName: new("admins")})
			return err
		},
		"iam:DeleteUserPermissionsBoundary": func() error {
			_, err := me.DeleteUserPermissionsBoundary(ctx, &iam.DeleteUserPermissionsBoundaryInput{UserName: new("eve")})
			return err
		},
		"sts:AssumeRole": func() error {
			_, err := sts.NewFromConfig(h.as(k)).AssumeRole(ctx, &sts.AssumeRoleInput{RoleArn: new("arn:aws:iam::" + account + ":role/admin"), RoleSessionName: new("eve")})
			return err
		},
	} {
		wantDenied(t, call(), action)
	}
	// A role of her own that trusts her helps only as far as its policies go, of
	// which she can give it none.
	must(me.CreateRole(ctx, &iam.CreateRoleInput{RoleName: new("hers"), AssumeRolePolicyDocument: trustEve}))(t)
	wantDenied(t, func() error {
		_, err := me.AttachRolePolicy(ctx, &iam.AttachRolePolicyInput{RoleName: new("hers"), PolicyArn: new(administrator)})
		return err
	}(), "iam:AttachRolePolicy")

	// Nor may a service act in the role for her.
	zip := must(gobuild.Zip([]gobuild.File{{Name: "index.js", Mode: 0o644, Data: []byte("exports.handler = async () => 1")}}))(t)
	adminRole := new("arn:aws:iam::" + account + ":role/admin")
	_, err := lambda.NewFromConfig(h.as(k)).CreateFunction(ctx, &lambda.CreateFunctionInput{FunctionName: new("f"), Runtime: lambdatypes.RuntimeNodejs22x,
		Handler: new("index.handler"), Role: adminRole, Code: &lambdatypes.FunctionCode{ZipFile: zip}})
	wantDenied(t, err, "iam:PassRole")
	g := h.gate("g")
	mine := gate{h, apigateway.NewFromConfig(h.as(k)), g.id, g.root}
	in := lambdaProxy("f")
	in.Credentials = adminRole
	wantDenied(t, mine.method("x", in), "iam:PassRole")
	stack := cloudformation.NewFromConfig(h.as(k))
	template := new(`{"Resources":{"U":{"Type":"AWS::IAM::Role","Properties":{"RoleName":"made","AssumeRolePolicyDocument":` + *trustEve + `,"ManagedPolicyArns":["` + administrator + `"]}}}}`)
	_, err = stack.CreateStack(ctx, &cloudformation.CreateStackInput{StackName: new("s"), TemplateBody: template, RoleARN: adminRole,
		Capabilities: []cfntypes.Capability{cfntypes.CapabilityCapabilityNamedIam}})
	wantDenied(t, err, "iam:PassRole")
	// Without a role the stack acts as she would, and fails where she would.
	out := must(stack.CreateStack(ctx, &cloudformation.CreateStackInput{StackName: new("s"), TemplateBody: template, OnFailure: cfntypes.OnFailureDelete,
		Capabilities: []cfntypes.Capability{cfntypes.CapabilityCapabilityNamedIam}}))(t)
	deadline := time.Now().Add(30 * time.Second)
	for {
		d := must(stack.DescribeStacks(ctx, &cloudformation.DescribeStacksInput{StackName: out.StackId}))(t)
		if s := d.Stacks[0].StackStatus; !strings.HasSuffix(string(s), "IN_PROGRESS") {
			if s == cfntypes.StackStatusCreateComplete {
				t.Error("a stack gave her a role with all permissions")
			}
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("the stack does not end")
		}
		time.Sleep(100 * time.Millisecond)
	}
	if made, err := iam.NewFromConfig(h.root()).ListAttachedRolePolicies(ctx, &iam.ListAttachedRolePoliciesInput{RoleName: new("made")}); err == nil && len(made.AttachedPolicies) > 0 {
		t.Error("the role that the stack made has a policy")
	}
}

// An API may call a function only where the function's policy names this API.
func TestConfusedDeputy(t *testing.T) {
	if _, err := os.Stat("/proc/self/ns"); err != nil {
		t.Skip("needs Linux, to run a function")
	}
	h := serve(t)
	f := h.attacker("f", h.role("f", trustLambda, ""), nil)
	mine, other := h.gate("mine"), h.gate("other")
	for _, g := range []gate{mine, other} {
		if err := g.method("x", lambdaProxy("f")); err != nil {
			t.Fatal(err)
		}
		g.deploy()
	}
	c := lambda.NewFromConfig(h.root())
	permit := func(id, principal, source string) {
		t.Helper()
		must(c.AddPermission(t.Context(), &lambda.AddPermissionInput{FunctionName: &f.name, StatementId: &id, Action: new("lambda:InvokeFunction"),
			Principal: &principal, SourceArn: new(source)}))(t)
	}
	refused := func(g gate, what string) {
		t.Helper()
		if status, body := g.call("x"); status != 500 || strings.Contains(body, "unknown") {
			t.Errorf("%s: %d %s", what, status, body)
		}
	}
	execute := func(g gate, rest string) string {
		return "arn:aws:execute-api:" + region + ":" + account + ":" + g.id + rest
	}
	refused(mine, "no permission")
	permit("other", "apigateway.amazonaws.com", execute(other, "/*"))
	refused(mine, "another API's permission")
	permit("service", "events.amazonaws.com", execute(mine, "/*"))
	refused(mine, "another service's permission")
	permit("account", "apigateway.amazonaws.com", "arn:aws:execute-api:"+region+":111122223333:"+mine.id+"/*")
	refused(mine, "another account's permission")
	permit("stage", "apigateway.amazonaws.com", execute(mine, "/prod/*/x"))
	refused(mine, "another stage's permission")
	permit("method", "apigateway.amazonaws.com", execute(mine, "/*/POST/x"))
	refused(mine, "another method's permission")
	permit("prefix", "apigateway.amazonaws.com", execute(mine, "x/*"))
	refused(mine, "the permission of an API whose name begins alike")
	permit("mine", "apigateway.amazonaws.com", execute(mine, "/dev/GET/x"))
	// The function refuses the event, which it does not know: it was called.
	if status, body := mine.call("x"); status != 502 {
		t.Errorf("its own permission: %d %s", status, body)
	}
}

// A role that API Gateway is to act in must trust it.
func TestIntegrationCredentials(t *testing.T) {
	h := serve(t)
	f := h.attacker("f", h.role("f", trustLambda, ""), nil)
	h.role("untrusting", trustLambda, allow("lambda:InvokeFunction", "*"))
	h.role("powerless", strings.Replace(trustLambda, "lambda", "apigateway", 1), "")
	g := h.gate("g")
	for _, name := range []string{"untrusting", "powerless"} {
		in := lambdaProxy(f.name)
		in.Credentials = new("arn:aws:iam::" + account + ":role/" + name)
		if err := g.method(name, in); err != nil {
			testkit.WantError(t, err, 400, "BadRequestException", "")
		}
	}
	in := &apigateway.PutIntegrationInput{Type: gatetypes.IntegrationTypeMock}
	if err := g.method("mock", in); err != nil {
		t.Fatal(err)
	}
	g.deploy()
	for _, name := range []string{"untrusting", "powerless"} {
		if status, body := g.call(name); status != 500 {
			t.Errorf("%s: %d %s", name, status, body)
		}
	}
}
