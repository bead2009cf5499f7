package cognitoidp

import (
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/gatehouse-dev/gatehouse/internal/api/cognitoidp"
	"github.com/gatehouse-dev/gatehouse/internal/kv"
)

// check refuses settings of a client that do not go together.
func (c *clientRecord) check(r kv.Reader, at space, p *poolRecord) error {
	for _, err := range []error{
		checkAuthFlows(c.Client.ExplicitAuthFlows), c.checkValidity(), c.checkOAuthFlows(), c.checkURLs(), c.checkAttributes(p),
		checkAnalytics(c.Client.AnalyticsConfiguration),
	} {
		if err != nil {
			return err
		}
	}
	if err := c.checkScopes(r, at); err != nil {
		return err
	}
	return c.checkProviders(r, at)
}

// checkAuthFlows refuses to mix the flows of the ALLOW_ generation with those
// before.
func checkAuthFlows(flows []string) error {
	legacy, current := false, false
	for _, f := range flows {
		if strings.HasPrefix(f, "ALLOW_") {
			current = true
		} else {
			legacy = true
		}
	}
	if legacy && current {
		return invalid("Auth flow name with prefix 'ALLOW' cannot be used with legacy auth flow names.")
	}
	return nil
}

var units = map[string]time.Duration{
	cognitoidp.TimeUnitsTypeSeconds: time.Second, cognitoidp.TimeUnitsTypeMinutes: time.Minute,
	cognitoidp.TimeUnitsTypeHours: time.Hour, cognitoidp.TimeUnitsTypeDays: 24 * time.Hour,
}

// checkValidity holds the lifetimes within Cognito's bounds: five minutes to a
// day for access and ID tokens, an hour to ten years for refresh tokens, which
// must outlive the others.
func (c *clientRecord) checkValidity() error {
	u := cognitoidp.TokenValidityUnitsType{}
	if c.Client.TokenValidityUnits != nil {
		u = *c.Client.TokenValidityUnits
	}
	life := func(n *int32, unit *string, byDefault string, none time.Duration) time.Duration {
		if n == nil || *n == 0 {
			return none
		}
		return time.Duration(*n) * units[*or(unit, byDefault)]
	}
	access := life(c.Client.AccessTokenValidity, u.AccessToken, cognitoidp.TimeUnitsTypeHours, time.Hour)
	id := life(c.Client.IdTokenValidity, u.IdToken, cognitoidp.TimeUnitsTypeHours, time.Hour)
	refresh := life(c.Client.RefreshTokenValidity, u.RefreshToken, cognitoidp.TimeUnitsTypeDays, 30*24*time.Hour)
	const day = 24 * time.Hour
	switch {
	case access < 5*time.Minute || access > day, id < 5*time.Minute || id > day, refresh < time.Hour || refresh > 3650*day:
		return invalid("Invalid range for token validity.")
	case refresh < access || refresh < id:
		return invalid("Access and Id Token expiration times must be less than or equal to refresh token expiration times.")
	}
	return nil
}

func (c *clientRecord) checkOAuthFlows() error {
	flows := c.Client.AllowedOAuthFlows
	if isTrue(c.Client.AllowedOAuthFlowsUserPoolClient) && (len(flows) == 0 || len(c.Client.AllowedOAuthScopes) == 0) {
		return invalid("AllowedOAuthFlows and AllowedOAuthScopes are required if user pool client is allowed to use OAuth flows.")
	}
	if !slices.Contains(flows, cognitoidp.OAuthFlowTypeClientCredentials) {
		return nil
	}
	if len(flows) > 1 {
		return cognitoidp.InvalidOAuthFlowException("client_credentials flow can not be selected along with code flow or implicit flow.")
	}
	if text(c.Client.ClientSecret) == "" {
		return cognitoidp.InvalidOAuthFlowException("client_credentials flow can not be selected if client does not have a client secret.")
	}
	for _, s := range c.Client.AllowedOAuthScopes {
		if slices.Contains(userScopes, s) {
			return cognitoidp.InvalidOAuthFlowException("%s is not supported with client_credentials flow", s)
		}
	}
	return nil
}

// checkURLs holds redirects to what Cognito accepts: absolute, without a
// fragment, and encrypted but for localhost and schemes of apps.
func (c *clientRecord) checkURLs() error {
	for _, list := range [][]string{c.Client.CallbackURLs, c.Client.LogoutURLs} {
		for _, s := range list {
			u, err := url.Parse(s)
			if err != nil || u.Scheme == "" || strings.Contains(s, "#") {
				return invalid("%s is not a valid redirect URI.", s)
			}
			if local := u.Hostname() == "localhost" || u.Hostname() == "127.0.0.1" || u.Hostname() == "::1"; u.Scheme == "http" && !local {
				return invalid("%s cannot use the HTTP protocol.", s)
			}
		}
	}
	if d := c.Client.DefaultRedirectURI; d != nil && !slices.Contains(c.Client.CallbackURLs, *d) {
		return invalid("The default redirect URI %s is not in the callback URIs list.", *d)
	}
	flows := c.Client.AllowedOAuthFlows
	if slices.Contains(flows, cognitoidp.OAuthFlowTypeCode) || slices.Contains(flows, cognitoidp.OAuthFlowTypeImplicit) {
		if len(c.Client.CallbackURLs) == 0 {
			return invalid("CallbackUrls can not be empty when code flow or implicit flow is selected")
		}
	}
	return nil
}

// checkAttributes refuses attributes that the pool does not have, and writing
// those that only Cognito writes.
func (c *clientRecord) checkAttributes(p *poolRecord) error {
	for _, a := range c.Client.ReadAttributes {
		if find(p.Pool.SchemaAttributes, a) < 0 {
			return invalid("Invalid read attributes specified while creating a client")
		}
	}
	for _, a := range c.Client.WriteAttributes {
		if find(p.Pool.SchemaAttributes, a) < 0 || slices.Contains([]string{"sub", "identities", "email_verified", "phone_number_verified"}, a) {
			return invalid("Invalid write attributes specified while creating a client")
		}
	}
	return nil
}

// checkAnalytics refuses a Pinpoint project that is named in no or both of the
// two ways.
func checkAnalytics(a *cognitoidp.AnalyticsConfigurationType) error {
	if a == nil {
		return nil
	}
	byID := a.ApplicationId != nil && a.RoleArn != nil && a.ExternalId != nil
	anyID := a.ApplicationId != nil || a.RoleArn != nil || a.ExternalId != nil
	if a.ApplicationArn != nil && anyID || a.ApplicationArn == nil && !byID {
		return invalid("Invalid analytics configuration given, either <application arn> or <application id, role arn, external id> are valid")
	}
	return nil
}

// checkProviders refuses identity providers that the pool does not have.
func (c *clientRecord) checkProviders(r kv.Reader, at space) error {
	for _, name := range c.Client.SupportedIdentityProviders {
		if name == "COGNITO" {
			continue
		}
		b, err := r.Get(at.provider(*c.Client.UserPoolId, name))
		if err != nil {
			return err
		}
		if b == nil {
			return invalid("The provider %s does not exist for User Pool %s.", name, *c.Client.UserPoolId)
		}
	}
	return nil
}
