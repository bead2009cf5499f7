package cognitoidp

import (
	"github.com/gatehouse-dev/gatehouse/internal/api/cognitoidp"
	"github.com/gatehouse-dev/gatehouse/internal/kv"
)

// userScopes are the scopes that every pool has. They are about users.
var userScopes = []string{"phone", "email", "openid", "profile", "aws.cognito.signin.user.admin"}

// knownScopes are all scopes of a pool: those of users and IDENTIFIER/SCOPE of
// each resource server.
func knownScopes(r kv.Reader, in space, pool string) (map[string]bool, error) {
	out := map[string]bool{}
	for _, s := range userScopes {
		out[s] = true
	}
	servers, err := kv.LoadAll[cognitoidp.ResourceServerType](r, in.servers(pool))
	for _, server := range servers {
		for _, s := range server.Scopes {
			out[*server.Identifier+"/"+*s.ScopeName] = true
		}
	}
	return out, err
}

// checkScopes refuses scopes that the pool does not have.
func (c *clientRecord) checkScopes(r kv.Reader, at space) error {
	if len(c.Client.AllowedOAuthScopes) == 0 {
		return nil
	}
	known, err := knownScopes(r, at, *c.Client.UserPoolId)
	if err != nil {
		return err
	}
	for _, s := range c.Client.AllowedOAuthScopes {
		if !known[s] {
			return cognitoidp.ScopeDoesNotExistException("Invalid scope requested: %s", s)
		}
	}
	return nil
}
