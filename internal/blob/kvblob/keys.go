package kvblob

import (
	"github.com/gatehouse-dev/gatehouse/internal/kv"
	"github.com/gatehouse-dev/gatehouse/internal/tuple"
)

const area = "blob"

// head is under the hash of a blob what there is to know about it.
func (s *Store) head(hash string) []byte { return tuple.Key(area, s.name, "head", hash) }

func (s *Store) headsAfter(hash string) kv.Range {
	r := kv.Prefix(tuple.Prefix(area, s.name, "head"))
	if hash != "" {
		r.Start = append(s.head(hash), 0)
	}
	return r
}

func (s *Store) piece(upload string, n int64) []byte {
	return tuple.Key(area, s.name, "piece", upload, n)
}

func (s *Store) pieces(upload string) kv.Range {
	return kv.Prefix(tuple.Prefix(area, s.name, "piece", upload))
}

// open is under the name of an upload that is going on when it was last heard of.
func (s *Store) open(upload string) []byte { return tuple.Key(area, s.name, "open", upload) }

func (s *Store) opens() kv.Range { return kv.Prefix(tuple.Prefix(area, s.name, "open")) }
