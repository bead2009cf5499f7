package front

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"github.com/gatehouse-dev/gatehouse/internal/awserr"
	"github.com/gatehouse-dev/gatehouse/internal/clock"
	"github.com/gatehouse-dev/gatehouse/internal/front/sigv4"
	"github.com/gatehouse-dev/gatehouse/internal/ids"
	"github.com/gatehouse-dev/gatehouse/internal/trace"
	"github.com/gatehouse-dev/gatehouse/internal/wire"
)

// Options are what a Pipeline is made of. All fields but Loopback and Observe
// are required.
type Options struct {
	Services  []*Service
	Authority Authority
	Clock     *clock.Clock
	Log       *slog.Logger
	Traces    *trace.Recorder
	// Account is the account that root credentials of this machine act in.
	Account string
	// Loopback reports whether a request came from this machine's user over a
	// loopback listener: there the well-known pair test/test is root.
	Loopback func(*http.Request) bool
	// Observe is told of each finished call.
	Observe func(service, operation string, status int, took time.Duration)
}

// Pipeline serves API calls. It is safe for concurrent use.
type Pipeline struct {
	Options
	dir       *directory
	verifier  sigv4.Verifier
	validator wire.Validator
}

// New returns the pipeline of the services.
func New(o Options) *Pipeline {
	if o.Loopback == nil {
		o.Loopback = func(*http.Request) bool { return false }
	}
	if o.Observe == nil {
		o.Observe = func(string, string, int, time.Duration) {}
	}
	return &Pipeline{Options: o, dir: newDirectory(o.Services)}
}

// ServeHTTP answers one API call.
func (p *Pipeline) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	start := p.Clock.Now()
	c := &Call{RequestID: ids.UUID(), Time: start, Host: r.Host, Secure: r.TLS != nil, Header: r.Header,
		UserAgent: r.UserAgent(), SourceIP: sourceIP(r)}
	c.trace = &trace.Trace{ID: c.RequestID, Kind: "api-call", Time: start}
	s, resp := p.serve(c, r)
	write(w, resp)

	name := "unknown"
	if c.Operation != nil {
		name = c.Operation.Name
	}
	c.trace.Title, c.trace.Status = s.API.SigningName+":"+name, resp.Status
	c.trace.Step("answer", p.Clock.Now(), "status", fmt.Sprint(resp.Status))
	p.Traces.Add(c.trace)
	p.Observe(s.API.Name, name, resp.Status, p.Clock.Now().Sub(start))
}

// serve runs the phases; whatever stops them becomes the answer.
func (p *Pipeline) serve(c *Call, r *http.Request) (*Service, *wire.Response) {
	query := r.URL.Query()
	var body []byte
	s := p.dir.service(r, query, nil)
	if s == nil {
		// Only an unsigned form says in its body what it is for.
		var err error
		if body, err = readBody(r, strangerBody); err == nil {
			s = p.dir.service(r, query, formOf(body))
		}
	}
	if s == nil {
		return unknownService, unknownService.failure(c, p.Log, awserr.Of(awserr.UnknownOperation,
			"Gatehouse serves no service that this request is for."))
	}
	c.Service = s.API
	fail := func(err error) (*Service, *wire.Response) { return s, s.failure(c, p.Log, err) }
	if body == nil {
		var err error
		if body, err = p.body(s, r); err != nil {
			return fail(err)
		}
	}
	t, err := p.dir.operation(s, r, query, body)
	if err != nil {
		return fail(err)
	}
	c.Operation = t.op

	if t.op == nil || !t.op.Unsigned {
		if err := p.authenticate(c, s, r, body); err != nil {
			return fail(err)
		}
	} else {
		c.Caller, c.Account, c.Region = anonymous(), p.Account, regionOf(r)
	}
	if t.op == nil {
		return fail(awserr.Of(awserr.UnknownOperation, "Could not find operation %.128s for version %s", t.name, s.API.APIVersion))
	}
	in, err := wire.Decode(s.API, t.op, &wire.Request{Labels: t.labels, Query: query, Header: r.Header, Body: body})
	if err != nil {
		return fail(err)
	}
	out, err := p.run(r.Context(), s, c, in)
	if err != nil {
		return fail(err)
	}
	resp, err := wire.Encode(s.API, t.op, out, c.RequestID)
	if err != nil {
		return fail(err)
	}
	return s, resp
}

// run is what calls over HTTP and calls from inside have in common.
func (p *Pipeline) run(ctx context.Context, s *Service, c *Call, in any) (any, error) {
	if err := p.validator.Validate(s.API, c.Operation, in); err != nil {
		return nil, err
	}
	ctx = WithCall(ctx, c)
	if !c.Operation.Unsigned {
		if err := p.authorize(ctx, s, c, in); err != nil {
			return nil, err
		}
	}
	return c.Operation.Call(ctx, s.Server, in)
}

// failure writes an error, and logs it if it is ours.
func (s *Service) failure(c *Call, log *slog.Logger, err error) *wire.Response {
	e, ours := s.fault(err)
	if ours || e.Status >= 500 && e.Status != http.StatusNotImplemented {
		level := slog.LevelError
		if errors.Is(err, context.Canceled) {
			level = slog.LevelDebug // the client is gone
		}
		op := ""
		if c.Operation != nil {
			op = c.Operation.Name
		}
		log.Log(context.Background(), level, "call failed", "service", s.API.Name, "operation", op, "request", c.RequestID, "error", err)
	}
	c.trace.Step("refuse", c.Time, "code", e.Code, "message", e.Message)
	return wire.EncodeError(s.API, e, c.RequestID)
}

// unknownService gives an answer its form where no service was recognised.
var unknownService = &Service{API: &wire.Service{Name: "unknown", SigningName: "unknown", Protocol: wire.RestJSON}}

func write(w http.ResponseWriter, resp *wire.Response) {
	h := w.Header()
	for k, vs := range resp.Header {
		h[k] = vs
	}
	if resp.Stream != nil {
		defer resp.Stream.Close()
		w.WriteHeader(resp.Status)
		copyStream(w, resp.Stream)
		return
	}
	w.WriteHeader(resp.Status)
	w.Write(resp.Body)
}
