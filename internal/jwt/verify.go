package jwt

import (
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"time"
	"unsafe"
)

const (
	algorithm = "RS256"
	// MaxToken is the largest token that is looked at, bytes.
	MaxToken = 16 << 10
)

var (
	// ErrInvalid is the error of every token that must not be believed.
	ErrInvalid = errors.New("invalid token")
	// ErrExpired is the error of a token that was genuine and is over.
	ErrExpired = errors.New("token expired")
)

// Token is a token that was verified. It is immutable and shared.
type Token struct {
	Claims  Claims
	Expires time.Time
	// Scopes are those of the claim "scope".
	Scopes []string

	digest    [sha256.Size]byte
	issuer    string
	kid       string
	print     [sha256.Size]byte
	notBefore time.Time
}

// Verifier verifies tokens and remembers those that it has verified. It is
// safe for concurrent use.
type Verifier struct {
	cache cache
}

// NewVerifier returns a verifier that remembers up to n tokens, rounded up to
// a power of two of at least 64.
func NewVerifier(n int) *Verifier { return &Verifier{cache: newCache(n)} }

// Verify returns the claims of a token that one of the issuer's keys has
// signed, whose issuer is that, and that is valid now. Its error is ErrExpired
// or wraps ErrInvalid with the reason, which is for logs: it holds no part of
// the token.
func (v *Verifier) Verify(ks *KeySet, issuer, token string, now time.Time) (Claims, error) {
	t, err := v.Token(ks, issuer, token, now)
	if err != nil {
		return nil, err
	}
	return t.Claims, nil
}

// Token is Verify for callers who want more than the claims.
func (v *Verifier) Token(ks *KeySet, issuer, token string, now time.Time) (*Token, error) {
	if len(token) > MaxToken {
		return nil, invalid("too large")
	}
	digest := sha256.Sum256(unsafe.Slice(unsafe.StringData(token), len(token)))
	if t := v.cache.get(&digest); t != nil && t.issuer == issuer && t.signedBy(ks) {
		return t, t.validAt(now)
	}
	t, err := parse(ks, issuer, token)
	if err != nil {
		return nil, err
	}
	if err := t.validAt(now); err != nil {
		return nil, err
	}
	t.digest = digest
	v.cache.put(t, now)
	return t, nil
}

// signedBy reports whether the key that t was verified with is in the set.
func (t *Token) signedBy(ks *KeySet) bool {
	k, ok := ks.lookup(t.kid)
	return ok && k.print == t.print
}

func (t *Token) validAt(now time.Time) error {
	if !now.Before(t.Expires) {
		return ErrExpired
	}
	if now.Before(t.notBefore) {
		return invalid("not valid yet")
	}
	return nil
}

// parse checks everything but time, the signature before any claim is read.
func parse(ks *KeySet, issuer, token string) (*Token, error) {
	signed, sig64, ok := cutLast(token)
	if !ok {
		return nil, invalid("not three parts")
	}
	head64, body64, ok := strings.Cut(signed, ".")
	if !ok || strings.Contains(body64, ".") {
		return nil, invalid("not three parts")
	}
	head, err := decodePart(head64)
	if err != nil {
		return nil, invalid("header: " + err.Error())
	}
	kid, err := keyID(head)
	if err != nil {
		return nil, err
	}
	key, ok := ks.lookup(kid)
	if !ok {
		return nil, invalid("unknown key id")
	}
	sig, err := encoding.DecodeString(sig64)
	if err != nil {
		return nil, invalid("signature is not base64url")
	}
	digest := sha256.Sum256([]byte(signed))
	if rsa.VerifyPKCS1v15(key.rsa, crypto.SHA256, digest[:], sig) != nil {
		return nil, invalid("wrong signature")
	}
	body, err := decodePart(body64)
	if err != nil {
		return nil, invalid("payload: " + err.Error())
	}
	t := &Token{Claims: body, issuer: issuer, kid: kid, print: key.print}
	if iss, ok := body["iss"].(string); !ok || iss != issuer {
		return nil, invalid("another issuer")
	}
	if t.Expires, ok = t.Claims.Time("exp"); !ok {
		return nil, invalid("no expiry")
	}
	if _, has := body["nbf"]; has {
		if t.notBefore, ok = t.Claims.Time("nbf"); !ok {
			return nil, invalid("nbf is not a date")
		}
	}
	t.Scopes = t.Claims.Scopes()
	return t, nil
}

// keyID checks the header and returns its key id.
func keyID(head map[string]any) (string, error) {
	if alg, ok := head["alg"].(string); !ok || alg != algorithm {
		return "", invalid("algorithm is not RS256")
	}
	if _, has := head["crit"]; has {
		return "", invalid("critical header")
	}
	if _, has := head["b64"]; has {
		return "", invalid("unencoded payload")
	}
	if typ, has := head["typ"]; has {
		if s, ok := typ.(string); !ok || !strings.EqualFold(s, "JWT") {
			return "", invalid("type is not JWT")
		}
	}
	kid, ok := head["kid"].(string)
	if !ok || kid == "" {
		return "", invalid("no key id")
	}
	return kid, nil
}

// encoding refuses padding and trailing bits, so that one signature has one
// spelling only.
var encoding = base64.RawURLEncoding.Strict()

var errBase64 = errors.New("not base64url")

func decodePart(part string) (map[string]any, error) {
	// The decoder skips line breaks; a token has none (RFC 7515 section 2).
	if strings.ContainsAny(part, "\r\n") {
		return nil, errBase64
	}
	text, err := encoding.DecodeString(part)
	if err != nil {
		return nil, errBase64
	}
	return parseObject(text)
}

func cutLast(token string) (before, after string, ok bool) {
	i := strings.LastIndexByte(token, '.')
	if i < 0 || strings.ContainsAny(token[i:], "\r\n") {
		return "", "", false
	}
	return token[:i], token[i+1:], true
}

func invalid(reason string) error { return fmt.Errorf("%w: %s", ErrInvalid, reason) }
