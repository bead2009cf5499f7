package assets

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
)

// MaxSize is the largest asset, bytes: what Lambda takes as a direct upload.
const MaxSize = 50 << 20

var (
	// ErrTooLarge is returned for an asset over MaxSize.
	ErrTooLarge = errors.New("assets: the asset is larger than 50 MB")
	// ErrMismatch is returned when the bytes do not have the name's hash.
	ErrMismatch = errors.New("assets: the bytes do not have this SHA-256")
)

var sumForm = regexp.MustCompile(`^[0-9a-f]{64}$`)

// Store keeps assets as files of a directory. It is safe for concurrent use.
type Store struct{ dir string }

// Open opens the store in dir, which is made if it is missing, closed to other
// users.
func Open(dir string) (*Store, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("assets: %w", err)
	}
	return &Store{dir}, os.Chmod(dir, 0o700)
}

func (s *Store) path(sum string) string { return filepath.Join(s.dir, sum) }

// Has reports whether the asset is there.
func (s *Store) Has(sum string) bool {
	if !sumForm.MatchString(sum) {
		return false
	}
	_, err := os.Stat(s.path(sum))
	return err == nil
}

// Asset returns the bytes of an asset. One that is not there is an error that
// names it and wraps fs.ErrNotExist.
func (s *Store) Asset(_ context.Context, sum string) ([]byte, error) {
	if !sumForm.MatchString(sum) {
		return nil, fmt.Errorf("assets: %q is no SHA-256: %w", sum, fs.ErrNotExist)
	}
	b, err := os.ReadFile(s.path(sum))
	if err != nil {
		return nil, fmt.Errorf("assets: %w", err)
	}
	return b, nil
}

// Put stores what r gives under its hash, which must be sum. It is on stable
// storage when Put returns.
func (s *Store) Put(sum string, r io.Reader) error {
	if !sumForm.MatchString(sum) {
		return ErrMismatch
	}
	f, err := os.CreateTemp(s.dir, "upload-") // mode 0600
	if err != nil {
		return fmt.Errorf("assets: %w", err)
	}
	defer os.Remove(f.Name()) // it is gone by then if all went well
	defer f.Close()
	h := sha256.New()
	n, err := io.Copy(io.MultiWriter(f, h), io.LimitReader(r, MaxSize+1))
	switch {
	case err != nil:
		return err
	case n > MaxSize:
		return ErrTooLarge
	case hex.EncodeToString(h.Sum(nil)) != sum:
		return ErrMismatch
	}
	if err := f.Sync(); err != nil {
		return fmt.Errorf("assets: %w", err)
	}
	if err := os.Rename(f.Name(), s.path(sum)); err != nil {
		return fmt.Errorf("assets: %w", err)
	}
	dir, err := os.Open(s.dir)
	if err != nil {
		return fmt.Errorf("assets: %w", err)
	}
	defer dir.Close()
	return dir.Sync()
}
