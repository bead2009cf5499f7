package lambda

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/gatehouse-dev/gatehouse/internal/awserr"
	"github.com/gatehouse-dev/gatehouse/internal/ids"
	"github.com/gatehouse-dev/gatehouse/internal/jobs"
	"github.com/gatehouse-dev/gatehouse/internal/kv"
	"github.com/gatehouse-dev/gatehouse/internal/runner"
)

const (
	eventKind = "event"
	// eventWorkers is how many events are being delivered at once.
	eventWorkers = 64

	defaultRetries = 2
	defaultMaxAge  = 6 * time.Hour
	// retryPause is before the first retry; the second one waits twice as long
	// ("How Lambda handles errors and retries with asynchronous invocation").
	retryPause = time.Minute
	// A throttled event comes again after a pause that grows between these.
	throttlePause, maxThrottlePause = time.Second, 5 * time.Minute
)

// pending is an event that waits for its function. Its payload is under its own
// key.
type pending struct {
	ID            string    `json:"id"` // the request id
	Account       string    `json:"account"`
	Region        string    `json:"region"`
	Function      string    `json:"function"`
	Qualifier     string    `json:"qualifier,omitempty"`
	Trace         string    `json:"trace,omitempty"`
	ClientContext string    `json:"clientContext,omitempty"`
	Queued        time.Time `json:"queued"`
	Runs          int       `json:"runs,omitempty"`
	Throttles     int       `json:"throttles,omitempty"`
}

func (p *pending) name() name {
	return name{place{p.Account, p.Region}, p.Function, p.Qualifier}
}

func (s *Service) newQueue() *jobs.Queue {
	q := jobs.New(jobs.Options{Store: s.store, Clock: s.clock, Name: "lambda-events", Workers: eventWorkers, Logger: s.log})
	q.Register(eventKind, s.deliver, jobs.Policy{})
	return q
}

// enqueue accepts an event: when it returns, the event survives.
func (s *Service) enqueue(ctx context.Context, n name, inv runner.Invocation) error {
	return s.store.Update(ctx, func(t kv.Txn) error {
		return s.enqueueIn(t, n, inv)
	})
}

func (s *Service) enqueueIn(t kv.Txn, n name, inv runner.Invocation) error {
	p := pending{ID: inv.RequestID, Account: n.account, Region: n.region, Function: n.function, Qualifier: n.qualifier,
		Trace: inv.TraceID, ClientContext: inv.ClientContext, Queued: s.clock.Now()}
	if err := t.Set(eventKey(p.ID), inv.Payload); err != nil {
		return err
	}
	return s.schedule(t, &p, p.Queued)
}

func (s *Service) schedule(t kv.Txn, p *pending, due time.Time) error {
	b, err := json.Marshal(p)
	if err != nil {
		return err
	}
	return s.queue.Schedule(t, eventKind, p.ID, due, b)
}

// outcome is what became of an event, as its destinations are told.
type outcome struct {
	condition string // "Success", "RetriesExhausted", "EventAgeExceeded" or "ZeroReservedConcurrency"
	version   string
	result    runner.Result
	ran       bool
}

// deliver runs the function with an event once, and settles what follows.
func (s *Service) deliver(ctx context.Context, job jobs.Job) error {
	var p pending
	if err := json.Unmarshal(job.Payload, &p); err != nil {
		return jobs.Permanent(err)
	}
	var payload []byte
	err := s.store.View(ctx, func(r kv.Reader) (err error) {
		payload, err = r.Get(eventKey(p.ID))
		return err
	})
	if err != nil {
		return err
	}
	n := p.name()
	f, err := s.live.get(ctx, n)
	if err != nil {
		return s.dropIfGone(ctx, job, &p, err)
	}
	t, err := f.choose(n)
	if err != nil {
		return s.dropIfGone(ctx, job, &p, err)
	}
	rules := f.rules(n.qualifier)
	if f.reserved != nil && *f.reserved == 0 {
		return s.finish(ctx, job, &p, rules, payload, outcome{condition: "ZeroReservedConcurrency", version: t.Number})
	}
	if s.clock.Now().Sub(p.Queued) > rules.maxAge {
		return s.finish(ctx, job, &p, rules, payload, outcome{condition: "EventAgeExceeded", version: t.Number})
	}
	result, t, err := s.call(ctx, n, f, t, runner.Invocation{RequestID: p.ID, FunctionARN: n.arn(), Payload: payload,
		TraceID: p.Trace, ClientContext: p.ClientContext})
	switch {
	case awserr.HasCode(err, "TooManyRequestsException"):
		p.Throttles++
		return s.later(ctx, &p, min(throttlePause<<min(p.Throttles-1, 16), maxThrottlePause))
	case errors.Is(err, context.Canceled):
		return err
	case err != nil && awserr.As(err) == nil:
		return err
	case err != nil:
		result = runner.Result{FunctionError: "Unhandled", Payload: errorDocument(awserr.As(err))}
	}
	p.Runs++
	done := outcome{condition: "Success", version: t.Number, result: result, ran: true}
	if result.FunctionError == "" {
		return s.finish(ctx, job, &p, rules, payload, done)
	}
	pause := retryPause * time.Duration(p.Runs)
	switch {
	case p.Runs > rules.retries:
		done.condition = "RetriesExhausted"
	case s.clock.Now().Add(pause).Sub(p.Queued) > rules.maxAge:
		done.condition = "EventAgeExceeded"
	default:
		return s.later(ctx, &p, pause)
	}
	return s.finish(ctx, job, &p, rules, payload, done)
}

func errorDocument(e *awserr.Error) []byte {
	b, _ := json.Marshal(map[string]string{"errorType": e.Code, "errorMessage": e.Message})
	return b
}

// later has the event come again; the run that asks for it then ends well.
func (s *Service) later(ctx context.Context, p *pending, pause time.Duration) error {
	return s.store.Update(ctx, func(t kv.Txn) error { return s.schedule(t, p, s.clock.Now().Add(pause)) })
}

// dropIfGone drops the event of a function that was deleted, as AWS does.
func (s *Service) dropIfGone(ctx context.Context, job jobs.Job, p *pending, err error) error {
	if !awserr.HasCode(err, "ResourceNotFoundException") {
		return err
	}
	return s.store.Update(ctx, func(t kv.Txn) error {
		return errors.Join(t.Delete(eventKey(p.ID)), job.Finish(t))
	})
}

// finish removes the event and sends word to the destination, in one commit.
func (s *Service) finish(ctx context.Context, job jobs.Job, p *pending, rules rules, payload []byte, o outcome) error {
	to := rules.onFailure
	if o.condition == "Success" {
		to = rules.onSuccess
	}
	send := to != "" && s.maySend(ctx, p, to)
	return s.store.Update(ctx, func(t kv.Txn) error {
		if err := job.Finish(t); err != nil {
			return err
		}
		if err := t.Delete(eventKey(p.ID)); err != nil || !send {
			return err
		}
		n, err := nameOfARN(to)
		if err != nil {
			return err
		}
		record, err := s.destinationRecord(p, payload, o)
		if err != nil {
			return err
		}
		return s.enqueueIn(t, n, runner.Invocation{RequestID: ids.UUID(), Payload: record, TraceID: p.Trace})
	})
}

// maySend reports whether the function's role may invoke the destination.
func (s *Service) maySend(ctx context.Context, p *pending, to string) bool {
	f, err := s.live.get(ctx, p.name())
	if err != nil {
		return false
	}
	t, err := f.choose(p.name())
	if err != nil {
		return false
	}
	if s.allowed.Allowed(ctx, t.Role, "lambda:InvokeFunction", to) {
		return true
	}
	s.log.Warn("an event's destination is not told: the function's role may not invoke it", "function", p.name().arn(), "destination", to, "role", t.Role)
	return false
}

// destinationRecord is what a destination gets ("Capturing records of Lambda
// asynchronous invocations").
func (s *Service) destinationRecord(p *pending, payload []byte, o outcome) ([]byte, error) {
	type requestContext struct {
		RequestID   string `json:"requestId"`
		FunctionARN string `json:"functionArn"`
		Condition   string `json:"condition"`
		Count       int    `json:"approximateInvokeCount"`
	}
	type responseContext struct {
		Status  int    `json:"statusCode"`
		Version string `json:"executedVersion"`
		Error   string `json:"functionError,omitempty"`
	}
	qualifier := p.Qualifier
	if qualifier == "" {
		qualifier = latest
	}
	record := struct {
		Version         string           `json:"version"`
		Timestamp       string           `json:"timestamp"`
		RequestContext  requestContext   `json:"requestContext"`
		RequestPayload  json.RawMessage  `json:"requestPayload"`
		ResponseContext *responseContext `json:"responseContext,omitempty"`
		ResponsePayload json.RawMessage  `json:"responsePayload,omitempty"`
	}{
		Version: "1.0", Timestamp: s.clock.Now().Format("2006-01-02T15:04:05.000Z"),
		RequestContext: requestContext{p.ID, p.name().qualified(qualifier), o.condition, p.Runs},
		RequestPayload: rawJSON(payload),
	}
	if o.ran {
		record.ResponseContext = &responseContext{200, o.version, o.result.FunctionError}
		record.ResponsePayload = rawJSON(o.result.Payload)
	}
	b, err := json.Marshal(record)
	if err != nil {
		return nil, fmt.Errorf("lambda: record of a destination: %w", err)
	}
	return b, nil
}

// rawJSON is b where it is JSON, else the string that it is.
func rawJSON(b []byte) json.RawMessage {
	if len(b) == 0 {
		return json.RawMessage("{}")
	}
	if json.Valid(b) {
		return b
	}
	text, _ := json.Marshal(string(b))
	return text
}
