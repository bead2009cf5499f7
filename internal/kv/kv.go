package kv

import (
	"bytes"
	"context"
	"errors"
)

// Limits that every implementation enforces, in bytes.
const (
	MaxKeySize   = 4 << 10
	MaxValueSize = 8 << 20 // larger bytes belong into package blob
	MaxTxnSize   = 64 << 20
)

var (
	// ErrClosed is returned by every method after Close.
	ErrClosed = errors.New("kv: store is closed")
	// ErrEmptyKey is returned for a key without a byte.
	ErrEmptyKey = errors.New("kv: key is empty")
	// ErrTooLarge is returned when a key, a value or a transaction exceeds its limit.
	ErrTooLarge = errors.New("kv: key, value or transaction is too large")
	// ErrConflict is returned by Update when its retries are used up.
	ErrConflict = errors.New("kv: too many conflicting transactions")
	// ErrLocked is returned when opening a data directory that is in use.
	ErrLocked = errors.New("kv: data directory is in use by another process")
	// ErrFailed is returned once the store cannot write to its disk. It takes
	// no more writes until it is opened again.
	ErrFailed = errors.New("kv: store failed and must be opened again")
	// ErrUncertain is returned by Update when the connection to the database
	// broke during the commit: it may have happened or not.
	ErrUncertain = errors.New("kv: connection lost during commit, its outcome is unknown")
	// ErrFinished is returned by a Reader or Txn used after its function returned.
	ErrFinished = errors.New("kv: transaction is over")
)

// Store is an ordered key-value store. Its methods may be called from any
// goroutine.
type Store interface {
	// View runs fn on a consistent snapshot. The Reader must not be used
	// after fn returns.
	View(ctx context.Context, fn func(Reader) error) error

	// Update runs fn and commits what it wrote, atomically and serializably.
	// It returns nil only once the commit is durable. If fn returns an error
	// nothing is written and that error is returned as it is. fn may run
	// several times.
	Update(ctx context.Context, fn func(Txn) error) error

	// Watch returns a channel that receives a value after any commit that
	// touched a key with the prefix. Notifications are coalesced: one value
	// may stand for many commits, and a spurious one is allowed. A receiver
	// re-reads what it cares about. Commits by other processes on the same
	// database are seen too. The channel is never closed before stop is called.
	Watch(prefix []byte) (changes <-chan struct{}, stop func())

	// Close waits for running transactions and releases the store.
	Close() error
}

// Reader reads one snapshot. It belongs to one goroutine.
type Reader interface {
	// Get returns the value of key, or nil if there is none. The caller owns
	// the returned slice. A stored empty value is returned as non-nil.
	Get(key []byte) ([]byte, error)

	// Scan calls fn for each pair of the range in order until fn returns
	// false or an error. key and value are valid only during the call.
	Scan(r Range, fn func(key, value []byte) (bool, error)) error
}

// Txn reads its own writes. It belongs to one goroutine.
type Txn interface {
	Reader
	// Set stores value under key. Both slices may be reused after the call.
	Set(key, value []byte) error
	// Delete removes key; a key that is not there is no error.
	Delete(key []byte) error
	// DeleteRange removes each key of the range; Reverse and Limit are ignored.
	DeleteRange(r Range) error
}

// Range is the half-open interval [Start, End). A nil End is the end of the
// key space.
type Range struct {
	Start, End []byte
	Reverse    bool // from the last key to the first
	Limit      int  // at most so many pairs; 0 means all
}

// Empty reports whether no key can be in the range.
func (r Range) Empty() bool {
	return r.End != nil && bytes.Compare(r.Start, r.End) >= 0
}

// Contains reports whether key is in the range.
func (r Range) Contains(key []byte) bool {
	return bytes.Compare(r.Start, key) <= 0 && (r.End == nil || bytes.Compare(key, r.End) < 0)
}

// Single is the range that holds key and nothing else.
func Single(key []byte) Range {
	return Range{Start: key, End: append(append(make([]byte, 0, len(key)+1), key...), 0)}
}

// CheckKey returns ErrEmptyKey or ErrTooLarge for what cannot be a key.
func CheckKey(key []byte) error {
	switch {
	case len(key) == 0:
		return ErrEmptyKey
	case len(key) > MaxKeySize:
		return ErrTooLarge
	}
	return nil
}

// Prefix is the range of all keys that begin with p.
func Prefix(p []byte) Range {
	return Range{Start: p, End: PrefixEnd(p)}
}

// PrefixEnd returns the first key after all keys that begin with p, nil if
// there is none.
func PrefixEnd(p []byte) []byte {
	for i := len(p) - 1; i >= 0; i-- {
		if p[i] != 0xff {
			end := append([]byte(nil), p[:i+1]...)
			end[i]++
			return end
		}
	}
	return nil
}
