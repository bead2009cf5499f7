package sts

import (
	"context"
	"strings"
	"time"

	api "github.com/gatehouse-dev/gatehouse/internal/api/sts"
	"github.com/gatehouse-dev/gatehouse/internal/arn"
	"github.com/gatehouse-dev/gatehouse/internal/awserr"
	"github.com/gatehouse-dev/gatehouse/internal/front"
	"github.com/gatehouse-dev/gatehouse/internal/identity"
	"github.com/gatehouse-dev/gatehouse/internal/policy"
)

// GetCallerIdentity says who calls.
func (s *Service) GetCallerIdentity(ctx context.Context, _ *api.GetCallerIdentityRequest) (*api.GetCallerIdentityResponse, error) {
	p := &front.CallFrom(ctx).Caller.Principal
	return &api.GetCallerIdentityResponse{Account: &p.Account, Arn: &p.ARN, UserId: &p.UserID}, nil
}

// GetAccessKeyInfo names the account of an access key.
func (s *Service) GetAccessKeyInfo(ctx context.Context, in *api.GetAccessKeyInfoRequest) (*api.GetAccessKeyInfoResponse, error) {
	id := *in.AccessKeyId
	if !strings.HasPrefix(id, "AKIA") && !strings.HasPrefix(id, "ASIA") {
		return nil, invalid("Invalid Access Key: %s", id)
	}
	// The keys of this Gatehouse are all of one account.
	return &api.GetAccessKeyInfoResponse{Account: &s.Account}, nil
}

// Durations of sessions of users (STS API Reference).
const (
	userSessionDefault = 12 * time.Hour
	rootSessionLimit   = time.Hour
)

// GetSessionToken makes a session of the calling user.
func (s *Service) GetSessionToken(ctx context.Context, in *api.GetSessionTokenRequest) (*api.GetSessionTokenResponse, error) {
	c := front.CallFrom(ctx)
	if c.Caller.Temporary {
		return nil, awserr.Of(awserr.AccessDenied, "Cannot call GetSessionToken with session credentials")
	}
	if in.SerialNumber != nil || in.TokenCode != nil {
		return nil, awserr.Of(awserr.AccessDenied, "MultiFactorAuthentication failed with invalid MFA one time pass code.")
	}
	session := s.userSession(c, identity.UserSession, in.DurationSeconds)
	creds, err := s.credentials(session)
	if err != nil {
		return nil, err
	}
	return &api.GetSessionTokenResponse{Credentials: creds}, nil
}

// userSession makes a session with the identity of the caller: a user or root.
func (s *Service) userSession(c *front.Call, kind identity.Kind, asked *int32) *identity.Session {
	d := userSessionDefault
	if asked != nil {
		d = time.Duration(*asked) * time.Second
	}
	p := &c.Caller.Principal
	if p.Type == policy.Root {
		d = min(d, rootSessionLimit)
		if kind == identity.UserSession {
			kind = identity.RootSession
		}
	}
	session := s.begin(kind, d)
	session.UserID, session.UserName, session.UserARN = p.UserID, c.Caller.UserName, p.ARN
	return session
}

// GetFederationToken makes a session of a federated user: it may do what both
// the calling user and the session policies allow, so nothing without one.
func (s *Service) GetFederationToken(ctx context.Context, in *api.GetFederationTokenRequest) (*api.GetFederationTokenResponse, error) {
	c := front.CallFrom(ctx)
	if c.Caller.Temporary {
		return nil, awserr.Of(awserr.AccessDenied, "Cannot call GetFederationToken with session credentials")
	}
	session := s.userSession(c, identity.Federation, in.DurationSeconds)
	session.Name = *in.Name
	session.HasPolicy = true
	packed, err := s.attachPolicies(session, in.Policy, in.PolicyArns, in.Tags)
	if err != nil {
		return nil, err
	}
	creds, err := s.credentials(session)
	if err != nil {
		return nil, err
	}
	return &api.GetFederationTokenResponse{Credentials: creds, PackedPolicySize: packed, FederatedUser: &api.FederatedUser{
		FederatedUserId: new(session.Account + ":" + session.Name),
		Arn:             new(arn.Make("sts", "", session.Account, "federated-user/"+session.Name)),
	}}, nil
}
