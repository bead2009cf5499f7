package rapi

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
)

// maxDocument bounds the body of every call but a response or error, in bytes.
const maxDocument = 256 << 10

func tooLarge() reply {
	return refusal(413, "RequestEntityTooLarge", "Exceeded maximum allowed payload size (%d bytes).", MaxResponse)
}

// next parks the connection until Deliver answers it.
func (a *API) next(c *conn, req *request) (*reply, error) {
	if req.length != 0 {
		if _, err := req.readBody(c.in, maxDocument); err != nil {
			return nil, err
		}
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.closed {
		return nil, ErrClosed
	}
	if a.initError != nil {
		return new(outOfTurn("RuntimeInitError", "RuntimeReady")), nil
	}
	if a.current != nil && !a.answered {
		return new(outOfTurn("RuntimeRunning", "RuntimeReady")), nil
	}
	if a.parked != nil && a.parked != c {
		// The runtime gave its first connection up and asks again.
		a.parked.net.Close()
	}
	a.parked, a.current, a.initDone = c, nil, true
	a.broadcast()
	return nil, nil
}

// begin claims the current invocation for an answer.
func (a *API) begin(id string) (*Invocation, *reply) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.current == nil || a.current.RequestID != id {
		return nil, new(refusal(400, "InvalidRequestID", "Invalid request ID"))
	}
	if a.answered || a.streaming {
		return nil, new(outOfTurn("RuntimeResponseSent", "RuntimeInvocationResponse"))
	}
	a.streaming = true
	return a.current, nil
}

func (a *API) finish(inv *Invocation, o Outcome) {
	a.mu.Lock()
	a.streaming, a.answered = false, true
	a.mu.Unlock()
	inv.Answered(o)
}

// abort gives the claim back when an answer broke off.
func (a *API) abort() {
	a.mu.Lock()
	a.streaming = false
	a.mu.Unlock()
}

func (a *API) response(c *conn, req *request, id string) (*reply, error) {
	inv, refused := a.begin(id)
	if refused != nil {
		_, err := req.readBody(c.in, 0)
		if err != nil && !errors.Is(err, errTooLarge) {
			return nil, err
		}
		return refused, nil
	}
	switch req.responseMode {
	case "":
	case "streaming":
		return a.stream(c, req, inv)
	default:
		a.abort()
		if _, err := req.readBody(c.in, MaxResponse); err != nil && !errors.Is(err, errTooLarge) {
			return nil, err
		}
		return new(refusal(400, "InvalidFunctionResponseMode", "Invalid function response mode")), nil
	}
	body, err := req.readBody(c.in, MaxResponse)
	if errors.Is(err, errTooLarge) {
		a.finish(inv, Outcome{TooLarge: true})
		return new(tooLarge()), nil
	}
	if err != nil {
		a.abort()
		return nil, err
	}
	a.finish(inv, Outcome{Payload: body, ContentType: req.contentType})
	return &accepted, nil
}

func (a *API) invocationError(c *conn, req *request, id string) (*reply, error) {
	inv, refused := a.begin(id)
	limit := int64(MaxResponse)
	if refused != nil {
		limit = 0
	}
	body, err := req.readBody(c.in, limit)
	if err != nil && !errors.Is(err, errTooLarge) {
		if refused == nil {
			a.abort()
		}
		return nil, err
	}
	if refused != nil {
		return refused, nil
	}
	if err != nil {
		a.finish(inv, Outcome{TooLarge: true})
		return new(tooLarge()), nil
	}
	a.finish(inv, Outcome{Payload: body, ContentType: req.contentType, Failed: true, ErrorType: errorType(req, body)})
	return &accepted, nil
}

// errorType is the header's, or the document's: not every runtime sends both.
func errorType(req *request, document []byte) string {
	if req.errorType != "" {
		return req.errorType
	}
	var d struct {
		Type string `json:"errorType"`
	}
	_ = json.Unmarshal(document, &d) // a runtime may send any text
	return d.Type
}

// stream passes a streamed response on as it arrives. An error after it began
// comes in trailers.
func (a *API) stream(c *conn, req *request, inv *Invocation) (*reply, error) {
	in := req.bodyReader(c.in)
	if inv.Stream == nil {
		// The caller wants one piece: the limit of a buffered response holds.
		body, err := req.readBody(c.in, MaxResponse)
		switch {
		case errors.Is(err, errTooLarge):
			a.finish(inv, Outcome{TooLarge: true})
			return new(tooLarge()), nil
		case err != nil:
			a.abort()
			return nil, err
		}
		a.finish(inv, streamOutcome(req, Outcome{Payload: body, ContentType: req.contentType}))
		return &accepted, nil
	}
	out := inv.Stream(req.contentType)
	n, err := io.Copy(out, io.LimitReader(in, MaxStream))
	if err == nil && n == MaxStream {
		var more int64
		if more, err = io.Copy(io.Discard, in); more > 0 && err == nil {
			a.finish(inv, Outcome{TooLarge: true, Streamed: true})
			return new(tooLarge()), nil
		}
	}
	if err != nil {
		// Either side broke off; the caller saw what came until here.
		a.finish(inv, Outcome{Streamed: true, ContentType: req.contentType, Failed: true, ErrorType: "Function.StreamBroken"})
		return nil, err
	}
	a.finish(inv, streamOutcome(req, Outcome{Streamed: true, ContentType: req.contentType}))
	return &accepted, nil
}

// streamOutcome adds the error of the trailers, if there is one.
func streamOutcome(req *request, o Outcome) Outcome {
	if req.errorType == "" {
		return o
	}
	o.Failed, o.ErrorType = true, req.errorType
	if document, err := base64.StdEncoding.DecodeString(req.errorBody); err == nil {
		o.Payload = document
	}
	return o
}

// initFailed handles POST /runtime/init/error.
func (a *API) initFailed(req *request, body []byte) reply {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.initDone {
		return outOfTurn("RuntimeReady", "RuntimeInitError")
	}
	if a.initError == nil {
		a.initError = &InitError{Type: errorType(req, body), Payload: body}
		a.broadcast()
	}
	return accepted
}
