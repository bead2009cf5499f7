package blob

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"time"
)

// MaxSize is the largest blob in bytes, that of S3's largest single upload
// ("Amazon S3 User Guide", "Uploading objects").
const MaxSize = 5 << 30

// MaxPage is how many blobs one List returns at most.
const MaxPage = 1000

var (
	// ErrNotFound is returned for a blob that is not there, and for what is no
	// hash. It is fs.ErrNotExist.
	ErrNotFound = fmt.Errorf("blob: there is no such blob: %w", fs.ErrNotExist)
	// ErrTooLarge is returned by Put for more bytes than its limit.
	ErrTooLarge = errors.New("blob: too large")
	// ErrMismatch is returned by Put for bytes without the hash asked for.
	ErrMismatch = errors.New("blob: the bytes do not have this SHA-256")
	// ErrCorrupt is returned by a Reader when the stored bytes are not those
	// that were put.
	ErrCorrupt = errors.New("blob: the stored bytes are damaged")
	// ErrInUse is returned by Delete for a blob that was put again meanwhile.
	ErrInUse = errors.New("blob: put again in the meantime")
)

// Info describes a stored blob.
type Info struct {
	Hash string // SHA-256 of the content, 64 lower-case hex digits
	Size int64  // bytes
	// Put is when it was last put, by the machine's clock of whoever put it.
	Put time.Time
}

// Expect says what a Put takes. The zero value takes anything up to MaxSize.
type Expect struct {
	Hash string // the hash that the bytes must have; "" is any
	Max  int64  // bytes; 0 is MaxSize
}

// Limit is the number of bytes that e allows.
func (e Expect) Limit() int64 {
	if e.Max <= 0 || e.Max > MaxSize {
		return MaxSize
	}
	return e.Max
}

// Store keeps blobs. Its methods may be called from any goroutine.
type Store interface {
	// Put reads r to its end and stores what it gave. When it returns nil the
	// blob is on stable storage. It returns ErrTooLarge, ErrMismatch, or r's
	// error as it is.
	Put(ctx context.Context, r io.Reader, e Expect) (Info, error)

	// Open opens a blob for reading, or returns ErrNotFound. ctx bounds the
	// whole time of reading. The caller closes the Reader.
	Open(ctx context.Context, hash string) (Reader, error)

	// Has reports whether the blob is there, not whether it is undamaged.
	Has(ctx context.Context, hash string) (bool, error)

	// Delete removes a blob that was last put before the given time, so that a
	// collector cannot remove what was put after it looked. A later one stays
	// and is ErrInUse. A blob that is not there is no error. Who has it open
	// may read on, or find it gone: ErrNotFound.
	Delete(ctx context.Context, hash string, putBefore time.Time) error

	// List returns at most MaxPage blobs in the order of their hashes,
	// beginning after the given hash, "" being before the first.
	List(ctx context.Context, after string) ([]Info, error)
}

// Reader reads one blob. It belongs to one goroutine. Seeking is allowed, but
// only a read from the begin to the end is checked against the hash.
type Reader interface {
	io.ReadSeekCloser
	// Size is the blob's size in bytes.
	Size() int64
}
