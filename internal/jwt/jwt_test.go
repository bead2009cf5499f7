package jwt_test

import (
	"crypto"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	josejwt "github.com/go-jose/go-jose/v4/jwt"

	"github.com/gatehouse-dev/gatehouse/internal/jwt"
)

const issuer = "http://localhost:4566/us-east-1_abc"

var now = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

var keys = sync.OnceValue(func() []*rsa.PrivateKey {
	var out []*rsa.PrivateKey
	for range 2 {
		k, err := rsa.GenerateKey(rand.Reader, 2048)
		if err != nil {
			panic(err)
		}
		out = append(out, k)
	}
	return out
})

func set(k *rsa.PrivateKey) *jwt.KeySet {
	return jwt.NewKeySet(map[string]*rsa.PublicKey{"k1": &k.PublicKey})
}

func claims() jwt.Claims {
	return jwt.Claims{"iss": issuer, "sub": "client", "exp": now.Add(time.Hour).Unix(), "scope": "a/b c/d", "token_use": "access"}
}

func sign(t testing.TB, c jwt.Claims) string {
	t.Helper()
	s, err := jwt.Sign(keys()[0], "k1", c)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// forge signs any header and payload with the key.
func forge(t testing.TB, key *rsa.PrivateKey, header, payload string) string {
	t.Helper()
	enc := base64.RawURLEncoding
	signed := enc.EncodeToString([]byte(header)) + "." + enc.EncodeToString([]byte(payload))
	sum := sha256.Sum256([]byte(signed))
	sig, err := rsa.SignPKCS1v15(nil, key, crypto.SHA256, sum[:])
	if err != nil {
		t.Fatal(err)
	}
	return signed + "." + enc.EncodeToString(sig)
}

func TestVerifyGivesTheClaims(t *testing.T) {
	v := jwt.NewVerifier(64)
	token := sign(t, claims())
	for range 2 { // parsed, then cached
		tok, err := v.Token(set(keys()[0]), issuer, token, now)
		if err != nil {
			t.Fatal(err)
		}
		if tok.Claims.String("sub") != "client" || len(tok.Scopes) != 2 || tok.Scopes[1] != "c/d" {
			t.Errorf("token is %+v", tok)
		}
	}
}

func TestAnotherImplementationAgrees(t *testing.T) {
	parsed, err := josejwt.ParseSigned(sign(t, claims()), []jose.SignatureAlgorithm{jose.RS256})
	if err != nil {
		t.Fatal(err)
	}
	var got map[string]any
	if err := parsed.Claims(&keys()[0].PublicKey, &got); err != nil || got["sub"] != "client" {
		t.Errorf("claims are %v, %v", got, err)
	}
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.RS256,
		Key: jose.JSONWebKey{Key: keys()[0], KeyID: "k1"}}, (&jose.SignerOptions{}).WithType("JWT"))
	if err != nil {
		t.Fatal(err)
	}
	text, err := josejwt.Signed(signer).Claims(map[string]any(claims())).Serialize()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := jwt.NewVerifier(1).Verify(set(keys()[0]), issuer, text, now); err != nil {
		t.Error(err)
	}
}

func TestRefused(t *testing.T) {
	key, other := keys()[0], keys()[1]
	body, _ := json.Marshal(claims())
	payload := string(body)
	good := sign(t, claims())
	parts := strings.Split(good, ".")
	hs256 := func(secret []byte) string {
		enc := base64.RawURLEncoding
		signed := enc.EncodeToString([]byte(`{"alg":"HS256","kid":"k1"}`)) + "." + parts[1]
		m := hmac.New(sha256.New, secret)
		m.Write([]byte(signed))
		return signed + "." + enc.EncodeToString(m.Sum(nil))
	}
	der, _ := x509.MarshalPKIXPublicKey(&key.PublicKey)
	without := func(name string) string { c := claims(); delete(c, name); return sign(t, c) }
	with := func(name string, v any) string { c := claims(); c[name] = v; return sign(t, c) }
	none := base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"none","kid":"k1"}`)) + "." + parts[1] + "."
	tests := map[string]string{
		"empty":                   "",
		"garbage":                 "garbage",
		"two parts":               parts[0] + "." + parts[1],
		"four parts":              good + ".x",
		"alg none":                none,
		"alg None, signed":        forge(t, key, `{"alg":"None","kid":"k1"}`, payload),
		"HS256 with PEM":          hs256(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})),
		"HS256 with DER":          hs256(der),
		"RS512 header":            forge(t, key, `{"alg":"RS512","kid":"k1"}`, payload),
		"another key":             forge(t, other, `{"alg":"RS256","kid":"k1"}`, payload),
		"unknown kid":             forge(t, key, `{"alg":"RS256","kid":"k2"}`, payload),
		"no kid":                  forge(t, key, `{"alg":"RS256"}`, payload),
		"crit":                    forge(t, key, `{"alg":"RS256","kid":"k1","crit":["exp"]}`, payload),
		"b64":                     forge(t, key, `{"alg":"RS256","kid":"k1","b64":false}`, payload),
		"duplicate alg":           forge(t, key, `{"alg":"none","alg":"RS256","kid":"k1"}`, payload),
		"typ":                     forge(t, key, `{"alg":"RS256","kid":"k1","typ":"JWE"}`, payload),
		"header is a list":        forge(t, key, `["RS256"]`, payload),
		"duplicate claim":         forge(t, key, `{"alg":"RS256","kid":"k1"}`, payload[:len(payload)-1]+`,"scope":"admin"}`),
		"trailing bytes":          forge(t, key, `{"alg":"RS256","kid":"k1"}`, payload+`{}`),
		"deep":                    forge(t, key, `{"alg":"RS256","kid":"k1"}`, payload[:len(payload)-1]+`,"x":`+strings.Repeat("[", 40)+strings.Repeat("]", 40)+`}`),
		"not UTF-8":               forge(t, key, `{"alg":"RS256","kid":"k1"}`, payload[:len(payload)-1]+",\"x\":\"\xff\"}"),
		"no exp":                  without("exp"),
		"exp is text":             with("exp", "4102444800"),
		"exp is huge":             with("exp", 1e300),
		"exp is negative":         with("exp", -1),
		"no iss":                  without("iss"),
		"another iss":             with("iss", issuer+"x"),
		"iss is a list":           with("iss", []string{issuer}),
		"nbf to come":             with("nbf", now.Add(time.Minute).Unix()),
		"nbf is text":             with("nbf", "0"),
		"changed payload":         parts[0] + "." + base64.RawURLEncoding.EncodeToString([]byte(payload+" ")) + "." + parts[2],
		"padded":                  parts[0] + "=." + parts[1] + "." + parts[2],
		"line break":              parts[0] + "\n." + parts[1] + "." + parts[2],
		"line break at the end":   good + "\n",
		"no signature":            parts[0] + "." + parts[1] + ".",
		"too large":               with("x", strings.Repeat("x", jwt.MaxToken)),
		"signature with spelling": good[:len(good)-1] + string(rune(good[len(good)-1]+1)),
	}
	for name, token := range tests {
		t.Run(name, func(t *testing.T) {
			v := jwt.NewVerifier(64)
			if _, err := v.Verify(set(key), issuer, good, now); err != nil {
				t.Fatal(err)
			}
			for range 2 {
				if c, err := v.Verify(set(key), issuer, token, now); !errors.Is(err, jwt.ErrInvalid) {
					t.Errorf("claims %v, error %v", c, err)
				}
			}
		})
	}
}

func TestWeakKeysVerifyNothing(t *testing.T) {
	weak, err := rsa.GenerateKey(rand.Reader, 1024)
	if err != nil {
		t.Fatal(err)
	}
	token, err := jwt.Sign(weak, "k1", claims())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := jwt.NewVerifier(1).Verify(set(weak), issuer, token, now); !errors.Is(err, jwt.ErrInvalid) {
		t.Error(err)
	}
}

func TestCachedTokens(t *testing.T) {
	v := jwt.NewVerifier(64)
	token := sign(t, claims())
	ks := set(keys()[0])
	verify := func(ks *jwt.KeySet, issuer string, at time.Time) error {
		_, err := v.Verify(ks, issuer, token, at)
		return err
	}
	if err := verify(ks, issuer, now); err != nil {
		t.Fatal(err)
	}
	if err := verify(ks, issuer, now.Add(time.Hour)); err != jwt.ErrExpired {
		t.Errorf("at its expiry: %v", err)
	}
	if err := verify(ks, "http://elsewhere", now); !errors.Is(err, jwt.ErrInvalid) {
		t.Errorf("for another issuer: %v", err)
	}
	if err := verify(set(keys()[1]), issuer, now); !errors.Is(err, jwt.ErrInvalid) {
		t.Errorf("after the key under its id was replaced: %v", err)
	}
	if err := verify(nil, issuer, now); !errors.Is(err, jwt.ErrInvalid) {
		t.Errorf("without keys: %v", err)
	}
	if err := verify(set(keys()[0]), issuer, now); err != nil {
		t.Errorf("with the same keys in a new set: %v", err)
	}
}

func TestExpiredIsSaidOnlyOfGenuineTokens(t *testing.T) {
	late := now.Add(2 * time.Hour)
	v := jwt.NewVerifier(64)
	if _, err := v.Verify(set(keys()[0]), issuer, sign(t, claims()), late); err != jwt.ErrExpired {
		t.Errorf("genuine: %v", err)
	}
	if _, err := v.Verify(set(keys()[1]), issuer, sign(t, claims()), late); !errors.Is(err, jwt.ErrInvalid) {
		t.Errorf("forged: %v", err)
	}
}

func FuzzVerify(f *testing.F) {
	body, _ := json.Marshal(claims())
	f.Add(sign(f, claims()))
	f.Add(forge(f, keys()[1], `{"alg":"RS256","kid":"k1"}`, string(body)))
	f.Add("e30.e30.e30")
	f.Add("...")
	v := jwt.NewVerifier(64)
	ks := set(keys()[0])
	f.Fuzz(func(t *testing.T, token string) {
		c, err := v.Verify(ks, issuer, token, now)
		if err != nil && err != jwt.ErrExpired && !errors.Is(err, jwt.ErrInvalid) {
			t.Fatal(err)
		}
		if err == nil && c.String("iss") != issuer {
			t.Fatalf("accepted %q", token)
		}
	})
}

func BenchmarkVerifyCached(b *testing.B) {
	v := jwt.NewVerifier(1024)
	ks, token := set(keys()[0]), sign(b, claims())
	b.ReportAllocs()
	for b.Loop() {
		if _, err := v.Token(ks, issuer, token, now); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkVerifyNew(b *testing.B) {
	ks, token := set(keys()[0]), sign(b, claims())
	for b.Loop() {
		if _, err := jwt.NewVerifier(64).Token(ks, issuer, token, now); err != nil {
			b.Fatal(err)
		}
	}
}
