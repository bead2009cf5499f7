package cognitoidp

import (
	"context"

	"github.com/gatehouse-dev/gatehouse/internal/awserr"
	"github.com/gatehouse-dev/gatehouse/internal/front"
	"github.com/gatehouse-dev/gatehouse/internal/ids"
	"github.com/gatehouse-dev/gatehouse/internal/kv"
)

// mutate runs fn on a pool's records in one transaction. fn may change the
// pool's own record; it is saved if fn returns nil. The data plane sees the
// change before mutate returns.
func (s *Service) mutate(ctx context.Context, id string, fn func(t kv.Txn, in space, p *poolRecord) error) error {
	in := spaceOf(front.CallFrom(ctx))
	err := s.store.Update(ctx, func(t kv.Txn) error {
		p, ok, err := kv.Load[poolRecord](t, in.pool(id))
		if err != nil {
			return err
		}
		if !ok {
			return noPool(id)
		}
		if err := fn(t, in, &p); err != nil {
			return err
		}
		return p.save(t, in)
	})
	if awserr.As(err) == nil {
		// Also where the outcome is unknown.
		s.live.forget(id)
	}
	return err
}

// inspect runs fn on a pool's records.
func (s *Service) inspect(ctx context.Context, id string, fn func(r kv.Reader, in space, p *poolRecord) error) error {
	in := spaceOf(front.CallFrom(ctx))
	return s.store.View(ctx, func(r kv.Reader) error {
		p, ok, err := kv.Load[poolRecord](r, in.pool(id))
		if err != nil {
			return err
		}
		if !ok {
			return noPool(id)
		}
		return fn(r, in, &p)
	})
}

// save stores the pool and marks it as changed.
func (p *poolRecord) save(t kv.Txn, in space) error {
	id := *p.Pool.Id
	if err := kv.Save(t, in.pool(id), *p); err != nil {
		return err
	}
	return kv.Save(t, placeKey(id), place{in.account, in.region, ids.Hex(8)})
}
