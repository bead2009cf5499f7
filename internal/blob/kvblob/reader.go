package kvblob

import (
	"context"
	"errors"
	"io"

	"github.com/gatehouse-dev/gatehouse/internal/blob"
	"github.com/gatehouse-dev/gatehouse/internal/kv"
)

// Open implements blob.Store.
func (s *Store) Open(ctx context.Context, hash string) (blob.Reader, error) {
	if !blob.IsHash(hash) {
		return nil, blob.ErrNotFound
	}
	r := &reader{s: s, ctx: ctx, hash: hash, held: -1}
	err := s.kv.View(ctx, func(rd kv.Reader) error {
		h, ok, err := kv.Load[head](rd, s.head(hash))
		if err == nil && !ok {
			err = blob.ErrNotFound
		}
		r.size = h.Size
		return err
	})
	if err != nil {
		return nil, err
	}
	return blob.Checked(r, r.size, hash), nil
}

// reader reads a blob piece by piece and holds one of them.
type reader struct {
	s    *Store
	ctx  context.Context
	hash string
	size int64
	pos  int64

	held  int64 // number of the piece; -1 is none
	piece []byte
}

var errOffset = errors.New("blob: seek to before the begin")

func (r *reader) Seek(offset int64, whence int) (int64, error) {
	switch whence {
	case io.SeekCurrent:
		offset += r.pos
	case io.SeekEnd:
		offset += r.size
	}
	if offset < 0 {
		return 0, errOffset
	}
	r.pos = offset
	return offset, nil
}

func (r *reader) Read(p []byte) (int, error) {
	if r.pos >= r.size {
		return 0, io.EOF
	}
	if err := r.hold(r.pos / PieceSize); err != nil {
		return 0, err
	}
	n := copy(p, r.piece[r.pos%PieceSize:])
	r.pos += int64(n)
	return n, nil
}

// hold reads a piece. It asks the head each time whose pieces are the blob's,
// as that changes when the blob is put again.
func (r *reader) hold(n int64) error {
	if r.held == n {
		return nil
	}
	return r.s.kv.View(r.ctx, func(rd kv.Reader) error {
		h, ok, err := kv.Load[head](rd, r.s.head(r.hash))
		if err == nil && !ok {
			err = blob.ErrNotFound
		}
		if err != nil {
			return err
		}
		b, err := rd.Get(r.s.piece(h.Upload, n))
		if err != nil {
			return err
		}
		if int64(len(b)) != min(PieceSize, r.size-n*PieceSize) {
			return blob.ErrCorrupt
		}
		r.held, r.piece = n, b
		return nil
	})
}

func (r *reader) Close() error {
	r.held, r.piece = -1, nil
	return nil
}
