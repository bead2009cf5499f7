package keyset

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/gatehouse-dev/gatehouse/internal/kv"
)

// universe is every key of up to three letters of two; sets are compared over it.
func universe() (keys [][]byte) {
	level := [][]byte{nil}
	for range 3 {
		var next [][]byte
		for _, k := range level {
			for _, c := range "ab" {
				next = append(next, append(slices.Clone(k), byte(c)))
			}
		}
		keys, level = append(keys, next...), next
	}
	return keys
}

func randomRange(rng *rand.Rand, keys [][]byte) kv.Range {
	r := kv.Range{Start: keys[rng.IntN(len(keys))], End: keys[rng.IntN(len(keys))]}
	if rng.IntN(5) == 0 {
		r.End = nil
	}
	return r
}

func in(rs []kv.Range, key []byte) bool {
	return slices.ContainsFunc(rs, func(r kv.Range) bool { return r.Contains(key) })
}

func TestUnion(t *testing.T) {
	keys := universe()
	for seed := range uint64(2000) {
		rng := rand.New(rand.NewPCG(seed, 0))
		var rs []kv.Range
		for range rng.IntN(6) {
			rs = append(rs, randomRange(rng, keys))
		}
		u := Union(rs)
		for i, r := range u {
			if r.Empty() || i > 0 && !endsBefore(u[i-1], r.Start) {
				t.Fatalf("seed %d: %v is not sorted and disjoint", seed, u)
			}
		}
		probe := randomRange(rng, keys)
		overlaps := false
		for _, k := range keys {
			if u.Contains(k) != in(rs, k) {
				t.Fatalf("seed %d: %v in %v: %v", seed, k, rs, u.Contains(k))
			}
			overlaps = overlaps || in(rs, k) && probe.Contains(k)
		}
		// A range may also hold longer keys, so only one direction is sure.
		if overlaps && !u.Overlaps(probe) {
			t.Fatalf("seed %d: %v does not overlap %v", seed, probe, rs)
		}
	}
}

func TestMeets(t *testing.T) {
	keys := universe()
	met := 0
	for seed := range uint64(5000) {
		rng := rand.New(rand.NewPCG(seed, 1))
		var reads Reads
		var w Writes
		readRanges, readKey, writtenKey := []kv.Range{randomRange(rng, keys)}, keys[rng.IntN(len(keys))], keys[rng.IntN(len(keys))]
		reads.AddRange(readRanges[0])
		reads.AddKey(readKey)
		w.Keys = [][]byte{writtenKey}
		written := []kv.Range{kv.Single(writtenKey)}
		if rng.IntN(2) == 0 {
			w.Ranges = Union([]kv.Range{randomRange(rng, keys)})
			written = append(written, w.Ranges...)
		}
		want := false
		for _, k := range keys {
			read := string(k) == string(readKey) || in(readRanges, k)
			want = want || read && in(written, k)
		}
		if want {
			met++
			if !reads.Meets(w) || !reads.Meets(w.Coarse(0)) {
				t.Fatalf("seed %d: reads %v %v do not meet writes %v", seed, readKey, readRanges, written)
			}
		}
		if len(w.Ranges) == 0 && !want && reads.Meets(w) {
			t.Fatalf("seed %d: reads %v %v meet writes %v", seed, readKey, readRanges, written)
		}
		for _, p := range keys {
			touched := slices.ContainsFunc(keys, func(k []byte) bool { return kv.Prefix(p).Contains(k) && in(written, k) })
			if touched && !w.TouchesPrefix(p) {
				t.Fatalf("seed %d: %v does not touch prefix %v", seed, written, p)
			}
		}
	}
	if met == 0 {
		t.Error("nothing met")
	}
}
