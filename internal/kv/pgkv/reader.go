package pgkv

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"

	"github.com/gatehouse-dev/gatehouse/internal/kv"
)

// A Scan fetches pages: small first ones, as many scans stop early, and later
// ones of about pageBytes, so that memory stays bounded.
const (
	firstPage = 16      // pairs
	maxPage   = 4096    // pairs
	pageBytes = 1 << 20 // aimed at, from the size of the pairs before
)

// reader is a kv.Reader on a database transaction.
type reader struct {
	ctx      context.Context
	tx       pgx.Tx
	finished bool
	err      error // the first one: the transaction is then void whatever fn says
}

// rollback ends the transaction unless it was committed.
func (r *reader) rollback() {
	r.finished = true
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.ctx), commitLimit)
	defer cancel()
	// An error means that the connection is gone, and the transaction with it.
	_ = r.tx.Rollback(ctx)
}

// Get implements kv.Reader.
func (r *reader) Get(key []byte) ([]byte, error) {
	if err := r.usable(); err != nil {
		return nil, err
	}
	if err := kv.CheckKey(key); err != nil {
		return nil, err
	}
	var value []byte
	err := r.tx.QueryRow(r.ctx, "select v from gatehouse.kv where k = $1", key).Scan(&value)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, r.fail(err)
	}
	return nonNil(value), nil
}

// Scan implements kv.Reader.
func (r *reader) Scan(rng kv.Range, fn func(key, value []byte) (bool, error)) error {
	limit := firstPage
	for left := rng.Limit; !rng.Empty(); {
		if rng.Limit > 0 {
			limit = min(limit, left)
		}
		page, err := r.page(rng, limit)
		if err != nil {
			return err
		}
		size := 0
		for _, p := range page {
			size += len(p.key) + len(p.value)
			if more, err := fn(p.key, p.value); err != nil || !more {
				return err
			}
		}
		left -= len(page)
		if len(page) < limit || rng.Limit > 0 && left == 0 {
			return nil
		}
		last := page[len(page)-1].key
		if rng.Reverse {
			rng.End = last
		} else {
			rng.Start = kv.Single(last).End
		}
		limit = max(1, min(4*limit, maxPage, pageBytes/(1+size/len(page))))
	}
	return r.usable()
}

type pair struct{ key, value []byte }

// page returns the first pairs of a range, owned by the caller.
func (r *reader) page(rng kv.Range, limit int) ([]pair, error) {
	if err := r.usable(); err != nil {
		return nil, err
	}
	rows, err := r.tx.Query(r.ctx, pageQuery(rng), rangeArgs(rng, limit)...)
	if err != nil {
		return nil, r.fail(err)
	}
	page, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (p pair, err error) {
		err = row.Scan(&p.key, &p.value)
		return pair{p.key, nonNil(p.value)}, err
	})
	if err != nil {
		return nil, r.fail(err)
	}
	return page, nil
}

func pageQuery(rng kv.Range) string {
	q := "select k, v from gatehouse.kv where k >= $1"
	limit := " limit $2"
	if rng.End != nil {
		q += " and k < $2"
		limit = " limit $3"
	}
	q += " order by k"
	if rng.Reverse {
		q += " desc"
	}
	return q + limit
}

// rangeArgs are the range's bounds and then the rest.
func rangeArgs(rng kv.Range, rest ...any) []any {
	args := []any{nonNil(rng.Start)}
	if rng.End != nil {
		args = append(args, rng.End)
	}
	return append(args, rest...)
}

func (r *reader) usable() error {
	if r.finished {
		return kv.ErrFinished
	}
	return r.err
}

func (r *reader) fail(err error) error {
	r.err = dbError(r.ctx, err)
	return r.err
}

// nonNil turns nil, which is NULL to the database, into the empty string.
func nonNil(b []byte) []byte {
	if b == nil {
		return []byte{}
	}
	return b
}
