//go:build e2e

package stack

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"math/big"
	mathrand "math/rand/v2"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/gatehouse-dev/gatehouse/internal/jwt"
	"github.com/gatehouse-dev/gatehouse/test/e2e/process"
)

// upStack deploys the stack by `gatehouse up`, which needs nothing but Go.
func upStack(t *testing.T, s *process.Server) deployed {
	t.Helper()
	bin, err := process.Binary()
	if err != nil {
		t.Fatal(err)
	}
	if out, err := process.Command(process.Root(), s.Env(), bin, "up", "stacks/sms-api"); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	out, err := process.Command(".", s.Env(), "aws", "cloudformation", "describe-stacks", "--query", "Stacks[0].Outputs")
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	var outputs []struct{ OutputKey, OutputValue string }
	if err := json.Unmarshal([]byte(out), &outputs); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	names := map[string]string{"ApiUrl": "api_url", "TokenUrl": "token_url", "UserPoolId": "user_pool_id", "ClientId": "client_id"}
	d := deployed{server: s, outputs: map[string]string{}}
	for _, o := range outputs {
		d.outputs[names[o.OutputKey]] = o.OutputValue
	}
	return d
}

// aws runs the AWS CLI and returns what it printed.
func (d deployed) aws(t *testing.T, args ...string) string {
	t.Helper()
	out, err := process.Command(".", d.server.Env(), "aws", args...)
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return strings.TrimSpace(out)
}

func (d deployed) functionName(t *testing.T) string {
	t.Helper()
	return d.aws(t, "lambda", "list-functions", "--query", "Functions[0].FunctionName", "--output", "text")
}

// invocations counts the START lines of the function's log.
func (d deployed) invocations(t *testing.T) int {
	t.Helper()
	time.Sleep(300 * time.Millisecond) // logs are written behind the function's back
	out := d.aws(t, "logs", "filter-log-events", "--log-group-name", "/aws/lambda/"+d.functionName(t), "--filter-pattern", "START", "--query", "length(events)")
	n := 0
	if err := json.Unmarshal([]byte(out), &n); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return n
}

func b64(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return base64.RawURLEncoding.EncodeToString(b)
}

// claimsOf are the claims of a genuine token, to forge others from.
func claimsOf(t *testing.T, token string) (head, claims map[string]any) {
	t.Helper()
	parts := strings.Split(token, ".")
	for i, into := range []*map[string]any{&head, &claims} {
		b, err := base64.RawURLEncoding.DecodeString(parts[i])
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(b, into); err != nil {
			t.Fatal(err)
		}
	}
	return head, claims
}

// publicKey is the key that signed a token, from the issuer's JWKS.
func (d deployed) publicKey(t *testing.T, issuer, kid string) *rsa.PublicKey {
	t.Helper()
	resp, err := http.Get(issuer + "/.well-known/jwks.json")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var set struct{ Keys []struct{ Kid, N, E string } }
	if err := json.NewDecoder(resp.Body).Decode(&set); err != nil {
		t.Fatal(err)
	}
	for _, k := range set.Keys {
		if k.Kid == kid {
			n, _ := base64.RawURLEncoding.DecodeString(k.N)
			e, _ := base64.RawURLEncoding.DecodeString(k.E)
			return &rsa.PublicKey{N: new(big.Int).SetBytes(n), E: int(new(big.Int).SetBytes(e).Int64())}
		}
	}
	t.Fatalf("the issuer has no key %s", kid)
	return nil
}

func TestEveryDenial(t *testing.T) {
	s := process.Serve(t)
	d := upStack(t, s)
	d.check(t)
	token := d.token(t)
	head, claims := claimsOf(t, token)
	issuer, kid := claims["iss"].(string), head["kid"].(string)

	for _, name := range []string{"sub", "token_use", "scope", "auth_time", "iss", "exp", "iat", "version", "jti", "client_id"} {
		if claims[name] == nil {
			t.Errorf("the token has no claim %s", name)
		}
	}
	if claims["token_use"] != "access" || claims["scope"] != "sms-api/send" || claims["exp"].(float64)-claims["iat"].(float64) != 3600 {
		t.Errorf("the claims are %v", claims)
	}

	// A token by credentials in the body.
	form := url.Values{"grant_type": {"client_credentials"}, "client_id": {d.outputs["client_id"]}, "client_secret": {d.secret(t)}, "scope": {"sms-api/send"}}
	d.readToken(t, d.local(t, "POST", d.outputs["token_url"], form.Encode(), "Content-Type", "application/x-www-form-urlencoded"))

	other, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	forged, err := jwt.Sign(other, kid, claims)
	if err != nil {
		t.Fatal(err)
	}
	unsigned := b64(map[string]any{"alg": "none", "kid": kid}) + "." + b64(claims) + "."
	public := d.publicKey(t, issuer, kid)
	der, err := x509.MarshalPKIXPublicKey(public)
	if err != nil {
		t.Fatal(err)
	}
	confused := b64(map[string]any{"alg": "HS256", "kid": kid}) + "." + b64(claims)
	mac := hmac.New(sha256.New, pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}))
	mac.Write([]byte(confused))
	confused += "." + base64.RawURLEncoding.EncodeToString(mac.Sum(nil))

	otherPool, noScope := d.otherTokens(t)

	before, sentBefore := d.invocations(t), d.sent(t)
	unauthorized := func(t *testing.T, authorization string) {
		t.Helper()
		status, header, body := d.call(t, authorization, message)
		if status != 401 || body != `{"message":"Unauthorized"}` || header.Get("X-Amzn-Errortype") != "UnauthorizedException" {
			t.Errorf("%d %s %s", status, header.Get("X-Amzn-Errortype"), body)
		}
	}
	for name, authorization := range map[string]string{
		"no token": "", "garbage": "garbage", "garbage with Bearer": "Bearer x.y.z", "another key": forged, "alg none": unsigned,
		"HS256 with the public key": confused, "another pool": otherPool, "a token cut short": token[:len(token)-3], "a token twice": token + "," + token,
		"claims swapped": strings.Split(token, ".")[0] + "." + b64(map[string]any{"iss": issuer, "scope": "sms-api/send", "exp": 4102444800}) + "." + strings.Split(token, ".")[2],
	} {
		t.Run(name, func(t *testing.T) { unauthorized(t, authorization) })
	}
	t.Run("without the scope", func(t *testing.T) {
		status, _, body := d.call(t, noScope, message)
		if status != 401 && status != 403 {
			t.Errorf("%d %s", status, body)
		}
	})
	t.Run("an unknown path", func(t *testing.T) {
		status, header, body := d.do(t, d.local(t, "POST", d.outputs["api_url"]+"x", message, "Authorization", token))
		if status != 403 || body != `{"message":"Missing Authentication Token"}` || header.Get("X-Amzn-Errortype") != "MissingAuthenticationTokenException" {
			t.Errorf("%d %s %s", status, header.Get("X-Amzn-Errortype"), body)
		}
	})
	t.Run("a body over the limit", func(t *testing.T) {
		status, _, body := d.call(t, token, strings.Repeat("x", 10_485_761))
		if status != 413 {
			t.Errorf("%d %s", status, body)
		}
	})
	t.Run("an expired token", func(t *testing.T) {
		if out, err := process.Command(".", s.Env(), mustBinary(t), "clock", "61m"); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		status, header, body := d.call(t, token, message)
		if status != 401 || body != `{"message":"The incoming token has expired"}` || header.Get("X-Amzn-Errortype") != "UnauthorizedException" {
			t.Errorf("%d %s %s", status, header.Get("X-Amzn-Errortype"), body)
		}
	})
	if n := d.invocations(t) - before; n != 0 {
		t.Errorf("the function was invoked %d times", n)
	}
	if n := d.sent(t) - sentBefore; n != 0 {
		t.Errorf("%d messages were sent", n)
	}
	d.check(t) // a fresh token still works after the clock was moved
}

func mustBinary(t *testing.T) string {
	t.Helper()
	bin, err := process.Binary()
	if err != nil {
		t.Fatal(err)
	}
	return bin
}

// otherTokens are a token of another pool with the same scope, and one of this
// pool without the scope.
func (d deployed) otherTokens(t *testing.T) (otherPool, noScope string) {
	t.Helper()
	pool := d.aws(t, "cognito-idp", "create-user-pool", "--pool-name", "other", "--query", "UserPool.Id", "--output", "text")
	otherPool = d.clientToken(t, pool, "other-domain", "sms-api", "send")
	noScope = d.clientToken(t, d.outputs["user_pool_id"], "", "second-api", "read")
	return otherPool, noScope
}

// clientToken makes a resource server with a scope and a client, and gets a token.
func (d deployed) clientToken(t *testing.T, pool, domain, server, scope string) string {
	t.Helper()
	d.aws(t, "cognito-idp", "create-resource-server", "--user-pool-id", pool, "--identifier", server, "--name", server, "--scopes", "ScopeName="+scope+",ScopeDescription=x")
	tokenURL := d.outputs["token_url"]
	if domain != "" {
		d.aws(t, "cognito-idp", "create-user-pool-domain", "--user-pool-id", pool, "--domain", domain)
		tokenURL = "https://" + domain + ".auth.us-east-1.amazoncognito.com/oauth2/token"
	}
	var client struct{ ClientID, ClientSecret string }
	out := d.aws(t, "cognito-idp", "create-user-pool-client", "--user-pool-id", pool, "--client-name", server, "--generate-secret", "--allowed-o-auth-flows-user-pool-client",
		"--allowed-o-auth-flows", "client_credentials", "--allowed-o-auth-scopes", server+"/"+scope, "--query", "UserPoolClient.{ClientID:ClientId,ClientSecret:ClientSecret}")
	if err := json.Unmarshal([]byte(out), &client); err != nil {
		t.Fatal(err)
	}
	req := d.local(t, "POST", tokenURL, "grant_type=client_credentials", "Content-Type", "application/x-www-form-urlencoded")
	req.SetBasicAuth(client.ClientID, client.ClientSecret)
	return d.readToken(t, req)
}

// TestPermissionsDecide: what the role and the function's policy say counts,
// at once and without a deployment.
func TestPermissionsDecide(t *testing.T) {
	d := upStack(t, process.Serve(t))
	d.check(t)
	token := d.token(t)
	fn := d.functionName(t)
	role := d.aws(t, "lambda", "get-function-configuration", "--function-name", fn, "--query", "Role", "--output", "text")
	roleName := role[strings.LastIndex(role, "/")+1:]

	policy := d.aws(t, "iam", "get-role-policy", "--role-name", roleName, "--policy-name", "send", "--query", "PolicyDocument")
	without := strings.Replace(policy, "sns:Publish", "sns:CheckIfPhoneNumberIsOptedOut", 1)
	d.aws(t, "iam", "put-role-policy", "--role-name", roleName, "--policy-name", "send", "--policy-document", without)
	before := d.sent(t)
	if status, _, body := d.call(t, token, message); status == 200 || d.sent(t) != before {
		t.Errorf("without sns:Publish: %d %s", status, body)
	}
	time.Sleep(500 * time.Millisecond)
	log := d.aws(t, "logs", "filter-log-events", "--log-group-name", "/aws/lambda/"+fn, "--query", "events[].message", "--output", "text")
	if want := "assumed-role/" + roleName + "/" + fn + " is not authorized to perform: sns:Publish"; !strings.Contains(log, want) {
		t.Errorf("the log does not say %q:\n%s", want, log)
	}
	d.aws(t, "iam", "put-role-policy", "--role-name", roleName, "--policy-name", "send", "--policy-document", policy)
	d.check(t)

	var resource struct {
		Statement []struct {
			Sid       string
			Condition struct{ ArnLike map[string]string }
		}
	}
	if err := json.Unmarshal([]byte(d.aws(t, "lambda", "get-policy", "--function-name", fn, "--query", "Policy", "--output", "text")), &resource); err != nil {
		t.Fatal(err)
	}
	st := resource.Statement[0]
	d.aws(t, "lambda", "remove-permission", "--function-name", fn, "--statement-id", st.Sid)
	if status, header, body := d.call(t, token, message); status != 500 || body != `{"message": "Internal server error"}` {
		t.Errorf("without the permission: %d %s %s", status, header.Get("X-Amzn-Errortype"), body)
	}
	d.aws(t, "lambda", "add-permission", "--function-name", fn, "--statement-id", "again", "--action", "lambda:InvokeFunction",
		"--principal", "apigateway.amazonaws.com", "--source-arn", st.Condition.ArnLike["AWS:SourceArn"])
	d.check(t)
}

// TestTheStackSurvivesKill: a server that is killed while the API is in use
// comes back with the stack, the tokens that it gave, and every message that it
// said it had sent.
func TestTheStackSurvivesKill(t *testing.T) {
	s := process.Serve(t)
	d := upStack(t, s)
	token := d.token(t)
	var acknowledged atomic.Int64
	for round := range killRounds(t) {
		ctx, cancel := context.WithCancel(t.Context())
		var callers sync.WaitGroup
		for range 3 {
			callers.Go(func() {
				for ctx.Err() == nil {
					req := d.local(t, "POST", d.outputs["api_url"], message, "Content-Type", "application/json", "Authorization", token)
					resp, err := http.DefaultClient.Do(req.WithContext(ctx))
					if err != nil {
						return
					}
					resp.Body.Close()
					if resp.StatusCode == 200 {
						acknowledged.Add(1)
					}
				}
			})
		}
		time.Sleep(time.Duration(50+mathrand.IntN(250)) * time.Millisecond)
		s.Stop(syscall.SIGKILL)
		cancel()
		callers.Wait()
		s.Start(s.Addr)
		if n := int64(d.sent(t)); n < acknowledged.Load() {
			t.Fatalf("round %d: %d messages of %d that were acknowledged", round, n, acknowledged.Load())
		}
		if status, _, body := d.call(t, token, message); status != 200 {
			t.Fatalf("round %d: %d %s", round, status, body)
		}
	}
	t.Logf("%d messages were acknowledged", acknowledged.Load())
	d.check(t)
}

// killRounds is 20, or what GATEHOUSE_CRASH_ROUNDS says.
func killRounds(t *testing.T) int {
	t.Helper()
	text := os.Getenv("GATEHOUSE_CRASH_ROUNDS")
	if text == "" {
		return 20
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatal(err)
	}
	return n
}
