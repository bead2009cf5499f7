package oauth

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/gatehouse-dev/gatehouse/internal/ids"
	"github.com/gatehouse-dev/gatehouse/internal/jwt"
)

// clientCredentials is the grant of RFC 6749 section 4.4 as Cognito offers it:
// scopes of resource servers only, an access token only.
func (h *Handler) clientCredentials(f form, pool *Pool, c *Client) (*answer, error) {
	// A client that has the flow in its settings but is not switched on for
	// OAuth is told invalid_grant, as Cognito's users keep finding out.
	if c.ClientCredentials && !c.Enabled {
		return nil, invalidGrant
	}
	if !c.ClientCredentials || len(c.Secrets) == 0 {
		return nil, unauthorizedClient
	}
	scopes, err := grantScopes(f["scope"], c.Scopes)
	if err != nil {
		return nil, err
	}
	if err := checkMetadata(f["aws_client_metadata"]); err != nil {
		return nil, err
	}
	now := h.o.Clock.Now().Unix()
	seconds := int64(c.AccessToken.Seconds())
	token, err := jwt.Sign(pool.Key, pool.Kid, jwt.Claims{
		"sub": c.ID, "token_use": "access", "scope": strings.Join(scopes, " "), "auth_time": now,
		"iss": h.o.Issuer(pool), "exp": now + seconds, "iat": now, "version": 2, "jti": ids.UUID(), "client_id": c.ID,
	})
	if err != nil {
		return nil, err
	}
	return &answer{AccessToken: token, ExpiresIn: seconds, TokenType: "Bearer"}, nil
}

// grantScopes returns what was asked for, once each, or all that is allowed if
// nothing was. A token without any scope is not issued.
func grantScopes(asked string, allowed []string) ([]string, error) {
	if len(allowed) == 0 {
		return nil, invalidScope
	}
	wanted := strings.Fields(asked)
	if len(wanted) == 0 {
		return allowed, nil
	}
	out := make([]string, 0, min(len(wanted), len(allowed)))
	for _, s := range wanted {
		if !slices.Contains(allowed, s) {
			return nil, invalidScope
		}
		if !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out, nil
}

// checkMetadata refuses what the pre token generation function could not take:
// anything but a JSON object of strings.
func checkMetadata(text string) error {
	var m map[string]string
	if text != "" && (json.Unmarshal([]byte(text), &m) != nil || m == nil) {
		return invalidRequest
	}
	return nil
}
