package pgkv

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/gatehouse-dev/gatehouse/internal/ids"
)

// defaultConns is the size of the pool when the URL does not say pool_max_conns.
const defaultConns = 16

// Options are the ways to open a store. The zero value is the usual one.
type Options struct {
	Logger *slog.Logger // nil is silent
	Poll   bool         // never use LISTEN, e.g. behind a pooler that cannot
}

// Open connects to the database at url (postgres://user:password@host/database)
// and makes the tables if they are missing. Errors never contain the password.
func Open(ctx context.Context, url string, opts Options) (*Store, error) {
	config, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, fmt.Errorf("kv: database address: %w", err)
	}
	if !strings.Contains(url, "pool_max_conns") {
		config.MaxConns = defaultConns
	}
	config.AfterConnect = prepareSession
	if opts.Logger == nil {
		opts.Logger = slog.New(slog.DiscardHandler)
	}
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, fmt.Errorf("kv: database: %w", err)
	}
	if err := createTables(ctx, pool); err != nil {
		pool.Close()
		return nil, fmt.Errorf("kv: database: %w", err)
	}
	s := &Store{pool: pool, log: opts.Logger, node: ids.Hex(8)}
	s.watchDatabase(config.ConnConfig, opts.Poll)
	return s, nil
}

// prepareSession sets what a new connection needs.
func prepareSession(ctx context.Context, conn *pgx.Conn) error {
	// A sequential scan of a small table locks all of it against phantoms and
	// makes unrelated transactions conflict. Other servers lack the setting.
	if _, err := conn.Exec(ctx, "set enable_seqscan = off"); err != nil && !isServerError(err) {
		return err
	}
	var mode string
	err := conn.QueryRow(ctx, "show synchronous_commit").Scan(&mode)
	if err != nil && !isServerError(err) {
		return err
	}
	if err == nil && mode == "off" {
		_, err = conn.Exec(ctx, "set synchronous_commit = on")
		return err
	}
	return nil
}

// createTables works when several processes do it at once.
func createTables(ctx context.Context, pool *pgxpool.Pool) error {
	const attempts = 20
	var err error
	for range attempts {
		var there bool
		err = pool.QueryRow(ctx, "select to_regclass('gatehouse.kv') is not null and to_regclass('gatehouse.commits') is not null").Scan(&there)
		if err != nil || there {
			return err
		}
		for _, ddl := range []string{
			"create schema if not exists gatehouse",
			"create table if not exists gatehouse.kv (k bytea primary key, v bytea not null)",
			"create sequence if not exists gatehouse.commits",
		} {
			if _, err = pool.Exec(ctx, ddl); err != nil {
				break
			}
		}
		if err != nil && !isCreateRace(err) {
			return err
		}
	}
	return err
}

func isServerError(err error) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg)
}

// isCreateRace tells that another session made the same thing at the same
// time, which "if not exists" does not catch.
func isCreateRace(err error) bool {
	return hasCode(err, "23505", "42P06", "42P07", "42710", "40001", "40P01", "XX000")
}

// isConflict tells that the transaction has to run again
// (https://www.postgresql.org/docs/current/errcodes-appendix.html: class 40).
func isConflict(err error) bool {
	return hasCode(err, "40001", "40P01")
}

func hasCode(err error, codes ...string) bool {
	var pg *pgconn.PgError
	if !errors.As(err, &pg) {
		return false
	}
	for _, c := range codes {
		if pg.Code == c {
			return true
		}
	}
	return false
}
