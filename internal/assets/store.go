package assets

import (
	"context"
	"fmt"
	"io"
	"io/fs"

	"github.com/gatehouse-dev/gatehouse/internal/blob"
)

// MaxSize is the largest asset, bytes: what Lambda takes as a direct upload.
const MaxSize = 50 << 20

// Store keeps assets as blobs. It is safe for concurrent use.
type Store struct{ blobs blob.Store }

// New returns the assets that are kept in blobs, where nothing else is.
func New(blobs blob.Store) *Store { return &Store{blobs} }

// Has reports whether the asset is there.
func (s *Store) Has(ctx context.Context, sum string) (bool, error) {
	return s.blobs.Has(ctx, sum)
}

// Asset returns the bytes of an asset. One that is not there is an error that
// names it and wraps fs.ErrNotExist.
func (s *Store) Asset(ctx context.Context, sum string) ([]byte, error) {
	if !blob.IsHash(sum) {
		return nil, fmt.Errorf("assets: %q is no SHA-256: %w", sum, fs.ErrNotExist)
	}
	b, err := blob.ReadAll(ctx, s.blobs, sum, MaxSize)
	if err != nil {
		return nil, fmt.Errorf("assets: %s: %w", sum, err)
	}
	return b, nil
}

// Put stores what r gives under its hash, which must be sum. It is on stable
// storage when Put returns. Its errors are those of blob.Store.
func (s *Store) Put(ctx context.Context, sum string, r io.Reader) error {
	if !blob.IsHash(sum) {
		return blob.ErrMismatch
	}
	_, err := s.blobs.Put(ctx, r, blob.Expect{Hash: sum, Max: MaxSize})
	return err
}
