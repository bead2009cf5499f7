package cognitoidp

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"fmt"

	"github.com/gatehouse-dev/gatehouse/internal/ids"
)

// Cognito gives each pool two keys and signs ID tokens with the first and
// access tokens with the second.
const (
	keyBits   = 2048
	keyCount  = 2
	accessKey = 1
)

// signingKeys is the record of a pool's keys. No operation returns it.
type signingKeys struct {
	Keys []signingKey
}

type signingKey struct {
	Kid   string
	PKCS8 []byte
}

func generateKey() (*rsa.PrivateKey, error) { return rsa.GenerateKey(rand.Reader, keyBits) }

func (s *Service) newSigningKeys(ctx context.Context) (signingKeys, error) {
	var out signingKeys
	for range keyCount {
		key, err := s.reserve.take(ctx)
		if err != nil {
			return out, err
		}
		der, err := x509.MarshalPKCS8PrivateKey(key)
		if err != nil {
			return out, fmt.Errorf("cognitoidp: signing key: %w", err)
		}
		out.Keys = append(out.Keys, signingKey{Kid: base64.StdEncoding.EncodeToString(ids.Bytes(32)), PKCS8: der})
	}
	return out, nil
}

func (k signingKey) parse() (*rsa.PrivateKey, error) {
	key, err := x509.ParsePKCS8PrivateKey(k.PKCS8)
	if err != nil {
		return nil, fmt.Errorf("cognitoidp: signing key: %w", err)
	}
	rsaKey, ok := key.(*rsa.PrivateKey)
	if !ok {
		return nil, fmt.Errorf("cognitoidp: signing key is a %T", key)
	}
	return rsaKey, nil
}
