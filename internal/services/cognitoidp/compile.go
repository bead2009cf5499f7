package cognitoidp

import (
	"crypto/rsa"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/gatehouse-dev/gatehouse/internal/api/cognitoidp"
	"github.com/gatehouse-dev/gatehouse/internal/jwt"
	"github.com/gatehouse-dev/gatehouse/internal/kv"
	"github.com/gatehouse-dev/gatehouse/internal/services/cognitoidp/oauth"
)

// compile reads all that the data plane needs of a pool. The result has no
// pool if there is none with the id.
func compile(r kv.Reader, id string) (livePool, error) {
	at, ok, err := kv.Load[place](r, placeKey(id))
	if err != nil || !ok {
		return livePool{}, err
	}
	in := space{at.Account, at.Region}
	rec, ok, err := kv.Load[poolRecord](r, in.pool(id))
	if err != nil || !ok {
		return livePool{}, err
	}
	p := &oauth.Pool{ID: id, ARN: *rec.Pool.Arn, Region: at.Region, Domain: text(rec.Pool.Domain), CustomDomain: text(rec.Pool.CustomDomain),
		Clients: map[string]*oauth.Client{}}
	if err := compileKeys(r, in, p); err != nil {
		return livePool{}, err
	}
	scopes, err := knownScopes(r, in, id)
	if err != nil {
		return livePool{}, err
	}
	clients, err := kv.LoadAll[clientRecord](r, in.clients(id))
	if err != nil {
		return livePool{}, err
	}
	for _, c := range clients {
		p.Clients[*c.Client.ClientId] = compileClient(&c, scopes)
	}
	return livePool{pool: p, version: at.Version}, nil
}

func compileKeys(r kv.Reader, in space, p *oauth.Pool) error {
	stored, ok, err := kv.Load[signingKeys](r, in.signing(p.ID))
	if err != nil {
		return err
	}
	if !ok || len(stored.Keys) <= accessKey {
		return fmt.Errorf("cognitoidp: pool %s has no signing keys", p.ID)
	}
	public := map[string]*rsa.PublicKey{}
	var list []oauth.JWK
	for i, k := range stored.Keys {
		key, err := k.parse()
		if err != nil {
			return err
		}
		if i == accessKey {
			p.Kid, p.Key = k.Kid, key
		}
		public[k.Kid] = &key.PublicKey
		list = append(list, oauth.NewJWK(k.Kid, &key.PublicKey))
	}
	p.Keys = jwt.NewKeySet(public)
	p.JWKS, err = oauth.JWKS(list)
	return err
}

func compileClient(rec *clientRecord, scopes map[string]bool) *oauth.Client {
	c := &rec.Client
	out := &oauth.Client{
		ID: *c.ClientId, Secrets: rec.secrets(), Enabled: isTrue(c.AllowedOAuthFlowsUserPoolClient),
		ClientCredentials: slices.Contains(c.AllowedOAuthFlows, cognitoidp.OAuthFlowTypeClientCredentials),
		Code:              slices.Contains(c.AllowedOAuthFlows, cognitoidp.OAuthFlowTypeCode),
		AccessToken:       accessTokenValidity(c),
	}
	for _, s := range c.AllowedOAuthScopes {
		// A scope whose resource server is gone is worth nothing any more, and
		// the scopes about users are none of a machine's.
		if scopes[s] && strings.Contains(s, "/") {
			out.Scopes = append(out.Scopes, s)
		}
	}
	return out
}

// accessTokenValidity is in hours where no unit is set, and one hour where
// nothing is.
func accessTokenValidity(c *cognitoidp.UserPoolClientType) time.Duration {
	if c.AccessTokenValidity == nil || *c.AccessTokenValidity == 0 {
		return time.Hour
	}
	unit := cognitoidp.TimeUnitsTypeHours
	if c.TokenValidityUnits != nil && c.TokenValidityUnits.AccessToken != nil {
		unit = *c.TokenValidityUnits.AccessToken
	}
	return time.Duration(*c.AccessTokenValidity) * units[unit]
}
