package sts

import (
	"context"
	"errors"
	"slices"
	"strings"

	api "github.com/gatehouse-dev/gatehouse/internal/api/sts"
	"github.com/gatehouse-dev/gatehouse/internal/awserr"
	"github.com/gatehouse-dev/gatehouse/internal/identity"
	"github.com/gatehouse-dev/gatehouse/internal/jwt"
	"github.com/gatehouse-dev/gatehouse/internal/policy"
)

// AssumeRoleWithWebIdentity makes a session of a role for the holder of an
// OIDC token. The call is unsigned: the token is the proof, the role's trust
// policy decides.
func (s *Service) AssumeRoleWithWebIdentity(ctx context.Context, in *api.AssumeRoleWithWebIdentityRequest) (*api.AssumeRoleWithWebIdentityResponse, error) {
	if in.ProviderId != nil {
		return nil, invalid("ProviderId is for OAuth 2.0 access tokens of providers that Gatehouse does not know.")
	}
	provider, claims, err := s.webIdentity(ctx, *in.WebIdentityToken)
	if err != nil {
		return nil, err
	}
	audience, err := audienceOf(claims, provider)
	if err != nil {
		return nil, err
	}
	role := s.Directory.Role(*in.RoleArn)
	keys := providerKeys(provider, claims, audience)
	keys.Set("sts:RoleSessionName", *in.RoleSessionName)
	need := trustNeed("sts:AssumeRoleWithWebIdentity", *in.RoleArn, role, keys)
	req := &policy.Request{Action: need.Action, Resource: need.Resource, ResourceAccount: need.Account, Keys: keys,
		Principal: policy.Principal{Type: policy.WebIdentity, ARN: provider.ARN, Provider: provider.ARN, Account: s.Account}}
	if d := policy.Evaluate(req, &policy.Set{Resource: need.Policies, ResourceRequired: true}); !d.Allowed {
		return nil, awserr.Of(awserr.AccessDenied, "Not authorized to perform sts:AssumeRoleWithWebIdentity")
	}
	d, err := roleDuration(in.DurationSeconds, role, false)
	if err != nil {
		return nil, err
	}
	session := s.roleSession(role, *in.RoleSessionName, d)
	for k, v := range keys {
		session.Keys[k] = v
	}
	session.Keys["aws:federatedprovider"] = []string{provider.ARN}
	packed, err := s.attachPolicies(session, in.Policy, in.PolicyArns, nil)
	if err != nil {
		return nil, err
	}
	creds, err := s.credentials(session)
	if err != nil {
		return nil, err
	}
	return &api.AssumeRoleWithWebIdentityResponse{Credentials: creds, AssumedRoleUser: assumed(session), PackedPolicySize: packed,
		SubjectFromWebIdentityToken: new(claims.String("sub")), Provider: &provider.ARN, Audience: &audience}, nil
}

// webIdentity verifies a token by the keys of its issuer, which IAM must trust.
func (s *Service) webIdentity(ctx context.Context, token string) (*identity.Provider, jwt.Claims, error) {
	issuer, err := jwt.Issuer(token)
	if err != nil {
		return nil, nil, api.InvalidIdentityTokenException("The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)")
	}
	bare := strings.TrimPrefix(strings.TrimPrefix(issuer, "https://"), "http://")
	provider := s.Directory.Provider(bare)
	if provider == nil {
		return nil, nil, api.InvalidIdentityTokenException("No OpenIDConnect provider found in your account for %s", issuer)
	}
	keys, local := (*jwt.KeySet)(nil), false
	if s.Issuers != nil {
		keys, local = s.Issuers.IssuerKeys(issuer)
	}
	if !local {
		if keys, err = s.remote.get(ctx, issuer); err != nil {
			s.Log.Info("keys of an identity provider could not be fetched", "issuer", issuer, "error", err)
			return nil, nil, api.InvalidIdentityTokenException("Couldn't retrieve verification key from your identity provider, please reference AssumeRoleWithWebIdentity documentation for requirements")
		}
	}
	claims, err := s.verifier.Verify(keys, issuer, token, s.Clock.Now())
	switch {
	case errors.Is(err, jwt.ErrExpired):
		return nil, nil, api.ExpiredTokenException("Token expired: the identity provider's token is over its time")
	case err != nil:
		return nil, nil, api.InvalidIdentityTokenException("The ID Token provided is not a valid JWT signed by its issuer.")
	case claims.String("sub") == "":
		return nil, nil, api.InvalidIdentityTokenException("Missing a required claim: sub")
	}
	return provider, claims, nil
}

// audienceOf is the audience that the provider's client ids know.
func audienceOf(claims jwt.Claims, provider *identity.Provider) (string, error) {
	var audiences []string
	switch aud := claims["aud"].(type) {
	case string:
		audiences = []string{aud}
	case []any:
		for _, a := range aud {
			if text, ok := a.(string); ok {
				audiences = append(audiences, text)
			}
		}
	}
	if azp := claims.String("azp"); azp != "" {
		audiences = []string{azp} // then the client is the audience (OpenID Connect Core, section 2)
	}
	for _, a := range audiences {
		if slices.Contains(provider.ClientIDs, a) {
			return a, nil
		}
	}
	return "", api.InvalidIdentityTokenException("Incorrect token audience")
}

// providerKeys are the condition keys ISSUER:claim.
func providerKeys(p *identity.Provider, claims jwt.Claims, audience string) policy.KeyMap {
	keys := policy.KeyMap{}
	keys.Set(p.URL+":aud", audience)
	keys.Set(p.URL+":sub", claims.String("sub"))
	keys.Set("aws:FederatedProvider", p.ARN)
	if amr, ok := claims["amr"].([]any); ok {
		var values []string
		for _, a := range amr {
			if text, ok := a.(string); ok {
				values = append(values, text)
			}
		}
		keys.Set(p.URL+":amr", values...)
	}
	if email := claims.String("email"); email != "" {
		keys.Set(p.URL+":email", email)
	}
	return keys
}
