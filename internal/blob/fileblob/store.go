package fileblob

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/gatehouse-dev/gatehouse/internal/blob"
	"github.com/gatehouse-dev/gatehouse/internal/clock"
)

// Store is a blob.Store in a directory.
type Store struct {
	dir string
	// placing keeps a rename from coming between Delete's look and its removal.
	placing sync.Mutex
}

var _ blob.Store = (*Store)(nil)

// Open opens the store in dir, which is made if it is missing.
func Open(dir string) (*Store, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, fmt.Errorf("blob: %w", err)
	}
	s := &Store{dir: dir}
	if err := os.RemoveAll(s.staging()); err != nil {
		return nil, fmt.Errorf("blob: %w", err)
	}
	for _, d := range []string{dir, s.staging(), s.objects()} {
		if err := os.MkdirAll(d, 0o700); err != nil {
			return nil, fmt.Errorf("blob: %w", err)
		}
	}
	if err := os.Chmod(dir, 0o700); err != nil {
		return nil, fmt.Errorf("blob: %w", err)
	}
	if err := syncDir(dir); err != nil {
		return nil, err
	}
	// The store's own name must last as well.
	return s, syncDir(filepath.Dir(dir))
}

func (s *Store) staging() string { return filepath.Join(s.dir, "new") }

func (s *Store) objects() string { return filepath.Join(s.dir, "objects") }

func (s *Store) shelf(hash string) string { return filepath.Join(s.objects(), hash[:2]) }

func (s *Store) path(hash string) string { return filepath.Join(s.shelf(hash), hash) }

// Put implements blob.Store.
func (s *Store) Put(ctx context.Context, r io.Reader, e blob.Expect) (blob.Info, error) {
	f, err := os.CreateTemp(s.staging(), "") // mode 0600
	if err != nil {
		return blob.Info{}, fmt.Errorf("blob: %w", err)
	}
	defer os.Remove(f.Name()) // gone by then if all went well
	defer f.Close()
	in := blob.NewIntake(withContext{ctx, r}, e)
	if _, err := io.Copy(f, in); err != nil {
		return blob.Info{}, err
	}
	info, err := in.Finish()
	if err != nil {
		return blob.Info{}, err
	}
	if err := f.Sync(); err != nil {
		return blob.Info{}, fmt.Errorf("blob: %w", err)
	}
	if info.Put, err = s.place(f.Name(), info.Hash); err != nil {
		return blob.Info{}, fmt.Errorf("blob: %w", err)
	}
	return info, nil
}

// place moves a finished file to where its hash says, durably. Its time
// becomes that of the move: the last write may lie before a Delete's time.
func (s *Store) place(file, hash string) (put time.Time, err error) {
	if err := os.Mkdir(s.shelf(hash), 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return put, err
	}
	// Synced even if it was there: whoever made it may not have come so far yet.
	if err := syncDir(s.objects()); err != nil {
		return put, err
	}
	s.placing.Lock()
	put = clock.Machine()
	if err = os.Chtimes(file, put, put); err == nil {
		err = os.Rename(file, s.path(hash))
	}
	s.placing.Unlock()
	if err != nil {
		return put, err
	}
	return put, syncDir(s.shelf(hash))
}

// Open implements blob.Store.
func (s *Store) Open(_ context.Context, hash string) (blob.Reader, error) {
	if !blob.IsHash(hash) {
		return nil, blob.ErrNotFound
	}
	f, err := os.Open(s.path(hash))
	if err != nil {
		return nil, notFound(err)
	}
	stat, err := f.Stat()
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return blob.Checked(f, stat.Size(), hash), nil
}

// Has implements blob.Store.
func (s *Store) Has(_ context.Context, hash string) (bool, error) {
	if !blob.IsHash(hash) {
		return false, nil
	}
	_, err := os.Stat(s.path(hash))
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return err == nil, err
}

// Delete implements blob.Store.
func (s *Store) Delete(_ context.Context, hash string, putBefore time.Time) error {
	if !blob.IsHash(hash) {
		return nil
	}
	s.placing.Lock()
	defer s.placing.Unlock()
	stat, err := os.Stat(s.path(hash))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return fmt.Errorf("blob: %w", err)
	case !stat.ModTime().Before(putBefore):
		return blob.ErrInUse
	}
	if err := os.Remove(s.path(hash)); err != nil {
		return fmt.Errorf("blob: %w", err)
	}
	return syncDir(s.shelf(hash))
}

// List implements blob.Store.
func (s *Store) List(ctx context.Context, after string) ([]blob.Info, error) {
	shelves, err := os.ReadDir(s.objects())
	if err != nil {
		return nil, fmt.Errorf("blob: %w", err)
	}
	var page []blob.Info
	for _, shelf := range shelves {
		if len(after) >= 2 && shelf.Name() < after[:2] {
			continue
		}
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		files, err := os.ReadDir(filepath.Join(s.objects(), shelf.Name()))
		if err != nil {
			return nil, fmt.Errorf("blob: %w", err)
		}
		for _, f := range files {
			if f.Name() <= after || !blob.IsHash(f.Name()) {
				continue
			}
			if len(page) == blob.MaxPage {
				return page, nil
			}
			stat, err := f.Info()
			if errors.Is(err, fs.ErrNotExist) {
				continue // deleted meanwhile
			}
			if err != nil {
				return nil, fmt.Errorf("blob: %w", err)
			}
			page = append(page, blob.Info{Hash: f.Name(), Size: stat.Size(), Put: stat.ModTime().UTC()})
		}
	}
	return slices.Clip(page), nil
}

// withContext ends a reader with its context, between two reads.
type withContext struct {
	ctx context.Context
	r   io.Reader
}

func (w withContext) Read(p []byte) (int, error) {
	if err := w.ctx.Err(); err != nil {
		return 0, err
	}
	return w.r.Read(p)
}

func notFound(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return blob.ErrNotFound
	}
	return fmt.Errorf("blob: %w", err)
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return fmt.Errorf("blob: %w", err)
	}
	if err := errors.Join(d.Sync(), d.Close()); err != nil {
		return fmt.Errorf("blob: %w", err)
	}
	return nil
}
