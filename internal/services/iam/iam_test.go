package iam_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/iam"

	"github.com/gatehouse-dev/gatehouse/internal/clock"
	"github.com/gatehouse-dev/gatehouse/internal/identity"
	"github.com/gatehouse-dev/gatehouse/internal/kv/pebblekv"
	service "github.com/gatehouse-dev/gatehouse/internal/services/iam"
	"github.com/gatehouse-dev/gatehouse/internal/testkit"
)

func start(t testing.TB) (*service.Service, aws.Config) {
	t.Helper()
	store, err := pebblekv.OpenMemory()
	if err != nil {
		t.Fatal(err)
	}
	sealer, err := identity.NewSealer(t.Context(), store)
	if err != nil {
		t.Fatal(err)
	}
	clk := &clock.Clock{}
	s, err := service.New(service.Options{Store: store, Clock: clk, Log: testkit.Log(), Sessions: sealer, Account: testkit.Account})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close(); store.Close() })
	_, cfg := testkit.Serve(t, testkit.Pipeline(t, clk, s, s.Front()))
	return s, cfg
}

func as(cfg aws.Config, id, secret string) *iam.Client {
	cfg = cfg.Copy()
	cfg.Credentials = credentials.NewStaticCredentialsProvider(id, secret, "")
	return iam.NewFromConfig(cfg)
}

// A user may what the policies say, from the call after the one that says so.
func TestUserWithPolicy(t *testing.T) {
	_, cfg := start(t)
	root := iam.NewFromConfig(cfg)
	if _, err := root.CreateUser(t.Context(), &iam.CreateUserInput{UserName: new("bob"), Path: new("/team/")}); err != nil {
		t.Fatal(err)
	}
	key, err := root.CreateAccessKey(t.Context(), &iam.CreateAccessKeyInput{UserName: new("bob")})
	if err != nil {
		t.Fatal(err)
	}
	bob := as(cfg, *key.AccessKey.AccessKeyId, *key.AccessKey.SecretAccessKey)
	_, err = bob.GetUser(t.Context(), &iam.GetUserInput{})
	testkit.WantError(t, err, 403, "AccessDenied", "User: arn:aws:iam::000000000000:user/team/bob is not authorized to perform: iam:GetUser on resource: arn:aws:iam::000000000000:user/team/bob because no identity-based policy allows the iam:GetUser action")

	doc := `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"iam:GetUser","Resource":"arn:aws:iam::*:user/team/${aws:username}"}]}`
	if _, err := root.PutUserPolicy(t.Context(), &iam.PutUserPolicyInput{UserName: new("BOB"), PolicyName: new("self"), PolicyDocument: &doc}); err != nil {
		t.Fatal(err)
	}
	me, err := bob.GetUser(t.Context(), &iam.GetUserInput{})
	if err != nil || *me.User.UserName != "bob" {
		t.Fatal(me, err)
	}
	if _, err := root.UpdateAccessKey(t.Context(), &iam.UpdateAccessKeyInput{UserName: new("bob"), AccessKeyId: key.AccessKey.AccessKeyId, Status: "Inactive"}); err != nil {
		t.Fatal(err)
	}
	_, err = bob.GetUser(t.Context(), &iam.GetUserInput{})
	testkit.WantError(t, err, 403, "InvalidClientTokenId", "")
}
