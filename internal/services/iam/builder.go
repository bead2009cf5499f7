package iam

import (
	"slices"
	"strings"
	"time"

	"github.com/gatehouse-dev/gatehouse/internal/identity"
	"github.com/gatehouse-dev/gatehouse/internal/kv"
	"github.com/gatehouse-dev/gatehouse/internal/policy"
)

// builder compiles the records of one view into a snapshot.
type builder struct {
	s         *Service
	old, next *snapshot
	all       *accountRecords
}

// accountRecords are the records of an account, each kind sorted by name.
type accountRecords struct {
	users     []userRecord
	groups    []groupRecord
	roles     []roleRecord
	policies  []policyRecord
	profiles  []instanceProfileRecord
	providers []providerRecord
}

// records reads all of an account.
func (s *Service) records(r kv.Reader) (*accountRecords, error) {
	var a accountRecords
	var err error
	if a.users, err = loadKind[userRecord](r, s.Account, kindUser); err != nil {
		return nil, err
	}
	if a.groups, err = loadKind[groupRecord](r, s.Account, kindGroup); err != nil {
		return nil, err
	}
	if a.roles, err = loadKind[roleRecord](r, s.Account, kindRole); err != nil {
		return nil, err
	}
	if a.policies, err = loadKind[policyRecord](r, s.Account, kindPolicy); err != nil {
		return nil, err
	}
	if a.profiles, err = loadKind[instanceProfileRecord](r, s.Account, kindInstanceProfile); err != nil {
		return nil, err
	}
	a.providers, err = loadKind[providerRecord](r, s.Account, kindProvider)
	return &a, err
}

func loadKind[R any](r kv.Reader, account, kind string) ([]R, error) {
	return kv.LoadAll[R](r, kv.Prefix(kindPrefix(account, kind)))
}

func newBuilder(s *Service) *builder {
	return &builder{s: s, old: s.current.Load(), next: &snapshot{
		users: map[string]*user{}, roles: map[string]*role{}, holders: map[string]*holder{}, entities: map[entityID]*entity{},
		keys: map[string]*accessKey{}, documents: map[string]*policy.Document{}, providers: map[string]*identity.Provider{},
		parsed: map[parsedID]*policy.Document{},
	}}
}

func (b *builder) build(r kv.Reader) error {
	root, ok, err := kv.Load[accessKeyRecord](r, rootKeyKey())
	if err != nil {
		return err
	}
	if ok {
		b.next.rootKey = &root
	}
	if b.all, err = b.s.records(r); err != nil {
		return err
	}
	account := b.s.Account
	for i := range b.all.policies {
		p := &b.all.policies[i]
		arn := policyRecordARN(account, p)
		b.next.documents[arn] = b.parse(policy.Identity, p.document())
		b.entity(kindPolicy, arn, &entity{arn: arn, tags: tagMap(p.Tags)})
	}
	for i := range b.all.groups {
		g := &b.all.groups[i]
		b.entity(kindGroup, g.Name, &entity{arn: identityARN(account, kindGroup, g.Path, g.Name)})
	}
	for i := range b.all.users {
		b.user(&b.all.users[i])
	}
	arns := map[string]string{} // of users and roles by unique id
	for id, h := range b.next.holders {
		arns[id] = h.arn
	}
	for i := range b.all.roles {
		arns[b.all.roles[i].ID] = identityARN(account, kindRole, b.all.roles[i].Path, b.all.roles[i].Name)
	}
	for i := range b.all.roles {
		b.role(&b.all.roles[i], arns)
	}
	for i := range b.all.profiles {
		p := &b.all.profiles[i]
		b.entity(kindInstanceProfile, p.Name, &entity{arn: identityARN(account, kindInstanceProfile, p.Path, p.Name), tags: tagMap(p.Tags)})
	}
	for _, p := range b.all.providers {
		arn := providerARN(account, p.URL)
		b.next.providers[p.URL] = &identity.Provider{ARN: arn, URL: p.URL, ClientIDs: p.ClientIDs, Thumbprints: p.Thumbprints}
		b.entity(kindProvider, arn, &entity{arn: arn, tags: tagMap(p.Tags)})
	}
	return nil
}

func (b *builder) entity(kind, name string, e *entity) {
	if kind != kindPolicy && kind != kindProvider {
		name = strings.ToLower(name)
	}
	b.next.entities[entityID{kind, name}] = e
}

func (b *builder) user(rec *userRecord) {
	arn := identityARN(b.s.Account, kindUser, rec.Path, rec.Name)
	u := &user{record: rec, holder: holder{id: rec.ID, name: rec.Name, arn: arn, tags: tagMap(rec.Tags)}}
	b.grant(&u.policies, &rec.identityRecord, kindUser)
	for _, name := range rec.Groups {
		i, ok := slices.BinarySearchFunc(b.all.groups, strings.ToLower(name), func(g groupRecord, n string) int {
			return strings.Compare(strings.ToLower(g.Name), n)
		})
		if ok {
			b.grant(&u.policies, &b.all.groups[i].identityRecord, kindGroup)
		}
	}
	b.limit(&u.policies, rec.Boundary)
	b.next.users[strings.ToLower(rec.Name)] = u
	b.next.holders[rec.ID] = &u.holder
	b.entity(kindUser, rec.Name, &entity{arn, u.tags, rec.Boundary})
	for _, k := range rec.Keys {
		b.next.keys[k.ID] = &accessKey{k.ID, k.Secret, k.Active, &u.holder}
	}
}

func (b *builder) role(rec *roleRecord, arns map[string]string) {
	arn := arns[rec.ID]
	r := &role{holder: holder{id: rec.ID, name: rec.Name, arn: arn, tags: tagMap(rec.Tags)}}
	b.grant(&r.policies, &rec.identityRecord, kindRole)
	b.limit(&r.policies, rec.Boundary)
	r.Role = identity.Role{ID: rec.ID, Name: rec.Name, ARN: arn, Account: b.s.Account, MaxSession: time.Duration(rec.MaxSession) * time.Second,
		Trust: b.trust(rec, arns), Tags: r.tags}
	b.next.roles[arn] = r
	b.next.holders[rec.ID] = &r.holder
	b.entity(kindRole, rec.Name, &entity{arn, r.tags, rec.Boundary})
}

// trust compiles what a role's trust policy means now.
func (b *builder) trust(rec *roleRecord, arns map[string]string) *policy.Document {
	text, ok := currentTrust(rec, arns)
	if !ok {
		b.s.Log.Error("a role trusts whom its policy does not name; nobody may assume it", "role", rec.Name)
		return nil
	}
	return b.parse(policy.Trust, text)
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
// broken all the same denies everything, since what it denied is unknown; a
// broken trust policy trusts nobody.
func (b *builder) parse(kind policy.Kind, text string) *policy.Document {
	key := parsedID{kind, text}
	d := b.next.parsed[key]
	if d == nil && b.old != nil {
		d = b.old.parsed[key]
	}
	if d == nil {
		var err error
		if d, err = policy.Parse(kind, []byte(text)); err != nil {
			b.s.Log.Error("a stored policy cannot be read and denies everything", "error", err)
			if kind == policy.Trust {
				return nil
			}
			d = b.s.library.nothing
		}
	}
	b.next.parsed[key] = d
	return d
}
