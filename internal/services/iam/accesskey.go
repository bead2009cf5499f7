package iam

import (
	"context"
	"slices"
	"strconv"

	api "github.com/gatehouse-dev/gatehouse/internal/api/iam"
	"github.com/gatehouse-dev/gatehouse/internal/ids"
	"github.com/gatehouse-dev/gatehouse/internal/kv"
	"github.com/gatehouse-dev/gatehouse/internal/wire"
)

const maxAccessKeys = 2

func keyStatus(active bool) *string {
	if active {
		return new("Active")
	}
	return new("Inactive")
}

// CreateAccessKey makes a key; only now its secret is told.
func (s *Service) CreateAccessKey(ctx context.Context, in *api.CreateAccessKeyRequest) (*api.CreateAccessKeyResponse, error) {
	name, err := userName(ctx, in.UserName)
	if err != nil {
		return nil, err
	}
	var key accessKeyRecord
	err = edit(ctx, s, kindUser, name, func(t kv.Txn, u *userRecord) error {
		if len(u.Keys) >= maxAccessKeys {
			return api.LimitExceededException("Cannot exceed quota for AccessKeysPerUser: %d", maxAccessKeys)
		}
		key = accessKeyRecord{ID: newAccessKeyID(), Secret: ids.Secret(40), Active: true, Created: s.now()}
		u.Keys = append(u.Keys, key)
		name = u.Name
		return kv.Save(t, accessKeyKey(s.Account, key.ID), u.Name)
	})
	if err != nil {
		return nil, err
	}
	return &api.CreateAccessKeyResponse{AccessKey: &api.AccessKey{UserName: &name, AccessKeyId: &key.ID, Status: keyStatus(true),
		SecretAccessKey: &key.Secret, CreateDate: &key.Created}}, nil
}

// ListAccessKeys lists the keys of a user, without secrets.
func (s *Service) ListAccessKeys(ctx context.Context, in *api.ListAccessKeysRequest) (*api.ListAccessKeysResponse, error) {
	name, err := userName(ctx, in.UserName)
	if err != nil {
		return nil, err
	}
	u, err := find[userRecord](ctx, s, kindUser, name)
	if err != nil {
		return nil, err
	}
	var keys []api.AccessKeyMetadata
	for _, k := range u.Keys {
		keys = append(keys, api.AccessKeyMetadata{UserName: &u.Name, AccessKeyId: &k.ID, Status: keyStatus(k.Active), CreateDate: &k.Created})
	}
	position := func(k api.AccessKeyMetadata) string {
		return strconv.Itoa(slices.IndexFunc(u.Keys, func(r accessKeyRecord) bool { return r.ID == *k.AccessKeyId }))
	}
	keys, more, marker, err := page(keys, position, in.Marker, in.MaxItems)
	return &api.ListAccessKeysResponse{AccessKeyMetadata: keys, IsTruncated: more, Marker: marker}, err
}

// editKey changes one key of a user; fn returns whether it is kept.
func (s *Service) editKey(ctx context.Context, user *string, id string, fn func(kv.Txn, *accessKeyRecord) (keep bool, err error)) error {
	name, err := userName(ctx, user)
	if err != nil {
		return err
	}
	return edit(ctx, s, kindUser, name, func(t kv.Txn, u *userRecord) error {
		i := slices.IndexFunc(u.Keys, func(k accessKeyRecord) bool { return k.ID == id })
		if i < 0 {
			return noAccessKey(id)
		}
		keep, err := fn(t, &u.Keys[i])
		if err == nil && !keep {
			u.Keys = slices.Delete(u.Keys, i, i+1)
		}
		return err
	})
}

// UpdateAccessKey turns a key on or off.
func (s *Service) UpdateAccessKey(ctx context.Context, in *api.UpdateAccessKeyRequest) (*wire.Empty, error) {
	return nil, s.editKey(ctx, in.UserName, *in.AccessKeyId, func(_ kv.Txn, k *accessKeyRecord) (bool, error) {
		k.Active = *in.Status == "Active"
		return true, nil
	})
}

// DeleteAccessKey ends a key.
func (s *Service) DeleteAccessKey(ctx context.Context, in *api.DeleteAccessKeyRequest) (*wire.Empty, error) {
	return nil, s.editKey(ctx, in.UserName, *in.AccessKeyId, func(t kv.Txn, k *accessKeyRecord) (bool, error) {
		if err := t.Delete(usedKey(s.Account, k.ID)); err != nil {
			return false, err
		}
		return false, t.Delete(accessKeyKey(s.Account, k.ID))
	})
}

// GetAccessKeyLastUsed says when, where and for what a key was used last.
func (s *Service) GetAccessKeyLastUsed(ctx context.Context, in *api.GetAccessKeyLastUsedRequest) (*api.GetAccessKeyLastUsedResponse, error) {
	out := &api.GetAccessKeyLastUsedResponse{AccessKeyLastUsed: &api.AccessKeyLastUsed{ServiceName: new("N/A"), Region: new("N/A")}}
	err := s.Store.View(ctx, func(r kv.Reader) error {
		name, ok, err := kv.Load[string](r, accessKeyKey(s.Account, *in.AccessKeyId))
		if err != nil {
			return err
		}
		if !ok {
			return noAccessKey(*in.AccessKeyId)
		}
		out.UserName = &name
		u, ok, err := s.lastUse(r, *in.AccessKeyId)
		if ok {
			out.AccessKeyLastUsed = &api.AccessKeyLastUsed{LastUsedDate: &u.At, ServiceName: &u.Service, Region: &u.Region}
		}
		return err
	})
	return out, err
}

func noAccessKey(id string) error {
	return api.NoSuchEntityException("The Access Key with id %s cannot be found.", id)
}
