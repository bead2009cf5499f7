package server

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/gatehouse-dev/gatehouse/internal/blob"
	"github.com/gatehouse-dev/gatehouse/internal/blob/fileblob"
	"github.com/gatehouse-dev/gatehouse/internal/blob/kvblob"
	"github.com/gatehouse-dev/gatehouse/internal/kv"
	"github.com/gatehouse-dev/gatehouse/internal/kv/pebblekv"
	"github.com/gatehouse-dev/gatehouse/internal/kv/pgkv"
)

// What a data directory holds.
const (
	stateName    = "state"
	packagesName = "packages"
	codeName     = "code" // what is in the packages
	runtimesName = "runtimes"
	assetsName   = "assets"
	rootKeyName  = "root-key"
	lockName     = "lock" // of a server with a database
)

var dataNames = []string{stateName, packagesName, codeName, runtimesName, assetsName, rootKeyName, lockName}

const storeTimeout = 10 * time.Second

// openStore opens the embedded store or the database, and the directories of
// this node.
func (s *Server) openStore(ctx context.Context) error {
	if s.DataDir == "" {
		dir, err := os.MkdirTemp("", "gatehouse-")
		if err != nil {
			return fmt.Errorf("cannot make a temporary directory: %w", err)
		}
		s.scratch = dir
		s.onClose(func(context.Context) error { return os.RemoveAll(dir) })
	} else if err := s.privateDir(); err != nil {
		return err
	}
	var err error
	switch {
	case s.Store != "":
		if err := s.lockDir(); err != nil {
			return err
		}
		ctx, cancel := context.WithTimeout(ctx, storeTimeout)
		defer cancel()
		s.storeKind = "postgres"
		if s.store, err = pgkv.Open(ctx, s.Store, pgkv.Options{Logger: s.Log}); err != nil {
			return fmt.Errorf("cannot reach the store: %w", err)
		}
	case s.DataDir == "":
		s.storeKind = "memory"
		s.store, err = pebblekv.OpenMemory()
	default:
		s.storeKind = "embedded"
		s.store, err = pebblekv.Open(s.dir(stateName), pebblekv.Options{Logger: s.Log})
		if errors.Is(err, kv.ErrLocked) {
			return fmt.Errorf("the data directory %s is in use by another Gatehouse", s.DataDir)
		}
	}
	if err != nil {
		return err
	}
	s.onClose(func(context.Context) error { return s.store.Close() })
	return nil
}

// lockDir keeps a second server from emptying this one's directories. With the
// embedded store its own lock does that.
func (s *Server) lockDir() error {
	lock, err := vfs.Default.Lock(s.dir(lockName))
	if err != nil {
		return fmt.Errorf("the data directory %s is in use by another Gatehouse: %w", s.root(), err)
	}
	s.onClose(func(context.Context) error { return lock.Close() })
	return nil
}

// blobs opens the large bytes of one part: in the database where there is one,
// so that the other servers on it have them too, else in a directory.
func (s *Server) blobs(name string) (blob.Store, error) {
	if s.Store != "" {
		return kvblob.New(s.store, name), nil
	}
	return fileblob.Open(s.dir(name))
}

// privateDir makes the data directory, or sees to it that nobody else can
// enter the one there is.
func (s *Server) privateDir() error {
	if err := os.MkdirAll(s.DataDir, 0o700); err != nil {
		return fmt.Errorf("cannot make the data directory: %w", err)
	}
	abs, err := filepath.Abs(s.DataDir)
	if err != nil {
		return err
	}
	s.DataDir = abs
	info, err := os.Stat(abs)
	switch {
	case err != nil:
		return fmt.Errorf("cannot read the data directory: %w", err)
	case !info.IsDir():
		return fmt.Errorf("%s is no directory", abs)
	case info.Mode().Perm()&0o077 != 0:
		if err := os.Chmod(abs, 0o700); err != nil {
			return fmt.Errorf("other users can read the data directory: %w", err)
		}
	}
	if _, err := os.ReadDir(abs); err != nil {
		return fmt.Errorf("cannot read the data directory: %w", err)
	}
	return nil
}

// lockForReset makes sure that no server runs on dir and keeps one from
// starting until unlock is called.
func lockForReset(dir string) (unlock func(), err error) {
	state := filepath.Join(dir, stateName)
	if _, err := os.Stat(state); errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR) {
		return nil, fmt.Errorf("%s is no data directory of Gatehouse", dir)
	}
	store, err := pebblekv.Open(state, pebblekv.Options{})
	if errors.Is(err, kv.ErrLocked) {
		return nil, fmt.Errorf("the data directory %s is in use; stop the server first", dir)
	}
	if err != nil {
		return nil, err
	}
	return func() { store.Close() }, nil
}
