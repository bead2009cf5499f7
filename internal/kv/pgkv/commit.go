package pgkv

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/gatehouse-dev/gatehouse/internal/kv"
	"github.com/gatehouse-dev/gatehouse/internal/kv/overlay"
)

// transact runs fn in a SERIALIZABLE transaction on conn.
func (s *Store) transact(ctx context.Context, conn *pgxpool.Conn, fn func(kv.Txn) error) error {
	tx, err := conn.BeginTx(ctx, pgx.TxOptions{IsoLevel: pgx.Serializable})
	if err != nil {
		return dbError(ctx, err)
	}
	r := &reader{ctx: ctx, tx: tx}
	defer r.rollback()
	txn := overlay.New(r)
	defer txn.Finish()

	fnErr := fn(txn)
	if r.err != nil {
		return r.err // even if fn made something else of it
	}
	if fnErr != nil {
		return fnErr
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	touched := txn.Touched()
	if !touched.Empty() {
		if err := tx.SendBatch(ctx, writeBatch(txn)).Close(); err != nil {
			return dbError(ctx, err)
		}
	}
	if err := commit(ctx, tx); err != nil {
		return err
	}
	if !touched.Empty() {
		s.hub.Notify(touched)
		s.outbox.put(touched)
	}
	return nil
}

func writeBatch(txn *overlay.Txn) *pgx.Batch {
	var batch pgx.Batch
	for _, r := range txn.Cleared() {
		q := "delete from gatehouse.kv where k >= $1"
		if r.End != nil {
			q += " and k < $2"
		}
		batch.Queue(q, rangeArgs(r)...)
	}
	var gone, keys, values [][]byte
	for _, w := range txn.Writes() {
		if w.Delete {
			gone = append(gone, w.Key)
		} else {
			keys, values = append(keys, w.Key), append(values, w.Value)
		}
	}
	if len(gone) > 0 {
		batch.Queue("delete from gatehouse.kv where k = any($1::bytea[])", gone)
	}
	if len(keys) > 0 {
		batch.Queue(`insert into gatehouse.kv (k, v)
			select * from unnest($1::bytea[], $2::bytea[])
			on conflict (k) do update set v = excluded.v`, keys, values)
	}
	batch.Queue("select nextval('gatehouse.commits')")
	return &batch
}

// commit is not stopped by ctx: once COMMIT is sent only its answer tells.
func commit(ctx context.Context, tx pgx.Tx) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), commitLimit)
	defer cancel()
	err := tx.Commit(ctx)
	switch {
	case err == nil:
		return nil
	case isServerError(err):
		return dbError(ctx, err)
	}
	return fmt.Errorf("%w: %w", kv.ErrUncertain, err)
}
