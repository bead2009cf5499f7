package logs

import (
	"context"
	"slices"
	"time"

	api "github.com/gatehouse-dev/gatehouse/internal/api/logs"
	"github.com/gatehouse-dev/gatehouse/internal/front"
	"github.com/gatehouse-dev/gatehouse/internal/kv"
)

// Limits of a batch, from "PutLogEvents".
const (
	maxBatch  = 1 << 20 // bytes, each event's overhead included
	maxSpan   = int64(24 * time.Hour / time.Millisecond)
	maxAge    = 14 * day
	maxFuture = int64(2 * time.Hour / time.Millisecond)
)

// PutLogEvents appends a batch to a stream.
func (s *Service) PutLogEvents(ctx context.Context, in *api.PutLogEventsRequest) (*api.PutLogEventsResponse, error) {
	c := front.CallFrom(ctx)
	p, now := placeOf(c), millis(c.Time)
	if err := checkBatch(in.LogEvents); err != nil {
		return nil, err
	}
	out := &api.PutLogEventsResponse{}
	err := s.store.Update(ctx, func(t kv.Txn) error {
		g, err := loadGroup(t, p, *in.LogGroupName)
		if err != nil {
			return err
		}
		st, err := loadStream(t, p, &g, *in.LogStreamName)
		if err != nil {
			return err
		}
		var entries []entry
		entries, out.RejectedLogEventsInfo = sift(in.LogEvents, &g, now)
		if err := put(t, p, &g, &st, entries, now); err != nil {
			return err
		}
		out.NextSequenceToken = new(st.token())
		return nil
	})
	return out, err
}

// checkBatch refuses what fails a whole batch.
func checkBatch(events []api.InputLogEvent) error {
	size := 0
	for i, e := range events {
		if *e.Message == "" {
			return api.InvalidParameterException("1 validation error detected: Value '' at 'logEvents.%d.member.message' failed to satisfy constraint: "+
				"Member must have length greater than or equal to 1", i+1)
		}
		one := len(*e.Message) + overhead
		if one > maxBatch {
			return api.InvalidParameterException("Log event too large: %d bytes exceeds limit of %d", one, maxBatch)
		}
		size += one
		if i > 0 && *e.Timestamp < *events[i-1].Timestamp {
			return api.InvalidParameterException("Log events in a single PutLogEvents request must be in chronological order.")
		}
	}
	if size > maxBatch {
		return api.InvalidParameterException("Upload too large: %d bytes exceeds limit of %d", size, maxBatch)
	}
	if n := len(events); n > 0 && *events[n-1].Timestamp-*events[0].Timestamp > maxSpan {
		return api.InvalidParameterException("The batch of log events in a single PutLogEvents request cannot span more than 24 hours.")
	}
	return nil
}

// sift keeps the events whose time is acceptable. Events are in order: those
// that are too old are first, those too new last.
func sift(events []api.InputLogEvent, g *group, now int64) ([]entry, *api.RejectedLogEventsInfo) {
	count := func(before func(int64) bool) int {
		n := slices.IndexFunc(events, func(e api.InputLogEvent) bool { return !before(*e.Timestamp) })
		if n < 0 {
			return len(events)
		}
		return n
	}
	tooOld := count(func(t int64) bool { return t < now-maxAge })
	expired := count(func(t int64) bool { return t < g.oldest(now) })
	fresh := count(func(t int64) bool { return t <= now+maxFuture })
	var rejected *api.RejectedLogEventsInfo
	if tooOld > 0 || expired > 0 || fresh < len(events) {
		rejected = &api.RejectedLogEventsInfo{}
		if tooOld > 0 {
			rejected.TooOldLogEventEndIndex = new(int32(tooOld))
		}
		if expired > tooOld {
			rejected.ExpiredLogEventEndIndex = new(int32(expired))
		}
		if fresh < len(events) {
			rejected.TooNewLogEventStartIndex = new(int32(fresh))
		}
	}
	var entries []entry
	for _, e := range events[min(max(tooOld, expired), fresh):fresh] {
		entries = append(entries, entry{*e.Timestamp, *e.Message})
	}
	return entries, rejected
}
