package sts

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	api "github.com/gatehouse-dev/gatehouse/internal/api/sts"
	"github.com/gatehouse-dev/gatehouse/internal/clock"
	"github.com/gatehouse-dev/gatehouse/internal/front"
	"github.com/gatehouse-dev/gatehouse/internal/identity"
	"github.com/gatehouse-dev/gatehouse/internal/jwt"
	"github.com/gatehouse-dev/gatehouse/internal/policy"
)

// Directory is what STS needs of IAM. Its methods answer from memory.
type Directory interface {
	// Role finds a role by its ARN; nil if there is none.
	Role(arn string) *identity.Role
	// Provider finds an OIDC provider by its issuer without https://.
	Provider(issuer string) *identity.Provider
	// ManagedPolicy finds a managed policy; nil if there is none.
	ManagedPolicy(arn string) *policy.Document
}

// Authorizer decides what the caller of the running operation may.
type Authorizer interface {
	Authorize(ctx context.Context, needs ...front.Need) error
}

// Issuers knows the keys of the issuers that this Gatehouse serves itself.
type Issuers interface {
	// IssuerKeys returns the keys of an issuer URL; ok is false for issuers of
	// elsewhere.
	IssuerKeys(issuer string) (keys *jwt.KeySet, ok bool)
}

// Options are what a Service is made of. Issuers and HTTP may be nil.
type Options struct {
	Directory Directory
	Sessions  *identity.Sealer
	Clock     *clock.Clock
	Log       *slog.Logger
	Account   string
	Issuers   Issuers
	// HTTP fetches the keys of issuers elsewhere.
	HTTP *http.Client
}

// Service implements the operations.
type Service struct {
	api.Unimplemented
	Options
	verifier *jwt.Verifier
	remote   *remoteKeys
}

const verifiedTokens = 4096

// New returns the service.
func New(o Options) *Service {
	if o.HTTP == nil {
		o.HTTP = &http.Client{Timeout: 5 * time.Second, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	}
	return &Service{Options: o, verifier: jwt.NewVerifier(verifiedTokens), remote: newRemoteKeys(o.HTTP, o.Clock)}
}

// Front is the service's registration.
func (s *Service) Front() *front.Service {
	return &front.Service{API: &api.Service, Server: s, Access: s.access()}
}
