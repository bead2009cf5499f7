package cognitoidp

import (
	"crypto/rsa"
	"log/slog"

	"github.com/gatehouse-dev/gatehouse/internal/api/cognitoidp"
	"github.com/gatehouse-dev/gatehouse/internal/clock"
	"github.com/gatehouse-dev/gatehouse/internal/kv"
	"github.com/gatehouse-dev/gatehouse/internal/services/cognitoidp/oauth"
)

// Options are what a Service is made of. Store, Clock and Log are required.
type Options struct {
	Store kv.Store
	Clock *clock.Clock
	Log   *slog.Logger
	// IssuerBase returns the URL under which this machine's clients reach the
	// server, without a slash at its end: http://localhost:4566. The issuer of
	// a pool is IssuerBase/POOL. Where it is nil or returns "" the issuer is
	// AWS's own: https://cognito-idp.REGION.amazonaws.com/POOL.
	IssuerBase func() string
	// GenerateKey makes a pool's signing keys; nil is RSA with 2048 bits.
	GenerateKey func() (*rsa.PrivateKey, error)
}

// Service is the control plane. It is safe for concurrent use.
type Service struct {
	cognitoidp.Unimplemented
	store   kv.Store
	reserve *reserve
	live    *live
	issuer  issuer
	handler *oauth.Handler
}

// New returns a service. Close ends what it does in the background.
func New(o Options) *Service {
	if o.GenerateKey == nil {
		o.GenerateKey = generateKey
	}
	if o.IssuerBase == nil {
		o.IssuerBase = func() string { return "" }
	}
	s := &Service{store: o.Store, reserve: newReserve(o.GenerateKey), live: newLive(o.Store, o.Log), issuer: issuer(o.IssuerBase)}
	s.handler = oauth.NewHandler(oauth.Options{Source: s.live, Clock: o.Clock, Log: o.Log, Issuer: s.issuer.of, Base: o.IssuerBase})
	return s
}

// Handler serves the pools' domains and issuers.
func (s *Service) Handler() *oauth.Handler { return s.handler }

// Close ends the background work and waits for it. The store is the caller's.
func (s *Service) Close() {
	s.reserve.close()
	s.live.close()
}
