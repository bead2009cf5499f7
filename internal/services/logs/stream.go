package logs

import (
	"context"
	"fmt"
	"slices"

	api "github.com/gatehouse-dev/gatehouse/internal/api/logs"
	"github.com/gatehouse-dev/gatehouse/internal/front"
	"github.com/gatehouse-dev/gatehouse/internal/kv"
	"github.com/gatehouse-dev/gatehouse/internal/paging"
	"github.com/gatehouse-dev/gatehouse/internal/wire"
)

// stream is the record of a log stream; times are milliseconds.
type stream struct {
	Name     string `json:"name"`
	Number   uint64 `json:"number"` // within its group, from 1
	Created  int64  `json:"created"`
	First    int64  `json:"first,omitempty"`
	Last     int64  `json:"last,omitempty"`
	Ingested int64  `json:"ingested,omitempty"`
	Events   uint64 `json:"events,omitempty"` // ever put
}

func loadStream(r kv.Reader, p place, g *group, name string) (stream, error) {
	st, ok, err := kv.Load[stream](r, p.streamKey(g.ID, name))
	if err == nil && !ok {
		err = api.ResourceNotFoundException("The specified log stream does not exist.")
	}
	return st, err
}

// addStream makes a stream and counts it; the caller saves the group.
func addStream(t kv.Txn, p place, g *group, name string, now int64) (stream, error) {
	g.Streams++
	st := stream{Name: name, Number: g.Streams, Created: now}
	if err := t.Set(p.nameKey(g.ID, st.Number), []byte(name)); err != nil {
		return st, err
	}
	return st, kv.Save(t, p.streamKey(g.ID, name), st)
}

// CreateLogStream makes a stream.
func (s *Service) CreateLogStream(ctx context.Context, in *api.CreateLogStreamRequest) (*wire.Empty, error) {
	c := front.CallFrom(ctx)
	p := placeOf(c)
	return &wire.Empty{}, s.store.Update(ctx, func(t kv.Txn) error {
		g, err := loadGroup(t, p, *in.LogGroupName)
		if err != nil {
			return err
		}
		b, err := t.Get(p.streamKey(g.ID, *in.LogStreamName))
		if err != nil {
			return err
		}
		if b != nil {
			return api.ResourceAlreadyExistsException("The specified log stream already exists")
		}
		if _, err := addStream(t, p, &g, *in.LogStreamName, millis(c.Time)); err != nil {
			return err
		}
		return kv.Save(t, p.groupKey(g.Name), g)
	})
}

// DeleteLogStream deletes a stream with its events.
func (s *Service) DeleteLogStream(ctx context.Context, in *api.DeleteLogStreamRequest) (*wire.Empty, error) {
	p := placeOf(front.CallFrom(ctx))
	if err := s.queue.flush(ctx); err != nil {
		return nil, err
	}
	return &wire.Empty{}, s.store.Update(ctx, func(t kv.Txn) error {
		g, err := loadGroup(t, p, *in.LogGroupName)
		if err != nil {
			return err
		}
		st, err := loadStream(t, p, &g, *in.LogStreamName)
		if err != nil {
			return err
		}
		if _, err := deleteEvents(t, p, &g, st.First, st.Last+1, func(at position) bool { return at.stream == st.Number }, 0); err != nil {
			return err
		}
		if err := t.Delete(p.nameKey(g.ID, st.Number)); err != nil {
			return err
		}
		return t.Delete(p.streamKey(g.ID, st.Name))
	})
}

// DescribeLogStreams lists streams by name or by the time of their last event.
func (s *Service) DescribeLogStreams(ctx context.Context, in *api.DescribeLogStreamsRequest) (*api.DescribeLogStreamsResponse, error) {
	c := front.CallFrom(ctx)
	p := placeOf(c)
	name, err := groupNamed(c, in.LogGroupName, in.LogGroupIdentifier)
	if err != nil {
		return nil, err
	}
	byTime := value(in.OrderBy) == "LastEventTime"
	if byTime && in.LogStreamNamePrefix != nil {
		return nil, api.InvalidParameterException("Cannot order by LastEventTime with a logStreamNamePrefix.")
	}
	if err := s.queue.flush(ctx); err != nil {
		return nil, err
	}
	key := func(st stream) string { return st.Name }
	if byTime {
		key = func(st stream) string { return fmt.Sprintf("%020d %s", st.Last, st.Name) }
	}
	out := &api.DescribeLogStreamsResponse{LogStreams: []api.LogStream{}}
	err = s.store.View(ctx, func(r kv.Reader) error {
		g, err := loadGroup(r, p, name)
		if err != nil {
			return err
		}
		all, err := kv.LoadAll[stream](r, p.streams(g.ID, value(in.LogStreamNamePrefix)))
		if err != nil {
			return err
		}
		page, next, err := pageOfStreams(all, key, in)
		if err != nil {
			return errToken()
		}
		out.NextToken = next
		for i := range page {
			out.LogStreams = append(out.LogStreams, page[i].describe(p, &g))
		}
		return nil
	})
	return out, err
}

func pageOfStreams(all []stream, key func(stream) string, in *api.DescribeLogStreamsRequest) ([]stream, *string, error) {
	type keyed struct {
		key string
		st  stream
	}
	list := make([]keyed, len(all))
	for i := range all {
		list[i] = keyed{key(all[i]), all[i]}
	}
	descending := in.Descending != nil && *in.Descending
	slices.SortFunc(list, func(a, b keyed) int {
		if descending {
			a, b = b, a
		}
		switch {
		case a.key < b.key:
			return -1
		case a.key > b.key:
			return 1
		}
		return 0
	})
	after, err := paging.Key(value(in.NextToken))
	if err != nil {
		return nil, nil, err
	}
	var page []stream
	limit := pageSize(in.Limit)
	last := ""
	for _, k := range list {
		if after != "" && (!descending && k.key <= after || descending && k.key >= after) {
			continue
		}
		if len(page) == limit {
			return page, new(paging.Token(last)), nil
		}
		page, last = append(page, k.st), k.key
	}
	return page, nil, nil
}

func (st *stream) describe(p place, g *group) api.LogStream {
	out := api.LogStream{LogStreamName: &st.Name, CreationTime: &st.Created, StoredBytes: new(int64(0)),
		Arn: new(groupARN(p, g.Name) + ":log-stream:" + st.Name), UploadSequenceToken: new(st.token())}
	if st.Events > 0 {
		out.FirstEventTimestamp, out.LastEventTimestamp, out.LastIngestionTime = &st.First, &st.Last, &st.Ingested
	}
	return out
}

// token is the sequence token. AWS gives one out still and asks for none.
func (st *stream) token() string { return fmt.Sprintf("49%018d%036d", st.Created, st.Events+1) }
