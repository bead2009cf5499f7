package kvblob

import (
	"context"
	"time"

	"github.com/gatehouse-dev/gatehouse/internal/blob"
	"github.com/gatehouse-dev/gatehouse/internal/clock"
	"github.com/gatehouse-dev/gatehouse/internal/kv"
)

// PieceSize is the size of a blob's pieces in bytes; the last one may be smaller.
const PieceSize = 1 << 20

// abandoned is how long an upload may be silent before it counts as interrupted.
const abandoned = time.Hour

// Store is a blob.Store in a kv.Store.
type Store struct {
	kv   kv.Store
	name string
	now  func() time.Time // the machine's time
}

var _ blob.Store = (*Store)(nil)

// New returns the blobs of a name in a store. Names share nothing.
func New(store kv.Store, name string) *Store {
	return &Store{kv: store, name: name, now: clock.Machine}
}

// At returns the same blobs, for a machine with another clock.
func (s *Store) At(now func() time.Time) *Store {
	return &Store{kv: s.kv, name: s.name, now: now}
}

// head is the record of a blob.
type head struct {
	Size   int64
	Upload string // whose pieces are the blob's
	Put    time.Time
}

// Has implements blob.Store.
func (s *Store) Has(ctx context.Context, hash string) (has bool, err error) {
	if !blob.IsHash(hash) {
		return false, nil
	}
	err = s.kv.View(ctx, func(r kv.Reader) error {
		b, err := r.Get(s.head(hash))
		has = b != nil
		return err
	})
	return has, err
}

// Delete implements blob.Store.
func (s *Store) Delete(ctx context.Context, hash string, putBefore time.Time) error {
	if !blob.IsHash(hash) {
		return nil
	}
	return s.kv.Update(ctx, func(t kv.Txn) error {
		h, ok, err := kv.Load[head](t, s.head(hash))
		switch {
		case err != nil || !ok:
			return err
		case !h.Put.Before(putBefore):
			return blob.ErrInUse
		}
		if err := t.Delete(s.head(hash)); err != nil {
			return err
		}
		return t.DeleteRange(s.pieces(h.Upload))
	})
}

// List implements blob.Store.
func (s *Store) List(ctx context.Context, after string) (page []blob.Info, err error) {
	err = s.kv.View(ctx, func(r kv.Reader) error {
		page = nil
		rng := s.headsAfter(after)
		rng.Limit = blob.MaxPage
		return r.Scan(rng, func(key, value []byte) (bool, error) {
			info, err := listed(key, value)
			page = append(page, info)
			return true, err
		})
	})
	return page, err
}
