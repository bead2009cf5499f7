package keyset

import (
	"bytes"
	"slices"
	"sort"

	"github.com/gatehouse-dev/gatehouse/internal/kv"
)

// Ranges is a set of keys as sorted, disjoint, non-empty ranges. A value is
// never changed in place, so it may be kept and shared.
type Ranges []kv.Range

// Union returns the set of all keys of the given ranges. It keeps their slices.
func Union(rs []kv.Range) Ranges {
	sorted := make([]kv.Range, 0, len(rs))
	for _, r := range rs {
		if !r.Empty() {
			sorted = append(sorted, kv.Range{Start: r.Start, End: r.End})
		}
	}
	slices.SortFunc(sorted, func(a, b kv.Range) int { return bytes.Compare(a.Start, b.Start) })
	out := sorted[:0]
	for _, r := range sorted {
		if n := len(out); n > 0 && !endsBefore(out[n-1], r.Start) {
			if out[n-1].End != nil && (r.End == nil || bytes.Compare(r.End, out[n-1].End) > 0) {
				out[n-1].End = r.End
			}
			continue
		}
		out = append(out, r)
	}
	return out
}

// Contains reports whether key is in the set.
func (rs Ranges) Contains(key []byte) bool {
	i := rs.after(key)
	return i < len(rs) && bytes.Compare(rs[i].Start, key) <= 0
}

// Overlaps reports whether any key of r is in the set.
func (rs Ranges) Overlaps(r kv.Range) bool {
	if r.Empty() {
		return false
	}
	i := rs.after(r.Start)
	return i < len(rs) && (r.End == nil || bytes.Compare(rs[i].Start, r.End) < 0)
}

// after is the index of the first range that ends after key.
func (rs Ranges) after(key []byte) int {
	return sort.Search(len(rs), func(i int) bool {
		return rs[i].End == nil || bytes.Compare(key, rs[i].End) < 0
	})
}

func endsBefore(r kv.Range, key []byte) bool {
	return r.End != nil && bytes.Compare(r.End, key) < 0
}
