package sts_test

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/aws-sdk-go-v2/service/sts/types"

	"github.com/gatehouse-dev/gatehouse/internal/awserr"
	"github.com/gatehouse-dev/gatehouse/internal/clock"
	"github.com/gatehouse-dev/gatehouse/internal/front"
	"github.com/gatehouse-dev/gatehouse/internal/identity"
	"github.com/gatehouse-dev/gatehouse/internal/jwt"
	"github.com/gatehouse-dev/gatehouse/internal/kv/pebblekv"
	"github.com/gatehouse-dev/gatehouse/internal/policy"
	service "github.com/gatehouse-dev/gatehouse/internal/services/sts"
	"github.com/gatehouse-dev/gatehouse/internal/testkit"
)

const (
	bobARN  = "arn:aws:iam::000000000000:user/bob"
	roleARN = "arn:aws:iam::000000000000:role/app/worker"
	issuer  = "https://id.example.com/pool"
)

// world is a user bob who may assume any role, one role, one OIDC provider.
type world struct {
	sealer *identity.Sealer
	clock  *clock.Clock
	role   *identity.Role
	keys   *jwt.KeySet
	signer *rsa.PrivateKey
	cfg    aws.Config
	svc    *service.Service
}

func doc(t testing.TB, kind policy.Kind, text string) *policy.Document {
	t.Helper()
	d, err := policy.Parse(kind, []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return d
}

const trustBob = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::000000000000:user/bob"},"Action":["sts:AssumeRole","sts:TagSession"]},
	{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::000000000000:role/app/worker"},"Action":"sts:AssumeRole"},
	{"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},"Action":"sts:AssumeRole"},
	{"Effect":"Allow","Principal":{"Federated":"arn:aws:iam::000000000000:oidc-provider/id.example.com/pool"},"Action":"sts:AssumeRoleWithWebIdentity",
	 "Condition":{"StringEquals":{"id.example.com/pool:aud":"client","id.example.com/pool:sub":"alice"}}}]}`

func start(t *testing.T, trust string) *world {
	t.Helper()
	store, err := pebblekv.OpenMemory()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { store.Close() })
	w := &world{clock: &clock.Clock{}}
	if w.sealer, err = identity.NewSealer(t.Context(), store); err != nil {
		t.Fatal(err)
	}
	if w.signer, err = rsa.GenerateKey(rand.Reader, 2048); err != nil {
		t.Fatal(err)
	}
	w.keys = jwt.NewKeySet(map[string]*rsa.PublicKey{"k": &w.signer.PublicKey})
	w.role = &identity.Role{ID: "AROAWORKER", Name: "worker", ARN: roleARN, Account: testkit.Account, MaxSession: 2 * time.Hour, Trust: doc(t, policy.Trust, trust)}
	w.svc = service.New(service.Options{Directory: w, Sessions: w.sealer, Clock: w.clock, Log: testkit.Log(), Account: testkit.Account, Issuers: w})
	_, w.cfg = testkit.Serve(t, testkit.Pipeline(t, w.clock, w, w.svc.Front()))
	return w
}

func (w *world) Role(arn string) *identity.Role {
	if arn == roleARN {
		return w.role
	}
	return nil
}

func (w *world) Provider(url string) *identity.Provider {
	if url != "id.example.com/pool" {
		return nil
	}
	return &identity.Provider{ARN: "arn:aws:iam::000000000000:oidc-provider/" + url, URL: url, ClientIDs: []string{"client", "other"}}
}

func (w *world) ManagedPolicy(arn string) *policy.Document {
	if arn != "arn:aws:iam::aws:policy/ReadOnlyAccess" {
		return nil
	}
	d, _ := policy.Parse(policy.Identity, []byte(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}`))
	return d
}

func (w *world) IssuerKeys(iss string) (*jwt.KeySet, bool) { return w.keys, iss == issuer }

func (w *world) Credential(_ context.Context, id, token string) (*front.Credential, error) {
	if token == "" && id == "AKIABOB" {
		return &front.Credential{AccessKeyID: id, Secret: "bobs", UserName: "bob",
			Principal: policy.Principal{Type: policy.User, ARN: bobARN, Account: testkit.Account, UserID: "AIDABOB"}}, nil
	}
	s, err := w.sealer.Open(token)
	if err != nil || s.AccessKeyID != id {
		return nil, awserr.Of(awserr.InvalidClientToken, "The security token included in the request is invalid.")
	}
	c := &front.Credential{AccessKeyID: id, Secret: s.Secret, Temporary: true, Expires: s.Expires, Keys: policy.KeyMap(s.Keys)}
	c.Principal = policy.Principal{Type: policy.User, ARN: bobARN, Account: testkit.Account, UserID: "AIDABOB"}
	if s.Kind == identity.AssumedRole {
		c.Principal = policy.Principal{Type: policy.AssumedRole, ARN: "arn:aws:sts::" + testkit.Account + ":assumed-role/worker/" + s.Name,
			Account: testkit.Account, UserID: s.RoleID + ":" + s.Name, RoleARN: s.RoleARN}
	}
	return c, nil
}

func (w *world) Policies(context.Context, *front.Credential) (policy.Set, error) {
	d, err := policy.Parse(policy.Identity, []byte(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["sts:AssumeRole","sts:GetFederationToken"],"Resource":"*"}]}`))
	return policy.Set{Identity: []policy.Source{{Name: "p", Kind: "user", Doc: d}}}, err
}

func (w *world) client(id, secret, token string) *sts.Client {
	cfg := w.cfg.Copy()
	cfg.Credentials = credentials.NewStaticCredentialsProvider(id, secret, token)
	return sts.NewFromConfig(cfg)
}

func (w *world) bob() *sts.Client { return w.client("AKIABOB", "bobs", "") }

func TestAssumeRole(t *testing.T) {
	w := start(t, trustBob)
	out, err := w.bob().AssumeRole(t.Context(), &sts.AssumeRoleInput{RoleArn: new(roleARN), RoleSessionName: new("night"), DurationSeconds: new(int32(7200)),
		Tags: []types.Tag{{Key: new("team"), Value: new("a")}}})
	if err != nil {
		t.Fatal(err)
	}
	if got := *out.AssumedRoleUser.Arn; got != "arn:aws:sts::000000000000:assumed-role/worker/night" {
		t.Errorf("arn is %s", got)
	}
	if got := *out.AssumedRoleUser.AssumedRoleId; got != "AROAWORKER:night" {
		t.Errorf("id is %s", got)
	}
	if d := time.Until(*out.Credentials.Expiration); d < 119*time.Minute || d > 2*time.Hour {
		t.Errorf("lasts %v", d)
	}
	role := w.client(*out.Credentials.AccessKeyId, *out.Credentials.SecretAccessKey, *out.Credentials.SessionToken)
	who, err := role.GetCallerIdentity(t.Context(), &sts.GetCallerIdentityInput{})
	if err != nil || *who.Arn != "arn:aws:sts::000000000000:assumed-role/worker/night" || *who.UserId != "AROAWORKER:night" {
		t.Fatalf("the role's session is %v, %v", who, err)
	}

	// A role that assumes a role has an hour at most.
	_, err = role.AssumeRole(t.Context(), &sts.AssumeRoleInput{RoleArn: new(roleARN), RoleSessionName: new("again"), DurationSeconds: new(int32(3601))})
	testkit.WantError(t, err, 400, "ValidationError", "exceeds the 1 hour session limit for roles assumed by role chaining")

	w.clock.Advance(2 * time.Hour)
	_, err = role.GetCallerIdentity(t.Context(), &sts.GetCallerIdentityInput{})
	testkit.WantError(t, err, 403, "ExpiredToken", "The security token included in the request is expired")
}

func TestAssumeRoleRefusals(t *testing.T) {
	w := start(t, trustBob)
	for _, c := range []struct {
		name    string
		in      sts.AssumeRoleInput
		status  int
		code    string
		message string
	}{
		{"unknown role", sts.AssumeRoleInput{RoleArn: new("arn:aws:iam::000000000000:role/none"), RoleSessionName: new("n1")}, 403, "AccessDenied",
			"User: " + bobARN + " is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::000000000000:role/none"},
		{"too long", sts.AssumeRoleInput{RoleArn: new(roleARN), RoleSessionName: new("n1"), DurationSeconds: new(int32(7201))}, 400, "ValidationError",
			"The requested DurationSeconds exceeds the MaxSessionDuration set for this role."},
		{"too short", sts.AssumeRoleInput{RoleArn: new(roleARN), RoleSessionName: new("n1"), DurationSeconds: new(int32(899))}, 400, "ValidationError",
			"Member must have value greater than or equal to 900"},
		{"odd name", sts.AssumeRoleInput{RoleArn: new(roleARN), RoleSessionName: new("a b")}, 400, "ValidationError", "'roleSessionName' failed to satisfy constraint"},
		{"no JSON", sts.AssumeRoleInput{RoleArn: new(roleARN), RoleSessionName: new("n1"), Policy: new("{")}, 400, "MalformedPolicyDocument", ""},
		{"unknown policy", sts.AssumeRoleInput{RoleArn: new(roleARN), RoleSessionName: new("n1"), PolicyArns: []types.PolicyDescriptorType{{Arn: new("arn:aws:iam::aws:policy/None")}}}, 400, "MalformedPolicyDocument", ""},
		{"packed", sts.AssumeRoleInput{RoleArn: new(roleARN), RoleSessionName: new("n1"), Tags: manyTags(40, 60)}, 400, "PackedPolicyTooLarge", "please use smaller policy"},
		{"twice the same tag", sts.AssumeRoleInput{RoleArn: new(roleARN), RoleSessionName: new("n1"), Tags: []types.Tag{{Key: new("K"), Value: new("")}, {Key: new("k"), Value: new("")}}}, 400, "InvalidParameterValue", "Duplicate tag keys"},
		{"transitive, no tag", sts.AssumeRoleInput{RoleArn: new(roleARN), RoleSessionName: new("n1"), TransitiveTagKeys: []string{"x"}}, 400, "ValidationError", "Transitive tag keys"},
		{"source identity untrusted", sts.AssumeRoleInput{RoleArn: new(roleARN), RoleSessionName: new("n1"), SourceIdentity: new("alice")}, 403, "AccessDenied", "sts:SetSourceIdentity"},
		{"mfa", sts.AssumeRoleInput{RoleArn: new(roleARN), RoleSessionName: new("n1"), SerialNumber: new("arn:aws:iam::000000000000:mfa/x"), TokenCode: new("123456")}, 403, "AccessDenied", "MultiFactorAuthentication failed"},
	} {
		_, err := w.bob().AssumeRole(t.Context(), &c.in)
		t.Run(c.name, func(t *testing.T) { testkit.WantError(t, err, c.status, c.code, c.message) })
	}
	_, err := w.client("test", "test", "").AssumeRole(t.Context(), &sts.AssumeRoleInput{RoleArn: new(roleARN), RoleSessionName: new("n1")})
	testkit.WantError(t, err, 403, "AccessDenied", "Roles may not be assumed by root accounts.")
}

func manyTags(n, size int) []types.Tag {
	var out []types.Tag
	for i := range n {
		out = append(out, types.Tag{Key: new("key" + strings.Repeat("x", i)), Value: new(strings.Repeat("v", size))})
	}
	return out
}

func TestExternalID(t *testing.T) {
	w := start(t, `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::000000000000:user/bob"},"Action":"sts:AssumeRole","Condition":{"StringEquals":{"sts:ExternalId":"42-42"}}}]}`)
	in := &sts.AssumeRoleInput{RoleArn: new(roleARN), RoleSessionName: new("n1")}
	_, err := w.bob().AssumeRole(t.Context(), in)
	testkit.WantError(t, err, 403, "AccessDenied", "sts:AssumeRole")
	in.ExternalId = new("42-43")
	_, err = w.bob().AssumeRole(t.Context(), in)
	testkit.WantError(t, err, 403, "AccessDenied", "sts:AssumeRole")
	in.ExternalId = new("42-42")
	if _, err = w.bob().AssumeRole(t.Context(), in); err != nil {
		t.Error(err)
	}
}

func TestSessionsOfUsers(t *testing.T) {
	w := start(t, trustBob)
	out, err := w.bob().GetSessionToken(t.Context(), &sts.GetSessionTokenInput{})
	if err != nil {
		t.Fatal(err)
	}
	c := w.client(*out.Credentials.AccessKeyId, *out.Credentials.SecretAccessKey, *out.Credentials.SessionToken)
	_, err = c.GetSessionToken(t.Context(), &sts.GetSessionTokenInput{})
	testkit.WantError(t, err, 403, "AccessDenied", "Cannot call GetSessionToken with session credentials")
	_, err = c.GetFederationToken(t.Context(), &sts.GetFederationTokenInput{Name: new("fed")})
	testkit.WantError(t, err, 403, "AccessDenied", "Cannot call GetFederationToken with session credentials")
	fed, err := w.bob().GetFederationToken(t.Context(), &sts.GetFederationTokenInput{Name: new("fed")})
	if err != nil || *fed.FederatedUser.Arn != "arn:aws:sts::000000000000:federated-user/fed" {
		t.Errorf("%v, %v", fed, err)
	}
	// The token belongs to its key.
	_, err = w.client("ASIAOTHER", *out.Credentials.SecretAccessKey, *out.Credentials.SessionToken).GetCallerIdentity(t.Context(), &sts.GetCallerIdentityInput{})
	testkit.WantError(t, err, 403, "InvalidClientTokenId", "")
}

func TestWebIdentity(t *testing.T) {
	w := start(t, trustBob)
	now := time.Now()
	claims := func(change func(jwt.Claims)) string {
		c := jwt.Claims{"iss": issuer, "sub": "alice", "aud": "client", "iat": now.Unix(), "exp": now.Add(time.Hour).Unix()}
		if change != nil {
			change(c)
		}
		token, err := jwt.Sign(w.signer, "k", c)
		if err != nil {
			t.Fatal(err)
		}
		return token
	}
	assume := func(token string) (*sts.AssumeRoleWithWebIdentityOutput, error) {
		cfg := w.cfg.Copy()
		cfg.Credentials = nil
		return sts.NewFromConfig(cfg).AssumeRoleWithWebIdentity(t.Context(), &sts.AssumeRoleWithWebIdentityInput{RoleArn: new(roleARN), RoleSessionName: new("web"), WebIdentityToken: &token})
	}
	out, err := assume(claims(nil))
	if err != nil {
		t.Fatal(err)
	}
	if *out.Audience != "client" || *out.SubjectFromWebIdentityToken != "alice" || *out.AssumedRoleUser.Arn != "arn:aws:sts::000000000000:assumed-role/worker/web" {
		t.Errorf("got %+v", out)
	}
	other, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	forged, _ := jwt.Sign(other, "k", jwt.Claims{"iss": issuer, "sub": "alice", "aud": "client", "exp": now.Add(time.Hour).Unix()})
	for _, c := range []struct {
		name, token string
		status      int
		code, text  string
	}{
		{"garbage", "notatoken", 400, "InvalidIdentityToken", "not a valid JWT"},
		{"forged", forged, 400, "InvalidIdentityToken", "not a valid JWT"},
		{"expired", claims(func(c jwt.Claims) { c["exp"] = now.Add(-time.Minute).Unix() }), 400, "ExpiredTokenException", "Token expired"},
		{"unknown issuer", claims(func(c jwt.Claims) { c["iss"] = "https://evil.example" }), 400, "InvalidIdentityToken", "No OpenIDConnect provider found"},
		{"wrong audience", claims(func(c jwt.Claims) { c["aud"] = "stranger" }), 400, "InvalidIdentityToken", "Incorrect token audience"},
		{"audience not trusted", claims(func(c jwt.Claims) { c["aud"] = "other" }), 403, "AccessDenied", "Not authorized to perform sts:AssumeRoleWithWebIdentity"},
		{"subject not trusted", claims(func(c jwt.Claims) { c["sub"] = "mallory" }), 403, "AccessDenied", "Not authorized to perform sts:AssumeRoleWithWebIdentity"},
		{"no subject", claims(func(c jwt.Claims) { delete(c, "sub") }), 400, "InvalidIdentityToken", "sub"},
	} {
		_, err := assume(c.token)
		t.Run(c.name, func(t *testing.T) { testkit.WantError(t, err, c.status, c.code, c.text) })
	}
}

func TestServiceSession(t *testing.T) {
	w := start(t, trustBob)
	id, secret, token, expires, err := w.svc.ServiceSession(t.Context(), "lambda.amazonaws.com", roleARN, "fn", time.Hour)
	if err != nil || time.Until(expires) > time.Hour {
		t.Fatal(expires, err)
	}
	who, err := w.client(id, secret, token).GetCallerIdentity(t.Context(), &sts.GetCallerIdentityInput{})
	if err != nil || *who.Arn != "arn:aws:sts::000000000000:assumed-role/worker/fn" {
		t.Errorf("%v, %v", who, err)
	}
	if w.svc.CanAssume("ec2.amazonaws.com", roleARN) || w.svc.CanAssume("lambda.amazonaws.com", roleARN+"x") {
		t.Error("a service that the role does not trust may assume it")
	}
	if _, _, _, _, err := w.svc.ServiceSession(t.Context(), "ec2.amazonaws.com", roleARN, "fn", time.Hour); err == nil || !strings.Contains(err.Error(), "ec2.amazonaws.com is not authorized") {
		t.Error(err)
	}
}
