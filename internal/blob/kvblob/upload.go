package kvblob

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/gatehouse-dev/gatehouse/internal/blob"
	"github.com/gatehouse-dev/gatehouse/internal/ids"
	"github.com/gatehouse-dev/gatehouse/internal/kv"
	"github.com/gatehouse-dev/gatehouse/internal/tuple"
)

// ErrAbandoned is returned by a Put whose reader gave nothing for so long that
// another server took it for interrupted.
var ErrAbandoned = errors.New("blob: the upload was silent for too long")

const (
	giveUpLimit  = 10 * time.Second // for removing what a failed Put wrote
	sweptAtATime = 16
)

// Put implements blob.Store.
func (s *Store) Put(ctx context.Context, r io.Reader, e blob.Expect) (blob.Info, error) {
	if err := s.Sweep(ctx); err != nil {
		return blob.Info{}, err
	}
	upload := ids.Hex(16)
	in := blob.NewIntake(r, e)
	info, err := s.write(ctx, upload, in)
	if err == nil {
		info.Put, err = s.finish(ctx, upload, info)
	}
	if err != nil {
		return blob.Info{}, errors.Join(err, s.giveUp(ctx, upload))
	}
	return info, nil
}

// write stores the pieces of an upload.
func (s *Store) write(ctx context.Context, upload string, in *blob.Intake) (blob.Info, error) {
	buf := make([]byte, PieceSize)
	for n := int64(0); ; n++ {
		size, last, err := fill(buf, in)
		if err != nil {
			return blob.Info{}, err
		}
		if size > 0 || n == 0 {
			if err := s.kv.Update(ctx, func(t kv.Txn) error { return s.add(t, upload, n, buf[:size]) }); err != nil {
				return blob.Info{}, err
			}
		}
		if last {
			return in.Finish()
		}
	}
}

// fill reads until buf is full or r is at its end. Unlike io.ReadFull it tells
// the end from a reader's own io.ErrUnexpectedEOF, that of a broken request.
func fill(buf []byte, r io.Reader) (n int, end bool, err error) {
	for n < len(buf) {
		m, err := r.Read(buf[n:])
		n += m
		if err == io.EOF {
			return n, true, nil
		}
		if err != nil {
			return n, false, err
		}
	}
	return n, false, nil
}

// add writes one piece, and that the upload goes on. That of nothing has one,
// empty piece, so that every upload is in the list of the open ones.
func (s *Store) add(t kv.Txn, upload string, n int64, piece []byte) error {
	if n > 0 {
		if err := s.wantOpen(t, upload); err != nil {
			return err
		}
	}
	if err := kv.Save(t, s.open(upload), s.now()); err != nil {
		return err
	}
	return t.Set(s.piece(upload, n), piece)
}

func (s *Store) wantOpen(t kv.Txn, upload string) error {
	b, err := t.Get(s.open(upload))
	if err == nil && b == nil {
		err = ErrAbandoned
	}
	return err
}

// finish makes the upload the blob's content, in place of an earlier one.
func (s *Store) finish(ctx context.Context, upload string, info blob.Info) (put time.Time, err error) {
	err = s.kv.Update(ctx, func(t kv.Txn) error {
		if err := s.wantOpen(t, upload); err != nil {
			return err
		}
		old, ok, err := kv.Load[head](t, s.head(info.Hash))
		if err != nil {
			return err
		}
		if ok {
			if err := t.DeleteRange(s.pieces(old.Upload)); err != nil {
				return err
			}
		}
		put = s.now()
		if err := kv.Save(t, s.head(info.Hash), head{Size: info.Size, Upload: upload, Put: put}); err != nil {
			return err
		}
		return t.Delete(s.open(upload))
	})
	return put, err
}

// giveUp removes what an upload wrote, unless it is a blob's after all: after
// kv.ErrUncertain the transaction of finish may have happened.
func (s *Store) giveUp(ctx context.Context, upload string) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), giveUpLimit)
	defer cancel()
	err := s.kv.Update(ctx, func(t kv.Txn) error {
		if err := s.wantOpen(t, upload); err != nil {
			return err
		}
		return s.discard(t, upload)
	})
	if errors.Is(err, ErrAbandoned) || errors.Is(err, kv.ErrClosed) {
		return nil
	}
	return err
}

func (s *Store) discard(t kv.Txn, upload string) error {
	if err := t.DeleteRange(s.pieces(upload)); err != nil {
		return err
	}
	return t.Delete(s.open(upload))
}

// Sweep removes what interrupted uploads left, a few at a time. Put does it
// too.
func (s *Store) Sweep(ctx context.Context) error {
	silent := s.now().Add(-abandoned)
	var stale []string
	err := s.kv.View(ctx, func(r kv.Reader) error {
		stale = nil
		return r.Scan(s.opens(), func(key, value []byte) (bool, error) {
			upload, heard, err := opened(key, value)
			if err == nil && heard.Before(silent) {
				stale = append(stale, upload)
			}
			return len(stale) < sweptAtATime, err
		})
	})
	if err != nil {
		return err
	}
	for _, upload := range stale {
		err := s.kv.Update(ctx, func(t kv.Txn) error {
			heard, ok, err := kv.Load[time.Time](t, s.open(upload))
			if err != nil || !ok || !heard.Before(silent) {
				return err // it is someone's work after all
			}
			return s.discard(t, upload)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// opened reads an entry of the range of open uploads.
func opened(key, value []byte) (upload string, heard time.Time, err error) {
	d := tuple.Decode(key)
	d.Skip(3)
	upload = d.String()
	if err := errors.Join(d.Err(), json.Unmarshal(value, &heard)); err != nil {
		return "", heard, fmt.Errorf("blob: upload %q: %w", key, err)
	}
	return upload, heard, nil
}
