package pebblekv

import (
	"sync"

	"github.com/gatehouse-dev/gatehouse/internal/kv"
)

// gate counts the transactions inside a store and lets none in after close.
type gate struct {
	mu     sync.Mutex
	empty  sync.Cond
	inside int
	closed bool
}

func (g *gate) init() { g.empty.L = &g.mu }

func (g *gate) enter() error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.closed {
		return kv.ErrClosed
	}
	g.inside++
	return nil
}

func (g *gate) leave() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.inside--
	if g.inside == 0 && g.closed {
		g.empty.Broadcast()
	}
}

// close shuts the gate and waits until nobody is inside. The second call
// returns kv.ErrClosed.
func (g *gate) close() error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.closed {
		return kv.ErrClosed
	}
	g.closed = true
	for g.inside > 0 {
		g.empty.Wait()
	}
	return nil
}
