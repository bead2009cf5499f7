package pebblekv

import (
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"syscall"

	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/bloom"
	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/gatehouse-dev/gatehouse/internal/kv"
)

// Sizes in bytes, chosen for a process that idles in a few megabytes.
const (
	cacheSize    = 8 << 20
	memTableSize = 4 << 20
	maxOpenFiles = 256
	bloomBits    = 10 // per key, about 1 % false positives
)

// Options are the ways to open a store. The zero value is the usual one.
type Options struct {
	FS     vfs.FS       // nil is the machine's file system
	Logger *slog.Logger // nil is silent
}

// Open opens the store in dir, which is made if it is missing and is closed to
// other users. It returns kv.ErrLocked if another process has it open.
func Open(dir string, opts Options) (*Store, error) {
	if opts.FS == nil {
		var err error
		if dir, err = privateDir(dir); err != nil {
			return nil, fmt.Errorf("kv: data directory: %w", err)
		}
		opts.FS = vfs.Default
	} else if err := opts.FS.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("kv: data directory: %w", err)
	}
	if opts.Logger == nil {
		opts.Logger = slog.New(slog.DiscardHandler)
	}
	lock, err := lockDir(dir, opts.FS)
	if err != nil {
		return nil, err
	}
	s := &Store{dir: lock}
	if s.db, err = openPebble(dir, s.pebbleOptions(opts)); err != nil {
		lock.Close()
		return nil, fmt.Errorf("kv: opening %s: %w", dir, err)
	}
	return s, nil
}

// OpenMemory opens an empty store that lives in memory and ends with Close.
func OpenMemory() (*Store, error) {
	return Open("kv", Options{FS: vfs.NewMem()})
}

// privateDir makes dir readable for its owner only. The absolute path without
// links makes a second Open within this process meet the first one's lock.
func privateDir(dir string) (string, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", err
	}
	dir, err := filepath.Abs(dir)
	if err != nil {
		return "", err
	}
	if dir, err = filepath.EvalSymlinks(dir); err != nil {
		return "", err
	}
	return dir, os.Chmod(dir, 0o700)
}

func lockDir(dir string, fsys vfs.FS) (*pebble.Lock, error) {
	lock, err := pebble.LockDirectory(dir, fsys)
	if err == nil {
		return lock, nil
	}
	// fcntl says EAGAIN or EACCES for a lock that is held. An EACCES within a
	// PathError is about the file's permissions instead, and Pebble has only
	// words for a lock held by this very process.
	var path *fs.PathError
	switch {
	case errors.As(err, &path):
		return nil, fmt.Errorf("kv: locking %s: %w", dir, err)
	case errors.Is(err, syscall.EAGAIN), errors.Is(err, syscall.EACCES), err.Error() == "lock held by current process":
		return nil, fmt.Errorf("%w: %s", kv.ErrLocked, dir)
	}
	return nil, fmt.Errorf("kv: locking %s: %w", dir, err)
}

func (s *Store) pebbleOptions(opts Options) *pebble.Options {
	log := logger{opts.Logger}
	events := &pebble.EventListener{
		BackgroundError: func(err error) { opts.Logger.Error("kv: background work failed", "error", err) },
		DataCorruption: func(info pebble.DataCorruptionInfo) {
			opts.Logger.Error("kv: stored data is corrupt", "file", info.Path, "error", info.Details)
			s.durable.fail(info.Details)
		},
	}
	o := &pebble.Options{
		FS:                 opts.FS,
		Lock:               s.dir,
		Logger:             log,
		EventListener:      events,
		CacheSize:          cacheSize,
		MemTableSize:       memTableSize,
		MaxOpenFiles:       maxOpenFiles,
		FormatMajorVersion: pebble.FormatNewest,
	}
	for i := range o.Levels {
		o.Levels[i].FilterPolicy = bloom.FilterPolicy(bloomBits)
	}
	return o
}

// openPebble turns the panics by which Pebble reports an unwritable disk into errors.
func openPebble(dir string, o *pebble.Options) (db *pebble.DB, err error) {
	defer recoverDisk(&err)
	return pebble.Open(dir, o)
}
