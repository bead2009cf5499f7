package logs

import (
	"context"
	"math"
	"time"

	"github.com/gatehouse-dev/gatehouse/internal/awserr"
	"github.com/gatehouse-dev/gatehouse/internal/kv"
	"github.com/gatehouse-dev/gatehouse/internal/tuple"
)

// Line is a log event as Tail shows it.
type Line struct {
	Time     time.Time `json:"time"`
	Ingested time.Time `json:"ingested"`
	Stream   string    `json:"stream"`
	Message  string    `json:"message"`
}

const (
	tailPart = 1000 // events that one look reads
	// tailOverlap is how far back each look begins: streams are written one
	// after another, so events come a little out of order.
	tailOverlap = int64(15 * time.Second / time.Millisecond)
)

// tail is where a reader of a group is.
type tail struct {
	s     *Service
	place place
	name  string
	next  int64             // where the next look begins, milliseconds
	id    string            // of the group
	shown map[position]bool // of the overlap
	names map[uint64]string // streams
	fresh []event
}

// Tail calls fn with the events of a group from since on, in the order of their
// time, and then with those that come, until ctx is done or fn fails. It waits
// for a group that is not there.
func (s *Service) Tail(ctx context.Context, account, region, group string, since time.Time, fn func(Line) error) error {
	t := newTail(s, place{account, region}, group, since)
	changes, stop := s.store.Watch(tuple.Prefix(account, region, area))
	defer stop()
	for {
		if _, err := t.show(ctx, fn); err != nil {
			return err
		}
		select {
		case <-changes:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// Lines calls fn with the events that a group has from since on. It reports
// whether there is a group.
func (s *Service) Lines(ctx context.Context, account, region, group string, since time.Time, fn func(Line) error) (bool, error) {
	return newTail(s, place{account, region}, group, since).show(ctx, fn)
}

func newTail(s *Service, p place, group string, since time.Time) *tail {
	return &tail{s: s, place: p, name: group, next: max(0, millis(since))}
}

// show shows what is there and was not shown.
func (t *tail) show(ctx context.Context, fn func(Line) error) (found bool, err error) {
	if err := t.s.queue.flush(ctx); err != nil {
		return false, err
	}
	for from := t.next; ; {
		if found, err = t.look(ctx, from); err != nil || !found || len(t.fresh) == 0 {
			return found, err
		}
		for _, e := range t.fresh {
			line := Line{time.UnixMilli(e.at.time).UTC(), time.UnixMilli(e.ingested).UTC(), t.names[e.at.stream], e.message}
			if err := fn(line); err != nil {
				return true, err
			}
			t.shown[e.at] = true
			from = e.at.time
		}
		t.forget(from)
	}
}

// look reads the next events from a time on.
func (t *tail) look(ctx context.Context, from int64) (found bool, err error) {
	err = t.s.store.View(ctx, func(r kv.Reader) error {
		t.fresh = t.fresh[:0]
		g, err := loadGroup(r, t.place, t.name)
		if awserr.HasCode(err, "ResourceNotFoundException") {
			return nil
		}
		if err != nil {
			return err
		}
		found = true
		if g.ID != t.id {
			t.id, t.shown, t.names = g.ID, map[position]bool{}, map[uint64]string{}
		}
		from = max(from, g.oldest(millis(t.s.clock.Now())))
		return r.Scan(t.place.eventsBetween(g.ID, from, math.MaxInt64), func(k, v []byte) (bool, error) {
			e, err := decodeEvent(k, v)
			if err != nil {
				return false, err
			}
			if t.shown[e.at] {
				return true, nil
			}
			if t.names[e.at.stream] == "" {
				name, err := r.Get(t.place.nameKey(g.ID, e.at.stream))
				if err != nil {
					return false, err
				}
				t.names[e.at.stream] = string(name)
			}
			t.fresh = append(t.fresh, e)
			return len(t.fresh) < tailPart, nil
		})
	})
	return found, err
}

// forget drops what is further back than the overlap.
func (t *tail) forget(newest int64) {
	t.next = max(t.next, newest-tailOverlap)
	for at := range t.shown {
		if at.time < t.next {
			delete(t.shown, at)
		}
	}
}
