//go:build e2e

package security

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"
)

// user makes a user with a policy, "" for none, and a key.
func (h *host) user(name, policy string) key {
	h.t.Helper()
	c := iam.NewFromConfig(h.root())
	must(c.CreateUser(h.t.Context(), &iam.CreateUserInput{UserName: &name}))(h.t)
	if policy != "" {
		must(c.PutUserPolicy(h.t.Context(), &iam.PutUserPolicyInput{UserName: &name, PolicyName: new("p"), PolicyDocument: &policy}))(h.t)
	}
	out := must(c.CreateAccessKey(h.t.Context(), &iam.CreateAccessKeyInput{UserName: &name}))(h.t)
	return key{*out.AccessKey.AccessKeyId, h.secret("user's key", *out.AccessKey.SecretAccessKey), ""}
}

// session is a session of a user.
func (h *host) session(k key) key {
	h.t.Helper()
	out := must(sts.NewFromConfig(h.config(k.id, k.secret, k.token)).GetSessionToken(h.t.Context(), &sts.GetSessionTokenInput{}))(h.t)
	c := out.Credentials
	h.secret("session's key", *c.SecretAccessKey)
	return key{*c.AccessKeyId, *c.SecretAccessKey, h.secret("session token", *c.SessionToken)}
}

// wantRefusal expects an answer of the query protocol.
func (h *host) wantRefusal(what string, req *http.Request, code string) {
	h.t.Helper()
	status, _, body := h.do(req)
	if status < 400 || status >= 500 || !strings.Contains(body, "<Code>"+code+"</Code>") {
		h.t.Errorf("%s: %d %s, want %s", what, status, body, code)
	}
}

func TestSignaturesAreProven(t *testing.T) {
	h := serve(t)
	ada, bob := h.user("ada", ""), h.user("bob", "")
	now := time.Now()
	mine := func() *http.Request { return h.signed(ada, "sts", callerIdentity, now) }
	if status, _, body := h.do(mine()); status != 200 || !strings.Contains(body, ":user/ada</Arn>") {
		t.Fatalf("an honest request: %d %s", status, body)
	}
	changed := func(change func(*http.Request)) *http.Request {
		req := mine()
		change(req)
		return req
	}
	authorization := func(old, text string) *http.Request {
		return changed(func(r *http.Request) {
			r.Header.Set("Authorization", strings.Replace(r.Header.Get("Authorization"), old, text, 1))
		})
	}
	const mismatch = "SignatureDoesNotMatch"
	date := now.UTC().Format("20060102")
	for _, c := range []struct {
		what string
		req  *http.Request
		code string
	}{
		{"replayed after 16 minutes", h.signed(ada, "sts", callerIdentity, now.Add(-16*time.Minute)), mismatch},
		{"from the future", h.signed(ada, "sts", callerIdentity, now.Add(16*time.Minute)), mismatch},
		{"another secret", h.signed(key{ada.id, bob.secret, ""}, "sts", callerIdentity, now), mismatch},
		{"no secret", h.signed(key{ada.id, "", ""}, "sts", callerIdentity, now), mismatch},
		{"another service's scope", h.signed(ada, "iam", callerIdentity, now), "InvalidAction"},
		{"another's key", authorization(ada.id, bob.id), mismatch},
		{"test instead of a key", authorization(ada.id, "test"), mismatch},
		{"another region", authorization("/us-east-1/", "/eu-west-1/"), mismatch},
		{"another day", authorization("/"+date+"/", "/20200101/"), mismatch},
		{"another terminator", authorization("aws4_request", "aws5_request"), mismatch},
		{"an older algorithm", authorization("AWS4-HMAC-SHA256", "AWS4-HMAC-SHA1"), "IncompleteSignature"},
		{"an asymmetric algorithm", authorization("AWS4-HMAC-SHA256", "AWS4-ECDSA-P256-SHA256"), "IncompleteSignature"},
		{"no algorithm", authorization("AWS4-HMAC-SHA256 ", ""), "MissingAuthenticationToken"},
		{"version 2", changed(func(r *http.Request) { r.Header.Set("Authorization", "AWS "+ada.id+":"+"c2lnbmF0dXJl") }), "MissingAuthenticationToken"},
		{"basic", changed(func(r *http.Request) { r.SetBasicAuth(ada.id, ada.secret) }), "MissingAuthenticationToken"},
		{"no signature", authorization("Signature=", "Nothing="), "IncompleteSignature"},
		{"an empty signature", changed(func(r *http.Request) {
			a, _, _ := strings.Cut(r.Header.Get("Authorization"), "Signature=")
			r.Header.Set("Authorization", a+"Signature=")
		}), "IncompleteSignature"},
		{"two headers", changed(func(r *http.Request) { r.Header.Add("Authorization", r.Header.Get("Authorization")) }), "IncompleteSignature"},
		{"host not signed", authorization("host;", ""), mismatch},
		{"no header signed", authorization("SignedHeaders=content-type;host;x-amz-content-sha256;x-amz-date", "SignedHeaders="), mismatch},
		{"a header added", changed(func(r *http.Request) { r.Header.Set("X-Amz-Acl", "public-read") }), mismatch},
		{"a token added", changed(func(r *http.Request) { r.Header.Set("X-Amz-Security-Token", "x") }), mismatch},
		{"a signed header changed", changed(func(r *http.Request) { r.Header.Set("Content-Type", "text/plain") }), mismatch},
		{"a date changed", changed(func(r *http.Request) {
			r.Header.Set("X-Amz-Date", now.Add(time.Second).UTC().Format("20060102T150405Z"))
		}), mismatch},
		{"a query added", changed(func(r *http.Request) { r.URL.RawQuery = "Action=GetCallerIdentity&Version=2011-06-15" }), mismatch},
		{"another path", changed(func(r *http.Request) { r.URL.Path = "/x" }), mismatch},
		{"another method", changed(func(r *http.Request) { r.Method = "PUT" }), mismatch},
		{"another host", changed(func(r *http.Request) { r.Host = "sts.eu-west-1.amazonaws.com" }), mismatch},
		{"a huge header", changed(func(r *http.Request) {
			r.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential="+strings.Repeat("/", 50_000))
		}), "IncompleteSignature"},
		{"unsigned", changed(func(r *http.Request) { r.Header.Del("Authorization") }), "MissingAuthenticationToken"},
	} {
		switch c.what {
		case "another path", "another service's scope", "another method", "unsigned", "a token added", "no header signed", "no signature", "an empty signature":
			status, _, body := h.do(c.req)
			if status < 400 || status >= 500 || strings.Contains(body, "<Arn>") {
				t.Errorf("%s: %d %s", c.what, status, body)
			}
		default:
			h.wantRefusal(c.what, c.req, c.code)
		}
	}
	other := strings.Replace(callerIdentity, "GetCallerIdentity", "GetSessionToken", 1) // another body under the same signature
	req := h.signed(ada, "sts", other, now)
	for name, value := range headers(mine()) {
		req.Header.Set(name, value)
	}
	h.wantRefusal("another body", req, mismatch)
}

func TestSessionTokens(t *testing.T) {
	h := serve(t)
	ada, bob := h.user("ada", ""), h.user("bob", "")
	one, two := h.session(ada), h.session(bob)
	call := func(k key) *http.Request { return h.signed(k, "sts", callerIdentity, time.Now()) }
	for want, k := range map[string]key{":user/ada<": one, ":user/bob<": two} {
		if status, _, body := h.do(call(k)); status != 200 || !strings.Contains(body, want) {
			t.Fatalf("an honest session: %d %s", status, body)
		}
	}
	const invalid = "InvalidClientTokenId"
	h.wantRefusal("no token", call(key{one.id, one.secret, ""}), invalid)
	h.wantRefusal("another's token", call(key{one.id, one.secret, two.token}), invalid)
	h.wantRefusal("another's key", call(key{two.id, one.secret, one.token}), invalid)
	h.wantRefusal("a token with a long-term key", call(key{ada.id, ada.secret, one.token}), invalid)
	h.wantRefusal("a token with test", h.signed(key{"test", "test", one.token + "x"}, "iam", "Action=ListUsers&Version=2010-05-08&x=", time.Now().Add(-time.Hour)), "SignatureDoesNotMatch")
	for i := 0; i < len(one.token); i += 7 {
		b := []byte(one.token)
		if b[i] = 'A'; one.token[i] == 'A' {
			b[i] = 'B'
		}
		h.wantRefusal("a changed token", call(key{one.id, one.secret, string(b)}), invalid)
	}
	for _, token := range []string{one.token[:len(one.token)-4], one.token + "AAAA", one.token + one.token, strings.Repeat("A", 20_000), "=", "e30="} {
		h.wantRefusal("a token of another length", call(key{one.id, one.secret, token}), invalid)
	}
	c := iam.NewFromConfig(h.root())
	must(c.UpdateAccessKey(t.Context(), &iam.UpdateAccessKeyInput{UserName: new("ada"), AccessKeyId: &ada.id, Status: types.StatusTypeInactive}))(t)
	h.wantRefusal("an inactive key", call(ada), invalid)
	must(c.UpdateAccessKey(t.Context(), &iam.UpdateAccessKeyInput{UserName: new("ada"), AccessKeyId: &ada.id, Status: types.StatusTypeActive}))(t)
	if status, _, body := h.do(call(ada)); status != 200 {
		t.Errorf("active again: %d %s", status, body)
	}
	must(c.DeleteAccessKey(t.Context(), &iam.DeleteAccessKeyInput{UserName: new("bob"), AccessKeyId: &bob.id}))(t)
	h.wantRefusal("a deleted key", call(bob), invalid)
	must(c.DeleteUser(t.Context(), &iam.DeleteUserInput{UserName: new("bob")}))(t)
	h.wantRefusal("a deleted user's session", call(two), invalid)
	h.user("bob", "")
	h.wantRefusal("a session of another user of the name", call(two), invalid)
}

func TestPresignedRequests(t *testing.T) {
	h := serve(t)
	ada := h.user("ada", "")
	creds := must(credentials.NewStaticCredentialsProvider(ada.id, ada.secret, "").Retrieve(t.Context()))(t)
	presigned := func(at time.Time, expires string) *url.URL {
		req := must(http.NewRequest("GET", "http://"+h.addr+"/?"+callerIdentity+"&X-Amz-Expires="+expires, nil))(t)
		signed, _, err := v4.NewSigner().PresignHTTP(t.Context(), creds, req, sum(""), "sts", region, at)
		return must(url.Parse(must(signed, err)(t)))(t)
	}
	get := func(u *url.URL) *http.Request {
		return must(http.NewRequestWithContext(t.Context(), "GET", u.String(), nil))(t)
	}
	now := time.Now()
	if status, _, body := h.do(get(presigned(now, "60"))); status != 200 || !strings.Contains(body, ":user/ada<") {
		t.Fatalf("an honest URL: %d %s", status, body)
	}
	longer := presigned(now.Add(-2*time.Minute), "60")
	h.wantRefusal("over its time", get(longer), "RequestExpired")
	q := longer.Query()
	q.Set("X-Amz-Expires", "600")
	longer.RawQuery = q.Encode()
	h.wantRefusal("made longer", get(longer), "SignatureDoesNotMatch")
	for _, expires := range []string{"604801", "-1", "0x10", "99999999999999999999"} {
		if status, _, body := h.do(get(presigned(now, expires))); status < 400 || status >= 500 {
			t.Errorf("good for %s seconds: %d %s", expires, status, body)
		}
	}
	both := get(presigned(now, "60"))
	both.Header.Set("Authorization", h.signed(wellKnown, "sts", callerIdentity, now).Header.Get("Authorization"))
	if status, _, body := h.do(both); status < 400 {
		t.Errorf("two signatures: %d %s", status, body)
	}
	twice := presigned(now, "60")
	twice.RawQuery += "&X-Amz-Credential=test%2f" + now.UTC().Format("20060102") + "%2fus-east-1%2fsts%2faws4_request"
	if status, _, body := h.do(get(twice)); status < 400 {
		t.Errorf("two credentials: %d %s", status, body)
	}
}

// A page of another site can sign with test/test, and make a browser send it.
func TestPagesAreNotTheUser(t *testing.T) {
	h := serve(t)
	creds := must(credentials.NewStaticCredentialsProvider("test", "test", "").Retrieve(t.Context()))(t)
	for _, c := range []struct {
		what, host string
		header     []string
		status     int
	}{
		{"the user's tool", "localhost:" + h.port, nil, 200},
		{"the user's own page", "localhost:" + h.port, []string{"Origin", "http://localhost:3000", "Sec-Fetch-Site", "same-site"}, 200},
		{"a page elsewhere", "localhost:" + h.port, []string{"Origin", "https://evil.example", "Sec-Fetch-Site", "cross-site"}, 403},
		{"an image of a page elsewhere", "localhost:" + h.port, []string{"Sec-Fetch-Site", "cross-site"}, 403},
		{"a rebound name", "evil.example:" + h.port, []string{"Origin", "http://evil.example:" + h.port, "Sec-Fetch-Site", "same-origin"}, 403},
		{"a proxy's client", "localhost:" + h.port, []string{"X-Forwarded-For", "192.0.2.1"}, 403},
	} {
		req := must(http.NewRequest("GET", "http://"+c.host+"/?Action=ListUsers&Version=2010-05-08&X-Amz-Expires=60", nil))(t)
		signed, _, err := v4.NewSigner().PresignHTTP(t.Context(), creds, req, sum(""), "iam", region, time.Now())
		if err != nil {
			t.Fatal(err)
		}
		_, target, _ := strings.Cut(signed, "/?")
		status, _, body := h.send("GET", "/?"+target, c.host, "", c.header...)
		if status != c.status || status == 403 && !strings.Contains(body, "InvalidClientTokenId") {
			t.Errorf("%s: %d %s", c.what, status, body)
		}
	}
}
