// Package gate lets transactions into a store until it is closed, and lets
// Close wait for those inside.
package gate

import (
	"sync"

	"github.com/gatehouse-dev/gatehouse/internal/kv"
)

// Gate counts those inside. The zero value is open.
type Gate struct {
	mu     sync.Mutex
	inside int
	closed bool
	empty  chan struct{} // made by Close, closed when the last one leaves
}

// Enter returns kv.ErrClosed once Close was called; else Leave must follow.
func (g *Gate) Enter() error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.closed {
		return kv.ErrClosed
	}
	g.inside++
	return nil
}

// Leave undoes one Enter.
func (g *Gate) Leave() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.inside--
	if g.inside == 0 && g.closed {
		close(g.empty)
	}
}

// Close lets nobody in any more and waits until all have left. Every further
// call returns kv.ErrClosed at once.
func (g *Gate) Close() error {
	empty, err := g.shut()
	if err != nil {
		return err
	}
	<-empty
	return nil
}

func (g *Gate) shut() (<-chan struct{}, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.closed {
		return nil, kv.ErrClosed
	}
	g.closed = true
	g.empty = make(chan struct{})
	if g.inside == 0 {
		close(g.empty)
	}
	return g.empty, nil
}
