package iam

import (
	"context"
	"crypto/subtle"
	"maps"
	"strings"
	"sync"

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
	if sessionToken != "" {
		return s.sessionCredential(accessKeyID, sessionToken)
	}
	snap := s.current.Load()
	if accessKeyID != "" && accessKeyID == snap.rootKey.id {
		return front.RootCredential(s.Account, snap.rootKey.id, snap.rootKey.secret), nil
	}
	k, ok := snap.keys[accessKeyID]
	if !ok || !k.active {
		return nil, unknownToken()
	}
	s.usage.note(k.id)
	return &front.Credential{AccessKeyID: k.id, Secret: k.secret, UserName: k.user.name, Principal: s.userPrincipal(k.user), PrincipalTags: k.user.tags}, nil
}

func (s *Service) userPrincipal(u *holder) policy.Principal {
	return policy.Principal{Type: policy.User, ARN: u.arn, Account: s.Account, UserID: u.id}
}

// sessionCredential opens a session token. What it stands for is built once
// and kept for as long as the token is in the cache.
func (s *Service) sessionCredential(accessKeyID, token string) (*front.Credential, error) {
	session, err := s.Sessions.Open(token)
	if err != nil || subtle.ConstantTimeCompare([]byte(session.AccessKeyID), []byte(accessKeyID)) != 1 {
		return nil, unknownToken()
	}
	snap := s.current.Load()
	switch session.Kind {
	case identity.AssumedRole:
		r := snap.roles[session.RoleARN]
		if r == nil || r.id != session.RoleID {
			return nil, unknownToken()
		}
	case identity.UserSession, identity.Federation:
		if session.UserName != "" {
			u := snap.users[strings.ToLower(session.UserName)]
			if u == nil || u.id != session.UserID {
				return nil, unknownToken()
			}
		}
	}
	if c := s.sessions.get(session); c != nil {
		return c, nil
	}
	c, err := s.buildSession(session, snap)
	if err != nil {
		return nil, err
	}
	s.sessions.put(session, c)
	return c, nil
}

func (s *Service) buildSession(session *identity.Session, snap *snapshot) (*front.Credential, error) {
	c := &front.Credential{AccessKeyID: session.AccessKeyID, Secret: session.Secret, Expires: session.Expires, Issued: session.Issued,
		Temporary: true, HasSession: session.HasPolicy, Keys: policy.KeyMap{}, UserName: session.UserName}
	maps.Copy(c.Keys, session.Keys)
	if len(session.Transitive) > 0 {
		c.Keys["gatehouse:transitivetagkeys"] = session.Transitive
	}
	switch session.Kind {
	case identity.AssumedRole:
		c.Principal = policy.Principal{Type: policy.AssumedRole, Account: session.Account, RoleARN: session.RoleARN,
			ARN: arn.Make("sts", "", session.Account, "assumed-role/"+session.RoleName+"/"+session.Name), UserID: session.RoleID + ":" + session.Name}
		c.PrincipalTags = merged(snap.roles[session.RoleARN].tags, session.Tags)
	case identity.Federation:
		c.Principal = policy.Principal{Type: policy.FederatedUser, Account: session.Account, UserARN: session.UserARN,
			ARN: arn.Make("sts", "", session.Account, "federated-user/"+session.Name), UserID: session.Account + ":" + session.Name}
		c.PrincipalTags = session.Tags
	case identity.RootSession:
		c.Principal = front.RootCredential(session.Account, "", "").Principal
	case identity.UserSession:
		u := snap.users[strings.ToLower(session.UserName)]
		c.Principal, c.PrincipalTags = s.userPrincipal(u), u.tags
	default:
		return nil, unknownToken()
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
		c.Session = append(c.Session, policy.Source{Name: a, Kind: "session", Doc: s.ManagedPolicy(a)})
	}
	return c, nil
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

// Policies implements front.Authority.
func (s *Service) Policies(_ context.Context, c *front.Credential) (policy.Set, error) {
	snap := s.current.Load()
	switch c.Principal.Type {
	case policy.User:
		if u := snap.users[strings.ToLower(c.UserName)]; u != nil && u.id == c.Principal.UserID {
			return u.policies, nil
		}
	case policy.AssumedRole:
		id, _, _ := strings.Cut(c.Principal.UserID, ":")
		if r := snap.roles[c.Principal.RoleARN]; r != nil && r.id == id {
			return r.policies, nil
		}
	case policy.FederatedUser:
		if c.UserName == "" { // made by root, who may everything
			return rootsFederated, nil
		}
		if u := snap.users[strings.ToLower(c.UserName)]; u != nil {
			return u.policies, nil
		}
	}
	return policy.Set{}, nil
}

var rootsFederated = policy.Set{Identity: []policy.Source{{Name: "the root user's own permissions", Kind: "account", Doc: mustParse(
	`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}`)}}}

func mustParse(text string) *policy.Document {
	d, err := policy.Parse(policy.Identity, []byte(text))
	if err != nil {
		panic(err)
	}
	return d
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

// sessionCache keeps built credentials by session. The sealer's cache gives
// the same *identity.Session for the same token, so identity will do.
type sessionCache struct {
	mu         sync.Mutex
	young, old map[*identity.Session]*front.Credential
}

const sessionGeneration = 4096

func (c *sessionCache) get(s *identity.Session) *front.Credential {
	c.mu.Lock()
	defer c.mu.Unlock()
	if cred := c.young[s]; cred != nil {
		return cred
	}
	cred := c.old[s]
	if cred != nil {
		c.keep(s, cred)
	}
	return cred
}

func (c *sessionCache) put(s *identity.Session, cred *front.Credential) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.keep(s, cred)
}

func (c *sessionCache) keep(s *identity.Session, cred *front.Credential) {
	if c.young == nil || len(c.young) >= sessionGeneration {
		c.young, c.old = map[*identity.Session]*front.Credential{}, c.young
	}
	c.young[s] = cred
}
