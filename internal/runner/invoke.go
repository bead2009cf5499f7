package runner

import (
	"context"
	"errors"
	"io"
	"strconv"
	"time"

	"github.com/gatehouse-dev/gatehouse/internal/runner/rapi"
)

// MaxResponse is the largest response of a function, in bytes.
const MaxResponse = rapi.MaxResponse

// ErrGone is returned by Instance.Invoke when the instance ended before it got
// the invocation; another instance may be tried.
var ErrGone = errors.New("runner: the instance is gone")

// Invocation is one event for a function.
type Invocation struct {
	RequestID       string
	FunctionARN     string // as the caller named the function; default Spec.ARN
	Payload         []byte // read until the invocation ends; empty means {}
	TraceID         string // X-Amzn-Trace-Id, may be empty
	ClientContext   string // JSON, may be empty
	CognitoIdentity string // JSON, may be empty
	Tail            bool   // the result carries the end of the log
	// Stream receives the response when the function streams it; nil collects
	// it. It is called at most once, and the writer's errors end the stream.
	Stream func(contentType string) io.Writer
}

// Result is what became of an invocation.
type Result struct {
	Payload       []byte // the response or the error document
	ContentType   string
	FunctionError string // "" or "Unhandled", AWS's X-Amz-Function-Error
	ErrorType     string // with FunctionError
	Streamed      bool   // the response went to Invocation.Stream
	Tail          []byte // the last 4 KB of the log, when asked for
	LogStream     string
	TraceID       string
	Duration      time.Duration
	Billed        time.Duration
	Init          time.Duration // of a cold start, else 0
	MemoryUsedMB  int
}

// Invoke runs one invocation. ctx bounds the wait for the instance to be ready;
// a function that runs is not stopped by it, as on AWS, only by its time limit.
// What the function does wrong is in the Result; an error means that it did not
// get the invocation.
func (i *Instance) Invoke(ctx context.Context, inv Invocation) (Result, error) {
	i.serving.Lock()
	defer i.serving.Unlock()
	if !i.Alive() {
		return Result{}, ErrGone
	}
	if !i.api.IsIdle() {
		if err := i.awaitIdle(ctx); err != nil {
			return Result{}, err
		}
	}
	i.runner.began()
	i.working.Store(true)
	defer func() {
		i.working.Store(false)
		i.runner.ended()
	}()
	i.journal.flush()
	i.journal.begin(inv.RequestID, inv.Tail)
	i.journal.platform("START RequestId: " + inv.RequestID + " Version: " + i.spec.Version)

	started := i.runner.machine.Now()
	outcome := make(chan rapi.Outcome, 1)
	if len(inv.Payload) == 0 {
		inv.Payload = []byte("{}")
	}
	arn := inv.FunctionARN
	if arn == "" {
		arn = i.spec.ARN
	}
	err := i.api.Deliver(&rapi.Invocation{
		RequestID:       inv.RequestID,
		FunctionARN:     arn,
		TraceID:         inv.TraceID,
		Deadline:        started.Add(i.spec.Timeout),
		ClientContext:   inv.ClientContext,
		CognitoIdentity: inv.CognitoIdentity,
		Payload:         inv.Payload,
		Stream:          inv.Stream,
		Answered:        func(o rapi.Outcome) { outcome <- o },
	})
	if errors.Is(err, rapi.ErrNotIdle) || errors.Is(err, rapi.ErrClosed) {
		return Result{}, ErrGone
	}
	timer := time.NewTimer(i.spec.Timeout)
	defer timer.Stop()
	var fault *Fault
	var o rapi.Outcome
	select {
	case o = <-outcome:
	case <-timer.C:
		fault = &Fault{Type: "Sandbox.Timedout", Message: "Error: " + timeoutMessage(i.spec.Timeout), TimedOut: true}
	case <-i.gone:
		select {
		case o = <-outcome:
		case <-time.After(deathGrace):
			kind, message := i.exitCause()
			fault = &Fault{Type: kind, Message: message}
		}
	}
	now := i.runner.machine.Now()
	duration := now.Sub(started)
	if fault != nil {
		return i.fail(inv, fault, min(duration, i.spec.Timeout)), nil
	}
	i.sampleAfter(duration, now)
	return i.complete(inv, o, duration), nil
}

// awaitIdle waits for runtime and extensions to finish the invocation before.
func (i *Instance) awaitIdle(ctx context.Context) error {
	limited, cancel := context.WithTimeout(ctx, i.spec.Timeout)
	defer cancel()
	idle := make(chan error, 1)
	go func() { idle <- i.api.Idle(limited) }()
	select {
	case err := <-idle:
		if err == nil {
			return nil
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
	case <-i.gone:
	}
	i.kill()
	return ErrGone
}

// complete makes the result of an invocation that the runtime answered.
func (i *Instance) complete(inv Invocation, o rapi.Outcome, duration time.Duration) Result {
	i.journal.flush()
	result := Result{Payload: o.Payload, ContentType: o.ContentType, Streamed: o.Streamed}
	switch {
	case o.TooLarge:
		fault := Fault{Type: "Function.ResponseSizeTooLarge", Payload: []byte(`{"errorType":"Function.ResponseSizeTooLarge","errorMessage":"Response payload size exceeded maximum allowed payload size (` +
			strconv.Itoa(MaxResponse) + ` bytes)."}`)}
		result.Payload, result.ErrorType, result.FunctionError = fault.Payload, fault.Type, "Unhandled"
		result.ContentType = "application/json"
	case o.Failed:
		result.ErrorType, result.FunctionError = o.ErrorType, "Unhandled"
	}
	i.close(inv, &result, report{duration: duration})
	return result
}

// fail makes the result of an invocation that broke the instance.
func (i *Instance) fail(inv Invocation, f *Fault, duration time.Duration) Result {
	if i.peakMemory.Load() == 0 {
		i.sampleMemory()
	}
	reason := "failure"
	if f.TimedOut {
		reason = "timeout"
	}
	i.api.Shutdown(reason, i.runner.machine.Now().Add(shutdownGrace))
	i.kill()
	i.journal.finish()
	if f.TimedOut {
		i.journal.platform(i.runner.options.Clock.Now().Format("2006-01-02T15:04:05.000Z") + " " + inv.RequestID + " " + timeoutMessage(i.spec.Timeout))
	} else {
		i.journal.platform("RequestId: " + inv.RequestID + " " + f.Message + "\n" + f.Type)
	}
	result := Result{Payload: f.document(inv.RequestID), ContentType: "application/json", FunctionError: "Unhandled", ErrorType: f.Type}
	rep := report{duration: duration, status: f.status()}
	if !f.TimedOut {
		rep.errorType = f.Type
	}
	i.close(inv, &result, rep)
	go i.finish()
	return result
}

// close logs the end of an invocation and fills in what was measured.
func (i *Instance) close(inv Invocation, result *Result, rep report) {
	rep.requestID, rep.memoryMB, rep.usedMB = inv.RequestID, i.spec.MemoryMB, i.usedMB()
	if !i.invoked {
		i.invoked, rep.init = true, i.initDuration
	}
	i.journal.platform("END RequestId: " + inv.RequestID)
	i.journal.platform(rep.line())
	result.Tail = i.journal.takeTail()
	result.LogStream, result.TraceID = i.journal.stream, inv.TraceID
	result.Duration, result.Billed, result.Init = rep.duration, rep.billed(), rep.init
	result.MemoryUsedMB = rep.usedMB
	i.journal.begin("", false)
}
