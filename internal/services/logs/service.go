package logs

import (
	"context"
	"log/slog"
	"sync"
	"time"

	api "github.com/gatehouse-dev/gatehouse/internal/api/logs"
	"github.com/gatehouse-dev/gatehouse/internal/clock"
	"github.com/gatehouse-dev/gatehouse/internal/kv"
)

// Options are what a Service is made of.
type Options struct {
	Store kv.Store
	Clock *clock.Clock
	Log   *slog.Logger
	// Account is whose groups the HTTP handler shows.
	Account string
}

// Service implements the operations. It is safe for concurrent use. The caller
// must Close it.
type Service struct {
	api.Unimplemented
	store   kv.Store
	clock   *clock.Clock
	log     *slog.Logger
	account string
	queue   *queue

	done    chan struct{}
	stop    func()
	sweeper sync.WaitGroup
}

// New returns the service and begins to write what Append queues and to delete
// what is over its retention.
func New(o Options) *Service {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	s := &Service{store: o.Store, clock: o.Clock, log: o.Log, account: o.Account, done: make(chan struct{})}
	s.stop = sync.OnceFunc(func() { close(s.done) })
	s.queue = newQueue(s.writeQueued, o.Log)
	s.sweeper.Go(s.sweep)
	return s
}

// Close writes what is queued and ends the service's own work. ctx bounds the
// writing.
func (s *Service) Close(ctx context.Context) error {
	s.stop()
	err := s.queue.close(ctx)
	s.sweeper.Wait()
	return err
}

// millis is a time as the API has it.
func millis(t time.Time) int64 { return t.UnixMilli() }
