package watch

import (
	"bytes"
	"sync"

	"github.com/gatehouse-dev/gatehouse/internal/kv/keyset"
)

// Hub keeps the watchers of one store. The zero value is ready; its methods
// may be called from any goroutine.
type Hub struct {
	mu       sync.RWMutex
	watchers map[*watcher]struct{}
}

type watcher struct {
	prefix  []byte
	changes chan struct{} // holds at most one value: notifications coalesce
}

// Add implements kv.Store's Watch.
func (h *Hub) Add(prefix []byte) (changes <-chan struct{}, stop func()) {
	w := &watcher{prefix: bytes.Clone(prefix), changes: make(chan struct{}, 1)}
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.watchers == nil {
		h.watchers = make(map[*watcher]struct{})
	}
	h.watchers[w] = struct{}{}
	return w.changes, func() {
		h.mu.Lock()
		defer h.mu.Unlock()
		delete(h.watchers, w)
	}
}

// Notify wakes the watchers whose prefix w touches. It never blocks.
func (h *Hub) Notify(w keyset.Writes) { h.NotifyMatching(w.TouchesPrefix) }

// NotifyAll wakes every watcher.
func (h *Hub) NotifyAll() { h.NotifyMatching(func([]byte) bool { return true }) }

// NotifyMatching wakes the watchers for whose prefix match says so.
func (h *Hub) NotifyMatching(match func(prefix []byte) bool) {
	h.mu.RLock()
	defer h.mu.RUnlock()
	for w := range h.watchers {
		if !match(w.prefix) {
			continue
		}
		select {
		case w.changes <- struct{}{}:
		default:
		}
	}
}
