package lambda

import (
	"sync/atomic"

	api "github.com/gatehouse-dev/gatehouse/internal/api/lambda"
)

// concurrencyQuota is what an account may run at once in a region, and
// unreservedMinimum what of it cannot be reserved.
const (
	concurrencyQuota  = 1000
	unreservedMinimum = 100
)

// gate counts the invocations that run, of a function with reserved
// concurrency or of all others of an account.
type gate struct {
	active, limit atomic.Int32
	account       bool
}

func (g *gate) enter() error {
	if g.active.Add(1) <= g.limit.Load() {
		return nil
	}
	g.active.Add(-1)
	reason := "ReservedFunctionConcurrentInvocationLimitExceeded"
	if g.account {
		reason = "ConcurrentInvocationLimitExceeded"
	}
	return api.TooManyRequestsException("Rate Exceeded.").With("Reason", reason)
}

func (g *gate) leave() { g.active.Add(-1) }
