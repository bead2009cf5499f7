package iam

import (
	"context"
	"strings"
	"time"

	"github.com/gatehouse-dev/gatehouse/internal/identity"
	"github.com/gatehouse-dev/gatehouse/internal/kv"
	"github.com/gatehouse-dev/gatehouse/internal/policy"
)

// snapshot is all that deciding needs, compiled. It is immutable.
type snapshot struct {
	users     map[string]*holder // by lower-case name
	roles     map[string]*role   // by ARN
	keys      map[string]accessKey
	rootKey   accessKey
	documents map[string]*policy.Document // managed policies by ARN
	providers map[string]*identity.Provider
	// parsed lets the next snapshot take over what did not change.
	parsed map[string]*policy.Document // by kind and text
}

// holder is a user or role with what applies to it.
type holder struct {
	id, name, arn string
	tags          map[string]string
	policies      policy.Set // Identity and Boundary
}

type role struct {
	holder
	identity.Role
}

type accessKey struct {
	id, secret string
	active     bool
	user       *holder // nil for the root user's
}

// refresh makes a new snapshot of the store.
func (s *Service) refresh(ctx context.Context) error {
	s.reload.Lock()
	defer s.reload.Unlock()
	b := builder{s: s, old: s.current.Load(), next: &snapshot{
		users: map[string]*holder{}, roles: map[string]*role{}, keys: map[string]accessKey{},
		documents: map[string]*policy.Document{}, providers: map[string]*identity.Provider{}, parsed: map[string]*policy.Document{},
	}}
	if err := s.Store.View(ctx, b.build); err != nil {
		return err
	}
	s.current.Store(b.next)
	return nil
}

// builder compiles the records of one view.
type builder struct {
	s         *Service
	old, next *snapshot
	groups    map[string]*groupRecord
}

func (b *builder) build(r kv.Reader) error {
	account := b.s.Account
	policies, err := kv.LoadAll[policyRecord](r, kv.Prefix(kindPrefix(account, kindPolicy)))
	if err != nil {
		return err
	}
	for i := range policies {
		p := &policies[i]
		b.next.documents[policyARN(account, p.Path, p.Name)] = b.parse(policy.Identity, p.document())
	}
	groups, err := kv.LoadAll[groupRecord](r, kv.Prefix(kindPrefix(account, kindGroup)))
	if err != nil {
		return err
	}
	b.groups = map[string]*groupRecord{}
	for i := range groups {
		b.groups[strings.ToLower(groups[i].Name)] = &groups[i]
	}
	users, err := kv.LoadAll[userRecord](r, kv.Prefix(kindPrefix(account, kindUser)))
	if err != nil {
		return err
	}
	for i := range users {
		b.user(&users[i])
	}
	roles, err := kv.LoadAll[roleRecord](r, kv.Prefix(kindPrefix(account, kindRole)))
	if err != nil {
		return err
	}
	for i := range roles {
		b.role(&roles[i])
	}
	providers, err := kv.LoadAll[providerRecord](r, kv.Prefix(kindPrefix(account, kindProvider)))
	if err != nil {
		return err
	}
	for _, p := range providers {
		b.next.providers[p.URL] = &identity.Provider{ARN: providerARN(account, p.URL), URL: p.URL, ClientIDs: p.ClientIDs, Thumbprints: p.Thumbprints}
	}
	root, ok, err := kv.Load[accessKeyRecord](r, rootKeyKey())
	if ok {
		b.next.rootKey = accessKey{id: root.ID, secret: root.Secret, active: true}
	}
	return err
}

func (b *builder) user(u *userRecord) {
	h := &holder{id: u.ID, name: u.Name, arn: identityARN(b.s.Account, kindUser, u.Path, u.Name), tags: tagMap(u.Tags)}
	b.grant(&h.policies, &u.identityRecord, kindUser)
	for _, name := range u.Groups {
		if g := b.groups[strings.ToLower(name)]; g != nil {
			b.grant(&h.policies, &g.identityRecord, kindGroup)
		}
	}
	b.limit(&h.policies, u.Boundary)
	b.next.users[strings.ToLower(u.Name)] = h
	for _, k := range u.Keys {
		b.next.keys[k.ID] = accessKey{k.ID, k.Secret, k.Active, h}
	}
}

func (b *builder) role(rec *roleRecord) {
	arn := identityARN(b.s.Account, kindRole, rec.Path, rec.Name)
	r := &role{holder: holder{id: rec.ID, name: rec.Name, arn: arn, tags: tagMap(rec.Tags)}}
	b.grant(&r.policies, &rec.identityRecord, kindRole)
	b.limit(&r.policies, rec.Boundary)
	r.Role = identity.Role{ID: rec.ID, Name: rec.Name, ARN: arn, Account: b.s.Account, MaxSession: time.Duration(rec.MaxSession) * time.Second,
		Trust: b.parse(policy.Trust, rec.Trust), Tags: r.tags}
	b.next.roles[arn] = r
}

// grant adds the identity policies of a record.
func (b *builder) grant(set *policy.Set, rec *identityRecord, kind string) {
	for _, name := range sortedNames(rec.Inline) {
		set.Identity = append(set.Identity, policy.Source{Name: "inline:" + name, Kind: kind + " " + rec.Name, Doc: b.parse(policy.Identity, rec.Inline[name])})
	}
	for _, arn := range rec.Attached {
		set.Identity = append(set.Identity, policy.Source{Name: arn, Kind: kind + " " + rec.Name, Doc: b.managed(arn)})
	}
}

func (b *builder) limit(set *policy.Set, arn string) {
	if arn == "" {
		return
	}
	set.HasBoundary = true // a boundary that is not there allows nothing
	set.Boundary = []policy.Source{{Name: arn, Kind: "permissions boundary", Doc: b.managed(arn)}}
}

func (b *builder) managed(arn string) *policy.Document {
	if d := b.s.library.document(arn); d != nil {
		return d
	}
	return b.next.documents[arn]
}

// parse compiles a document that was checked when it was written. One that is
// broken all the same allows nothing, which fails closed for allows; that it
// would also deny nothing is why it is logged as an error.
func (b *builder) parse(kind policy.Kind, text string) *policy.Document {
	key := kind.String() + "\x00" + text
	d := b.next.parsed[key]
	if d == nil && b.old != nil {
		d = b.old.parsed[key]
	}
	if d == nil {
		var err error
		if d, err = policy.Parse(kind, []byte(text)); err != nil {
			b.s.Log.Error("a stored policy cannot be read", "error", err)
			return nil
		}
	}
	b.next.parsed[key] = d
	return d
}

// Role finds a role by its ARN; nil if there is none.
func (s *Service) Role(arn string) *identity.Role {
	if r := s.current.Load().roles[arn]; r != nil {
		return &r.Role
	}
	return nil
}

// Provider finds an OIDC provider by its issuer without https://.
func (s *Service) Provider(issuer string) *identity.Provider {
	return s.current.Load().providers[issuer]
}

// ManagedPolicy finds a managed policy, AWS's or the account's; nil if there is none.
func (s *Service) ManagedPolicy(arn string) *policy.Document {
	if d := s.library.document(arn); d != nil {
		return d
	}
	return s.current.Load().documents[arn]
}
