package logs

import (
	"context"
	"errors"
	"time"

	"github.com/gatehouse-dev/gatehouse/internal/awserr"
	"github.com/gatehouse-dev/gatehouse/internal/kv"
	"github.com/gatehouse-dev/gatehouse/internal/tuple"
)

const (
	// sweepEvery is how often events over their retention are deleted. Nobody
	// can read them any more by then.
	sweepEvery = 15 * time.Minute
	// sweepPart is how many events one commit deletes.
	sweepPart = 2000
)

// sweep deletes, for as long as the service lives.
func (s *Service) sweep() {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	go func() {
		<-s.done
		cancel()
	}()
	for s.clock.SleepUntil(s.clock.Now().Add(sweepEvery), s.done) {
		if err := s.SweepRetention(ctx); err != nil && ctx.Err() == nil {
			s.log.Error("log events over their retention were not deleted", "error", err)
		}
	}
}

// SweepRetention deletes the events that are over the retention of their group.
// The service calls it every 15 minutes.
func (s *Service) SweepRetention(ctx context.Context) error {
	var keys [][]byte
	err := s.store.View(ctx, func(r kv.Reader) error {
		return r.Scan(sweeps(), func(k, _ []byte) (bool, error) {
			keys = append(keys, append([]byte(nil), k...))
			return true, nil
		})
	})
	if err != nil {
		return err
	}
	var errs []error
	for _, k := range keys {
		errs = append(errs, s.sweepGroup(ctx, k))
	}
	return errors.Join(errs...)
}

func (s *Service) sweepGroup(ctx context.Context, key []byte) error {
	d := tuple.Decode(key)
	d.Skip(3)
	p := place{account: d.String(), region: d.String()}
	name := d.String()
	if d.Err() != nil {
		return d.Err()
	}
	for more := true; more; {
		err := s.store.Update(ctx, func(t kv.Txn) error {
			more = false
			g, err := loadGroup(t, p, name)
			if awserr.HasCode(err, "ResourceNotFoundException") {
				return nil
			}
			if err != nil || g.Retention == 0 {
				return err
			}
			deleted, err := deleteEvents(t, p, &g, 0, g.oldest(millis(s.clock.Now())), nil, sweepPart)
			more = deleted == sweepPart
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}
