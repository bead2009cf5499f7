package edge

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"sync"
	"syscall"
	"time"
)

// Limits of every connection.
const (
	readHeaderTimeout = 10 * time.Second
	idleTimeout       = 2 * time.Minute
	maxHeaderBytes    = 64 << 10
)

// Listener serves one address. Make it with Listen.
type Listener struct {
	net.Listener
	server *http.Server
	done   chan error
}

// Listen opens addr. A port that is taken is an error of one clear line.
func Listen(addr string) (net.Listener, error) {
	l, err := net.Listen("tcp", addr)
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return nil, fmt.Errorf("%s is in use by another program", addr)
	case errors.Is(err, syscall.EACCES):
		return nil, fmt.Errorf("%s needs more rights than this user has", addr)
	case err != nil:
		return nil, fmt.Errorf("cannot listen on %s: %w", addr, err)
	}
	return l, nil
}

// Serve starts to answer requests from l. sandboxed tells whether the process
// at the other end of a loopback connection is a function's.
func Serve(l net.Listener, h http.Handler, sandboxed func(local, remote netip.AddrPort) bool, log *slog.Logger) *Listener {
	out := &Listener{Listener: l, done: make(chan error, 1)}
	out.server = &http.Server{
		Handler:           hurry(h, bodyGrace),
		ReadHeaderTimeout: readHeaderTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    maxHeaderBytes,
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelDebug),
		ConnContext: func(ctx context.Context, c net.Conn) context.Context {
			return context.WithValue(ctx, peerKey{}, newPeer(c, sandboxed))
		},
	}
	go func() { out.done <- out.server.Serve(l) }()
	return out
}

// Shutdown stops accepting and waits until running requests have ended or ctx
// is over; then it closes what is left.
func (l *Listener) Shutdown(ctx context.Context) error {
	err := l.server.Shutdown(ctx)
	if err != nil {
		err = errors.Join(err, l.server.Close())
	}
	if serveErr := <-l.done; !errors.Is(serveErr, http.ErrServerClosed) {
		err = errors.Join(err, serveErr)
	}
	return err
}

type peerKey struct{}

// peer is the other end of a connection. What it may be trusted with is found
// out when it is first asked, once a connection.
type peer struct {
	local, remote netip.AddrPort
	sandboxed     func(local, remote netip.AddrPort) bool

	once    sync.Once
	trusted bool
}

func newPeer(c net.Conn, sandboxed func(local, remote netip.AddrPort) bool) *peer {
	p := &peer{sandboxed: sandboxed}
	if a, ok := c.LocalAddr().(*net.TCPAddr); ok {
		p.local = unmap(a.AddrPort())
	}
	if a, ok := c.RemoteAddr().(*net.TCPAddr); ok {
		p.remote = unmap(a.AddrPort())
	}
	return p
}

func unmap(ap netip.AddrPort) netip.AddrPort {
	return netip.AddrPortFrom(ap.Addr().Unmap(), ap.Port())
}

// Trusted reports whether a request is of the machine's own user; see the
// package comment.
func Trusted(r *http.Request) bool {
	p, ok := r.Context().Value(peerKey{}).(*peer)
	if !ok {
		return false
	}
	p.once.Do(func() {
		p.trusted = p.local.IsValid() && p.local.Addr().IsLoopback() && p.remote.Addr().IsLoopback() && !p.sandboxed(p.local, p.remote)
	})
	return p.trusted
}
