package oauth

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gatehouse-dev/gatehouse/internal/clock"
)

func at(host, path string) *http.Request {
	r := httptest.NewRequest("GET", "http://"+host+"/", nil)
	r.URL.Path = path
	return r
}

func TestLocate(t *testing.T) {
	for _, c := range []struct{ host, path, domain, below string }{
		{"demo.auth.us-east-1.amazoncognito.com", "/oauth2/token", "us-east-1/demo", "/oauth2/token"},
		{"demo.auth.us-east-1.localhost:4566", "/x", "us-east-1/demo", "/x"},
		{"demo.auth.localhost:4566", "/x", "demo", "/x"},
		{"Demo.Auth.localhost.:4566", "/x", "demo", "/x"},
		{"demo.auth.us-east-1.localhost.localstack.cloud:4566", "/x", "us-east-1/demo", "/x"},
		{"localhost:4566", "/_aws/cognito-idp/demo/oauth2/token", "demo", "/oauth2/token"},
		{"localhost:4566", "/_aws/cognito-idp/demo", "", ""},
		{"localhost:4566", "/_aws/cognito-idp//oauth2/token", "", ""},
		{"localhost:4566", "/oauth2/token", "", ""},
		{"demo.auth.amazoncognito.com", "/x", "", ""},
		{"a.b.auth.us-east-1.amazoncognito.com", "/x", "", ""},
		{"demo.auth.us-east-1.amazoncognito.com.example.com", "/x", "", ""},
		{".auth.us-east-1.localhost", "/x", "", ""},
		{"auth.localhost", "/x", "", ""},
	} {
		domain, below, ok := Locate(at(c.host, c.path))
		if ok != (c.domain != "") || ok && (domain != c.domain || below != c.below) {
			t.Errorf("%s%s: %q %q %v", c.host, c.path, domain, below, ok)
		}
	}
}

func TestLocateIssuer(t *testing.T) {
	for path, want := range map[string]string{
		"/us-east-1_abc/.well-known/jwks.json":                      "us-east-1_abc",
		"/us-east-1_abc/.well-known/openid-configuration":           "us-east-1_abc",
		"/us-east-1_abc/.well-known/other":                          "",
		"/bucket/us-east-1_abc/.well-known/jwks.json":               "",
		"/us-east-1/.well-known/jwks.json":                          "",
		"/" + strings.Repeat("a", 200) + "_a/.well-known/jwks.json": "",
	} {
		if id, _, ok := LocateIssuer(at("localhost", path)); id != want || ok != (want != "") {
			t.Errorf("%s: %q %v", path, id, ok)
		}
	}
}

// house is a source of one pool.
type house struct{ pool *Pool }

func (h house) Pool(_ context.Context, id string) (*Pool, error) {
	if id == h.pool.ID {
		return h.pool, nil
	}
	return nil, nil
}

func (h house) PoolOfDomain(_ context.Context, domain string) (*Pool, error) {
	if domain == h.pool.Domain || domain == h.pool.Region+"/"+h.pool.Domain {
		return h.pool, nil
	}
	return nil, nil
}

var signer = sync.OnceValue(func() *rsa.PrivateKey {
	key, _ := rsa.GenerateKey(rand.Reader, 2048)
	return key
})

func handler() *Handler {
	jwks, _ := JWKS([]JWK{NewJWK("k", &signer().PublicKey)})
	pool := &Pool{ID: "us-east-1_abc", Region: "us-east-1", Domain: "demo", Kid: "k", Key: signer(), JWKS: jwks, Clients: map[string]*Client{
		"id": {ID: "id", Secrets: []string{"a+b", "second"}, Enabled: true, ClientCredentials: true, Scopes: []string{"api/a"}, AccessToken: time.Hour}}}
	return NewHandler(Options{Source: house{pool}, Clock: &clock.Clock{}, Issuer: func(*Pool) string { return "http://localhost/us-east-1_abc" },
		Base: func() string { return "http://localhost" }})
}

func post(h *Handler, auth, body string) *httptest.ResponseRecorder {
	r := httptest.NewRequest("POST", "http://demo.auth.localhost/oauth2/token", strings.NewReader(body))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")
	if auth != "" {
		r.Header.Set("Authorization", auth)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func basic(s string) string { return "Basic " + base64.StdEncoding.EncodeToString([]byte(s)) }

// A secret with a plus is taken as it is and as RFC 6749 has it encoded, and a
// client may have more than one.
func TestSecretSpellings(t *testing.T) {
	h := handler()
	for secret, want := range map[string]int{"a+b": 200, "a%2Bb": 200, "second": 200, "a b": 400, "": 400, "%zz": 400} {
		if w := post(h, basic("id:"+secret), "grant_type=client_credentials"); w.Code != want {
			t.Errorf("%q: %d %s", secret, w.Code, w.Body)
		}
	}
}

func TestDocumentsByHost(t *testing.T) {
	h := handler()
	get := func(method, host, path string) *httptest.ResponseRecorder {
		r := httptest.NewRequest(method, "http://"+host+path, nil)
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		return w
	}
	const path = "/us-east-1_abc/.well-known/openid-configuration"
	if w := get("GET", "localhost", path); !bytes.Contains(w.Body.Bytes(), []byte(`"token_endpoint":"http://localhost/_aws/cognito-idp/demo/oauth2/token"`)) {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	if w := get("GET", "cognito-idp.us-east-1.amazonaws.com", path); !bytes.Contains(w.Body.Bytes(), []byte(`"token_endpoint":"https://demo.auth.us-east-1.amazoncognito.com/oauth2/token"`)) {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	if w := get("POST", "localhost", path); w.Code != 405 {
		t.Errorf("POST: %d", w.Code)
	}
	if w := get("GET", "localhost", "/us-east-1_no/.well-known/jwks.json"); w.Code != 404 {
		t.Errorf("unknown pool: %d", w.Code)
	}
	if w := get("GET", "localhost", "/us-east-1_abc/.well-known/jwks.json"); bytes.Contains(w.Body.Bytes(), []byte(`"d"`)) || w.Code != 200 {
		t.Errorf("keys: %d %s", w.Code, w.Body)
	}
}

// No request without a secret gets a token, whatever its form.
func FuzzToken(f *testing.F) {
	f.Add(basic("id:a+b"), "grant_type=client_credentials")
	f.Add("", "grant_type=client_credentials&client_id=id&client_secret=second")
	f.Add(basic("id:"), "grant_type=client_credentials&scope=api%2Fa")
	f.Add("basic x", "&&=%")
	h := handler()
	f.Fuzz(func(t *testing.T, auth, body string) {
		w := post(h, auth, body)
		switch w.Code {
		case 400:
		case 200:
			raw, _ := base64.StdEncoding.DecodeString(strings.TrimSpace(auth[min(len(auth), 6):]))
			shown := string(raw) + " " + body
			if !strings.Contains(shown, "a+b") && !strings.Contains(shown, "second") && !strings.Contains(shown, "%") {
				t.Errorf("token for %q %q", auth, body)
			}
		default:
			t.Errorf("status %d", w.Code)
		}
	})
}

func BenchmarkClientCredentials(b *testing.B) {
	h := handler()
	auth := basic("id:second")
	b.ReportAllocs()
	for b.Loop() {
		if w := post(h, auth, "grant_type=client_credentials"); w.Code != 200 {
			b.Fatal(w.Code)
		}
	}
}
