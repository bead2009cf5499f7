package front

import (
	"context"
	"fmt"

	"github.com/gatehouse-dev/gatehouse/internal/ids"
	"github.com/gatehouse-dev/gatehouse/internal/trace"
)

// Origin is on whose behalf a call from inside is made.
type Origin struct {
	Caller  *Credential
	Account string
	Region  string
	Via     string // the calling service: "cloudformation.amazonaws.com"
}

// Do makes an API call from inside: CloudFormation creating a resource, for
// example. It goes through the same validation and authorization as a call
// over HTTP, as the origin's caller. The error is what the client would get,
// its code set.
func (p *Pipeline) Do(ctx context.Context, o Origin, service, operation string, in any) (any, error) {
	var s *Service
	for _, x := range p.dir.all {
		if x.API.Name == service {
			s = x
		}
	}
	if s == nil {
		return nil, fmt.Errorf("front: no service %s", service)
	}
	c := &Call{Service: s.API, Operation: s.API.Operation(operation), RequestID: ids.UUID(), Account: o.Account, Region: o.Region,
		Time: p.Clock.Now(), Caller: o.Caller, Via: o.Via}
	if c.Operation == nil {
		return nil, fmt.Errorf("front: %s has no operation %s", service, operation)
	}
	c.trace = &trace.Trace{ID: c.RequestID, Kind: "api-call", Title: s.API.SigningName + ":" + operation, Time: c.Time, Status: 200}
	c.trace.Step("call from inside", c.Time, "via", o.Via, "principal", o.Caller.Principal.ARN)
	out, err := p.run(ctx, s, c, in)
	if err != nil {
		e, ours := s.fault(err)
		c.trace.Status = e.Status
		c.trace.Step("refuse", p.Clock.Now(), "code", e.Code, "message", e.Message)
		if !ours {
			err = e
		}
	}
	p.Traces.Add(c.trace)
	return out, err
}

// As is Do with the output's type.
func As[Out any](ctx context.Context, p *Pipeline, o Origin, service, operation string, in any) (*Out, error) {
	out, err := p.Do(ctx, o, service, operation, in)
	if err != nil {
		return nil, err
	}
	typed, ok := out.(*Out)
	if !ok {
		return nil, fmt.Errorf("front: %s %s answers %T", service, operation, out)
	}
	return typed, nil
}
