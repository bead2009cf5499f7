package logs

import (
	"github.com/gatehouse-dev/gatehouse/internal/kv"
	"github.com/gatehouse-dev/gatehouse/internal/tuple"
)

const area = "logs"

// place is an account in a region.
type place struct{ account, region string }

func (p place) groupKey(name string) []byte {
	return tuple.Key(p.account, p.region, area, "group", name)
}

func (p place) groups(prefix string) kv.Range {
	return kv.Prefix(tuple.AppendStringPrefix(tuple.Prefix(p.account, p.region, area, "group"), prefix))
}

// Streams and events are kept under the id of their group, so that a group that
// is deleted and made anew begins empty.
func (p place) streamKey(group, name string) []byte {
	return tuple.Key(p.account, p.region, area, "stream", group, name)
}

func (p place) streams(group, prefix string) kv.Range {
	return kv.Prefix(tuple.AppendStringPrefix(tuple.Prefix(p.account, p.region, area, "stream", group), prefix))
}

// The name of a stream by its number.
func (p place) nameKey(group string, stream uint64) []byte {
	return tuple.Key(p.account, p.region, area, "name", group, stream)
}

func (p place) names(group string) kv.Range {
	return kv.Prefix(tuple.Prefix(p.account, p.region, area, "name", group))
}

// The bytes stored in a group.
func (p place) usageKey(group string) []byte {
	return tuple.Key(p.account, p.region, area, "usage", group)
}

// Events of a group are in the order of their time. A stream's are found by
// the span of time that its record knows.
func (p place) eventKey(group string, at position) []byte {
	return tuple.Key(p.account, p.region, area, "event", group, at.time, at.stream, at.seq)
}

func (p place) events(group string) []byte {
	return tuple.Prefix(p.account, p.region, area, "event", group)
}

// eventsBetween are those from start up to, and without, end; milliseconds.
func (p place) eventsBetween(group string, start, end int64) kv.Range {
	prefix := p.events(group)
	return kv.Range{Start: tuple.AppendInt(prefix[:len(prefix):len(prefix)], start), End: tuple.AppendInt(prefix[:len(prefix):len(prefix)], end)}
}

// position is where an event is in its group.
type position struct {
	time   int64 // milliseconds since 1970
	stream uint64
	seq    uint64 // counts the events of a stream, from 1
}

const positionSize = 3 * 9 // of an encoded position

// positionOf reads the end of an event's key.
func positionOf(key []byte) (position, error) {
	d := tuple.Decode(key[max(0, len(key)-positionSize):])
	p := position{time: d.Int(), stream: d.Uint(), seq: d.Uint()}
	return p, d.Err()
}

// sweepKey is under which every group with a retention is found.
func sweepKey(p place, group string) []byte {
	return tuple.Key("gatehouse", area, "retention", p.account, p.region, group)
}

func sweeps() kv.Range { return kv.Prefix(tuple.Prefix("gatehouse", area, "retention")) }
