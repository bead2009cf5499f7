package lambda

import (
	"context"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"strconv"

	api "github.com/gatehouse-dev/gatehouse/internal/api/lambda"
	"github.com/gatehouse-dev/gatehouse/internal/awserr"
	"github.com/gatehouse-dev/gatehouse/internal/front"
	"github.com/gatehouse-dev/gatehouse/internal/ids"
	"github.com/gatehouse-dev/gatehouse/internal/runner"
)

// The largest payloads, bytes ("Lambda quotas").
const (
	maxSyncPayload  = 6_291_456
	maxEventPayload = 1 << 20
)

// Invoke runs a function and waits, or queues an event for it.
func (s *Service) Invoke(ctx context.Context, in *api.InvocationRequest) (*api.InvocationResponse, error) {
	c := front.CallFrom(ctx)
	n, err := parseName(c, *in.FunctionName, in.Qualifier)
	if err != nil {
		return nil, err
	}
	kind := value(in.InvocationType)
	inv, err := invocation(c, in, kind == "Event")
	if err != nil {
		return nil, err
	}
	inv.FunctionARN = n.arn()
	f, err := s.live.get(ctx, n)
	if err != nil {
		return nil, err
	}
	t, err := f.choose(n)
	if err != nil {
		return nil, err
	}
	switch kind {
	case "DryRun":
		return &api.InvocationResponse{StatusCode: new(int32(204))}, nil
	case "Event":
		if err := s.enqueue(ctx, n, inv); err != nil {
			return nil, err
		}
		return &api.InvocationResponse{StatusCode: new(int32(202))}, nil
	}
	inv.Tail = value(in.LogType) == "Tail"
	result, t, err := s.call(ctx, n, f, t, inv)
	if err != nil {
		return nil, err
	}
	out := &api.InvocationResponse{StatusCode: new(int32(200)), Payload: result.Payload, ExecutedVersion: &t.Number, FunctionError: optional(result.FunctionError)}
	if inv.Tail {
		out.LogResult = new(base64.StdEncoding.EncodeToString(result.Tail))
	}
	return out, nil
}

// invocation reads what a request says about one.
func invocation(c *front.Call, in *api.InvocationRequest, event bool) (runner.Invocation, error) {
	inv := runner.Invocation{RequestID: c.RequestID, Payload: in.Payload}
	limit := maxSyncPayload
	if event {
		limit = maxEventPayload
	}
	switch {
	case len(in.Payload) > limit:
		return inv, api.RequestTooLargeException("Request must be smaller than %d bytes for the InvokeFunction operation", limit)
	case in.TenantId != nil:
		return inv, invalid("The function is not configured for tenant isolation.")
	case in.DurableExecutionName != nil:
		return inv, invalid("The function is not configured for durable execution.")
	case len(in.Payload) > 0 && !json.Valid(in.Payload):
		return inv, api.InvalidRequestContentException("Could not parse request body into json: the payload is not valid JSON.")
	}
	if in.ClientContext != nil {
		b, err := base64.StdEncoding.DecodeString(*in.ClientContext)
		if err != nil || !json.Valid(b) {
			return inv, api.InvalidRequestContentException("Client context must be a valid Base64-encoded JSON object.")
		}
		inv.ClientContext = string(b)
	}
	if c.Header != nil {
		inv.TraceID = c.Header.Get("X-Amzn-Trace-Id")
	}
	return inv, nil
}

// choose returns the version that an invocation by a name is for. An alias with
// weights draws one.
func (f *compiled) choose(n name) (*target, error) {
	number := n.qualifier
	if number == "" {
		number = latest
	}
	if a, ok := f.aliases[number]; ok {
		number = a.Version
		for other, weight := range a.Weights {
			if draw() < weight {
				number = other
			}
		}
	}
	t := f.versions[number]
	if t == nil {
		return nil, errNotFound(n)
	}
	return t, nil
}

// draw returns a random number of [0, 1).
func draw() float64 {
	return float64(binary.NativeEndian.Uint64(ids.Bytes(8))>>11) / (1 << 53)
}

// call runs one invocation. A version that is replaced just now is looked up
// anew. The target returned is the one that ran.
func (s *Service) call(ctx context.Context, n name, f *compiled, t *target, inv runner.Invocation) (runner.Result, *target, error) {
	if inv.TraceID == "" {
		inv.TraceID = s.newTrace()
	}
	g := f.gate
	if err := g.enter(); err != nil {
		return runner.Result{}, t, err
	}
	defer g.leave()
	for again := 0; ; again++ {
		pool, err := t.instances()
		var result runner.Result
		if err == nil {
			result, err = pool.Invoke(ctx, inv)
		}
		if err == nil {
			return result, t, nil
		}
		if !errors.Is(err, runner.ErrDrained) || again == 3 {
			return result, t, s.refused(err)
		}
		if f, err = s.live.get(ctx, n); err != nil {
			return result, t, err
		}
		if t, err = f.choose(n); err != nil {
			return result, t, err
		}
	}
}

// refused is why a function did not get its invocation, as the API says it.
func (s *Service) refused(err error) error {
	switch {
	case awserr.As(err) != nil:
		return awserr.As(err)
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return err
	case errors.Is(err, runner.ErrThrottled):
		return api.TooManyRequestsException("Rate Exceeded.").With("Reason", "ConcurrentInvocationLimitExceeded")
	case errors.Is(err, runner.ErrSpec):
		e := api.InvalidRuntimeException("%s", err.Error())
		e.Cause = err
		return e
	}
	e := api.ServiceException("The function cannot be run.")
	e.Cause = err
	return e
}

// newTrace makes the trace header of a request that has none.
func (s *Service) newTrace() string {
	b := make([]byte, 0, 80)
	b = append(b, "Root=1-"...)
	b = strconv.AppendInt(b, s.clock.Now().Unix(), 16)
	r := ids.Hex(20)
	b = append(append(b, '-'), r[:24]...)
	b = append(append(b, ";Parent="...), r[24:]...)
	return string(append(b, ";Sampled=0"...))
}
