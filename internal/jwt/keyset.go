package jwt

import (
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
)

// minBits is RFC 7518 section 3.3: a key of 2048 bits or larger.
const minBits = 2048

// KeySet is the public keys of one issuer by key id. It is immutable and safe
// for concurrent use. The nil KeySet has no keys.
type KeySet struct {
	keys map[string]publicKey
}

type publicKey struct {
	rsa *rsa.PublicKey
	// print tells whether a key is the one that a cached token was verified
	// with, even when the set was built anew.
	print [sha256.Size]byte
}

// NewKeySet returns the set of the keys, by key id. It takes the keys over.
// Keys under 2048 bits are left out: no token verifies with them.
func NewKeySet(keys map[string]*rsa.PublicKey) *KeySet {
	ks := &KeySet{keys: make(map[string]publicKey, len(keys))}
	for kid, k := range keys {
		if k == nil || k.N == nil || k.N.BitLen() < minBits {
			continue
		}
		ks.keys[kid] = publicKey{rsa: k, print: sha256.Sum256(x509.MarshalPKCS1PublicKey(k))}
	}
	return ks
}

func (ks *KeySet) lookup(kid string) (publicKey, bool) {
	if ks == nil {
		return publicKey{}, false
	}
	k, ok := ks.keys[kid]
	return k, ok
}
