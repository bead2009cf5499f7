package pgkv

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/gatehouse-dev/gatehouse/internal/ids"
	"github.com/gatehouse-dev/gatehouse/internal/kv"
	"github.com/gatehouse-dev/gatehouse/internal/kv/gate"
	"github.com/gatehouse-dev/gatehouse/internal/kv/watch"
)

const (
	tries       = 60 // of an Update, before it returns kv.ErrConflict
	freeTries   = 5  // of these run without the losers' lock
	minPause    = time.Millisecond
	maxPause    = 100 * time.Millisecond
	losersLock  = 0x6761746568 // the advisory lock's number: "gateh"
	commitLimit = 30 * time.Second
)

// Store is a kv.Store in a PostgreSQL-wire database.
type Store struct {
	pool   *pgxpool.Pool
	log    *slog.Logger
	node   string // random name of this handle, to know its own notifications
	gate   gate.Gate
	hub    watch.Hub
	outbox outbox
	stop   context.CancelFunc // ends the background goroutines
	ended  <-chan struct{}    // closed when they have
}

var _ kv.Store = (*Store)(nil)

// View implements kv.Store.
func (s *Store) View(ctx context.Context, fn func(kv.Reader) error) error {
	if err := s.gate.Enter(); err != nil {
		return err
	}
	defer s.gate.Leave()
	if err := ctx.Err(); err != nil {
		return err
	}
	conn, err := s.pool.Acquire(ctx)
	if err != nil {
		return dbError(ctx, err)
	}
	defer conn.Release()
	tx, err := conn.BeginTx(ctx, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly})
	if err != nil {
		return dbError(ctx, err)
	}
	r := &reader{ctx: ctx, tx: tx}
	defer r.rollback()
	return fn(r)
}

// Update implements kv.Store.
func (s *Store) Update(ctx context.Context, fn func(kv.Txn) error) error {
	if err := s.gate.Enter(); err != nil {
		return err
	}
	defer s.gate.Leave()
	for try := range tries {
		if err := pause(ctx, try); err != nil {
			return err
		}
		err := s.try(ctx, fn, try >= freeTries)
		if !isConflict(err) {
			return err
		}
	}
	return kv.ErrConflict
}

// Watch implements kv.Store.
func (s *Store) Watch(prefix []byte) (changes <-chan struct{}, stop func()) {
	return s.hub.Add(prefix)
}

// Close implements kv.Store. A second call returns kv.ErrClosed.
func (s *Store) Close() error {
	if err := s.gate.Close(); err != nil {
		return err
	}
	s.stop()
	<-s.ended
	s.pool.Close()
	return nil
}

// try runs fn once and commits; an error for which isConflict holds asks for
// another try. With queue it first waits for the other losers.
func (s *Store) try(ctx context.Context, fn func(kv.Txn) error, queue bool) error {
	conn, err := s.pool.Acquire(ctx)
	if err != nil {
		return dbError(ctx, err)
	}
	defer conn.Release()
	if queue {
		if _, err := conn.Exec(ctx, "select pg_advisory_lock($1)", int64(losersLock)); err != nil {
			return dbError(ctx, err)
		}
		defer unlock(conn)
	}
	return s.transact(ctx, conn, fn)
}

// unlock gives the losers' lock back, if need be by ending the session.
func unlock(conn *pgxpool.Conn) {
	ctx, cancel := context.WithTimeout(context.Background(), commitLimit)
	defer cancel()
	if _, err := conn.Exec(ctx, "select pg_advisory_unlock($1)", int64(losersLock)); err != nil {
		conn.Conn().Close(ctx)
	}
}

// pause waits a random time before a repeated try.
func pause(ctx context.Context, try int) error {
	if try == 0 {
		return ctx.Err()
	}
	longest := min(minPause<<min(try, 10), maxPause)
	timer := time.NewTimer(longest * time.Duration(ids.Bytes(1)[0]) / 255)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// dbError names the store, and gives a context's error as it is.
func dbError(ctx context.Context, err error) error {
	if err == nil {
		return nil
	}
	if ctx.Err() != nil && !errors.Is(err, ctx.Err()) {
		return errors.Join(ctx.Err(), fmt.Errorf("kv: database: %w", err))
	}
	return fmt.Errorf("kv: database: %w", err)
}
