package wire_test

import (
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/gatehouse-dev/gatehouse/internal/api/cognitoidp"
	"github.com/gatehouse-dev/gatehouse/internal/api/iam"
	"github.com/gatehouse-dev/gatehouse/internal/api/lambda"
	"github.com/gatehouse-dev/gatehouse/internal/api/ssm"
	"github.com/gatehouse-dev/gatehouse/internal/wire"
)

func BenchmarkDecode(b *testing.B) {
	for _, bc := range []struct {
		name string
		s    *wire.Service
		op   string
		r    *wire.Request
	}{
		{"query/GetUser", &iam.Service, "GetUser", &wire.Request{Body: []byte("Action=GetUser&Version=2010-05-08&UserName=alice")}},
		{"json/GetParameter", &ssm.Service, "GetParameter", &wire.Request{Body: []byte(`{"Name":"/app/db/password","WithDecryption":true}`)}},
		{"json/UpdateUserPoolClient", &cognitoidp.Service, "UpdateUserPoolClient", &wire.Request{Body: []byte(`{"AccessTokenValidity":60,"AllowedOAuthFlows":["client_credentials"],"AllowedOAuthFlowsUserPoolClient":true,"AllowedOAuthScopes":["sms-api/send"],"AuthSessionValidity":3,"ClientId":"1example23456789","ClientName":"machine","EnableTokenRevocation":true,"ExplicitAuthFlows":["ALLOW_REFRESH_TOKEN_AUTH"],"RefreshTokenValidity":30,"SupportedIdentityProviders":["COGNITO"],"TokenValidityUnits":{"AccessToken":"minutes","RefreshToken":"days"},"UserPoolId":"us-east-1_abcdefghi"}`)}},
		{"rest-json/Invoke", &lambda.Service, "Invoke", &wire.Request{Labels: map[string]string{"FunctionName": "send-sms"}, Query: url.Values{"Qualifier": {"live"}},
			Header: http.Header{"X-Amz-Invocation-Type": {"RequestResponse"}}, Body: []byte(`{"phone":"+4915112345678","message":"hello"}`)}},
	} {
		op := bc.s.Operation(bc.op)
		b.Run(bc.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := wire.Decode(bc.s, op, bc.r); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkEncode(b *testing.B) {
	for _, bc := range []struct {
		name string
		s    *wire.Service
		op   string
		out  any
	}{
		{"query/GetUser", &iam.Service, "GetUser", &iam.GetUserResponse{User: &iam.User{Path: new("/"), UserName: new("alice"), UserId: new("AIDACKCEVSQ6C2EXAMPLE"),
			Arn: new("arn:aws:iam::000000000000:user/alice"), CreateDate: new(time.Unix(1_700_000_000, 0))}}},
		{"json/GetParameter", &ssm.Service, "GetParameter", &ssm.GetParameterResult{Parameter: &ssm.Parameter{Name: new("/app/db/password"), Type: new("String"), Value: new("hunter2"),
			Version: new(int64(3)), LastModifiedDate: new(time.Unix(1_700_000_000, 123e6)), ARN: new("arn:aws:ssm:us-east-1:000000000000:parameter/app/db/password")}}},
		{"rest-json/Invoke", &lambda.Service, "Invoke", &lambda.InvocationResponse{StatusCode: new(int32(200)), ExecutedVersion: new("$LATEST"), Payload: []byte(`{"ok":true}`)}},
	} {
		op := bc.s.Operation(bc.op)
		b.Run(bc.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := wire.Encode(bc.s, op, bc.out, "c6af9ac6-7b61-11e6-9a41-93e8deadbeef"); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkValidate(b *testing.B) {
	val := new(wire.Validator)
	op := iam.Service.Operation("GetUser")
	in := &iam.GetUserRequest{UserName: new("alice")}
	b.ReportAllocs()
	for b.Loop() {
		if err := val.Validate(&iam.Service, op, in); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkRouter(b *testing.B) {
	r := wire.NewRouter(&lambda.Service)
	query := url.Values{"Qualifier": {"live"}}
	b.ReportAllocs()
	for b.Loop() {
		if op, _ := r.Find("POST", "/2015-03-31/functions/send-sms/invocations", query); op == nil {
			b.Fatal("no operation")
		}
	}
}
