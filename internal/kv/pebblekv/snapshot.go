package pebblekv

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"github.com/cockroachdb/pebble/v2"

	"github.com/gatehouse-dev/gatehouse/internal/kv"
	"github.com/gatehouse-dev/gatehouse/internal/kv/keyset"
)

// scanCheck is the number of pairs after which a Scan looks at its context.
const scanCheck = 256

// snapshot is a kv.Reader of the store at one moment.
type snapshot struct {
	ctx   context.Context
	snap  *pebble.Snapshot // nil after close
	reads *keyset.Reads    // notes what was read; nil in a View
}

func (s *snapshot) close() {
	if s.snap != nil {
		s.snap.Close()
		s.snap = nil
	}
}

// Get implements kv.Reader.
func (s *snapshot) Get(key []byte) ([]byte, error) {
	if s.snap == nil {
		return nil, kv.ErrFinished
	}
	if err := kv.CheckKey(key); err != nil {
		return nil, err
	}
	if s.reads != nil {
		s.reads.AddKey(key)
	}
	v, closer, err := s.snap.Get(key)
	if errors.Is(err, pebble.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("kv: reading: %w", err)
	}
	own := append([]byte{}, v...)
	return own, closer.Close()
}

// Scan implements kv.Reader.
func (s *snapshot) Scan(r kv.Range, fn func(key, value []byte) (bool, error)) error {
	if s.snap == nil {
		return kv.ErrFinished
	}
	if r.Empty() {
		return nil
	}
	if len(r.Start) == 0 {
		r.Start = nil // Pebble takes an empty bound for a key, which it must not be
	}
	it, err := s.snap.NewIter(&pebble.IterOptions{LowerBound: r.Start, UpperBound: r.End})
	if err != nil {
		return fmt.Errorf("kv: reading: %w", err)
	}
	read, err := s.iterate(it, r, fn)
	if closeErr := it.Close(); err == nil && closeErr != nil {
		err = fmt.Errorf("kv: reading: %w", closeErr)
	}
	if s.reads != nil {
		s.reads.AddRange(read)
	}
	return err
}

// iterate calls fn for the pairs of r and returns the part of r that it looked at.
func (s *snapshot) iterate(it *pebble.Iterator, r kv.Range, fn func(key, value []byte) (bool, error)) (kv.Range, error) {
	first, next := it.First, it.Next
	if r.Reverse {
		first, next = it.Last, it.Prev
	}
	n := 0
	for ok := first(); ok; ok = next() {
		if n%scanCheck == 0 && s.ctx.Err() != nil {
			return r, s.ctx.Err()
		}
		value, err := it.ValueAndErr()
		if err != nil {
			return r, fmt.Errorf("kv: reading: %w", err)
		}
		n++
		more, err := fn(it.Key(), value)
		if err != nil || !more || n == r.Limit {
			if r.Reverse {
				return kv.Range{Start: bytes.Clone(it.Key()), End: r.End}, err
			}
			return kv.Range{Start: r.Start, End: kv.Single(it.Key()).End}, err
		}
	}
	return r, nil
}
