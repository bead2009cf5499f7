package front_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	iamapi "github.com/gatehouse-dev/gatehouse/internal/api/iam"
	lambdaapi "github.com/gatehouse-dev/gatehouse/internal/api/lambda"
	ssmapi "github.com/gatehouse-dev/gatehouse/internal/api/ssm"
	"github.com/gatehouse-dev/gatehouse/internal/awserr"
	"github.com/gatehouse-dev/gatehouse/internal/clock"
	"github.com/gatehouse-dev/gatehouse/internal/front"
	"github.com/gatehouse-dev/gatehouse/internal/policy"
	"github.com/gatehouse-dev/gatehouse/internal/trace"
)

const account = "000000000000"

// users has one user who may do what the policy says.
type users struct{ doc *policy.Document }

func (u users) Credential(_ context.Context, id, token string) (*front.Credential, error) {
	switch id {
	case "AKIABOB":
		return &front.Credential{AccessKeyID: id, Secret: "bobs", UserName: "bob",
			Principal: policy.Principal{Type: policy.User, ARN: "arn:aws:iam::" + account + ":user/bob", Account: account, UserID: "AIDABOB"}}, nil
	case "ASIAOLD":
		return &front.Credential{AccessKeyID: id, Secret: "bobs", Expires: time.Now().Add(-time.Hour),
			Principal: policy.Principal{Type: policy.User, ARN: "arn:aws:iam::" + account + ":user/bob", Account: account}}, nil
	}
	return nil, awserr.Of(awserr.InvalidClientToken, "The security token included in the request is invalid.")
}

func (u users) Policies(_ context.Context, c *front.Credential) (policy.Set, error) {
	if c.UserName != "bob" {
		return policy.Set{}, nil
	}
	return policy.Set{Identity: []policy.Source{{Name: "inline:p", Kind: "user", Doc: u.doc}}}, nil
}

// iamServer answers one operation.
type iamServer struct{ iamapi.Unimplemented }

func (iamServer) GetUser(ctx context.Context, in *iamapi.GetUserRequest) (*iamapi.GetUserResponse, error) {
	c := front.CallFrom(ctx)
	if *in.UserName == "broken" {
		return nil, errors.New("secret detail")
	}
	if *in.UserName == "nobody" {
		return nil, iamapi.NoSuchEntityException("The user with name %s cannot be found.", *in.UserName)
	}
	return &iamapi.GetUserResponse{User: &iamapi.User{UserName: in.UserName, Arn: new(c.GlobalARN("iam", "user/"+*in.UserName)),
		Path: new("/"), UserId: new("AIDA"), CreateDate: new(c.Time)}}, nil
}

type fixture struct {
	url    string
	traces *trace.Recorder
}

func start(t *testing.T, loopback bool) fixture {
	t.Helper()
	doc, err := policy.Parse(policy.Identity, []byte(`{"Version":"2012-10-17","Statement":[
		{"Sid":"Users","Effect":"Allow","Action":"iam:GetUser","Resource":"arn:aws:iam::*:user/*"},
		{"Effect":"Deny","Action":"iam:GetUser","Resource":"*","Condition":{"StringEquals":{"aws:username":"bob"},"ArnLike":{"aws:PrincipalArn":"*"},"StringLike":{"aws:UserAgent":"*forbidden*"}}}]}`))
	if err != nil {
		t.Fatal(err)
	}
	traces := trace.NewRecorder(100)
	p := front.New(front.Options{
		Services: []*front.Service{
			{API: &iamapi.Service, Server: iamServer{}, Access: front.Access{
				"GetUser": front.On("iam:GetUser", func(c *front.Call, in *iamapi.GetUserRequest) string {
					return c.GlobalARN("iam", "user/"+*in.UserName)
				}),
			}},
			{API: &lambdaapi.Service, Server: lambdaapi.Unimplemented{}},
			{API: &ssmapi.Service, Server: ssmapi.Unimplemented{}},
		},
		Authority: users{doc}, Clock: &clock.Clock{}, Log: slog.New(slog.NewTextHandler(io.Discard, nil)), Traces: traces,
		Account: account, Loopback: func(*http.Request) bool { return loopback },
	})
	srv := httptest.NewServer(p)
	t.Cleanup(srv.Close)
	return fixture{srv.URL, traces}
}

func (f fixture) config(id, secret string) aws.Config {
	return aws.Config{Region: "us-east-1", BaseEndpoint: &f.url, Credentials: credentials.NewStaticCredentialsProvider(id, secret, ""),
		RetryMaxAttempts: 1}
}

func wantError(t *testing.T, err error, status int, code, message string) {
	t.Helper()
	var api smithy.APIError
	var resp *smithyhttp.ResponseError
	if !errors.As(err, &api) || !errors.As(err, &resp) {
		t.Errorf("got %v, want %s", err, code)
		return
	}
	if api.ErrorCode() != code || resp.HTTPStatusCode() != status || !strings.Contains(api.ErrorMessage(), message) {
		t.Errorf("got %d %s: %s\nwant %d %s: %s", resp.HTTPStatusCode(), api.ErrorCode(), api.ErrorMessage(), status, code, message)
	}
}

func TestAllowedCall(t *testing.T) {
	f := start(t, true)
	for _, cfg := range []aws.Config{f.config("AKIABOB", "bobs"), f.config("test", "test")} {
		out, err := iam.NewFromConfig(cfg).GetUser(t.Context(), &iam.GetUserInput{UserName: new("carol")})
		if err != nil {
			t.Fatal(err)
		}
		if *out.User.Arn != "arn:aws:iam::000000000000:user/carol" {
			t.Errorf("arn is %s", *out.User.Arn)
		}
	}
}

func TestDenials(t *testing.T) {
	f := start(t, false)
	get := func(id, secret, name string) error {
		_, err := iam.NewFromConfig(f.config(id, secret)).GetUser(t.Context(), &iam.GetUserInput{UserName: &name})
		return err
	}
	wantError(t, get("test", "test", "x"), 403, "InvalidClientTokenId", "The security token included in the request is invalid.")
	wantError(t, get("AKIANONE", "x", "x"), 403, "InvalidClientTokenId", "The security token")
	wantError(t, get("AKIABOB", "wrong", "x"), 403, "SignatureDoesNotMatch", "The request signature we calculated does not match")
	wantError(t, get("ASIAOLD", "bobs", "x"), 403, "ExpiredToken", "expired")
	wantError(t, get("AKIABOB", "bobs", "nobody"), 404, "NoSuchEntity", "The user with name nobody cannot be found.")
	wantError(t, get("AKIABOB", "bobs", "sp ace"), 400, "ValidationError", "1 validation error detected: Value 'sp ace' at 'userName' failed to satisfy constraint: Member must satisfy regular expression pattern")
	wantError(t, get("AKIABOB", "bobs", "broken"), 500, "InternalFailure", "The request processing has failed")

	_, err := iam.NewFromConfig(f.config("AKIABOB", "bobs")).ListUsers(t.Context(), &iam.ListUsersInput{})
	wantError(t, err, 403, "AccessDenied", "User: arn:aws:iam::000000000000:user/bob is not authorized to perform: iam:ListUsers on resource: * because no identity-based policy allows the iam:ListUsers action")
	_, err = lambda.NewFromConfig(f.config("AKIABOB", "bobs")).ListFunctions(t.Context(), &lambda.ListFunctionsInput{})
	wantError(t, err, 403, "AccessDeniedException", "lambda:ListFunctions")
	_, err = ssm.NewFromConfig(f.config("AKIABOB", "bobs")).GetParameter(t.Context(), &ssm.GetParameterInput{Name: new("n")})
	wantError(t, err, 400, "AccessDeniedException", "ssm:GetParameter")
}

func TestUnwrittenOperationAnswers501(t *testing.T) {
	f := start(t, true)
	_, err := iam.NewFromConfig(f.config("test", "test")).ListUsers(t.Context(), &iam.ListUsersInput{})
	wantError(t, err, 501, "NotImplemented", "Gatehouse does not implement iam ListUsers.")
	_, err = lambda.NewFromConfig(f.config("test", "test")).ListFunctions(t.Context(), &lambda.ListFunctionsInput{})
	wantError(t, err, 501, "NotImplemented", "lambda ListFunctions")
}

// A denial's request id finds the statement that denied.
func TestDenialIsExplained(t *testing.T) {
	f := start(t, false)
	cfg := f.config("AKIABOB", "bobs")
	cfg.AppID = "forbidden"
	_, err := iam.NewFromConfig(cfg).GetUser(t.Context(), &iam.GetUserInput{UserName: new("x")})
	wantError(t, err, 403, "AccessDenied", "with an explicit deny in an identity-based policy")
	var resp *awshttp.ResponseError
	if !errors.As(err, &resp) {
		t.Fatal(err)
	}
	tr := f.traces.Get(resp.RequestID)
	if tr == nil {
		t.Fatalf("no trace %s", resp.RequestID)
	}
	facts := map[string]string{}
	for _, s := range tr.Steps {
		for _, field := range s.Fields {
			facts[s.Name+"."+field.Name] = field.Value
		}
	}
	for name, want := range map[string]string{
		"authorize.decision": "explicit deny", "authorize.policy": "user inline:p", "authorize.statement": "1",
		"authenticate.principal": "arn:aws:iam::000000000000:user/bob", "refuse.code": "AccessDenied",
	} {
		if facts[name] != want {
			t.Errorf("%s is %q, want %q", name, facts[name], want)
		}
	}
}

func TestRequestsThatAreNoCalls(t *testing.T) {
	f := start(t, true)
	for _, c := range []struct {
		name, method, path, body, want string
		header                         map[string]string
		status                         int
	}{
		{"unsigned query", "POST", "/", "Action=GetUser&Version=2010-05-08", "<Code>MissingAuthenticationToken</Code>", nil, 403},
		{"unsigned json", "POST", "/", "{}", "MissingAuthenticationTokenException", map[string]string{"X-Amz-Target": "AmazonSSM.GetParameter"}, 400},
		{"unknown service", "GET", "/nothing", "", "Gatehouse serves no service", nil, 404},
		{"half a signature", "POST", "/", "Action=GetUser&Version=2010-05-08", "<Code>IncompleteSignature</Code>",
			map[string]string{"Authorization": "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/iam/aws4_request"}, 400},
	} {
		req, _ := http.NewRequestWithContext(t.Context(), c.method, f.url+c.path, strings.NewReader(c.body))
		if c.body != "" && c.body[0] != '{' {
			req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		}
		for k, v := range c.header {
			req.Header.Set(k, v)
		}
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		b, _ := io.ReadAll(resp.Body)
		resp.Body.Close()
		if resp.StatusCode != c.status || !strings.Contains(string(b), c.want) {
			t.Errorf("%s: %d %s", c.name, resp.StatusCode, b)
		}
	}
}
