package execute

import (
	"errors"
	"regexp"
	"slices"
	"strings"

	api "github.com/gatehouse-dev/gatehouse/internal/api/apigateway"
	"github.com/gatehouse-dev/gatehouse/internal/jwt"
)

// authorizer compiles the authorization of a method. A kind that is not known
// refuses every request.
func (c *compiler) authorizer(m *api.Method) authorizer {
	switch kind := str(m.AuthorizationType); kind {
	case "NONE":
		return open{}
	case "COGNITO_USER_POOLS":
		for i := range c.snapshot.API.Authorizers {
			if a := &c.snapshot.API.Authorizers[i]; str(a.Id) == str(m.AuthorizerId) && str(a.Type) == kind {
				return newUserPoolAuthorizer(a, m.AuthorizationScopes)
			}
		}
		return broken{faultAuthorizerConfiguration.because("no such authorizer", nil)}
	default:
		return broken{faultAuthorizerConfiguration.because("authorization "+kind+" is not implemented", nil)}
	}
}

func (x *exchange) authorize() error {
	if x.test {
		return nil // TestInvokeMethod calls the method as its owner
	}
	err := x.method.authorizer.authorize(x)
	x.authorized = x.gateway.o.Clock.Now()
	return err
}

// open lets everyone in.
type open struct{}

func (open) authorize(*exchange) error { return nil }

// userPools is a COGNITO_USER_POOLS authorizer with the scopes of one method.
type userPools struct {
	header string
	arns   []string
	scopes []string
	expect *regexp.Regexp // identityValidationExpression, nil without
}

func newUserPoolAuthorizer(a *api.Authorizer, scopes []string) authorizer {
	source := str(a.IdentitySource)
	if source == "" {
		source = "method.request.header.Authorization"
	}
	header, ok := strings.CutPrefix(source, "method.request.header.")
	if !ok || header == "" || len(a.ProviderARNs) == 0 {
		return broken{faultAuthorizerConfiguration.because("identity source "+source, nil)}
	}
	u := &userPools{header: header, arns: a.ProviderARNs, scopes: scopes}
	if e := str(a.IdentityValidationExpression); e != "" {
		re, err := regexp.Compile("^(?:" + e + ")$")
		if err != nil {
			return broken{faultAuthorizerConfiguration.because("identityValidationExpression", err)}
		}
		u.expect = re
	}
	return u
}

// authorize verifies the token with the keys of each pool in turn.
//
// A method with scopes takes access tokens that have one of them; a method
// without takes ID tokens only. A token that is genuine and not of that kind,
// or without the scope, is answered like any other: 401 Unauthorized.
func (u *userPools) authorize(x *exchange) error {
	if len(x.r.Header.Values(u.header)) > 1 {
		return faultUnauthorized.because("several "+u.header+" headers", nil)
	}
	token, ok := x.header(u.header)
	if !ok {
		return faultUnauthorized.because("no "+u.header+" header", nil)
	}
	token = withoutBearer(token)
	if token == "" || (u.expect != nil && !u.expect.MatchString(token)) {
		return faultUnauthorized.because("the identity source is empty or not as expected", nil)
	}
	pools := x.gateway.o.Pools
	if pools == nil {
		return faultAuthorizerConfiguration.because("there are no user pools", nil)
	}
	refusal := faultUnauthorized.because("none of the user pools exists", nil)
	for _, arn := range u.arns {
		keys, issuer, ok := pools.Keys(arn)
		if !ok {
			continue
		}
		t, err := x.gateway.verifier.Token(keys, issuer, token, x.start)
		switch {
		case err == nil:
			return u.accept(x, t)
		case errors.Is(err, jwt.ErrExpired):
			return faultTokenExpired
		}
		refusal = faultUnauthorized.because(err.Error(), err)
	}
	return refusal
}

// accept checks the use and the scopes of a genuine token.
func (u *userPools) accept(x *exchange, t *jwt.Token) error {
	use := t.Claims.String("token_use")
	if len(u.scopes) == 0 {
		if use != "id" {
			return faultUnauthorized.because("the method has no scopes and takes ID tokens only", nil)
		}
		x.token = t
		return nil
	}
	if use != "access" {
		return faultUnauthorized.because("the method has scopes and takes access tokens only", nil)
	}
	for _, scope := range u.scopes {
		if slices.Contains(t.Scopes, scope) {
			x.token = t
			return nil
		}
	}
	return faultUnauthorized.because("the token has none of the scopes "+strings.Join(u.scopes, " "), nil)
}

func withoutBearer(s string) string {
	const scheme = "Bearer "
	if len(s) >= len(scheme) && strings.EqualFold(s[:len(scheme)], scheme) {
		s = s[len(scheme):]
	}
	return strings.TrimSpace(s)
}
