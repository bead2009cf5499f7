package sts

import (
	"context"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/gatehouse-dev/gatehouse/internal/clock"
	"github.com/gatehouse-dev/gatehouse/internal/jwt"
)

// Bounds of what is fetched from an issuer elsewhere.
const (
	maxDocument = 256 << 10
	maxIssuers  = 100
	keysTTL     = 15 * time.Minute
)

// remoteKeys fetches and remembers the keys of issuers elsewhere (OpenID
// Connect Discovery 1.0). Only issuers that IAM trusts are asked, over TLS that
// the machine's roots vouch for.
type remoteKeys struct {
	http  *http.Client
	clock *clock.Clock

	mu   sync.Mutex
	keys map[string]fetched
}

type fetched struct {
	keys *jwt.KeySet
	at   time.Time
}

func newRemoteKeys(c *http.Client, clk *clock.Clock) *remoteKeys {
	return &remoteKeys{http: c, clock: clk, keys: map[string]fetched{}}
}

func (r *remoteKeys) get(ctx context.Context, issuer string) (*jwt.KeySet, error) {
	now := r.clock.Now()
	r.mu.Lock()
	f, ok := r.keys[issuer]
	r.mu.Unlock()
	if ok && now.Sub(f.at) < keysTTL {
		return f.keys, nil
	}
	keys, err := r.fetch(ctx, issuer)
	if err != nil {
		return nil, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.keys) >= maxIssuers {
		clear(r.keys)
	}
	r.keys[issuer] = fetched{keys, now}
	return keys, nil
}

func (r *remoteKeys) fetch(ctx context.Context, issuer string) (*jwt.KeySet, error) {
	var discovery struct {
		Issuer  string `json:"issuer"`
		JWKSURI string `json:"jwks_uri"`
	}
	if err := r.document(ctx, strings.TrimRight(issuer, "/")+"/.well-known/openid-configuration", &discovery); err != nil {
		return nil, err
	}
	if discovery.Issuer != issuer {
		return nil, fmt.Errorf("the issuer %s calls itself %.200q", issuer, discovery.Issuer)
	}
	var set struct {
		Keys []struct{ Kty, Kid, N, E string }
	}
	if err := r.document(ctx, discovery.JWKSURI, &set); err != nil {
		return nil, err
	}
	keys := map[string]*rsa.PublicKey{}
	for _, k := range set.Keys {
		n, nErr := base64.RawURLEncoding.DecodeString(k.N)
		e, eErr := base64.RawURLEncoding.DecodeString(k.E)
		if k.Kty != "RSA" || nErr != nil || eErr != nil || len(e) == 0 || len(e) > 4 || len(n) > 1024 {
			continue
		}
		keys[k.Kid] = &rsa.PublicKey{N: new(big.Int).SetBytes(n), E: int(new(big.Int).SetBytes(e).Int64())}
	}
	return jwt.NewKeySet(keys), nil
}

func (r *remoteKeys) document(ctx context.Context, at string, into any) error {
	u, err := url.Parse(at)
	if err != nil || u.Scheme != "https" || u.User != nil {
		return errors.New("the issuer's documents must be served over https")
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, at, nil)
	if err != nil {
		return err
	}
	resp, err := r.http.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("%s answers %d", at, resp.StatusCode)
	}
	b, err := io.ReadAll(io.LimitReader(resp.Body, maxDocument+1))
	if err != nil {
		return err
	}
	if len(b) > maxDocument {
		return fmt.Errorf("%s is larger than %d bytes", at, maxDocument)
	}
	return json.Unmarshal(b, into)
}
