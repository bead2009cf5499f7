package edge

import (
	"net"
	"sync"
)

// Feed is a listener whose connections are handed to it: those of functions
// that reach Gatehouse from a private network.
type Feed struct {
	conns  chan net.Conn
	closed chan struct{}
	once   sync.Once
}

// NewFeed returns an open feed.
func NewFeed() *Feed {
	return &Feed{conns: make(chan net.Conn), closed: make(chan struct{})}
}

// Serve hands c to whoever accepts; a closed feed closes it.
func (f *Feed) Serve(c net.Conn) {
	select {
	case f.conns <- c:
	case <-f.closed:
		c.Close()
	}
}

// Accept implements net.Listener.
func (f *Feed) Accept() (net.Conn, error) {
	select {
	case c := <-f.conns:
		return c, nil
	case <-f.closed:
		return nil, net.ErrClosed
	}
}

// Close implements net.Listener.
func (f *Feed) Close() error {
	f.once.Do(func() { close(f.closed) })
	return nil
}

// Addr implements net.Listener.
func (f *Feed) Addr() net.Addr { return feedAddr{} }

type feedAddr struct{}

func (feedAddr) Network() string { return "feed" }
func (feedAddr) String() string  { return "functions" }
