package iam

import (
	"context"
	"crypto/subtle"
	"maps"
	"strings"

	"github.com/gatehouse-dev/gatehouse/internal/arn"
	"github.com/gatehouse-dev/gatehouse/internal/awserr"
	"github.com/gatehouse-dev/gatehouse/internal/front"
	"github.com/gatehouse-dev/gatehouse/internal/identity"
	"github.com/gatehouse-dev/gatehouse/internal/policy"
)

var _ front.Authority = (*Service)(nil)

func unknownToken() error {
	return awserr.Of(awserr.InvalidClientToken, "The security token included in the request is invalid.")
}

// Credential implements front.Authority.
func (s *Service) Credential(_ context.Context, accessKeyID, sessionToken string) (*front.Credential, error) {
	snap := s.current.Load()
	if sessionToken != "" {
		return s.sessionCredential(snap, accessKeyID, sessionToken)
	}
	if root := snap.rootKey; root != nil && accessKeyID == root.ID {
		return front.RootCredential(s.Account, root.ID, root.Secret), nil
	}
	k := snap.keys[accessKeyID]
	if k == nil || !k.active {
		return nil, unknownToken()
	}
	return &front.Credential{AccessKeyID: k.id, Secret: k.secret, UserName: k.user.name, Principal: s.userPrincipal(k.user), PrincipalTags: k.user.tags}, nil
}

func (s *Service) userPrincipal(u *holder) policy.Principal {
	return policy.Principal{Type: policy.User, ARN: u.arn, Account: s.Account, UserID: u.id}
}

// sessionCredential opens a session token. What it stands for is built once
// in each snapshot, whose tags and managed policies are a part of it.
func (s *Service) sessionCredential(snap *snapshot, accessKeyID, token string) (*front.Credential, error) {
	session, err := s.Sessions.Open(token)
	if err != nil || subtle.ConstantTimeCompare([]byte(session.AccessKeyID), []byte(accessKeyID)) != 1 {
		return nil, unknownToken()
	}
	if c := snap.sessions.get(session); c != nil {
		return c, nil
	}
	c, err := s.buildSession(session, snap)
	if err != nil {
		return nil, err
	}
	snap.sessions.put(session, c)
	return c, nil
}

// buildSession makes the credential of a session whose role or user must still
// be the one that it was made for.
func (s *Service) buildSession(session *identity.Session, snap *snapshot) (*front.Credential, error) {
	c := &front.Credential{AccessKeyID: session.AccessKeyID, Secret: session.Secret, Expires: session.Expires, Issued: session.Issued,
		Temporary: true, HasSession: session.HasPolicy || session.Policy != "" || len(session.PolicyARNs) > 0, Keys: policy.KeyMap{}}
	maps.Copy(c.Keys, session.Keys)
	if len(session.Transitive) > 0 {
		c.Keys["gatehouse:transitivetagkeys"] = session.Transitive
	}
	var err error
	switch session.Kind {
	case identity.AssumedRole:
		err = roleSession(c, session, snap)
	case identity.Federation:
		err = federatedSession(c, session, snap)
	case identity.RootSession:
		c.Principal = front.RootCredential(session.Account, "", "").Principal
	case identity.UserSession:
		u := snap.holders[session.UserID]
		if u == nil {
			return nil, unknownToken()
		}
		c.Principal, c.PrincipalTags, c.UserName = s.userPrincipal(u), u.tags, u.name
	default:
		err = unknownToken()
	}
	if err != nil {
		return nil, err
	}
	if session.Policy != "" {
		doc, err := policy.Parse(policy.Session, []byte(session.Policy))
		if err != nil {
			return nil, unknownToken()
		}
		c.Session = append(c.Session, policy.Source{Name: "session policy", Kind: "session", Doc: doc})
	}
	for _, a := range session.PolicyARNs {
		// A managed policy that is gone since allows nothing.
		doc := s.library.document(a)
		if doc == nil {
			doc = snap.documents[a]
		}
		c.Session = append(c.Session, policy.Source{Name: a, Kind: "session", Doc: doc})
	}
	return c, nil
}

func roleSession(c *front.Credential, session *identity.Session, snap *snapshot) error {
	r := snap.roles[session.RoleARN]
	if r == nil || r.id != session.RoleID {
		return unknownToken()
	}
	c.Principal = policy.Principal{Type: policy.AssumedRole, Account: session.Account, RoleARN: session.RoleARN,
		ARN: arn.Make("sts", "", session.Account, "assumed-role/"+session.RoleName+"/"+session.Name), UserID: session.RoleID + ":" + session.Name}
	c.PrincipalTags = merged(r.tags, session.Tags)
	return nil
}

// federatedSession has no aws:username, whoever made it ("IAM policy elements:
// Variables and tags", the table of principal keys).
func federatedSession(c *front.Credential, session *identity.Session, snap *snapshot) error {
	maker := session.UserARN
	if session.UserName != "" {
		u := snap.holders[session.UserID]
		if u == nil {
			return unknownToken()
		}
		maker = u.arn
	}
	c.Principal = policy.Principal{Type: policy.FederatedUser, Account: session.Account, UserARN: maker,
		ARN: arn.Make("sts", "", session.Account, "federated-user/"+session.Name), UserID: session.Account + ":" + session.Name}
	c.PrincipalTags = session.Tags
	return nil
}

func merged(base, over map[string]string) map[string]string {
	if len(over) == 0 {
		return base
	}
	out := maps.Clone(base)
	if out == nil {
		out = map[string]string{}
	}
	maps.Copy(out, over)
	return out
}

// Policies implements front.Authority. A credential whose user or role is gone
// since it was looked up is allowed nothing.
func (s *Service) Policies(ctx context.Context, c *front.Credential) (policy.Set, error) {
	snap := s.current.Load()
	switch c.Principal.Type {
	case policy.User:
		if u := snap.holders[c.Principal.UserID]; u != nil {
			s.used(ctx, c, c.AccessKeyID)
			return u.policies, nil
		}
	case policy.AssumedRole:
		id, _, _ := strings.Cut(c.Principal.UserID, ":")
		if r := snap.holders[id]; r != nil {
			s.used(ctx, c, id)
			return r.policies, nil
		}
	case policy.FederatedUser:
		maker := c.Principal.UserARN
		if maker == arn.Make("iam", "", s.Account, "root") {
			return policy.Set{Identity: []policy.Source{{Name: "the root user's own permissions", Kind: "account", Doc: s.library.everything}}}, nil
		}
		if u := snap.users[strings.ToLower(maker[strings.LastIndexByte(maker, '/')+1:])]; u != nil && u.arn == maker {
			return u.policies, nil
		}
	}
	return policy.Set{}, nil
}

// used notes that a key or role is used for the call that ctx belongs to. This
// is the first moment at which the caller is known to hold the key.
func (s *Service) used(ctx context.Context, c *front.Credential, id string) {
	if c.AccessKeyID == "" || c.Temporary && c.Principal.Type == policy.User {
		return
	}
	if call := callOf(ctx); call != nil && call.Caller == c {
		s.usage.note(id, call)
	}
}

// RoleCredential is the credential of a role outside of any session, for
// services that must know what a role may before they act in it; nil if there
// is no such role.
func (s *Service) RoleCredential(roleARN, sessionName string) *front.Credential {
	r := s.current.Load().roles[roleARN]
	if r == nil {
		return nil
	}
	return &front.Credential{Temporary: true, PrincipalTags: r.tags, Principal: policy.Principal{Type: policy.AssumedRole, Account: s.Account,
		RoleARN: roleARN, ARN: arn.Make("sts", "", s.Account, "assumed-role/"+r.name+"/"+sessionName), UserID: r.id + ":" + sessionName}}
}
