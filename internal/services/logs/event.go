package logs

import (
	"encoding/binary"
	"errors"

	"github.com/gatehouse-dev/gatehouse/internal/kv"
)

// event is a stored log event.
type event struct {
	at       position
	ingested int64
	message  string
}

// overhead is what AWS counts for an event beside its message, bytes.
const overhead = 26

func (e *event) size() int64 { return int64(len(e.message)) + overhead }

// An event is stored as its ingestion time, a varint, and its message.
func (e *event) encode(b []byte) []byte {
	return append(binary.AppendVarint(b, e.ingested), e.message...)
}

var errEvent = errors.New("logs: damaged event")

func decodeEvent(key, b []byte) (event, error) {
	at, err := positionOf(key)
	if err != nil {
		return event{}, err
	}
	ingested, n := binary.Varint(b)
	if n <= 0 {
		return event{}, errEvent
	}
	return event{at: at, ingested: ingested, message: string(b[n:])}, nil
}

// entry is an event to be put.
type entry struct {
	time    int64 // milliseconds
	message string
}

// put appends entries to a stream, whose record it updates.
func put(t kv.Txn, p place, g *group, st *stream, entries []entry, now int64) error {
	if len(entries) == 0 {
		return nil
	}
	var size int64
	var buffer []byte
	for _, in := range entries {
		if st.Events == 0 || in.time < st.First {
			st.First = in.time
		}
		st.Last = max(st.Last, in.time)
		st.Events++
		e := event{at: position{in.time, st.Number, st.Events}, ingested: now, message: in.message}
		buffer = e.encode(buffer[:0])
		if err := t.Set(p.eventKey(g.ID, e.at), buffer); err != nil {
			return err
		}
		size += e.size()
	}
	st.Ingested = now
	if err := kv.Save(t, p.streamKey(g.ID, st.Name), st); err != nil {
		return err
	}
	return addUsage(t, p, g, size)
}

func addUsage(t kv.Txn, p place, g *group, size int64) error {
	stored, _, err := kv.Load[int64](t, p.usageKey(g.ID))
	if err != nil {
		return err
	}
	return kv.Save(t, p.usageKey(g.ID), max(0, stored+size))
}

// deleteEvents deletes the events from start up to end that which chooses, at
// most limit of them; 0 is no limit.
func deleteEvents(t kv.Txn, p place, g *group, start, end int64, which func(position) bool, limit int) (deleted int, err error) {
	var keys [][]byte
	var size int64
	err = t.Scan(p.eventsBetween(g.ID, start, end), func(k, v []byte) (bool, error) {
		e, err := decodeEvent(k, v)
		if err != nil {
			return false, err
		}
		if which == nil || which(e.at) {
			keys, size = append(keys, append([]byte(nil), k...)), size+e.size()
		}
		return limit == 0 || len(keys) < limit, nil
	})
	if err != nil || len(keys) == 0 {
		return 0, err
	}
	for _, k := range keys {
		if err := t.Delete(k); err != nil {
			return 0, err
		}
	}
	return len(keys), addUsage(t, p, g, -size)
}
