package sts

import (
	"context"
	"slices"
	"strings"

	api "github.com/gatehouse-dev/gatehouse/internal/api/sts"
	"github.com/gatehouse-dev/gatehouse/internal/arn"
	"github.com/gatehouse-dev/gatehouse/internal/awserr"
	"github.com/gatehouse-dev/gatehouse/internal/front"
	"github.com/gatehouse-dev/gatehouse/internal/identity"
	"github.com/gatehouse-dev/gatehouse/internal/policy"
)

// AssumeRole makes a session of a role. That the caller may was decided by
// assumeRoleNeeds.
func (s *Service) AssumeRole(ctx context.Context, in *api.AssumeRoleRequest) (*api.AssumeRoleResponse, error) {
	c := front.CallFrom(ctx)
	role := s.Directory.Role(*in.RoleArn)
	if role == nil { // deleted since it was authorized
		return nil, awserr.Of(awserr.AccessDenied, "User: %s is not authorized to perform: sts:AssumeRole on resource: %s", c.Caller.Principal.ARN, *in.RoleArn)
	}
	if in.SerialNumber != nil || in.TokenCode != nil {
		return nil, awserr.Of(awserr.AccessDenied, "MultiFactorAuthentication failed with invalid MFA one time pass code.")
	}
	if len(in.ProvidedContexts) > 0 {
		return nil, invalid("ProvidedContexts are not supported by Gatehouse.")
	}
	chained := c.Caller.Principal.Type == policy.AssumedRole
	d, err := roleDuration(in.DurationSeconds, role, chained)
	if err != nil {
		return nil, err
	}
	session := s.roleSession(role, *in.RoleSessionName, d)
	session.Chained = chained
	if err := inherit(session, c.Caller, in); err != nil {
		return nil, err
	}
	packed, err := s.attachPolicies(session, in.Policy, in.PolicyArns, in.Tags)
	if err != nil {
		return nil, err
	}
	for _, key := range in.TransitiveTagKeys {
		if _, ok := session.Tags[key]; !ok {
			return nil, invalid("Transitive tag keys must be a subset of session tag keys.")
		}
		session.Transitive = append(session.Transitive, key)
	}
	creds, err := s.credentials(session)
	if err != nil {
		return nil, err
	}
	out := &api.AssumeRoleResponse{Credentials: creds, AssumedRoleUser: assumed(session), PackedPolicySize: packed}
	if session.SourceIdentity != "" {
		out.SourceIdentity = &session.SourceIdentity
	}
	return out, nil
}

// inherit hands on what role chaining carries along: the source identity,
// which cannot be changed once it is set, and transitive tags, which cannot
// be overridden.
func inherit(session *identity.Session, caller *front.Credential, in *api.AssumeRoleRequest) error {
	if v, ok := caller.Keys.Lookup("sts:sourceidentity"); ok && len(v) == 1 {
		session.SourceIdentity = v[0]
	}
	if in.SourceIdentity != nil {
		if session.SourceIdentity != "" && session.SourceIdentity != *in.SourceIdentity {
			return awserr.Of(awserr.AccessDenied, "Source identity cannot be changed once it is set.")
		}
		session.SourceIdentity = *in.SourceIdentity
	}
	if session.SourceIdentity != "" {
		session.Keys["sts:sourceidentity"] = []string{session.SourceIdentity}
	}
	transitive, _ := caller.Keys.Lookup(transitiveKey)
	for _, key := range transitive {
		if slices.ContainsFunc(in.Tags, func(t api.Tag) bool { return strings.EqualFold(*t.Key, key) }) {
			return invalid("One of the specified transitive tag keys can't be set because it conflicts with a transitive tag key from the calling session.")
		}
		if session.Tags == nil {
			session.Tags = map[string]string{}
		}
		session.Tags[key] = caller.PrincipalTags[key]
		session.Transitive = append(session.Transitive, key)
	}
	return nil
}

// transitiveKey is where IAM's authority puts identity.Session.Transitive into
// a credential's keys.
const transitiveKey = "gatehouse:transitivetagkeys"

func assumed(session *identity.Session) *api.AssumedRoleUser {
	return &api.AssumedRoleUser{
		AssumedRoleId: new(session.RoleID + ":" + session.Name),
		Arn:           new(arn.Make("sts", "", session.Account, "assumed-role/"+session.RoleName+"/"+session.Name)),
	}
}
