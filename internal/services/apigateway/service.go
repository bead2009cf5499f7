package apigateway

import (
	"context"
	"log/slog"
	"time"

	api "github.com/gatehouse-dev/gatehouse/internal/api/apigateway"
	"github.com/gatehouse-dev/gatehouse/internal/clock"
	"github.com/gatehouse-dev/gatehouse/internal/front"
	"github.com/gatehouse-dev/gatehouse/internal/kv"
)

// Options are what the service is made of.
type Options struct {
	Store kv.Store
	Clock *clock.Clock
	Log   *slog.Logger
	// Methods and Authorizers run those of an API for TestInvokeMethod and
	// TestInvokeAuthorizer. Without one its operation answers 501.
	Methods     MethodTester
	Authorizers AuthorizerTester
	// Caches drops cached answers for the Flush operations. Without one they
	// answer 501.
	Caches StageCaches
}

// Service implements api.Server for the operations of REST APIs and
// snapshot.Source for the data plane. It is safe for concurrent use.
type Service struct {
	api.Unimplemented
	store       kv.Store
	clock       *clock.Clock
	log         *slog.Logger
	methods     MethodTester
	authorizers AuthorizerTester
	caches      StageCaches
}

// New returns the service on a store.
func New(o Options) *Service {
	return &Service{store: o.Store, clock: o.Clock, log: o.Log, methods: o.Methods, authorizers: o.Authorizers, caches: o.Caches}
}

// now is the time of the call in the precision that API Gateway keeps.
func now(ctx context.Context) *time.Time {
	return new(front.CallFrom(ctx).Time.UTC().Truncate(time.Second))
}
