package jwt

import (
	"crypto/sha256"
	"encoding/binary"
	"sync/atomic"
	"time"
)

// ways is how many neighbouring slots a token may be in.
const ways = 4

// cache is a table of tokens by digest: as large as it was made, read and
// written without locks. What does not fit any more is forgotten.
type cache struct {
	slots []atomic.Pointer[Token]
}

func newCache(n int) cache {
	size := 64
	for size < n && size < 1<<20 {
		size *= 2
	}
	return cache{slots: make([]atomic.Pointer[Token], size)}
}

func (c cache) bucket(digest *[sha256.Size]byte) []atomic.Pointer[Token] {
	i := int(binary.LittleEndian.Uint32(digest[:])) & (len(c.slots) - 1) &^ (ways - 1)
	return c.slots[i : i+ways]
}

func (c cache) get(digest *[sha256.Size]byte) *Token {
	bucket := c.bucket(digest)
	for i := range bucket {
		if t := bucket[i].Load(); t != nil && t.digest == *digest {
			return t
		}
	}
	return nil
}

// put stores t over itself, else in a free or expired slot, else over the
// neighbour that expires first.
func (c cache) put(t *Token, now time.Time) {
	bucket := c.bucket(&t.digest)
	victim := 0
	var earliest time.Time
	for i := range bucket {
		old := bucket[i].Load()
		if old == nil || old.digest == t.digest || !now.Before(old.Expires) {
			victim = i
			break
		}
		if i == 0 || old.Expires.Before(earliest) {
			victim, earliest = i, old.Expires
		}
	}
	bucket[victim].Store(t)
}
