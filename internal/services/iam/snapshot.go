package iam

import (
	"context"
	"strings"

	"github.com/gatehouse-dev/gatehouse/internal/identity"
	"github.com/gatehouse-dev/gatehouse/internal/policy"
)

// snapshot is all that deciding needs, compiled. It is immutable but for the
// cache of the sessions that were opened while it was current.
type snapshot struct {
	users     map[string]*user   // by lower-case name
	roles     map[string]*role   // by ARN
	holders   map[string]*holder // users and roles by unique id
	entities  map[entityID]*entity
	keys      map[string]*accessKey
	rootKey   *accessKeyRecord            // nil before there is one
	documents map[string]*policy.Document // the account's managed policies by ARN
	providers map[string]*identity.Provider
	// parsed lets the next snapshot take over what did not change.
	parsed   map[parsedID]*policy.Document
	sessions sessionCache
}

// entityID names an entity as inputs do: by lower-case name, or by ARN where
// its kind is named so.
type entityID struct{ kind, name string }

// entity is what authorization must know of the resource of a call.
type entity struct {
	arn      string
	tags     map[string]string
	boundary string
}

// holder is a user or role with what applies to it.
type holder struct {
	id, name, arn string
	tags          map[string]string
	policies      policy.Set // Identity and Boundary
}

type user struct {
	holder
	record *userRecord
}

type role struct {
	holder
	identity.Role
}

type accessKey struct {
	id, secret string
	active     bool
	user       *holder
}

type parsedID struct {
	kind policy.Kind
	text string
}

// refresh makes a new snapshot that shows all that was committed before.
// Calls that wait for one another's snapshot share it.
func (s *Service) refresh(ctx context.Context) error {
	ticket := s.wanted.Add(1)
	s.reload.Lock()
	defer s.reload.Unlock()
	if s.shown >= ticket {
		return nil
	}
	shows := s.wanted.Load()
	b := newBuilder(s)
	if err := s.Store.View(ctx, b.build); err != nil {
		return err
	}
	s.current.Store(b.next)
	s.shown = shows
	return nil
}

// Role finds a role by its ARN; nil if there is none.
func (s *Service) Role(arn string) *identity.Role {
	if r := s.current.Load().roles[arn]; r != nil {
		return &r.Role
	}
	return nil
}

// Provider finds an OIDC provider by its issuer without https://; nil if there
// is none.
func (s *Service) Provider(issuer string) *identity.Provider {
	return s.current.Load().providers[issuer]
}

// ProviderByARN finds an OIDC provider by its ARN; nil if there is none.
func (s *Service) ProviderByARN(arn string) *identity.Provider {
	issuer, ok := strings.CutPrefix(arn, providerARN(s.Account, ""))
	if !ok {
		return nil
	}
	return s.Provider(issuer)
}

// ManagedPolicy finds the default version of a managed policy, AWS's or the
// account's; nil if there is none.
func (s *Service) ManagedPolicy(arn string) *policy.Document {
	if d := s.library.document(arn); d != nil {
		return d
	}
	return s.current.Load().documents[arn]
}

// entity finds what a call is about; nil if there is none.
func (snap *snapshot) entity(kind, name string) *entity {
	if kind != kindPolicy && kind != kindProvider {
		name = strings.ToLower(name)
	}
	return snap.entities[entityID{kind, name}]
}
