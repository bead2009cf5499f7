//go:build e2e

package clients

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
)

// issuer is an OpenID Connect provider on loopback, which the server under
// test sees at https://example.com: its proxy and its only certificate
// authority are the issuer's.
type issuer struct {
	url         string
	key, forged *rsa.PrivateKey
	env         []string // of the server
}

func newIssuer(t *testing.T) *issuer {
	t.Helper()
	is := &issuer{url: "https://example.com"}
	for _, k := range []**rsa.PrivateKey{&is.key, &is.forged} {
		var err error
		if *k, err = rsa.GenerateKey(rand.Reader, 2048); err != nil {
			t.Fatal(err)
		}
	}
	mux := http.NewServeMux()
	answer := func(path string, v any) {
		mux.HandleFunc("GET "+path, func(w http.ResponseWriter, _ *http.Request) { json.NewEncoder(w).Encode(v) })
	}
	answer("/.well-known/openid-configuration", map[string]any{"issuer": is.url, "jwks_uri": is.url + "/keys"})
	answer("/keys", map[string]any{"keys": []any{map[string]any{"kty": "RSA", "kid": "one", "alg": "RS256", "use": "sig",
		"n": encode(is.key.N.Bytes()), "e": encode(big.NewInt(int64(is.key.E)).Bytes())}}})
	// The certificate that httptest makes is for example.com.
	site := httptest.NewTLSServer(mux)
	t.Cleanup(site.Close)
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodConnect || r.Host != "example.com:443" {
			http.Error(w, "this proxy knows one host", http.StatusBadGateway)
			return
		}
		tunnel(w, site.Listener.Addr().String())
	}))
	t.Cleanup(proxy.Close)
	roots := filepath.Join(t.TempDir(), "roots.pem")
	if err := os.WriteFile(roots, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: site.Certificate().Raw}), 0o600); err != nil {
		t.Fatal(err)
	}
	is.env = []string{"HTTPS_PROXY=" + proxy.URL, "SSL_CERT_FILE=" + roots, "SSL_CERT_DIR=/nonexistent"}
	return is
}

func tunnel(w http.ResponseWriter, to string) {
	there, err := net.Dial("tcp", to)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadGateway)
		return
	}
	here, _, err := w.(http.Hijacker).Hijack()
	if err != nil {
		there.Close()
		return
	}
	io.WriteString(here, "HTTP/1.1 200 OK\r\n\r\n")
	go func() {
		io.Copy(there, here)
		there.Close()
	}()
	go func() {
		io.Copy(here, there)
		here.Close()
	}()
}

// token is a JWT of the claims, signed by a key that may not be the issuer's.
func (is *issuer) token(claims any, key *rsa.PrivateKey) (string, error) {
	body, err := json.Marshal(claims)
	if err != nil {
		return "", err
	}
	signed := encode([]byte(`{"alg":"RS256","kid":"one","typ":"JWT"}`)) + "." + encode(body)
	sum := sha256.Sum256([]byte(signed))
	sig, err := rsa.SignPKCS1v15(rand.Reader, key, crypto.SHA256, sum[:])
	return signed + "." + encode(sig), err
}

func encode(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }
