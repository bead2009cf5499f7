package cognitoidp_test

import (
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider/types"
	"github.com/go-jose/go-jose/v4"
	josejwt "github.com/go-jose/go-jose/v4/jwt"

	"github.com/gatehouse-dev/gatehouse/internal/jwt"
)

// request is a token request; the zero value of a field leaves it out.
type request struct {
	method, path, host, kind, basic string
	header                          map[string]string
	form                            url.Values
	body                            string
}

func (f *fixture) send(r request) (*http.Response, string) {
	f.t.Helper()
	body := r.body
	if r.form != nil {
		body = r.form.Encode()
	}
	if r.method == "" {
		r.method = "POST"
	}
	if r.kind == "" {
		r.kind = "application/x-www-form-urlencoded"
	}
	req, err := http.NewRequestWithContext(f.t.Context(), r.method, f.url+r.path, strings.NewReader(body))
	if err != nil {
		f.t.Fatal(err)
	}
	req.Host = r.host
	req.Header.Set("Content-Type", r.kind)
	if r.basic != "" {
		req.Header.Set("Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte(r.basic)))
	}
	for k, v := range r.header {
		req.Header.Set(k, v)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		f.t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		f.t.Fatal(err)
	}
	return resp, string(b)
}

type grant struct {
	AccessToken string `json:"access_token"`
	ExpiresIn   int64  `json:"expires_in"`
	TokenType   string `json:"token_type"`
}

const tokenPath = "/_aws/cognito-idp/demo/oauth2/token"

func (f *fixture) token(r request) grant {
	f.t.Helper()
	resp, body := f.send(r)
	var g grant
	if resp.StatusCode != 200 || json.Unmarshal([]byte(body), &g) != nil {
		f.t.Fatalf("%d %s", resp.StatusCode, body)
	}
	return g
}

func ask(name string, values ...string) url.Values {
	v := url.Values{"grant_type": {name}}
	for i := 0; i+1 < len(values); i += 2 {
		v.Set(values[i], values[i+1])
	}
	return v
}

// A token is verified as any OpenID client would: discovery, key set, go-jose.
func TestTokenVerifiesThroughDiscovery(t *testing.T) {
	f := start(t)
	pool := f.pool()
	f.server(pool, "sms-api", "send", "read")
	f.domain(pool, "demo")
	c := f.machine(pool, "sms-api/send", "sms-api/read")

	var meta map[string]any
	resp, body := f.send(request{method: "GET", path: "/" + pool + "/.well-known/openid-configuration"})
	if resp.StatusCode != 200 || json.Unmarshal([]byte(body), &meta) != nil {
		t.Fatalf("%d %s", resp.StatusCode, body)
	}
	issuer := f.url + "/" + pool
	if meta["issuer"] != issuer {
		t.Fatalf("issuer is %v", meta["issuer"])
	}
	resp, body = f.send(request{method: "GET", path: strings.TrimPrefix(meta["jwks_uri"].(string), f.url)})
	var set jose.JSONWebKeySet
	if resp.StatusCode != 200 || json.Unmarshal([]byte(body), &set) != nil || len(set.Keys) != 2 {
		t.Fatalf("%d %s", resp.StatusCode, body)
	}
	for _, k := range set.Keys {
		if !k.Valid() || !k.IsPublic() || k.Algorithm != "RS256" || k.Use != "sig" || !regexp.MustCompile(`^[A-Za-z0-9+/]{43}=$`).MatchString(k.KeyID) {
			t.Errorf("key %+v", k)
		}
	}

	before := f.clock.Now().Unix()
	g := f.token(request{path: strings.TrimPrefix(meta["token_endpoint"].(string), f.url), basic: *c.ClientId + ":" + *c.ClientSecret, form: ask("client_credentials")})
	if g.ExpiresIn != 3600 || g.TokenType != "Bearer" {
		t.Errorf("got %+v", g)
	}
	parsed, err := josejwt.ParseSigned(g.AccessToken, []jose.SignatureAlgorithm{jose.RS256})
	if err != nil {
		t.Fatal(err)
	}
	if set.Keys[1].KeyID != parsed.Headers[0].KeyID {
		t.Errorf("access token is signed by %s", parsed.Headers[0].KeyID)
	}
	var claims map[string]any
	if err := parsed.Claims(set, &claims); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]any{
		"sub": *c.ClientId, "client_id": *c.ClientId, "token_use": "access", "scope": "sms-api/send sms-api/read", "iss": issuer, "version": 2.0,
	} {
		if claims[name] != want {
			t.Errorf("%s is %v, want %v", name, claims[name], want)
		}
	}
	iat, exp := int64(claims["iat"].(float64)), int64(claims["exp"].(float64))
	if iat < before || iat > before+5 || exp != iat+3600 || claims["auth_time"] != claims["iat"] {
		t.Errorf("times are %v", claims)
	}
	if !regexp.MustCompile(`^[0-9a-f-]{36}$`).MatchString(claims["jti"].(string)) || len(claims) != 10 {
		t.Errorf("claims are %v", claims)
	}

	keys, iss, ok := f.service.Keys("arn:aws:cognito-idp:us-east-1:000000000000:userpool/" + pool)
	if !ok || iss != issuer {
		t.Fatalf("keys: %v %s", ok, iss)
	}
	v := jwt.NewVerifier(64)
	if _, err := v.Verify(keys, iss, g.AccessToken, f.clock.Now()); err != nil {
		t.Error(err)
	}
	f.clock.Advance(time.Hour)
	if _, err := v.Verify(keys, iss, g.AccessToken, f.clock.Now()); err != jwt.ErrExpired {
		t.Errorf("an hour later: %v", err)
	}
}

func TestTokenEndpointForms(t *testing.T) {
	f := start(t)
	pool := f.pool()
	f.server(pool, "api", "a")
	f.domain(pool, "demo")
	c := f.machine(pool, "api/a")
	form := ask("client_credentials", "client_id", *c.ClientId, "client_secret", *c.ClientSecret)
	for _, r := range []request{
		{path: tokenPath},
		{path: "/oauth2/token", host: "demo.auth.us-east-1.amazoncognito.com"},
		{path: "/oauth2/token", host: "demo.auth.us-east-1.localhost:4566"},
		{path: "/oauth2/token", host: "demo.auth.localhost:4566"},
		{path: "/oauth2/token", host: "DEMO.auth.localhost.localstack.cloud:4566"},
	} {
		r.form = form
		resp, body := f.send(r)
		if resp.StatusCode != 200 || !strings.HasPrefix(body, `{"access_token":"ey`) {
			t.Errorf("%s%s: %d %s", r.host, r.path, resp.StatusCode, body)
		}
		if h := resp.Header; !strings.Contains(h.Get("Cache-Control"), "no-store") || h.Get("Pragma") != "no-cache" || h.Get("Content-Type") != "application/json;charset=UTF-8" {
			t.Errorf("headers are %v", h)
		}
	}
	for _, r := range []request{
		{path: "/_aws/cognito-idp/other/oauth2/token"},
		{path: "/_aws/cognito-idp/demo/oauth2/authorize"},
		{path: "/oauth2/token", host: "demo.auth.eu-west-1.amazoncognito.com"},
		{path: "/oauth2/token", host: "other.auth.localhost:4566"},
	} {
		r.form = form
		if resp, body := f.send(r); resp.StatusCode != 404 {
			t.Errorf("%s%s: %d %s", r.host, r.path, resp.StatusCode, body)
		}
	}
}

func TestTokenErrors(t *testing.T) {
	f := start(t)
	ctx := t.Context()
	pool := f.pool()
	f.server(pool, "api", "a", "b", "c")
	f.domain(pool, "demo")
	c := f.machine(pool, "api/a", "api/b")
	id, secret := *c.ClientId, *c.ClientSecret

	client := func(in sdk.CreateUserPoolClientInput) *types.UserPoolClientType {
		in.UserPoolId, in.ClientName = &pool, new("c")
		return must(f.CreateUserPoolClient(ctx, &in)).UserPoolClient
	}
	code := []types.OAuthFlowType{types.OAuthFlowTypeCode}
	machine := []types.OAuthFlowType{types.OAuthFlowTypeClientCredentials}
	public := client(sdk.CreateUserPoolClientInput{})
	browser := client(sdk.CreateUserPoolClientInput{GenerateSecret: true, AllowedOAuthFlows: code, AllowedOAuthFlowsUserPoolClient: true,
		AllowedOAuthScopes: []string{"openid", "api/a"}, CallbackURLs: []string{"https://example.com"}})
	off := client(sdk.CreateUserPoolClientInput{GenerateSecret: true, AllowedOAuthFlows: machine, AllowedOAuthScopes: []string{"api/a"}})
	f.server(pool, "gone", "x")
	orphan := f.machine(pool, "gone/x")
	must(f.DeleteResourceServer(ctx, &sdk.DeleteResourceServerInput{UserPoolId: &pool, Identifier: new("gone")}))
	otherPool := f.pool()
	f.server(otherPool, "api", "a")
	foreign := f.machine(otherPool, "api/a")

	basic := func(c *types.UserPoolClientType) string { return *c.ClientId + ":" + *c.ClientSecret }
	m2m := ask("client_credentials")
	for _, c := range []struct {
		name string
		r    request
		want string
	}{
		{"nothing", request{}, "invalid_request"},
		{"no grant type", request{basic: basic(c), form: url.Values{"scope": {"api/a"}}}, "invalid_request"},
		{"unknown grant type", request{basic: basic(c), form: ask("password")}, "unsupported_grant_type"},
		{"malformed body", request{basic: basic(c), body: "grant_type=%zz"}, "invalid_request"},
		{"JSON in a form", request{basic: basic(c), body: `{"grant_type":"client_credentials"}`}, "invalid_request"},
		{"grant type twice", request{basic: basic(c), body: "grant_type=client_credentials&grant_type=client_credentials"}, "invalid_request"},
		{"body too large", request{basic: basic(c), body: "grant_type=client_credentials&x=" + strings.Repeat("x", 300<<10)}, "invalid_request"},
		{"no client", request{form: m2m}, "invalid_request"},
		{"unknown client", request{basic: "nobody:x", form: m2m}, "invalid_client"},
		{"wrong secret", request{basic: id + ":x", form: m2m}, "invalid_client"},
		{"empty secret", request{basic: id + ":", form: m2m}, "invalid_client"},
		{"secret cut short", request{basic: id + ":" + secret[:50], form: m2m}, "invalid_client"},
		{"secret and more", request{basic: id + ":" + secret + "x", form: m2m}, "invalid_client"},
		{"no colon", request{basic: id, form: m2m}, "invalid_client"},
		{"no base64", request{header: map[string]string{"Authorization": "Basic !"}, form: m2m}, "invalid_client"},
		{"another scheme", request{header: map[string]string{"Authorization": "Bearer x"}, form: m2m}, "invalid_client"},
		{"no secret in body", request{form: ask("client_credentials", "client_id", id)}, "invalid_client"},
		{"wrong secret in body", request{form: ask("client_credentials", "client_id", id, "client_secret", "x")}, "invalid_client"},
		{"header and body", request{basic: basic(c), form: ask("client_credentials", "client_id", id, "client_secret", secret)}, "invalid_request"},
		{"two clients", request{basic: basic(c), form: ask("client_credentials", "client_id", *public.ClientId)}, "invalid_request"},
		{"client of another pool", request{basic: basic(foreign), form: m2m}, "invalid_client"},
		{"public client", request{form: ask("client_credentials", "client_id", *public.ClientId)}, "unauthorized_client"},
		{"public client with a secret", request{basic: *public.ClientId + ":x", form: m2m}, "invalid_client"},
		{"client without the flow", request{basic: basic(browser), form: m2m}, "unauthorized_client"},
		{"client not switched on", request{basic: basic(off), form: m2m}, "invalid_grant"},
		{"scope of the pool but not the client", request{basic: basic(c), form: ask("client_credentials", "scope", "api/c")}, "invalid_scope"},
		{"unknown scope", request{basic: basic(c), form: ask("client_credentials", "scope", "api/a nope")}, "invalid_scope"},
		{"user scope", request{basic: basic(c), form: ask("client_credentials", "scope", "openid")}, "invalid_scope"},
		{"scope of a resource server that is gone", request{basic: basic(orphan), form: m2m}, "invalid_scope"},
		{"metadata not JSON", request{basic: basic(c), form: ask("client_credentials", "aws_client_metadata", "x")}, "invalid_request"},
		{"metadata not of strings", request{basic: basic(c), form: ask("client_credentials", "aws_client_metadata", `{"a":1}`)}, "invalid_request"},
		{"code without the flow", request{basic: basic(c), form: ask("authorization_code", "code", "x")}, "unauthorized_client"},
		{"no code", request{basic: basic(browser), form: ask("authorization_code")}, "invalid_request"},
		{"unknown code", request{basic: basic(browser), form: ask("authorization_code", "code", "x")}, "invalid_grant"},
		{"no refresh token", request{basic: basic(browser), form: ask("refresh_token")}, "invalid_request"},
		{"unknown refresh token", request{basic: basic(browser), form: ask("refresh_token", "refresh_token", "x")}, "invalid_grant"},
	} {
		c.r.path = tokenPath
		resp, body := f.send(c.r)
		if resp.StatusCode != 400 || body != `{"error":"`+c.want+`"}` {
			t.Errorf("%s: %d %s, want %s", c.name, resp.StatusCode, body, c.want)
		}
	}

	for name, r := range map[string]request{
		"GET": {method: "GET"}, "PUT": {method: "PUT", form: m2m}, "JSON": {kind: "application/json", body: `{}`}, "no kind": {kind: "x", form: m2m},
	} {
		r.path, r.basic = tokenPath, basic(c)
		if resp, body := f.send(r); resp.StatusCode != 405 || body != "" {
			t.Errorf("%s: %d %q", name, resp.StatusCode, body)
		}
	}
}

func TestTokenScopesAndLifetime(t *testing.T) {
	f := start(t)
	ctx := t.Context()
	pool := f.pool()
	f.server(pool, "https://api.example.com", "a", "b")
	f.domain(pool, "demo")
	c := f.machine(pool, "https://api.example.com/a", "https://api.example.com/b")
	basic := *c.ClientId + ":" + *c.ClientSecret
	get := func(scope string) jwt.Claims {
		t.Helper()
		g := f.token(request{path: tokenPath, basic: basic, form: ask("client_credentials", "scope", scope, "aws_client_metadata", `{"a":"b"}`)})
		keys, iss, _ := f.service.Keys("arn:aws:cognito-idp:us-east-1:000000000000:userpool/" + pool)
		claims, err := jwt.NewVerifier(64).Verify(keys, iss, g.AccessToken, f.clock.Now())
		if err != nil {
			t.Fatal(err)
		}
		return claims
	}
	for asked, want := range map[string]string{
		"": "https://api.example.com/a https://api.example.com/b",
		"https://api.example.com/b https://api.example.com/a":   "https://api.example.com/b https://api.example.com/a",
		" https://api.example.com/b  https://api.example.com/b": "https://api.example.com/b",
	} {
		if got := get(asked).String("scope"); got != want {
			t.Errorf("%q gives %q", asked, got)
		}
	}
	// What a client may do and for how long holds from the moment of the change.
	must(f.UpdateUserPoolClient(ctx, &sdk.UpdateUserPoolClientInput{UserPoolId: &pool, ClientId: c.ClientId, AllowedOAuthFlowsUserPoolClient: true,
		AllowedOAuthFlows: c.AllowedOAuthFlows, AllowedOAuthScopes: []string{"https://api.example.com/a"},
		AccessTokenValidity: new(int32(5)), TokenValidityUnits: &types.TokenValidityUnitsType{AccessToken: types.TimeUnitsTypeMinutes}}))
	claims := get("")
	iat, _ := claims.Time("iat")
	exp, _ := claims.Time("exp")
	if exp.Sub(iat) != 5*time.Minute || claims.String("scope") != "https://api.example.com/a" {
		t.Errorf("claims are %v", claims)
	}
	must(f.DeleteUserPoolClient(ctx, &sdk.DeleteUserPoolClientInput{UserPoolId: &pool, ClientId: c.ClientId}))
	if _, body := f.send(request{path: tokenPath, basic: basic, form: ask("client_credentials")}); body != `{"error":"invalid_client"}` {
		t.Errorf("deleted client: %s", body)
	}
	must(f.DeleteUserPoolDomain(ctx, &sdk.DeleteUserPoolDomainInput{UserPoolId: &pool, Domain: new("demo")}))
	if resp, _ := f.send(request{path: tokenPath, basic: basic, form: ask("client_credentials")}); resp.StatusCode != 404 {
		t.Errorf("deleted domain: %d", resp.StatusCode)
	}
}
