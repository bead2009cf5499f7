// Package gatehouse runs the AWS web-API stack inside a Go program: a server
// for tests that behaves as AWS does, security included.
//
// The server speaks AWS's wire protocols. Point any AWS SDK at URL with the key
// pair test/test, which is the root user on loopback, or with keys of users
// that the test made in IAM.
package gatehouse

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/gatehouse-dev/gatehouse/internal/server"
)

// Options say where a server listens and keeps its state. The zero value is
// what tests want: a free loopback port, state in memory.
type Options struct {
	// Listen is the address; "127.0.0.1:0", a free port, where empty. On an
	// address that is not loopback test/test is refused.
	Listen string
	// DataDir keeps the state in a directory; in memory where empty.
	DataDir string
	// Store keeps the state in a PostgreSQL-wire database, by URL.
	Store string
	// Log receives what operators should know; nil is silent.
	Log *slog.Logger
}

// Server is a running Gatehouse. Its methods may be called from any goroutine.
type Server struct{ inner *server.Server }

// Start starts a server, which answers when Start returns. Close ends it.
func Start(ctx context.Context, o Options) (*Server, error) {
	s, err := server.Start(ctx, server.Options{Listen: o.Listen, DataDir: o.DataDir, Store: o.Store, Log: o.Log})
	if err != nil {
		return nil, fmt.Errorf("gatehouse: %w", err)
	}
	return &Server{s}, nil
}

// URL is where the server answers: http://localhost:PORT.
func (s *Server) URL() string { return s.inner.URL() }

// AdvanceClock moves the server's time forward: tokens, caches and schedules
// expire accordingly. Time does not go back.
func (s *Server) AdvanceClock(ctx context.Context, d time.Duration) error {
	return s.inner.AdvanceClock(ctx, d)
}

// Close drains running requests for up to ten seconds, ends all functions and
// closes the store.
func (s *Server) Close() error { return s.inner.Close() }
