package logs

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"

	api "github.com/gatehouse-dev/gatehouse/internal/api/logs"
	"github.com/gatehouse-dev/gatehouse/internal/front"
	"github.com/gatehouse-dev/gatehouse/internal/kv"
	"github.com/gatehouse-dev/gatehouse/internal/paging"
	"github.com/gatehouse-dev/gatehouse/internal/services/logs/pattern"
)

// maxScanned is how many events one page looks at; a page may be empty and have
// a next one.
const maxScanned = 100_000

// search is one page of FilterLogEvents.
type search struct {
	place      place
	start, end int64 // milliseconds; end is excluded
	after      *position
	pattern    *pattern.Pattern
	streams    []string // only these, if any
	prefix     string
	limit      int

	names map[uint64]string // of the streams seen, "" for those not wanted
	found []api.FilteredLogEvent
	size  int64
	last  position
	more  bool
}

func compilePattern(text *string) (*pattern.Pattern, error) {
	p, err := pattern.Parse(value(text))
	if err != nil {
		return nil, api.InvalidParameterException("Invalid filter pattern: %s", strings.TrimPrefix(err.Error(), pattern.ErrSyntax.Error()+": "))
	}
	return p, nil
}

func newSearch(p place, in *api.FilterLogEventsRequest) (*search, error) {
	q := &search{place: p, end: math.MaxInt64, limit: maxEvents, streams: in.LogStreamNames, prefix: value(in.LogStreamNamePrefix), names: map[uint64]string{}}
	if in.StartTime != nil {
		q.start = *in.StartTime
	}
	if in.EndTime != nil && *in.EndTime < math.MaxInt64 {
		q.end = *in.EndTime + 1
	}
	if in.Limit != nil {
		q.limit = int(*in.Limit)
	}
	if in.LogStreamNames != nil && in.LogStreamNamePrefix != nil {
		return nil, api.InvalidParameterException("logStreamNamePrefix and logStreamNames are mutually exclusive parameters.")
	}
	key, err := paging.Key(value(in.NextToken))
	if err != nil {
		return nil, errToken()
	}
	if key != "" {
		q.after = &position{}
		if _, err := fmt.Sscanf(key, "%d %d %d", &q.after.time, &q.after.stream, &q.after.seq); err != nil || q.after.time < 0 {
			return nil, errToken()
		}
	}
	q.pattern, err = compilePattern(in.FilterPattern)
	return q, err
}

// FilterLogEvents searches the events of a group in the order of their time.
func (s *Service) FilterLogEvents(ctx context.Context, in *api.FilterLogEventsRequest) (*api.FilterLogEventsResponse, error) {
	c := front.CallFrom(ctx)
	name, err := groupNamed(c, in.LogGroupName, in.LogGroupIdentifier)
	if err != nil {
		return nil, err
	}
	q, err := newSearch(placeOf(c), in)
	if err != nil {
		return nil, err
	}
	if err := s.queue.flush(ctx); err != nil {
		return nil, err
	}
	err = s.store.View(ctx, func(r kv.Reader) error {
		g, err := loadReadable(r, q.place, name)
		if err != nil {
			return err
		}
		for _, name := range q.streams {
			if _, err := loadStream(r, q.place, &g, name); err != nil {
				return err
			}
		}
		q.start = max(q.start, g.oldest(millis(c.Time)))
		return q.run(r, &g)
	})
	if err != nil {
		return nil, err
	}
	out := &api.FilterLogEventsResponse{Events: q.found, SearchedLogStreams: []api.SearchedLogStream{}}
	if out.Events == nil {
		out.Events = []api.FilteredLogEvent{}
	}
	if q.more {
		out.NextToken = new(paging.Token(fmt.Sprintf("%d %d %d", q.last.time, q.last.stream, q.last.seq)))
	}
	return out, nil
}

// run fills the page.
func (q *search) run(r kv.Reader, g *group) error {
	rng := q.place.eventsBetween(g.ID, q.start, q.end)
	if q.after != nil && q.after.time >= q.start {
		rng.Start = append(q.place.eventKey(g.ID, *q.after), 0)
	}
	if rng.Empty() {
		return nil
	}
	scanned := 0
	return r.Scan(rng, func(k, v []byte) (bool, error) {
		at, err := positionOf(k)
		if err != nil {
			return false, err
		}
		if scanned == maxScanned || len(q.found) == q.limit {
			q.more = true
			return false, nil
		}
		scanned++
		stream, err := q.stream(r, g, at.stream)
		if err != nil || stream == "" {
			q.last = at
			return err == nil, err
		}
		e, err := decodeEvent(k, v)
		if err != nil {
			return false, err
		}
		if q.pattern.Match(e.message) {
			if q.size += e.size(); q.size > maxAnswer && len(q.found) > 0 {
				q.more = true
				return false, nil
			}
			q.found = append(q.found, api.FilteredLogEvent{LogStreamName: &stream, Timestamp: &e.at.time, Message: &e.message,
				IngestionTime: &e.ingested, EventId: new(fmt.Sprintf("%020d%018d%018d", at.time, at.stream, at.seq))})
		}
		q.last = at
		return true, nil
	})
}

// stream returns the name of a stream, "" if its events are not wanted.
func (q *search) stream(r kv.Reader, g *group, number uint64) (string, error) {
	name, known := q.names[number]
	if known {
		return name, nil
	}
	b, err := r.Get(q.place.nameKey(g.ID, number))
	if err != nil {
		return "", err
	}
	if name = string(b); len(q.streams) > 0 && !slices.Contains(q.streams, name) || !strings.HasPrefix(name, q.prefix) {
		name = ""
	}
	q.names[number] = name
	return name, nil
}

// TestMetricFilter says which messages fit a pattern, and what its fields have.
func (s *Service) TestMetricFilter(_ context.Context, in *api.TestMetricFilterRequest) (*api.TestMetricFilterResponse, error) {
	p, err := compilePattern(in.FilterPattern)
	if err != nil {
		return nil, err
	}
	out := &api.TestMetricFilterResponse{Matches: []api.MetricFilterMatchRecord{}}
	for i, message := range in.LogEventMessages {
		if p.Match(message) {
			out.Matches = append(out.Matches, api.MetricFilterMatchRecord{EventNumber: new(int64(i + 1)), EventMessage: &message, ExtractedValues: p.Extract(message)})
		}
	}
	return out, nil
}
