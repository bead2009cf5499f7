package apigateway

import (
	"context"
	"slices"

	"github.com/gatehouse-dev/gatehouse/internal/kv"
)

// copyTo copies every record of a tree to another, which must be empty.
func (t tree) copyTo(x kv.Txn, dst tree) error {
	type pair struct{ key, value []byte }
	var pairs []pair
	err := x.Scan(t.whole(), func(k, v []byte) (bool, error) {
		pairs = append(pairs, pair{slices.Concat(dst.prefix, k[len(t.prefix):]), slices.Clone(v)})
		return true, nil
	})
	for i := 0; err == nil && i < len(pairs); i++ {
		err = x.Set(pairs[i].key, pairs[i].value)
	}
	return err
}

// list reads the records of a range on one snapshot, after check if there is one.
func list[T any](ctx context.Context, store kv.Store, rng kv.Range, check func(kv.Reader) error) (all []T, err error) {
	err = store.View(ctx, func(r kv.Reader) (err error) {
		if check != nil {
			if err := check(r); err != nil {
				return err
			}
		}
		all, err = kv.LoadAll[T](r, rng)
		return err
	})
	return all, err
}

// load reads one record; missing is the error if it is not there.
func load[T any](r kv.Reader, key []byte, missing error) (*T, error) {
	rec, ok, err := kv.Load[T](r, key)
	if err == nil && !ok {
		err = missing
	}
	return &rec, err
}

// read is load on a snapshot of its own.
func read[T any](ctx context.Context, store kv.Store, key []byte, missing error) (rec *T, err error) {
	err = store.View(ctx, func(r kv.Reader) (err error) {
		rec, err = load[T](r, key, missing)
		return err
	})
	if err != nil {
		return nil, err
	}
	return rec, nil
}
