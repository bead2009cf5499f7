package rapi

import (
	"encoding/json"
	"time"
)

// maxExtensions is how many extensions a function may have ("Lambda quotas").
const maxExtensions = 10

// extension is one registered, or expected, extension. The API's lock guards it.
type extension struct {
	name     string
	id       string // empty until registered
	external bool   // a program in /opt/extensions, not a part of the runtime
	invoke   bool   // wants INVOKE
	shutdown bool   // wants SHUTDOWN
	ended    bool   // reported an error, or its process ended
	parked   *conn  // waits for an event here
}

// holdsBack reports whether the next invocation has to wait for e.
func (e *extension) holdsBack() bool {
	return !e.ended && e.parked == nil && (e.external || e.id != "")
}

// document answers the calls other than those of an invocation.
func (a *API) document(req *request, path string, body []byte) reply {
	switch req.method + " " + path {
	case "POST " + runtimePrefix + "init/error":
		return a.initFailed(req, body)
	case "POST " + extensionPrefix + "register":
		return a.register(req, body)
	case "POST " + extensionPrefix + "init/error":
		return a.extensionFailed(req, body, "Extension.InitError")
	case "POST " + extensionPrefix + "exit/error":
		return a.extensionFailed(req, body, "Extension.ExitError")
	case "GET /2018-06-01/ping":
		return reply{status: 200, body: []byte("pong")}
	case "PUT /2022-07-01/telemetry":
		return refusal(202, "Telemetry.NotSupported", "Telemetry API is not supported")
	case "PUT /2020-08-15/logs":
		return refusal(202, "Logs.NotSupported", "Logs API is not supported")
	}
	return reply{status: 404, body: []byte("404 page not found\n")}
}

func (a *API) register(req *request, body []byte) reply {
	if req.extensionName == "" {
		return refusal(403, "Extension.InvalidExtensionName", "Empty extension name")
	}
	var document struct {
		Events            []string `json:"events"`
		ConfigurationKeys []string `json:"configurationKeys"`
	}
	if err := json.Unmarshal(body, &document); err != nil {
		return refusal(403, "InvalidRequestFormat", "%s", err)
	}
	if len(document.ConfigurationKeys) > 0 {
		return refusal(403, "InvalidRequestFormat", "configurationKeys are deprecated; use environment variables instead")
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	var e *extension
	for _, known := range a.extensions {
		if known.name == req.extensionName {
			e = known
		}
	}
	if e != nil && e.id != "" {
		return refusal(403, "Extension.InvalidExtensionState", "Extension with this name already registered")
	}
	external := e != nil
	if !external {
		if a.initDone {
			return refusal(403, "Extension.RegistrationClosed", "Extension registration closed already")
		}
		if len(a.extensions) >= maxExtensions {
			return refusal(403, "Extension.TooManyExtensions", "Extension limit (%d) reached", maxExtensions)
		}
		e = &extension{name: req.extensionName}
	}
	var invoke, shutdown bool
	for _, event := range document.Events {
		switch {
		case event == "INVOKE":
			invoke = true
		case event == "SHUTDOWN" && external:
			shutdown = true
		case event == "SHUTDOWN":
			return refusal(403, "Extension.InvalidEventType", "%s: event not supported for internal extensions", event)
		default:
			return refusal(403, "Extension.InvalidEventType", "%s: invalid event type", event)
		}
	}
	e.invoke, e.shutdown, e.id = invoke, shutdown, a.config.NewID()
	if !external {
		a.extensions = append(a.extensions, e)
	}
	a.broadcast()
	answer := map[string]string{
		"functionName":    a.config.FunctionName,
		"functionVersion": a.config.FunctionVersion,
		"handler":         a.config.Handler,
	}
	if req.extensionAccept == "accountId" && a.config.AccountID != "" {
		answer["accountId"] = a.config.AccountID
	}
	data, _ := json.Marshal(answer)
	return reply{status: 200, header: []string{"Lambda-Extension-Identifier", e.id}, body: data}
}

// find returns the extension that a call names, or the refusal. The lock is held.
func (a *API) find(req *request) (*extension, *reply) {
	if req.extensionID == "" {
		return nil, new(refusal(403, "Extension.MissingExtensionIdentifier", "Missing Lambda-Extension-Identifier header"))
	}
	for _, e := range a.extensions {
		if e.id != "" && e.id == req.extensionID {
			return e, nil
		}
	}
	return nil, new(refusal(403, "Extension.UnknownExtensionIdentifier", "Unknown extension %s", req.extensionID))
}

// nextEvent parks the connection until an event comes.
func (a *API) nextEvent(c *conn, req *request) (*reply, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.closed {
		return nil, ErrClosed
	}
	e, refused := a.find(req)
	if refused != nil {
		return refused, nil
	}
	if e.ended {
		return new(refusal(403, "Extension.InvalidExtensionState", "Transition from Exited to Ready is not allowed.")), nil
	}
	if e.parked != nil && e.parked != c {
		e.parked.net.Close()
	}
	if a.ending != nil && e.shutdown {
		e.ended = true
		return a.ending, nil
	}
	e.parked = c
	a.broadcast()
	return nil, nil
}

func (a *API) extensionFailed(req *request, body []byte, kind string) reply {
	a.mu.Lock()
	defer a.mu.Unlock()
	e, refused := a.find(req)
	if refused != nil {
		return *refused
	}
	if req.extensionError == "" {
		return refusal(403, "Extension.MissingHeader", "Missing Lambda-Extension-Function-Error-Type header")
	}
	e.ended = true
	if a.initError == nil {
		a.initError = &InitError{Type: kind, Payload: body}
	}
	a.broadcast()
	return accepted
}

type invokeDocument struct {
	EventType          string   `json:"eventType"`
	DeadlineMs         int64    `json:"deadlineMs"`
	RequestID          string   `json:"requestId,omitempty"`
	InvokedFunctionARN string   `json:"invokedFunctionArn,omitempty"`
	Tracing            *tracing `json:"tracing,omitempty"`
	ShutdownReason     string   `json:"shutdownReason,omitempty"`
}

type tracing struct {
	Type  string `json:"type"`
	Value string `json:"value"`
}

func invokeEvent(inv *Invocation, id string) reply {
	return event(invokeDocument{
		EventType: "INVOKE", DeadlineMs: inv.Deadline.UnixMilli(), RequestID: inv.RequestID,
		InvokedFunctionARN: inv.FunctionARN, Tracing: &tracing{"X-Amzn-Trace-Id", inv.TraceID},
	}, id)
}

func event(d invokeDocument, id string) reply {
	body, _ := json.Marshal(d)
	return reply{status: 200, header: []string{"Lambda-Extension-Event-Identifier", id}, body: body}
}

// Shutdown sends SHUTDOWN to the extensions that asked for it, as soon as each
// waits for an event, and returns how many they are. reason is "spindown",
// "timeout" or "failure" ("Extensions API reference", Shutdown phase).
func (a *API) Shutdown(reason string, deadline time.Time) int {
	message := event(invokeDocument{EventType: "SHUTDOWN", DeadlineMs: deadline.UnixMilli(), ShutdownReason: reason}, a.config.NewID())
	a.mu.Lock()
	a.ending = &message
	told, parked := 0, []*conn(nil)
	for _, e := range a.extensions {
		if !e.shutdown || e.ended {
			continue
		}
		told++
		if e.parked != nil {
			parked = append(parked, e.parked)
			e.parked, e.ended = nil, true
		}
	}
	a.mu.Unlock()
	for _, c := range parked {
		c.write(message)
	}
	return told
}

// HasExtensions reports whether any extension registered.
func (a *API) HasExtensions() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, e := range a.extensions {
		if e.id != "" {
			return true
		}
	}
	return false
}
