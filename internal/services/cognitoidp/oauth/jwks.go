package oauth

import (
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"math/big"
)

// JWK is a public key (RFC 7517), in Cognito's order of members.
type JWK struct {
	Alg string `json:"alg"`
	E   string `json:"e"`
	Kid string `json:"kid"`
	Kty string `json:"kty"`
	N   string `json:"n"`
	Use string `json:"use"`
}

// NewJWK describes an RSA key that signs with RS256.
func NewJWK(kid string, key *rsa.PublicKey) JWK {
	enc := base64.RawURLEncoding
	return JWK{Alg: "RS256", Kid: kid, Kty: "RSA", Use: "sig",
		E: enc.EncodeToString(big.NewInt(int64(key.E)).Bytes()), N: enc.EncodeToString(key.N.Bytes())}
}

// JWKS is the document of the keys.
func JWKS(keys []JWK) ([]byte, error) {
	return json.Marshal(struct {
		Keys []JWK `json:"keys"`
	}{keys})
}
