package pebblekv

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"time"

	"github.com/cockroachdb/pebble/v2"

	"github.com/gatehouse-dev/gatehouse/internal/ids"
	"github.com/gatehouse-dev/gatehouse/internal/kv"
	"github.com/gatehouse-dev/gatehouse/internal/kv/keyset"
	"github.com/gatehouse-dev/gatehouse/internal/kv/overlay"
)

// How often Update tries without holding the lock, and the longest pause
// between tries. The try after the last one cannot conflict.
const (
	optimisticTries = 8
	minPause        = 20 * time.Microsecond
)

// Update implements kv.Store.
func (s *Store) Update(ctx context.Context, fn func(kv.Txn) error) error {
	if err := s.gate.Enter(); err != nil {
		return err
	}
	defer s.gate.Leave()
	for try := range optimisticTries {
		if err := pause(ctx, try); err != nil {
			return err
		}
		err := s.try(ctx, fn, false)
		if !errors.Is(err, errConflict) {
			return err
		}
	}
	return s.try(ctx, fn, true)
}

// errConflict says that a try has to be repeated.
var errConflict = errors.New("kv: conflict")

// try runs fn once and commits. If exclusive, no other commit happens meanwhile.
func (s *Store) try(ctx context.Context, fn func(kv.Txn) error, exclusive bool) error {
	c := commit{exclusive: exclusive}
	number, err := s.run(ctx, fn, &c)
	if c.batch != nil {
		defer c.batch.Close()
	}
	if err != nil {
		return err
	}
	if number == 0 {
		return nil
	}
	if err := c.batch.SyncWait(); err != nil {
		return s.fail(err)
	}
	s.durable.advance(number)
	s.hub.Notify(c.touched)
	return nil
}

// commit is one transaction on its way into the log.
type commit struct {
	exclusive bool
	since     uint64 // the snapshot holds all commits up to this one
	reads     keyset.Reads
	touched   keyset.Writes
	batch     *pebble.Batch
}

// run runs fn and applies what it wrote; it returns the number of the commit,
// 0 if there was nothing to write. The commit is then visible but not durable.
func (s *Store) run(ctx context.Context, fn func(kv.Txn) error, c *commit) (uint64, error) {
	if c.exclusive {
		s.mu.Lock()
		defer s.mu.Unlock()
	}
	txn, err := s.runOnSnapshot(ctx, fn, c)
	if err != nil {
		return 0, err
	}
	c.touched = txn.Touched()
	if c.touched.Empty() {
		return 0, nil
	}
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	if c.batch, err = s.batch(txn); err != nil {
		return 0, err
	}
	if !c.exclusive {
		s.mu.Lock()
		defer s.mu.Unlock()
		if !c.reads.Empty() && s.recent.conflicts(c.since, &c.reads) {
			return 0, errConflict
		}
	}
	return s.applyLocked(c)
}

func (s *Store) runOnSnapshot(ctx context.Context, fn func(kv.Txn) error, c *commit) (*overlay.Txn, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	c.since = s.applied.Load()
	r := &snapshot{ctx: ctx, snap: s.db.NewSnapshot(), reads: &c.reads}
	defer r.close()
	seen := s.begun.Load()
	txn := overlay.New(r)
	defer txn.Finish()

	fnErr := fn(txn)
	if fnErr == nil && !txn.Touched().Empty() {
		return txn, nil
	}
	// The caller will act on what it read, so that has to be durable now.
	if err := s.durable.wait(ctx, seen); err != nil && (fnErr == nil || errors.Is(err, kv.ErrFailed)) {
		return nil, err
	}
	return txn, fnErr
}

func (s *Store) batch(txn *overlay.Txn) (*pebble.Batch, error) {
	b := s.db.NewBatchWithSize(txn.Size() + 64)
	for _, r := range txn.Cleared() {
		start, end := r.Start, r.End
		if len(start) == 0 {
			start = []byte{0} // the least key
		}
		if end == nil {
			end = afterAllKeys()
		}
		if err := b.DeleteRange(start, end, nil); err != nil {
			b.Close()
			return nil, fmt.Errorf("kv: %w", err)
		}
	}
	for _, w := range txn.Writes() {
		var err error
		if w.Delete {
			err = b.Delete(w.Key, nil)
		} else {
			err = b.Set(w.Key, w.Value, nil)
		}
		if err != nil {
			b.Close()
			return nil, fmt.Errorf("kv: %w", err)
		}
	}
	return b, nil
}

// applyLocked gives the batch to Pebble, which makes it visible and queues it
// for the next sync.
func (s *Store) applyLocked(c *commit) (uint64, error) {
	if err := s.durable.failure(); err != nil {
		return 0, err
	}
	number := s.begun.Add(1)
	if err := applyBatch(s.db, c.batch); err != nil {
		s.wedged = true
		c.batch = nil // Pebble still holds it
		return 0, s.fail(err)
	}
	s.recent.add(number, c.touched)
	s.applied.Store(number)
	return number, nil
}

func applyBatch(db *pebble.DB, b *pebble.Batch) (err error) {
	defer recoverDisk(&err)
	return db.ApplyNoSyncWait(b, pebble.Sync)
}

func (s *Store) fail(cause error) error {
	s.durable.fail(cause)
	return s.durable.failure()
}

// pause waits a random time before a repeated try, longer each time, so that
// transactions that conflicted do not meet again.
func pause(ctx context.Context, try int) error {
	if try == 0 {
		return ctx.Err()
	}
	longest := minPause << try
	timer := time.NewTimer(longest * time.Duration(ids.Bytes(1)[0]) / 255)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// afterAllKeys is longer than any key may be, hence greater.
func afterAllKeys() []byte {
	b := make([]byte, kv.MaxKeySize+1)
	for i := range b {
		b[i] = 0xff
	}
	return b
}

// isBug tells a mistake in some code from an error of the disk.
func isBug(err error) bool {
	var mistake runtime.Error
	return errors.As(err, &mistake)
}
