package lambda_test

import (
	"context"
	"net/http/httptest"
	"testing"

	sdk "github.com/aws/aws-sdk-go-v2/service/lambda"

	"github.com/gatehouse-dev/gatehouse/internal/awserr"
	"github.com/gatehouse-dev/gatehouse/internal/front"
	"github.com/gatehouse-dev/gatehouse/internal/policy"
	"github.com/gatehouse-dev/gatehouse/internal/testkit"
)

// user is an authority that knows one user, who has one policy.
type user struct{ policy string }

const (
	userKey = "AKIAIOSFODNN7EXAMPLE"
	userARN = "arn:aws:iam::000000000000:user/u"
)

func (u *user) Credential(_ context.Context, id, _ string) (*front.Credential, error) {
	if id != userKey {
		return nil, awserr.Of(awserr.InvalidClientToken, "no such key")
	}
	return &front.Credential{AccessKeyID: id, Secret: "secret", UserName: "u",
		Principal: policy.Principal{Type: policy.User, ARN: userARN, Account: testkit.Account, UserID: "AIDAEXAMPLE"}}, nil
}

func (u *user) Policies(context.Context, *front.Credential) (policy.Set, error) {
	if u.policy == "" {
		return policy.Set{}, nil
	}
	doc, err := policy.Parse(policy.Identity, []byte(`{"Version":"2012-10-17","Statement":[`+u.policy+`]}`))
	return policy.Set{Identity: []policy.Source{{Name: "inline:p", Kind: "user", Doc: doc}}}, err
}

// asUser is a client of the user, whose policy the test sets.
func (f *fixture) asUser() (*sdk.Client, *user) {
	u := &user{}
	srv := httptest.NewServer(testkit.Pipeline(f.t, f.clock, u, f.service.Front()))
	f.t.Cleanup(srv.Close)
	return sdk.NewFromConfig(testkit.Config(srv.URL, userKey, "secret")), u
}

func allow(action, resource, more string) string {
	return `{"Effect":"Allow","Action":"` + action + `","Resource":"` + resource + `"` + more + `}`
}

func TestCreateNeedsPassRole(t *testing.T) {
	f := start(t)
	client, u := f.asUser()
	create := func() error {
		_, err := client.CreateFunction(t.Context(), input("n", "nodejs22.x", "index.handler", nodeZip(echo)))
		return err
	}
	testkit.WantError(t, create(), 403, "AccessDeniedException", "is not authorized to perform: lambda:CreateFunction on resource: "+arnBase+"n")
	u.policy = allow("lambda:*", "*", "")
	testkit.WantError(t, create(), 403, "AccessDeniedException", "is not authorized to perform: iam:PassRole on resource: "+role)
	u.policy += "," + allow("iam:PassRole", role, `,"Condition":{"StringEquals":{"iam:PassedToService":"ec2.amazonaws.com"}}`)
	testkit.WantError(t, create(), 403, "AccessDeniedException", "iam:PassRole")
	u.policy += "," + allow("iam:PassRole", role, `,"Condition":{"StringEquals":{"iam:PassedToService":"lambda.amazonaws.com"}}`)
	if err := create(); err != nil {
		t.Error(err)
	}
}

func TestInvokeIsAuthorized(t *testing.T) {
	f := start(t)
	f.node("n", echo)
	must(f.PublishVersion(t.Context(), &sdk.PublishVersionInput{FunctionName: new("n")}))
	client, u := f.asUser()
	invoke := func(name string) error {
		_, err := client.Invoke(t.Context(), &sdk.InvokeInput{FunctionName: &name})
		return err
	}
	testkit.WantError(t, invoke("n"), 403, "AccessDeniedException", "lambda:InvokeFunction on resource: "+arnBase+"n because no identity-based policy allows")
	u.policy = allow("lambda:InvokeFunction", arnBase+"n:1", "")
	if err := invoke("n:1"); err != nil {
		t.Error(err)
	}
	testkit.WantError(t, invoke("n"), 403, "AccessDeniedException", arnBase+"n ")
	// The function's own policy suffices within the account.
	u.policy = ""
	must(f.AddPermission(t.Context(), &sdk.AddPermissionInput{FunctionName: new("n"), StatementId: new("u"), Action: new("lambda:InvokeFunction"), Principal: new(userARN)}))
	if err := invoke("n"); err != nil {
		t.Error(err)
	}
	testkit.WantError(t, invoke("n:1"), 403, "AccessDeniedException", arnBase+"n:1 ")
	// Nothing is told of functions to those who may not ask.
	testkit.WantError(t, invoke("none"), 403, "AccessDeniedException", arnBase+"none ")
}
