package execute

import (
	"strconv"
	"sync/atomic"
	"time"

	"github.com/gatehouse-dev/gatehouse/internal/trace"
)

// How many traces are kept a second: enough to look at, too few to slow a busy
// API down.
const (
	successTraces = 200
	failureTraces = 1000
)

// sampler counts the traces of the current second.
type sampler struct{ success, failure window }

// window counts within one second. Its two halves are one number, so that a
// new second and its first count are set at once.
type window struct{ state atomic.Uint64 }

func (w *window) take(second int64, limit uint32) bool {
	for {
		old := w.state.Load()
		count := uint32(old)
		if uint32(old>>32) != uint32(second) {
			count = 0
		}
		if count >= limit {
			return false
		}
		if w.state.CompareAndSwap(old, uint64(uint32(second))<<32|uint64(count+1)) {
			return true
		}
	}
}

// record leaves the trace and the access log of the exchange.
func (x *exchange) record() {
	x.writeAccessLog()
	r := x.gateway.o.Traces
	if r == nil {
		return
	}
	second := x.start.Unix()
	if x.fault != nil && !x.gateway.sampler.failure.take(second, failureTraces) ||
		x.fault == nil && !x.gateway.sampler.success.take(second, successTraces) {
		return
	}
	r.Add(x.trace())
}

// trace tells what happened, without tokens, header values and bodies.
func (x *exchange) trace() *trace.Trace {
	t := &trace.Trace{ID: x.requestID, Kind: "execute-api", Time: x.start, Status: x.response.status,
		Title: x.r.Method + " " + x.requestPath()}
	t.Step("request", x.start, "api", x.apiID, "stage", x.stageName, "sourceIp", x.sourceIP())
	if x.resource != nil {
		t.Step("route", x.start, "resource", x.resource.path, "resourceId", x.resource.id, "method", x.method.httpMethod)
	}
	if !x.authorized.IsZero() {
		x.traceAuthorizer(t)
	}
	if in := &x.integration; !in.started.IsZero() {
		t.Step("integration request", in.started, "type", x.method.typ)
		if !in.ended.IsZero() {
			facts := []string{"status", strconv.Itoa(in.status), "latency", in.ended.Sub(in.started).String()}
			if in.functionError != "" {
				facts = append(facts, "functionError", in.functionError)
			}
			t.Step("integration response", in.ended, facts...)
		}
	}
	facts := []string{"status", strconv.Itoa(x.response.status), "bytes", strconv.FormatInt(x.responseLength(), 10)}
	if f := x.fault; f != nil {
		facts = append(facts, "gatewayResponse", f.Type.String(), "message", f.Message)
		if f.Reason != "" {
			facts = append(facts, "reason", f.Reason)
		}
	}
	t.Step("response", x.gateway.o.Clock.Now(), facts...)
	return t
}

func (x *exchange) traceAuthorizer(t *trace.Trace) {
	facts := []string{"decision", "allow"}
	switch {
	case x.fault != nil && x.integration.started.IsZero():
		facts = []string{"decision", "deny", "reason", x.fault.Reason}
	case x.token != nil:
		facts = append(facts, "kind", "COGNITO_USER_POOLS", "sub", x.token.Claims.String("sub"),
			"issuer", x.token.Claims.String("iss"), "expires", x.token.Expires.Format(time.RFC3339))
	}
	t.Step("authorizer", x.authorized, facts...)
}
