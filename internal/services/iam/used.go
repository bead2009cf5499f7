package iam

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/gatehouse-dev/gatehouse/internal/front"
	"github.com/gatehouse-dev/gatehouse/internal/kv"
)

// use is when, where and for what an access key or a role was used last.
type use struct {
	At      time.Time
	Region  string
	Service string
}

// usage writes uses down, at most once a minute for each key and role, and
// never while a call waits.
type usage struct {
	store   kv.Store
	account string
	log     *slog.Logger
	noted   sync.Map // id -> time.Time of the use that was written last
	pending chan noted
}

type noted struct {
	id string
	use
}

const (
	usageInterval = time.Minute
	usageBacklog  = 1024
)

func newUsage(o Options) *usage {
	return &usage{store: o.Store, account: o.Account, log: o.Log, pending: make(chan noted, usageBacklog)}
}

// note remembers that the caller made the call.
func (u *usage) note(id string, c *front.Call) {
	if at, ok := u.noted.Load(id); ok && c.Time.Sub(at.(time.Time)) < usageInterval {
		return
	}
	select {
	case u.pending <- noted{id, use{At: c.Time.Truncate(time.Second), Region: c.Region, Service: c.Service.SigningName}}:
		u.noted.Store(id, c.Time)
	default: // The store is behind; the next call tries again.
	}
}

// write writes what was noted until ctx is done, and then what is left.
func (u *usage) write(ctx context.Context) {
	for {
		select {
		case n := <-u.pending:
			u.save(ctx, n)
		case <-ctx.Done():
			u.drain()
			return
		}
	}
}

const drainTime = 2 * time.Second

func (u *usage) drain() {
	ctx, cancel := context.WithTimeout(context.Background(), drainTime)
	defer cancel()
	for {
		select {
		case n := <-u.pending:
			u.save(ctx, n)
		default:
			return
		}
	}
}

// save writes a use and those that wait behind it in one transaction.
func (u *usage) save(ctx context.Context, first noted) {
	batch := []noted{first}
	for range len(u.pending) {
		batch = append(batch, <-u.pending)
	}
	err := u.store.Update(context.WithoutCancel(ctx), func(t kv.Txn) error {
		for _, n := range batch {
			if err := kv.Save(t, usedKey(u.account, n.id), n.use); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		u.log.Error("the last use of keys could not be written", "error", err)
	}
}

// lastUse reads when an access key or role was used last; ok is false if it
// never was.
func (s *Service) lastUse(r kv.Reader, id string) (u use, ok bool, err error) {
	return kv.Load[use](r, usedKey(s.Account, id))
}

// callOf is the call that ctx belongs to; nil outside of any, where
// front.CallFrom takes asking for a programming error. Policies are also asked
// for by services that decide in advance what a role may.
func callOf(ctx context.Context) (c *front.Call) {
	defer func() {
		if recover() != nil {
			c = nil
		}
	}()
	return front.CallFrom(ctx)
}
