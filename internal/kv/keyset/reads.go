package keyset

import (
	"bytes"
	"slices"

	"github.com/gatehouse-dev/gatehouse/internal/kv"
)

// Reads collects what a transaction looked at. The zero value is empty. It
// belongs to one goroutine.
type Reads struct {
	keys   map[string]struct{}
	ranges []kv.Range
	union  Ranges // of ranges; nil while it has to be made again
}

// AddKey adds a single key; the slice may be reused.
func (s *Reads) AddKey(key []byte) {
	if s.keys == nil {
		s.keys = make(map[string]struct{})
	}
	s.keys[string(key)] = struct{}{}
}

// AddRange adds all keys of a range; the slices may be reused.
func (s *Reads) AddRange(r kv.Range) {
	if !r.Empty() {
		s.ranges = append(s.ranges, kv.Range{Start: bytes.Clone(r.Start), End: bytes.Clone(r.End)})
		s.union = nil
	}
}

// Empty reports whether nothing was read.
func (s *Reads) Empty() bool { return len(s.keys) == 0 && len(s.ranges) == 0 }

// Meets reports whether w wrote anything that was read.
func (s *Reads) Meets(w Writes) bool {
	if s.union == nil && len(s.ranges) > 0 {
		s.union = Union(s.ranges)
	}
	for _, k := range w.Keys {
		if _, ok := s.keys[string(k)]; ok || s.union.Contains(k) {
			return true
		}
	}
	if slices.ContainsFunc(w.Ranges, s.union.Overlaps) {
		return true
	}
	if len(w.Ranges) > 0 {
		for k := range s.keys {
			if w.Ranges.Contains([]byte(k)) {
				return true
			}
		}
	}
	return false
}
