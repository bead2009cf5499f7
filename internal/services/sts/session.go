package sts

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	api "github.com/gatehouse-dev/gatehouse/internal/api/sts"
	"github.com/gatehouse-dev/gatehouse/internal/awserr"
	"github.com/gatehouse-dev/gatehouse/internal/identity"
	"github.com/gatehouse-dev/gatehouse/internal/ids"
	"github.com/gatehouse-dev/gatehouse/internal/policy"
)

// Limits of sessions (STS API Reference, AssumeRole).
const (
	defaultRoleDuration = time.Hour
	chainedLimit        = time.Hour
	maxPolicyChars      = 2048
	maxPolicyARNs       = 10
	maxTags             = 50
	maxPacked           = 2048 // our own measure of the packed size, bytes
)

// begin makes a session with fresh keys.
func (s *Service) begin(kind identity.Kind, d time.Duration) *identity.Session {
	now := s.Clock.Now().Truncate(time.Second)
	return &identity.Session{Kind: kind, AccessKeyID: "ASIA" + ids.Base32(16), Secret: ids.Secret(40),
		Account: s.Account, Issued: now, Expires: now.Add(d)}
}

// credentials seals a session for the client.
func (s *Service) credentials(session *identity.Session) (*api.Credentials, error) {
	token, err := s.Sessions.Seal(session)
	if err != nil {
		return nil, api.PackedPolicyTooLargeException("The session policy document exceeds the packed size limit.")
	}
	return &api.Credentials{AccessKeyId: &session.AccessKeyID, SecretAccessKey: &session.Secret, SessionToken: &token, Expiration: &session.Expires}, nil
}

// roleSession makes a session of a role.
func (s *Service) roleSession(role *identity.Role, name string, d time.Duration) *identity.Session {
	session := s.begin(identity.AssumedRole, d)
	session.RoleID, session.RoleName, session.RoleARN, session.Account, session.Name = role.ID, role.Name, role.ARN, role.Account, name
	session.Keys = map[string][]string{"sts:rolesessionname": {name}}
	return session
}

// roleDuration checks the duration that is asked of a role.
func roleDuration(asked *int32, role *identity.Role, chained bool) (time.Duration, error) {
	if asked == nil {
		return min(defaultRoleDuration, role.MaxSession), nil
	}
	d := time.Duration(*asked) * time.Second
	switch {
	case chained && d > chainedLimit:
		return 0, invalid("The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.")
	case d > role.MaxSession:
		return 0, invalid("The requested DurationSeconds exceeds the MaxSessionDuration set for this role.")
	}
	return d, nil
}

// invalid is a parameter that the model allows and STS does not.
func invalid(format string, args ...any) error {
	return awserr.New(400, "ValidationError", format, args...)
}

// attachPolicies checks the session policies and adds them. It returns the
// packed size as a percentage of what is allowed; nil if there is nothing.
func (s *Service) attachPolicies(session *identity.Session, text *string, arns []api.PolicyDescriptorType, tags []api.Tag) (*int32, error) {
	if text != nil {
		if utf8.RuneCountInString(*text) > maxPolicyChars {
			return nil, invalid("1 validation error detected: Value at 'policy' failed to satisfy constraint: Member must have length less than or equal to 2048")
		}
		if _, err := policy.Parse(policy.Session, []byte(*text)); err != nil {
			return nil, api.MalformedPolicyDocumentException("%s", err)
		}
		session.HasPolicy, session.Policy = true, *text
	}
	if len(arns) > maxPolicyARNs {
		return nil, invalid("The number of policy ARNs must be at most 10.")
	}
	packed := len(session.Policy)
	for _, a := range arns {
		if a.Arn == nil || s.Directory.ManagedPolicy(*a.Arn) == nil {
			return nil, api.MalformedPolicyDocumentException("The policy ARN is not valid or does not exist.")
		}
		session.HasPolicy = true
		session.PolicyARNs = append(session.PolicyARNs, *a.Arn)
		packed += len(*a.Arn) / 4
	}
	if err := tag(session, tags); err != nil {
		return nil, err
	}
	for _, t := range tags {
		packed += len(*t.Key) + len(*t.Value)
	}
	if packed == 0 {
		return nil, nil
	}
	percent := int32((packed*100 + maxPacked - 1) / maxPacked)
	if percent > 100 {
		return nil, api.PackedPolicyTooLargeException("Packed policy consumes %d%% of allotted space, please use smaller policy.", percent)
	}
	return &percent, nil
}

// tag adds session tags to those that the session has.
func tag(session *identity.Session, tags []api.Tag) error {
	if len(tags) > maxTags {
		return invalid("A session can have at most 50 tags.")
	}
	if session.Tags == nil && len(tags) > 0 {
		session.Tags = map[string]string{}
	}
	var seen []string
	for _, t := range tags {
		lower := strings.ToLower(*t.Key)
		switch {
		case strings.HasPrefix(lower, "aws:"):
			return invalid("Tag keys beginning with aws: are reserved.")
		case slices.Contains(seen, lower):
			return awserr.New(400, "InvalidParameterValue", "Duplicate tag keys found. Please note that Tag keys are case insensitive.")
		}
		seen = append(seen, lower)
		session.Tags[*t.Key] = *t.Value
	}
	return nil
}
