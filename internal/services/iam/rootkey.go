package iam

import (
	"context"

	"github.com/gatehouse-dev/gatehouse/internal/ids"
	"github.com/gatehouse-dev/gatehouse/internal/kv"
)

// EnsureRootKey returns the root user's access key, which is made at the first
// start.
func (s *Service) EnsureRootKey(ctx context.Context) (accessKeyID, secret string, err error) {
	if k := s.current.Load().rootKey; k != nil {
		return k.ID, k.Secret, nil
	}
	var key accessKeyRecord
	err = s.update(ctx, func(t kv.Txn) error {
		rec, ok, err := kv.Load[accessKeyRecord](t, rootKeyKey())
		if err != nil {
			return err
		}
		if ok {
			key = rec
			return nil
		}
		key = accessKeyRecord{ID: newAccessKeyID(), Secret: ids.Secret(40), Active: true, Created: s.now()}
		return kv.Save(t, rootKeyKey(), key)
	})
	return key.ID, key.Secret, err
}

func newAccessKeyID() string { return "AKIA" + ids.Base32(16) }
