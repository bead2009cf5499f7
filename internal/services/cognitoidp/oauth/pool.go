package oauth

import (
	"context"
	"crypto/rsa"
	"crypto/subtle"
	"time"

	"github.com/gatehouse-dev/gatehouse/internal/jwt"
)

// Pool is a user pool as the data plane needs it. It never changes.
type Pool struct {
	ID, ARN, Region string
	// Domain is the prefix of the pool's domain, CustomDomain a host name of
	// its owner's; empty where there is none.
	Domain, CustomDomain string
	// Kid and Key sign access tokens.
	Kid string
	Key *rsa.PrivateKey
	// Keys are the public halves of all keys; JWKS is their document.
	Keys    *jwt.KeySet
	JWKS    []byte
	Clients map[string]*Client
}

// Client is an app client.
type Client struct {
	ID string
	// Secrets are those valid now; a public client has none.
	Secrets []string
	// Enabled is AllowedOAuthFlowsUserPoolClient: whether the client may use
	// this endpoint at all.
	Enabled bool
	// ClientCredentials and Code are the flows that the client may use.
	ClientCredentials, Code bool
	// Scopes are the scopes of resource servers that the client may have, in
	// the order of its settings.
	Scopes []string
	// AccessToken is how long an access token is valid.
	AccessToken time.Duration
}

// Source gives the pools. Its methods return nil where there is none.
type Source interface {
	// Pool returns the pool with the id.
	Pool(ctx context.Context, id string) (*Pool, error)
	// PoolOfDomain returns the pool of a domain as Locate names it: "prefix",
	// "region/prefix" or the host name of a custom domain.
	PoolOfDomain(ctx context.Context, domain string) (*Pool, error)
}

// knows reports whether the secret is one of the client's. The time that it
// takes tells nothing about them.
func (c *Client) knows(secret string) bool {
	found := 0
	for _, s := range c.Secrets {
		found |= subtle.ConstantTimeCompare([]byte(s), []byte(secret))
	}
	return found == 1
}
