package code

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/gatehouse-dev/gatehouse/internal/blob"
	"github.com/gatehouse-dev/gatehouse/internal/ids"
)

// Package is a stored zip.
type Package struct {
	Hash string // SHA-256 of the zip, hex
	Size int64  // of the zip, bytes
	// Unpacked is the size of what is in it, bytes.
	Unpacked int64
}

// Grace is how long after its Put a package is safe from Collect: the time that
// whoever put it, on any server, has to record its use.
const Grace = time.Hour

// Store keeps packages as blobs, which other servers may share, and their
// trees in a directory of this process. It is safe for concurrent use.
type Store struct {
	blobs blob.Store
	dir   string

	mu    sync.Mutex
	trees map[string]*tree
}

type tree struct {
	once sync.Once
	err  error
}

// Open returns the packages that are kept in blobs, where nothing else is. dir
// is for their trees; it is made, for this user only, and emptied.
func Open(dir string, blobs blob.Store) (*Store, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	s := &Store{blobs: blobs, dir: dir, trees: map[string]*tree{}}
	if err := removeTree(dir); err != nil {
		return nil, fmt.Errorf("code: %w", err)
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("code: %w", err)
	}
	return s, nil
}

func (s *Store) path(name string) string { return filepath.Join(s.dir, name) }

func (s *Store) staged() string { return s.path("new-" + ids.Lower(12)) }

// Put checks and stores a zip. The caller records the hash within Grace.
func (s *Store) Put(ctx context.Context, data []byte) (p Package, err error) {
	p = Package{Hash: blob.HashOf(data), Size: int64(len(data))}
	r, err := open(data)
	if err != nil {
		return p, err
	}
	staged := s.staged()
	defer removeTree(staged)
	if p.Unpacked, err = unpack(r, staged); err != nil {
		return p, err
	}
	if _, err := s.blobs.Put(ctx, bytes.NewReader(data), blob.Expect{Hash: p.Hash}); err != nil {
		return p, err
	}
	return p, s.adopt(p.Hash, staged)
}

// adopt makes an unpacked package the tree of its hash, if there is none yet.
func (s *Store) adopt(hash, staged string) error {
	t := s.tree(hash)
	t.once.Do(func() { t.err = os.Rename(staged, s.path(hash)) })
	return t.err
}

func (s *Store) tree(hash string) *tree {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := s.trees[hash]
	if t == nil {
		t = &tree{}
		s.trees[hash] = t
	}
	return t
}

// Open opens the zip of a package for reading. An unknown hash is an error that
// is fs.ErrNotExist.
func (s *Store) Open(ctx context.Context, hash string) (blob.Reader, error) {
	return s.blobs.Open(ctx, hash)
}

// Dir returns the directory with the content of a package, which nobody
// changes. Any user who gets at it can read it.
func (s *Store) Dir(ctx context.Context, hash string) (string, error) {
	if !blob.IsHash(hash) {
		return "", blob.ErrNotFound
	}
	path := s.path(hash)
	t := s.tree(hash)
	t.once.Do(func() { t.err = s.restore(ctx, hash, path) })
	if t.err != nil {
		s.mu.Lock()
		if s.trees[hash] == t {
			delete(s.trees, hash) // the next one tries again
		}
		s.mu.Unlock()
	}
	return path, t.err
}

func (s *Store) restore(ctx context.Context, hash, path string) error {
	data, err := blob.ReadAll(ctx, s.blobs, hash, blob.MaxSize)
	if err != nil {
		return err
	}
	r, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return err
	}
	staged := s.staged()
	defer removeTree(staged)
	if _, err := unpack(r, staged); err != nil {
		return err
	}
	return os.Rename(staged, path)
}

// Collect deletes the packages put before the given time, which lies Grace
// back, but those that used names.
func (s *Store) Collect(ctx context.Context, putBefore time.Time, used func() (map[string]bool, error)) error {
	keep, err := used()
	if err != nil {
		return err
	}
	gone, err := blob.Collect(ctx, s.blobs, putBefore, keep)
	errs := []error{err}
	for _, hash := range gone {
		s.mu.Lock()
		delete(s.trees, hash)
		s.mu.Unlock()
		errs = append(errs, removeTree(s.path(hash)))
	}
	return errors.Join(errs...)
}

// removeTree deletes a tree whatever the modes of its directories are.
func removeTree(path string) error {
	err := filepath.WalkDir(path, func(p string, d fs.DirEntry, err error) error {
		if err == nil && d.IsDir() {
			return os.Chmod(p, 0o700)
		}
		return nil
	})
	return errors.Join(err, os.RemoveAll(path))
}
