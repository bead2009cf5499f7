package logs

import (
	"context"
	"fmt"
	"slices"

	"github.com/gatehouse-dev/gatehouse/internal/awserr"
	"github.com/gatehouse-dev/gatehouse/internal/kv"
	"github.com/gatehouse-dev/gatehouse/internal/logline"
)

// Append queues events for a stream and returns at once. Group and stream are
// made when they are written and there are none. Who calls it has seen to it
// that the events may be written. It fails with ErrFull and ErrClosed only; ctx
// is not used once it returned. Messages over 1 MiB are cut.
func (s *Service) Append(_ context.Context, account, region, group, stream string, events []logline.Event) error {
	return s.queue.add(target{place{account, region}, group, stream}, events)
}

// Flush waits until what was appended before is written.
func (s *Service) Flush(ctx context.Context) error { return s.queue.flush(ctx) }

// writeQueued stores bundles in one commit.
func (s *Service) writeQueued(ctx context.Context, bundles []*bundle) error {
	now := millis(s.clock.Now())
	return s.store.Update(ctx, func(t kv.Txn) error {
		for _, b := range bundles {
			if err := writeBundle(t, b, now); err != nil {
				return err
			}
		}
		return nil
	})
}

func writeBundle(t kv.Txn, b *bundle, now int64) error {
	g, err := loadGroup(t, b.place, b.group)
	made := awserr.HasCode(err, "ResourceNotFoundException")
	if made {
		g = newGroup(b.group, now)
	} else if err != nil {
		return err
	}
	st, ok, err := kv.Load[stream](t, b.streamKey(g.ID, b.stream))
	if err != nil {
		return err
	}
	if !ok {
		if st, err = addStream(t, b.place, &g, b.stream, now); err != nil {
			return err
		}
	}
	if made || !ok {
		if err := saveGroup(t, b.place, g); err != nil {
			return err
		}
	}
	entries := b.entries
	if b.dropped > 0 {
		entries = append(slices.Clone(entries), entry{now, fmt.Sprintf("%d log events were dropped: they came faster than they could be written", b.dropped)})
	}
	return put(t, b.place, &g, &st, entries, now)
}
