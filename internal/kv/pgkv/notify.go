package pgkv

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

const (
	channel       = "gatehouse"
	pollPeriod    = 250 * time.Millisecond // between looks at the sequence, without LISTEN
	recheckPeriod = 5 * time.Second        // the same, with LISTEN
	retryPeriod   = time.Second            // before a lost connection is made again
)

// watchDatabase starts the goroutines that tell and hear of commits. Close ends them.
func (s *Store) watchDatabase(config *pgx.ConnConfig, poll bool) {
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	s.stop, s.ended = cancel, ended
	s.outbox.ready = make(chan struct{}, 1)
	var wg sync.WaitGroup
	wg.Go(func() {
		if poll {
			s.poll(ctx)
		} else {
			s.listen(ctx, config)
		}
	})
	wg.Go(func() { s.announce(ctx) })
	go func() {
		wg.Wait()
		close(ended)
	}()
}

// announce sends what is in the outbox to the other processes.
func (s *Store) announce(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-s.outbox.ready:
		}
		n := s.outbox.take()
		n.Node = s.node
		_, err := s.pool.Exec(ctx, "select pg_notify($1, $2)", channel, n.payload())
		switch {
		case err == nil:
		case isServerError(err):
			// A server without NOTIFY: the others look at the sequence.
			s.log.Debug("kv: commits are not announced", "error", err)
			return
		case ctx.Err() == nil:
			s.log.Warn("kv: announcing commits failed", "error", err)
			s.outbox.putAll()
			sleep(ctx, retryPeriod)
		}
	}
}

// listen hears the announcements, on a connection of its own that it renews.
func (s *Store) listen(ctx context.Context, config *pgx.ConnConfig) {
	for ctx.Err() == nil {
		err := s.listenOnce(ctx, config)
		if ctx.Err() != nil {
			return
		}
		if isServerError(err) && !isGoingDown(err) {
			s.log.Debug("kv: watching by polling", "reason", err)
			s.poll(ctx)
			return
		}
		s.log.Warn("kv: connection for watching lost", "error", err)
		sleep(ctx, retryPeriod)
	}
}

func (s *Store) listenOnce(ctx context.Context, config *pgx.ConnConfig) error {
	conn, err := pgx.ConnectConfig(ctx, config)
	if err != nil {
		return err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	if _, err := conn.Exec(ctx, "listen "+channel); err != nil {
		return err
	}
	var seen sequence // none yet: wakes all, for what happened while nobody listened
	for {
		if err := s.recheck(ctx, conn, &seen); err != nil {
			return err
		}
		for deadline := time.Now().Add(recheckPeriod); ; {
			err := s.hear(ctx, conn, deadline)
			if errors.Is(err, context.DeadlineExceeded) {
				break
			}
			if err != nil {
				return err
			}
		}
	}
}

// hear waits for one notification and passes it on.
func (s *Store) hear(ctx context.Context, conn *pgx.Conn, deadline time.Time) error {
	ctx, cancel := context.WithDeadline(ctx, deadline)
	defer cancel()
	got, err := conn.WaitForNotification(ctx)
	if err != nil {
		if pgconn.Timeout(err) && ctx.Err() != nil {
			return ctx.Err()
		}
		return err
	}
	switch n := parseNote(got.Payload); {
	case n.Node == s.node:
	case n.All:
		s.hub.NotifyAll()
	default:
		s.hub.Notify(n.touched())
	}
	return nil
}

// poll wakes the watchers whenever the sequence has moved.
func (s *Store) poll(ctx context.Context) {
	var seen sequence
	for ctx.Err() == nil {
		if err := s.recheck(ctx, s.pool, &seen); err != nil && ctx.Err() == nil {
			s.log.Warn("kv: watching the database failed", "error", err)
			seen = sequence{} // anything may be missed meanwhile
			sleep(ctx, retryPeriod)
			continue
		}
		sleep(ctx, pollPeriod)
	}
}

// sequence is what was last seen of the number of commits.
type sequence struct {
	known bool
	moved bool // at the last look
	value int64
}

// recheck wakes all watchers if the sequence moved since the last look, or may
// have, or did at the look before: a transaction takes its number a little
// before what it wrote can be seen.
func (s *Store) recheck(ctx context.Context, db interface {
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
}, seen *sequence) error {
	var value int64
	if err := db.QueryRow(ctx, "select last_value from gatehouse.commits").Scan(&value); err != nil {
		return err
	}
	moved := !seen.known || value != seen.value
	if moved || seen.moved {
		s.hub.NotifyAll()
	}
	*seen = sequence{known: true, moved: moved, value: value}
	return nil
}

// isGoingDown tells a server that stops or starts (class 57) or has no free
// connection (class 53) from one that does not know a command.
func isGoingDown(err error) bool {
	return hasCode(err, "57P01", "57P02", "57P03", "53300")
}

func sleep(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}
