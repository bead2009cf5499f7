package keyset

import (
	"bytes"
	"sort"

	"github.com/gatehouse-dev/gatehouse/internal/kv"
)

// Writes is what one commit touched. It is immutable.
type Writes struct {
	Keys   [][]byte // sorted
	Ranges Ranges
}

// Empty reports whether nothing was touched.
func (w Writes) Empty() bool { return len(w.Keys) == 0 && len(w.Ranges) == 0 }

// Size is the number of bytes of keys held.
func (w Writes) Size() int {
	n := 0
	for _, k := range w.Keys {
		n += len(k)
	}
	for _, r := range w.Ranges {
		n += len(r.Start) + len(r.End)
	}
	return n
}

// TouchesPrefix reports whether a key beginning with prefix may have been touched.
func (w Writes) TouchesPrefix(prefix []byte) bool {
	i := sort.Search(len(w.Keys), func(i int) bool { return bytes.Compare(w.Keys[i], prefix) >= 0 })
	if i < len(w.Keys) && bytes.HasPrefix(w.Keys[i], prefix) {
		return true
	}
	return len(w.Ranges) > 0 && w.Ranges.Overlaps(kv.Prefix(prefix))
}

// Coarse returns w itself if it holds at most max keys and ranges, else one
// range that covers them all, so that remembering a huge commit costs little.
func (w Writes) Coarse(max int) Writes {
	if len(w.Keys)+len(w.Ranges) <= max {
		return w
	}
	var cover []kv.Range
	if n := len(w.Keys); n > 0 {
		cover = append(cover, kv.Range{Start: w.Keys[0], End: kv.Single(w.Keys[n-1]).End})
	}
	if n := len(w.Ranges); n > 0 {
		cover = append(cover, kv.Range{Start: w.Ranges[0].Start, End: w.Ranges[n-1].End})
	}
	return Writes{Ranges: Union(cover)}
}
