package iam_test

import (
	"context"
	"encoding/json"
	"net/url"
	"reflect"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/iam"

	"github.com/gatehouse-dev/gatehouse/internal/clock"
	"github.com/gatehouse-dev/gatehouse/internal/front"
	"github.com/gatehouse-dev/gatehouse/internal/identity"
	"github.com/gatehouse-dev/gatehouse/internal/kv"
	"github.com/gatehouse-dev/gatehouse/internal/kv/pebblekv"
	service "github.com/gatehouse-dev/gatehouse/internal/services/iam"
	"github.com/gatehouse-dev/gatehouse/internal/testkit"
)

// world is an account that is called as its root user, or as others.
type world struct {
	store    kv.Store
	clock    *clock.Clock
	svc      *service.Service
	pipeline *front.Pipeline
	cfg      aws.Config
	*iam.Client
}

func start(t testing.TB) *world {
	t.Helper()
	store, err := pebblekv.OpenMemory()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { store.Close() })
	w := &world{store: store, clock: &clock.Clock{}}
	w.svc = w.node(t)
	w.pipeline = testkit.Pipeline(t, w.clock, w.svc, w.svc.Front())
	_, w.cfg = testkit.Serve(t, w.pipeline)
	w.Client = iam.NewFromConfig(w.cfg)
	return w
}

// node starts one more service on the same store.
func (w *world) node(t testing.TB) *service.Service {
	t.Helper()
	return w.nodeOn(t, w.store)
}

func (w *world) nodeOn(t testing.TB, store kv.Store) *service.Service {
	t.Helper()
	sealer, err := identity.NewSealer(context.Background(), w.store)
	if err != nil {
		t.Fatal(err)
	}
	s, err := service.New(service.Options{Store: store, Clock: w.clock, Log: testkit.Log(), Sessions: sealer, Account: testkit.Account})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// as is a client with other credentials.
func (w *world) as(id, secret, token string) *iam.Client {
	cfg := w.cfg.Copy()
	cfg.Credentials = credentials.NewStaticCredentialsProvider(id, secret, token)
	return iam.NewFromConfig(cfg)
}

// user makes a user with an access key and, if it is not empty, an inline policy.
func (w *world) user(t testing.TB, name, document string) *iam.Client {
	t.Helper()
	ok(t)(w.CreateUser(t.Context(), &iam.CreateUserInput{UserName: &name}))
	if document != "" {
		ok(t)(w.PutUserPolicy(t.Context(), &iam.PutUserPolicyInput{UserName: &name, PolicyName: new("p"), PolicyDocument: &document}))
	}
	key := must(w.CreateAccessKey(t.Context(), &iam.CreateAccessKeyInput{UserName: &name}))(t)
	return w.as(*key.AccessKey.AccessKeyId, *key.AccessKey.SecretAccessKey, "")
}

// role makes a role that Lambda may assume, with an inline policy.
func (w *world) role(t testing.TB, name, document string) {
	t.Helper()
	ok(t)(w.CreateRole(t.Context(), &iam.CreateRoleInput{RoleName: &name, AssumeRolePolicyDocument: new(trustLambda)}))
	if document != "" {
		ok(t)(w.PutRolePolicy(t.Context(), &iam.PutRolePolicyInput{RoleName: &name, PolicyName: new("p"), PolicyDocument: &document}))
	}
}

// policy makes a managed policy and returns its ARN.
func (w *world) policy(t testing.TB, name, document string) *string {
	t.Helper()
	return must(w.CreatePolicy(t.Context(), &iam.CreatePolicyInput{PolicyName: &name, PolicyDocument: &document}))(t).Policy.Arn
}

// session makes temporary credentials of a role.
func (w *world) session(t testing.TB, role string, change func(*identity.Session)) *iam.Client {
	t.Helper()
	r := w.svc.Role(account + "role/" + role)
	if r == nil {
		t.Fatal("no role " + role)
	}
	s := &identity.Session{Kind: identity.AssumedRole, AccessKeyID: "ASIATEST", Secret: "secret", Account: testkit.Account, Issued: w.clock.Now(),
		Expires: w.clock.Now().Add(time.Hour), RoleID: r.ID, RoleName: r.Name, RoleARN: r.ARN, Name: "tester"}
	if change != nil {
		change(s)
	}
	token, err := w.svc.Sessions.Seal(s)
	if err != nil {
		t.Fatal(err)
	}
	return w.as(s.AccessKeyID, s.Secret, token)
}

const (
	account     = "arn:aws:iam::000000000000:"
	trustLambda = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},"Action":"sts:AssumeRole"}]}`
	allowAll    = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}`
	allowIAM    = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"iam:*","Resource":"*"}]}`
	allowGet    = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"iam:Get*","Resource":"*"}]}`
	denyGet     = `{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"iam:Get*","Resource":"*"}]}`
)

// ok fails the test unless the call succeeded.
func ok(t testing.TB) func(any, error) {
	t.Helper()
	return func(_ any, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
}

func must[T any](out T, err error) func(testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
}

// refused fails the test unless the call was refused so.
func refused(t testing.TB, status int, code, text string) func(any, error) {
	t.Helper()
	return func(_ any, err error) {
		t.Helper()
		testkit.WantError(t, err, status, code, text)
	}
}

func equal(t testing.TB, got, want any) {
	t.Helper()
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v\nwant %+v", got, want)
	}
}

// unescaped reads a document as IAM returns it.
func unescaped(t testing.TB, document *string) string {
	t.Helper()
	text, err := url.PathUnescape(*document)
	if err != nil {
		t.Fatal(err)
	}
	if !json.Valid([]byte(text)) {
		t.Errorf("%s is no JSON", text)
	}
	return text
}
