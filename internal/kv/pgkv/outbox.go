package pgkv

import (
	"encoding/json"
	"sync"

	"github.com/gatehouse-dev/gatehouse/internal/kv"
	"github.com/gatehouse-dev/gatehouse/internal/kv/keyset"
)

// Bounds of a notification, whose payload PostgreSQL limits to 8000 bytes.
const (
	maxNoted    = 40 // keys and ranges; more are announced as everything
	maxNotedKey = 64 // bytes; of a longer key its beginning is announced
)

// outbox collects what was committed until it is announced to other
// processes. The zero value is ready once ready is set.
type outbox struct {
	ready chan struct{} // holds a value while something is there

	mu   sync.Mutex
	note note
}

// note is the payload of a notification.
type note struct {
	Node     string      `json:"n"`
	All      bool        `json:"a,omitempty"`
	Keys     [][]byte    `json:"k,omitempty"`
	Prefixes [][]byte    `json:"p,omitempty"`
	Ranges   [][2][]byte `json:"r,omitempty"` // an empty end is the end of all keys
}

func (o *outbox) put(w keyset.Writes) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.note.add(w)
	o.signal()
}

// putAll announces that anything may have changed.
func (o *outbox) putAll() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.note = note{All: true}
	o.signal()
}

func (o *outbox) signal() {
	select {
	case o.ready <- struct{}{}:
	default:
	}
}

// take empties the outbox.
func (o *outbox) take() note {
	o.mu.Lock()
	defer o.mu.Unlock()
	n := o.note
	o.note = note{}
	return n
}

func (n *note) add(w keyset.Writes) {
	if n.All || len(n.Keys)+len(n.Prefixes)+len(n.Ranges)+len(w.Keys)+len(w.Ranges) > maxNoted {
		*n = note{All: true}
		return
	}
	for _, k := range w.Keys {
		if len(k) <= maxNotedKey {
			n.Keys = append(n.Keys, k)
		} else {
			n.Prefixes = append(n.Prefixes, k[:maxNotedKey])
		}
	}
	for _, r := range w.Ranges {
		if len(r.Start) > maxNotedKey || len(r.End) > maxNotedKey {
			*n = note{All: true}
			return
		}
		n.Ranges = append(n.Ranges, [2][]byte{r.Start, r.End})
	}
}

func (n note) payload() string {
	b, err := json.Marshal(n)
	if err != nil { // byte strings always marshal
		return ""
	}
	return string(b)
}

// parseNote reads a payload; one that is not understood means everything.
func parseNote(payload string) note {
	var n note
	if err := json.Unmarshal([]byte(payload), &n); err != nil {
		return note{All: true}
	}
	return n
}

// touched is what the note announces. It must not be called if All is set.
func (n note) touched() keyset.Writes {
	var ranges []kv.Range
	for _, k := range n.Keys {
		ranges = append(ranges, kv.Single(k))
	}
	for _, p := range n.Prefixes {
		ranges = append(ranges, kv.Prefix(p))
	}
	for _, r := range n.Ranges {
		rng := kv.Range{Start: r[0], End: r[1]}
		if len(rng.End) == 0 {
			rng.End = nil
		}
		ranges = append(ranges, rng)
	}
	return keyset.Writes{Ranges: keyset.Union(ranges)}
}
