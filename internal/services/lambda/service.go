package lambda

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	api "github.com/gatehouse-dev/gatehouse/internal/api/lambda"
	"github.com/gatehouse-dev/gatehouse/internal/blob"
	"github.com/gatehouse-dev/gatehouse/internal/clock"
	"github.com/gatehouse-dev/gatehouse/internal/ids"
	"github.com/gatehouse-dev/gatehouse/internal/jobs"
	"github.com/gatehouse-dev/gatehouse/internal/kv"
	"github.com/gatehouse-dev/gatehouse/internal/logline"
	"github.com/gatehouse-dev/gatehouse/internal/runner"
	"github.com/gatehouse-dev/gatehouse/internal/services/lambda/code"
)

// principal is the service as trust policies name it.
const principal = "lambda.amazonaws.com"

// Roles are the execution roles; STS implements it. Both methods answer from
// memory.
type Roles interface {
	// CanAssume reports whether a role trusts a service.
	CanAssume(servicePrincipal, roleARN string) bool
	// ServiceSession makes credentials of the role for a service.
	ServiceSession(ctx context.Context, servicePrincipal, roleARN, sessionName string, d time.Duration) (accessKeyID, secret, token string, expires time.Time, err error)
}

// Permissions decide what roles may do: whether one may write logs, or invoke
// the destination of an event.
type Permissions interface {
	Allowed(ctx context.Context, roleARN, action, resource string) bool
}

// Logs take the output of functions; CloudWatch Logs implements it. Append does
// not wait for anything.
type Logs interface {
	Append(ctx context.Context, account, region, group, stream string, events []logline.Event) error
	GroupExists(ctx context.Context, account, region, group string) (bool, error)
}

// Options are what a Service is made of.
type Options struct {
	Store  kv.Store
	Clock  *clock.Clock
	Log    *slog.Logger
	Runner *runner.Runner // is not closed by the service
	// Code keeps the packages, and nothing else.
	Code blob.Store
	// Dir is for what is in the packages, unpacked. It is made, for this user
	// only, and emptied.
	Dir         string
	Roles       Roles
	Permissions Permissions
	Logs        Logs
	// EndpointURL is where clients and functions find this Gatehouse:
	// "http://127.0.0.1:4566".
	EndpointURL func() string
	// CodeQuota is the bytes of packages that an account may have in a region;
	// 0 means 75 GiB, AWS's quota.
	CodeQuota int64
}

const defaultCodeQuota = 75 << 30

// Service implements the operations. It is safe for concurrent use. The caller
// must Close it.
type Service struct {
	api.Unimplemented
	store     kv.Store
	clock     *clock.Clock
	log       *slog.Logger
	runner    *runner.Runner
	code      *code.Store
	roles     Roles
	allowed   Permissions
	logs      Logs
	endpoint  func() string
	codeQuota int64
	signKey   []byte

	live   *live
	queue  *jobs.Queue
	ending sync.WaitGroup // work in the background
	stop   context.CancelFunc
	run    context.Context // until Close
}

// New returns the service, and begins to deliver the events that wait.
func New(ctx context.Context, o Options) (*Service, error) {
	if o.CodeQuota == 0 {
		o.CodeQuota = defaultCodeQuota
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	packages, err := code.Open(o.Dir, o.Code)
	if err != nil {
		return nil, err
	}
	s := &Service{store: o.Store, clock: o.Clock, log: o.Log, runner: o.Runner, code: packages, roles: o.Roles,
		allowed: o.Permissions, logs: o.Logs, endpoint: o.EndpointURL, codeQuota: o.CodeQuota}
	if err := s.loadSigningKey(ctx); err != nil {
		return nil, fmt.Errorf("lambda: reading the signing key: %w", err)
	}
	s.run, s.stop = context.WithCancel(context.Background())
	s.live = newLive(s)
	s.queue = s.newQueue()
	s.background(s.collect)
	s.queue.Start()
	return s, nil
}

func (s *Service) loadSigningKey(ctx context.Context) error {
	return s.store.Update(ctx, func(t kv.Txn) (err error) {
		if s.signKey, err = t.Get(signingKey()); err != nil || s.signKey != nil {
			return err
		}
		s.signKey = ids.Bytes(32)
		return t.Set(signingKey(), s.signKey)
	})
}

// Close takes no more events from the queue, waits for what runs, and ends all
// instances. ctx bounds the waiting.
func (s *Service) Close(ctx context.Context) error {
	err := s.queue.Stop(ctx)
	s.stop()
	err = errors.Join(err, s.live.close(ctx))
	s.ending.Wait()
	return err
}

// background runs fn, which Close waits for.
func (s *Service) background(fn func()) { s.ending.Go(fn) }

// collect deletes packages that nothing uses any more.
func (s *Service) collect() {
	err := s.code.Collect(s.run, clock.Machine().Add(-code.Grace), func() (map[string]bool, error) {
		used := map[string]bool{}
		return used, s.store.View(s.run, func(r kv.Reader) error {
			return r.Scan(hashes(), func(k, _ []byte) (bool, error) {
				used[hashOf(k)] = true
				return true, nil
			})
		})
	})
	if err != nil && s.run.Err() == nil {
		s.log.Warn("packages of functions that are not used any more were not deleted", "error", err)
	}
}
