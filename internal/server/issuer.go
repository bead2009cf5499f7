package server

import (
	"context"

	"github.com/gatehouse-dev/gatehouse/internal/kv"
	"github.com/gatehouse-dev/gatehouse/internal/tuple"
)

// issuerKey holds the URL in the names of token issuers, where servers share
// the store and were given no public URL.
func issuerKey() []byte { return tuple.Key("gatehouse", "issuer") }

// agreeOnIssuer returns the URL that the names of token issuers begin with. A
// token of one server must be good for all on the store, so all use the public
// URL, which is for the operator to give to each of them alike, or else the URL
// of the first of them.
func (s *Server) agreeOnIssuer(ctx context.Context) (base string, err error) {
	if s.Store == "" || s.PublicURL != "" {
		return s.url, nil
	}
	err = s.store.Update(ctx, func(t kv.Txn) error {
		agreed, ok, err := kv.Load[string](t, issuerKey())
		if err != nil || ok {
			base = agreed
			return err
		}
		base = s.url
		return kv.Save(t, issuerKey(), base)
	})
	if err == nil && base != s.url {
		s.Log.Warn("tokens name the first server on the store as their issuer; a public URL for all servers makes that independent of it", "issuer", base)
	}
	return base, err
}
