package server

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"time"

	"github.com/gatehouse-dev/gatehouse/internal/clock"
	"github.com/gatehouse-dev/gatehouse/internal/edge"
	"github.com/gatehouse-dev/gatehouse/internal/front"
	"github.com/gatehouse-dev/gatehouse/internal/kv"
	"github.com/gatehouse-dev/gatehouse/internal/runner/peer"
	"github.com/gatehouse-dev/gatehouse/internal/trace"
)

// keptTraces is how many requests can be explained.
const keptTraces = 4096

// Server is a running Gatehouse.
type Server struct {
	Options
	store     kv.Store
	storeKind string
	scratch   string // the temporary directory of an ephemeral server
	clock     *clock.Clock
	// settingClock is held while the clock is compared to the store's.
	settingClock sync.Mutex
	traces       *trace.Recorder
	metrics      *metrics
	pipeline     *front.Pipeline
	services     []*front.Service
	parts        parts
	listener     *edge.Listener
	inner        *edge.Listener // what functions reach from private networks
	url          string
	started      time.Time
	// closing ends when Close begins.
	closing    context.Context
	beginClose context.CancelFunc
	// closers end the parts, the last one first.
	closers []func(context.Context) error
}

// Start opens the store, wires the services and listens. When it returns, the
// server answers. The caller must Close it.
func Start(ctx context.Context, o Options) (*Server, error) {
	if err := o.complete(); err != nil {
		return nil, err
	}
	s := &Server{Options: o, clock: new(clock.Clock), traces: trace.NewRecorder(keptTraces), metrics: newMetrics(), started: time.Now()}
	s.closing, s.beginClose = context.WithCancel(context.Background())
	if err := s.start(ctx); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

func (s *Server) start(ctx context.Context) error {
	// The port first: two servers on one port is the commonest mistake, and
	// must not disturb the data of the one that runs.
	l, err := edge.Listen(s.Listen)
	if err != nil {
		return err
	}
	s.url = s.PublicURL
	if s.url == "" {
		s.url = publicURL(l.Addr())
	}
	fail := func(err error) error { return errors.Join(err, l.Close()) }
	if err := s.openStore(ctx); err != nil {
		return fail(err)
	}
	if err := s.followClock(ctx); err != nil {
		return fail(err)
	}
	if err := s.wire(ctx, l.Addr().(*net.TCPAddr)); err != nil {
		return fail(err)
	}
	router := s.router()
	s.listener = edge.Serve(l, router, s.sandboxed, s.Log)
	s.inner = edge.Serve(s.parts.calls, router, func(netip.AddrPort, netip.AddrPort) bool { return true }, s.Log)
	return nil
}

// dir returns the directory of one part, under the data directory.
func (s *Server) dir(name string) string { return filepath.Join(s.root(), name) }

func (s *Server) root() string {
	if s.DataDir != "" {
		return s.DataDir
	}
	return s.scratch
}

// sandboxed reports whether a function is at the other end of a connection.
// Where that cannot be found out, a connection counts as a function's.
func (s *Server) sandboxed(local, remote netip.AddrPort) bool {
	if runtime.GOOS != "linux" {
		return false // functions are not isolated there at all, as the log says
	}
	uid, ok := peer.UID(local, remote)
	return !ok || s.parts.runner.OwnsUID(uid)
}

// URL is how clients reach the server.
func (s *Server) URL() string { return s.url }

// Addr is the address that the server listens on.
func (s *Server) Addr() string { return s.listener.Addr().String() }

// Close drains running requests for at most DrainTimeout, ends all functions
// and closes the store. It may be called on a server that did not start.
func (s *Server) Close() error {
	ctx, cancel := context.WithTimeout(context.Background(), s.DrainTimeout)
	defer cancel()
	s.beginClose()
	var errs []error
	for _, l := range []*edge.Listener{s.listener, s.inner} {
		if l != nil {
			errs = append(errs, l.Shutdown(ctx))
		}
	}
	for i := len(s.closers) - 1; i >= 0; i-- {
		errs = append(errs, s.closers[i](ctx))
	}
	s.closers = nil
	return errors.Join(errs...)
}

func (s *Server) onClose(fn func(context.Context) error) { s.closers = append(s.closers, fn) }

// Reset deletes what servers keep in dir. It fails if one is running there.
func Reset(dir string) error {
	unlock, err := lockForReset(dir)
	if err != nil {
		return err
	}
	defer unlock()
	for _, name := range dataNames {
		if err := os.RemoveAll(filepath.Join(dir, name)); err != nil {
			return fmt.Errorf("cannot delete %s: %w", filepath.Join(dir, name), err)
		}
	}
	return nil
}
