//go:build e2e

package security

import (
	"encoding/base64"
	"encoding/json"
	"net/url"
	"strings"
	"testing"

	cognito "github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider/types"
)

// pool is a user pool with a domain, a resource server and a client.
type pool struct {
	*host
	id, domain, client, secret string
}

func (h *host) pool(name string) pool {
	h.t.Helper()
	ctx, c := h.t.Context(), cognito.NewFromConfig(h.root())
	p := must(c.CreateUserPool(ctx, &cognito.CreateUserPoolInput{PoolName: &name}))(h.t).UserPool
	must(c.CreateUserPoolDomain(ctx, &cognito.CreateUserPoolDomainInput{UserPoolId: p.Id, Domain: &name}))(h.t)
	must(c.CreateResourceServer(ctx, &cognito.CreateResourceServerInput{UserPoolId: p.Id, Identifier: &name, Name: &name,
		Scopes: []types.ResourceServerScopeType{{ScopeName: new("send"), ScopeDescription: new("send")}}}))(h.t)
	app := must(c.CreateUserPoolClient(ctx, &cognito.CreateUserPoolClientInput{UserPoolId: p.Id, ClientName: &name, GenerateSecret: true,
		AllowedOAuthFlows: []types.OAuthFlowType{types.OAuthFlowTypeClientCredentials}, AllowedOAuthFlowsUserPoolClient: true,
		AllowedOAuthScopes: []string{name + "/send"}}))(h.t).UserPoolClient
	return pool{h, *p.Id, name, *app.ClientId, h.secret("client secret", *app.ClientSecret)}
}

// token asks for one.
func (p pool) token(body string, header ...string) (int, string) {
	p.t.Helper()
	if len(header) == 0 || header[0] != "Content-Type" {
		header = append([]string{"Content-Type", "application/x-www-form-urlencoded"}, header...)
	}
	status, _, answer := p.send("POST", "/_aws/cognito-idp/"+p.domain+"/oauth2/token", "", body, header...)
	var out struct {
		Token string `json:"access_token"`
	}
	if json.Unmarshal([]byte(answer), &out) == nil && out.Token != "" {
		p.host.secret("access token", out.Token)
	}
	return status, answer
}

func basic(text string) string { return "Basic " + base64.StdEncoding.EncodeToString([]byte(text)) }

func TestTokenEndpoint(t *testing.T) {
	h := serve(t)
	p, q := h.pool("first"), h.pool("second")
	const grant = "grant_type=client_credentials"
	own := basic(p.client + ":" + p.secret)
	post := grant + "&client_id=" + p.client + "&client_secret=" + p.secret
	encoded := strings.Builder{} // every octet of the secret percent-encoded, as RFC 6749 allows
	for _, c := range []byte(p.secret) {
		encoded.WriteString("%" + strings.ToUpper(string("0123456789abcdef"[c>>4])+string("0123456789abcdef"[c&15])))
	}
	for what, c := range map[string]struct {
		body   string
		header []string
	}{
		"by Basic": {grant, []string{"Authorization", own}}, "by the form": {post, nil}, "by lower-case basic": {grant, []string{"Authorization", "b" + own[1:]}},
		"encoded": {grant, []string{"Authorization", basic(p.client + ":" + encoded.String())}},
	} {
		if status, body := p.token(c.body, c.header...); status != 200 {
			t.Errorf("%s: %d %s", what, status, body)
		}
	}
	many := strings.Repeat("&a=b", 100)
	for _, c := range []struct {
		what, body string
		header     []string
		want       string
	}{
		{"nothing", "", nil, "invalid_request"},
		{"no client", grant, nil, "invalid_request"},
		{"no secret", grant + "&client_id=" + p.client, nil, "invalid_client"},
		{"another secret", grant, []string{"Authorization", basic(p.client + ":" + q.secret)}, "invalid_client"},
		{"a part of the secret", grant, []string{"Authorization", basic(p.client + ":" + p.secret[:len(p.secret)-1])}, "invalid_client"},
		{"more than the secret", grant, []string{"Authorization", basic(p.client + ":" + p.secret + "x")}, "invalid_client"},
		{"an empty secret", grant, []string{"Authorization", basic(p.client + ":")}, "invalid_client"},
		{"no colon", grant, []string{"Authorization", basic(p.client + p.secret)}, "invalid_client"},
		{"no base64", grant, []string{"Authorization", "Basic " + p.client + ":" + p.secret}, "invalid_client"},
		{"another scheme", grant, []string{"Authorization", "Bearer " + p.secret}, "invalid_client"},
		{"an empty header", grant, []string{"Authorization", "Basic "}, "invalid_client"},
		{"both ways", post, []string{"Authorization", own}, "invalid_request"},
		{"another client in the form", grant + "&client_id=" + q.client, []string{"Authorization", own}, "invalid_request"},
		{"another pool's client", grant, []string{"Authorization", basic(q.client + ":" + q.secret)}, "invalid_client"},
		{"another pool's client by the form", grant + "&client_id=" + q.client + "&client_secret=" + q.secret, nil, "invalid_client"},
		{"another pool's scope", grant + "&scope=second/send", []string{"Authorization", own}, "invalid_scope"},
		{"a scope of users", grant + "&scope=openid", []string{"Authorization", own}, "invalid_scope"},
		{"a grant twice", grant + "&" + grant, []string{"Authorization", own}, "invalid_request"},
		{"a scope twice", grant + "&scope=first/send&scope=first/send", []string{"Authorization", own}, "invalid_request"},
		{"a client twice", post + "&client_id=" + q.client, nil, "invalid_request"},
		{"an unknown grant", "grant_type=password", []string{"Authorization", own}, "unsupported_grant_type"},
		{"no code", "grant_type=authorization_code", []string{"Authorization", own}, "invalid_request"},
		{"no refresh token", "grant_type=refresh_token", []string{"Authorization", own}, "invalid_request"},
		{"a bad escape", grant + "&x=%zz", []string{"Authorization", own}, "invalid_request"},
		{"many fields", grant + strings.ReplaceAll(many, "a=", "a"+url.QueryEscape("é")+"="), []string{"Authorization", own}, "invalid_request"},
		{"a large form", grant + "&x=" + strings.Repeat("x", 300<<10), []string{"Authorization", own}, "invalid_request"},
		{"many fields of different names", grant + distinct(1000), []string{"Authorization", own}, "invalid_request"},
		{"very many fields", grant + strings.Repeat("&a", 100_000), []string{"Authorization", own}, "invalid_request"},
	} {
		if status, body := p.token(c.body, c.header...); status != 400 || body != `{"error":"`+c.want+`"}` {
			t.Errorf("%s: %d %s, want %s", c.what, status, body, c.want)
		}
	}
	for _, kind := range []string{"application/json", "text/plain", "multipart/form-data; boundary=x", "application/x-www-form-urlencoded; =", "x"} {
		if status, body := p.token(post, "Content-Type", kind); status != 405 || strings.Contains(body, "access_token") {
			t.Errorf("%s: %d %s", kind, status, body)
		}
	}
	if status, _, body := h.send("GET", "/_aws/cognito-idp/first/oauth2/token?"+post, "", ""); status != 405 || strings.Contains(body, "access_token") {
		t.Errorf("a GET: %d %s", status, body)
	}
	if status, _, body := h.send("POST", "/_aws/cognito-idp/first/oauth2/token?"+post, "", grant, "Content-Type", form["Content-Type"]); status != 400 {
		t.Errorf("credentials in the query: %d %s", status, body)
	}
}

// distinct are n fields.
func distinct(n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString("&f" + strings.Repeat("x", i%50) + string(rune('a'+i%26)) + strings.Repeat("y", i/50) + "=1")
	}
	return b.String()
}

// The key set of an issuer has public members only.
func TestKeySetIsPublic(t *testing.T) {
	h := serve(t)
	p := h.pool("keys")
	status, _, body := h.send("GET", "/"+p.id+"/.well-known/jwks.json", "", "")
	var set struct{ Keys []map[string]any }
	if err := json.Unmarshal([]byte(body), &set); err != nil || status != 200 || len(set.Keys) == 0 {
		t.Fatalf("%d %s", status, body)
	}
	public := map[string]bool{"alg": true, "e": true, "kid": true, "kty": true, "n": true, "use": true}
	for _, k := range set.Keys {
		for name := range k {
			if !public[name] {
				t.Errorf("the key set has the member %s", name)
			}
		}
		if k["kty"] != "RSA" || k["n"] == "" {
			t.Errorf("a key is %v", k)
		}
	}
	for _, id := range []string{"us-east-1_doesnotexist", "..", "us-east-1_%2e%2e"} {
		if status, _, body := h.send("GET", "/"+id+"/.well-known/jwks.json", "", ""); status == 200 {
			t.Errorf("%s: %s", id, body)
		}
	}
}
