package logs

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	api "github.com/gatehouse-dev/gatehouse/internal/api/logs"
	"github.com/gatehouse-dev/gatehouse/internal/front"
	"github.com/gatehouse-dev/gatehouse/internal/kv"
)

// Limits of one answer, from "GetLogEvents".
const (
	maxEvents = 10_000
	maxAnswer = 1 << 20 // bytes
)

// cursor is a place between the events of a stream, as the tokens carry it.
type cursor struct {
	forward bool
	time    int64
	seq     uint64 // the event that was seen last
}

func (c cursor) String() string {
	direction := "b"
	if c.forward {
		direction = "f"
	}
	return fmt.Sprintf("%s/%020d%036d/s", direction, c.time, c.seq)
}

func parseCursor(token string) (c cursor, ok bool) {
	digits, ok := strings.CutSuffix(token, "/s")
	if !ok || len(digits) != 2+20+36 || digits[1] != '/' || digits[0] != 'f' && digits[0] != 'b' {
		return c, false
	}
	c.forward = digits[0] == 'f'
	var err1, err2 error
	c.time, err1 = strconv.ParseInt(digits[2:22], 10, 64)
	c.seq, err2 = strconv.ParseUint(digits[22:], 10, 64)
	return c, err1 == nil && err2 == nil && c.time >= 0
}

// GetLogEvents reads a stream, forward or backward.
func (s *Service) GetLogEvents(ctx context.Context, in *api.GetLogEventsRequest) (*api.GetLogEventsResponse, error) {
	c := front.CallFrom(ctx)
	p := placeOf(c)
	name, err := groupNamed(c, in.LogGroupName, in.LogGroupIdentifier)
	if err != nil {
		return nil, err
	}
	w := window{start: 0, end: math.MaxInt64, limit: maxEvents}
	if in.StartTime != nil {
		w.start = *in.StartTime
	}
	if in.EndTime != nil {
		w.end = *in.EndTime
	}
	if in.Limit != nil {
		w.limit = int(*in.Limit)
	}
	from := cursor{forward: in.StartFromHead != nil && *in.StartFromHead}
	if in.NextToken != nil {
		var ok bool
		if from, ok = parseCursor(*in.NextToken); !ok {
			return nil, errToken()
		}
		w.from = &from
	}
	w.forward = from.forward
	if err := s.queue.flush(ctx); err != nil {
		return nil, err
	}
	var found []event
	err = s.store.View(ctx, func(r kv.Reader) error {
		g, err := loadReadable(r, p, name)
		if err != nil {
			return err
		}
		st, err := loadStream(r, p, &g, *in.LogStreamName)
		if err != nil {
			return err
		}
		w.start = max(w.start, g.oldest(millis(c.Time)))
		found, err = w.read(r, p, &g, &st)
		return err
	})
	if err != nil {
		return nil, err
	}
	return w.answer(found), nil
}

// loadReadable is loadGroup for the operations that AWS offers for groups of
// the standard class only.
func loadReadable(r kv.Reader, p place, name string) (group, error) {
	g, err := loadGroup(r, p, name)
	if err == nil && g.Class != classStandard {
		err = api.InvalidParameterException("This operation is not supported for log groups of class %s.", g.Class)
	}
	return g, err
}

// window is a part of a stream.
type window struct {
	start, end int64 // milliseconds; end is excluded
	from       *cursor
	forward    bool
	limit      int
}

// read returns the window's next events in the order of time.
func (w *window) read(r kv.Reader, p place, g *group, st *stream) ([]event, error) {
	if st.Events == 0 {
		return nil, nil
	}
	start, end := max(w.start, st.First), min(w.end, st.Last+1)
	if w.from != nil && w.forward {
		start = max(start, w.from.time)
	}
	if w.from != nil && !w.forward && w.from.time < math.MaxInt64 {
		end = min(end, w.from.time+1)
	}
	rng := p.eventsBetween(g.ID, start, end)
	rng.Reverse = !w.forward
	if rng.Empty() {
		return nil, nil
	}
	var found []event
	size := int64(0)
	err := r.Scan(rng, func(k, v []byte) (bool, error) {
		at, err := positionOf(k)
		if err != nil || at.stream != st.Number || w.seen(at) {
			return err == nil, err
		}
		e, err := decodeEvent(k, v)
		if err != nil {
			return false, err
		}
		if size += e.size(); size > maxAnswer && len(found) > 0 {
			return false, nil
		}
		found = append(found, e)
		return len(found) < w.limit, nil
	})
	if !w.forward {
		slices.Reverse(found)
	}
	return found, err
}

// seen reports whether an event is on the other side of the token.
func (w *window) seen(at position) bool {
	switch {
	case w.from == nil:
		return false
	case w.forward:
		return at.time == w.from.time && at.seq <= w.from.seq
	}
	return at.time == w.from.time && at.seq >= w.from.seq
}

// answer makes the tokens: an empty page gives back the one that it was asked
// with, which is how clients know the end.
func (w *window) answer(found []event) *api.GetLogEventsResponse {
	out := &api.GetLogEventsResponse{Events: make([]api.OutputLogEvent, len(found))}
	for i := range found {
		e := &found[i]
		out.Events[i] = api.OutputLogEvent{Timestamp: &e.at.time, Message: &e.message, IngestionTime: &e.ingested}
	}
	ahead, back := cursor{forward: true, time: w.start}, cursor{time: w.start}
	switch {
	case len(found) > 0:
		first, last := found[0].at, found[len(found)-1].at
		ahead.time, ahead.seq = last.time, last.seq
		back.time, back.seq = first.time, first.seq
	case w.from != nil && w.forward:
		ahead = *w.from
		back.time, back.seq = ahead.time, ahead.seq+1
	case w.from != nil:
		back = *w.from
		ahead.time, ahead.seq = back.time, max(back.seq, 1)-1
	}
	out.NextForwardToken, out.NextBackwardToken = new(ahead.String()), new(back.String())
	return out
}
