package code

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"github.com/gatehouse-dev/gatehouse/internal/ids"
)

// Package is a stored zip.
type Package struct {
	Hash string // SHA-256 of the zip, hex
	Size int64  // of the zip, bytes
	// Unpacked is the size of what is in it, bytes.
	Unpacked int64
}

// Store keeps packages in a directory, for one process at a time. It is safe
// for concurrent use.
type Store struct {
	dir string

	// changing is held for reading between Put and the moment its caller has
	// recorded the hash, and for writing while Collect deletes.
	changing sync.RWMutex

	mu    sync.Mutex
	trees map[string]*tree
}

type tree struct {
	once sync.Once
	err  error
}

// Open opens the store in dir, which is made, for this user only.
func Open(dir string) (*Store, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	s := &Store{dir: dir, trees: map[string]*tree{}}
	if err := removeTree(s.path("tree")); err != nil {
		return nil, fmt.Errorf("code: %w", err)
	}
	for _, d := range []string{dir, s.path("zip"), s.path("tree")} {
		if err := os.MkdirAll(d, 0o700); err != nil {
			return nil, fmt.Errorf("code: %w", err)
		}
	}
	if err := os.Chmod(dir, 0o700); err != nil {
		return nil, fmt.Errorf("code: %w", err)
	}
	return s, nil
}

func (s *Store) path(elem ...string) string {
	return filepath.Join(append([]string{s.dir}, elem...)...)
}

func (s *Store) zipPath(hash string) string { return s.path("zip", hash+".zip") }

// Put checks and stores a zip. The package is safe from Collect until done is
// called, which the caller does once it has recorded the hash, or has not.
func (s *Store) Put(data []byte) (p Package, done func(), err error) {
	sum := sha256.Sum256(data)
	p = Package{Hash: hex.EncodeToString(sum[:]), Size: int64(len(data))}
	s.changing.RLock()
	done = sync.OnceFunc(s.changing.RUnlock)
	defer func() {
		if err != nil {
			done()
		}
	}()
	r, err := open(data)
	if err != nil {
		return p, done, err
	}
	staged := s.path("tree", "new-"+ids.Lower(12))
	defer removeTree(staged)
	if p.Unpacked, err = unpack(r, staged); err != nil {
		return p, done, err
	}
	if err := s.keep(p.Hash, data); err != nil {
		return p, done, err
	}
	return p, done, s.adopt(p.Hash, staged)
}

// adopt makes an unpacked package the tree of its hash, if there is none yet.
func (s *Store) adopt(hash, staged string) error {
	t := s.tree(hash)
	t.once.Do(func() { t.err = os.Rename(staged, s.path("tree", hash)) })
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

// keep writes the zip durably.
func (s *Store) keep(hash string, data []byte) error {
	path := s.zipPath(hash)
	if info, err := os.Stat(path); err == nil && info.Size() == int64(len(data)) {
		return nil
	}
	f, err := os.CreateTemp(s.path("zip"), "new-")
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	err = errors.Join(err, f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	d, err := os.Open(s.path("zip"))
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// Open opens the zip of a package for reading. An unknown hash is an error that
// is fs.ErrNotExist.
func (s *Store) Open(hash string) (*os.File, error) {
	if !isHash(hash) {
		return nil, fs.ErrNotExist
	}
	return os.Open(s.zipPath(hash))
}

// Dir returns the directory with the content of a package, which nobody
// changes. Any user who gets at it can read it.
func (s *Store) Dir(hash string) (string, error) {
	if !isHash(hash) {
		return "", fs.ErrNotExist
	}
	path := s.path("tree", hash)
	t := s.tree(hash)
	t.once.Do(func() { t.err = s.restore(hash, path) })
	if t.err != nil {
		s.mu.Lock()
		delete(s.trees, hash) // the next one tries again
		s.mu.Unlock()
	}
	return path, t.err
}

func (s *Store) restore(hash, path string) error {
	data, err := os.ReadFile(s.zipPath(hash))
	if err != nil {
		return err
	}
	r, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return err
	}
	staged := s.path("tree", "new-"+ids.Lower(12))
	defer removeTree(staged)
	if _, err := unpack(r, staged); err != nil {
		return err
	}
	return os.Rename(staged, path)
}

// Collect deletes all packages but those that used names. used is called while
// no package can be between Put and done.
func (s *Store) Collect(used func() (map[string]bool, error)) error {
	s.changing.Lock()
	defer s.changing.Unlock()
	keep, err := used()
	if err != nil {
		return err
	}
	zips, err := os.ReadDir(s.path("zip"))
	if err != nil {
		return err
	}
	var errs []error
	for _, z := range zips {
		hash := strings.TrimSuffix(z.Name(), ".zip")
		if keep[hash] {
			continue
		}
		errs = append(errs, os.Remove(s.path("zip", z.Name())))
		s.mu.Lock()
		delete(s.trees, hash)
		s.mu.Unlock()
		if isHash(hash) {
			errs = append(errs, removeTree(s.path("tree", hash)))
		}
	}
	return errors.Join(errs...)
}

func isHash(s string) bool {
	b, err := hex.DecodeString(s)
	return err == nil && len(b) == sha256.Size && strings.ToLower(s) == s
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
