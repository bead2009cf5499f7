package iam

import (
	"context"
	"errors"
	"strings"
	"unicode"

	api "github.com/gatehouse-dev/gatehouse/internal/api/iam"
	"github.com/gatehouse-dev/gatehouse/internal/awserr"
	"github.com/gatehouse-dev/gatehouse/internal/kv"
	"github.com/gatehouse-dev/gatehouse/internal/paging"
	"github.com/gatehouse-dev/gatehouse/internal/policy"
)

func noSuch(kind, name string) error {
	if kind == kindInstanceProfile {
		return api.NoSuchEntityException("Instance Profile %s cannot be found.", name)
	}
	return api.NoSuchEntityException("The %s with name %s cannot be found.", kind, name)
}

// edit changes the record of one entity.
func edit[R any](ctx context.Context, s *Service, kind, name string, fn func(kv.Txn, *R) error) error {
	return s.update(ctx, func(t kv.Txn) error {
		key := entityKey(s.Account, kind, name)
		rec, ok, err := kv.Load[R](t, key)
		if err != nil {
			return err
		}
		if !ok {
			return noSuch(kind, name)
		}
		if err := fn(t, &rec); err != nil {
			return err
		}
		return kv.Save(t, key, rec)
	})
}

// editIdentity changes what users, groups and roles have in common.
func (s *Service) editIdentity(ctx context.Context, kind, name string, fn func(kv.Reader, *identityRecord) error) error {
	switch kind {
	case kindUser:
		return edit(ctx, s, kind, name, func(t kv.Txn, r *userRecord) error { return fn(t, &r.identityRecord) })
	case kindGroup:
		return edit(ctx, s, kind, name, func(t kv.Txn, r *groupRecord) error { return fn(t, &r.identityRecord) })
	}
	return edit(ctx, s, kind, name, func(t kv.Txn, r *roleRecord) error {
		if err := modifiable(r); err != nil {
			return err
		}
		return fn(t, &r.identityRecord)
	})
}

// find reads the record of one entity.
func find[R any](ctx context.Context, s *Service, kind, name string) (rec R, err error) {
	err = s.Store.View(ctx, func(r kv.Reader) error {
		var ok bool
		var err error
		rec, ok, err = kv.Load[R](r, entityKey(s.Account, kind, name))
		if err == nil && !ok {
			err = noSuch(kind, name)
		}
		return err
	})
	return rec, err
}

// findIdentity reads what users, groups and roles have in common.
func (s *Service) findIdentity(ctx context.Context, kind, name string) (identityRecord, error) {
	switch kind {
	case kindUser:
		r, err := find[userRecord](ctx, s, kind, name)
		return r.identityRecord, err
	case kindGroup:
		r, err := find[groupRecord](ctx, s, kind, name)
		return r.identityRecord, err
	}
	r, err := find[roleRecord](ctx, s, kind, name)
	return r.identityRecord, err
}

// all reads the records of a kind, sorted by name.
func all[R any](ctx context.Context, s *Service, kind string) (recs []R, err error) {
	err = s.Store.View(ctx, func(r kv.Reader) error {
		var err error
		recs, err = loadKind[R](r, s.Account, kind)
		return err
	})
	return recs, err
}

// create stores a new record; a name that is taken is EntityAlreadyExists.
// complete, if there is one, checks and fills in what depends on other records.
func create[R any](ctx context.Context, s *Service, kind, name string, rec *R, complete func(kv.Reader) error) error {
	return s.update(ctx, func(t kv.Txn) error {
		key := entityKey(s.Account, kind, name)
		b, err := t.Get(key)
		if err != nil {
			return err
		}
		if b != nil {
			return alreadyExists(kind, name)
		}
		if err := s.checkQuota(t, kind); err != nil {
			return err
		}
		if complete != nil {
			if err := complete(t); err != nil {
				return err
			}
		}
		return kv.Save(t, key, rec)
	})
}

func alreadyExists(kind, name string) error {
	switch kind {
	case kindInstanceProfile:
		return api.EntityAlreadyExistsException("Instance Profile %s already exists.", name)
	case kindPolicy:
		return api.EntityAlreadyExistsException("A policy called %s already exists. Duplicate names are not allowed.", name)
	}
	return api.EntityAlreadyExistsException("%s with name %s already exists.", titles[kind], name)
}

// checkQuota refuses one more entity of a kind than an account may have.
func (s *Service) checkQuota(r kv.Reader, kind string) error {
	q, n := quotas[kind], 0
	err := r.Scan(kv.Prefix(kindPrefix(s.Account, kind)), func(_, _ []byte) (bool, error) { n++; return n < q.limit, nil })
	if err == nil && n >= q.limit {
		err = api.LimitExceededException("Cannot exceed quota for %s: %d", q.name, q.limit)
	}
	return err
}

var titles = map[string]string{kindUser: "User", kindGroup: "Group", kindRole: "Role"}

type quota struct {
	name  string
	limit int
}

// quotas are the defaults of an account ("IAM and AWS STS quotas").
var quotas = map[string]quota{
	kindUser:            {"UsersPerAccount", 5000},
	kindGroup:           {"GroupsPerAccount", 300},
	kindRole:            {"RolesPerAccount", 1000},
	kindPolicy:          {"PoliciesPerAccount", 1500},
	kindInstanceProfile: {"InstanceProfilesPerAccount", 1000},
	kindProvider:        {"OpenIdConnectProvidersPerAccount", 100},
}

const defaultPage = 100

// page cuts a listing; an unknown marker is an error.
func page[T any](items []T, key func(T) string, marker *string, max *int32) ([]T, *bool, *string, error) {
	limit := defaultPage
	if max != nil {
		limit = int(*max)
	}
	out, next, err := paging.Slice(items, key, marker, limit)
	if out == nil {
		out = []T{} // an empty listing is told as one, not left out
	}
	if errors.Is(err, paging.ErrToken) {
		return nil, nil, nil, awserr.New(400, "ValidationError", "Invalid Marker.")
	}
	return out, new(next != nil), next, err
}

func underPath(path string, prefix *string) bool {
	return prefix == nil || strings.HasPrefix(path, *prefix)
}

// checkDocument refuses a document that is malformed.
func checkDocument(kind policy.Kind, text string) error {
	_, err := policy.Parse(kind, []byte(text))
	var m *policy.MalformedError
	if errors.As(err, &m) {
		return api.MalformedPolicyDocumentException("%s", m.Message)
	}
	return err
}

// weight is the size of a document without white space, as quotas count it.
func weight(document string) int {
	n := 0
	for _, r := range document {
		if !unicode.IsSpace(r) {
			n++
		}
	}
	return n
}
