package execute

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/gatehouse-dev/gatehouse/internal/services/apigateway/snapshot"
)

// testStageName is $context.stage of TestInvokeMethod.
const testStageName = "test-invoke-stage"

// TestRequest is what TestInvokeMethod calls. Authorizers, API keys, throttling
// and resource policies do not apply, as on AWS.
type TestRequest struct {
	// API is the API as it is now, deployed or not, with the stage variables
	// to use.
	API        *snapshot.Stage
	ResourceID string
	HTTPMethod string
	// Path is path and query; empty is the path of the resource.
	Path   string
	Header map[string][]string
	Body   string
}

// TestResult is the answer of a test.
type TestResult struct {
	Status  int
	Header  map[string][]string
	Body    string
	Log     string
	Latency time.Duration
}

// Errors of TestInvoke.
var (
	ErrNoResource = errors.New("invalid resource identifier specified")
	ErrNoMethod   = errors.New("invalid method identifier specified")
	ErrTestPath   = errors.New("invalid path for the resource")
)

// TestInvoke runs a method that need not be deployed.
func (g *Gateway) TestInvoke(ctx context.Context, t TestRequest) (*TestResult, error) {
	snap := *t.API
	snap.Stage.StageName = new(testStageName)
	st := g.compile(&snap)
	path := t.Path
	if path == "" {
		path = st.resourcePath(&snap, t.ResourceID)
	}
	target, err := url.ParseRequestURI(path)
	if err != nil || path[0] != '/' {
		return nil, ErrTestPath
	}
	r := (&http.Request{Method: t.HTTPMethod, URL: target, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Header: http.Header{},
		Host: st.apiID + ".execute-api." + st.region + ".amazonaws.com", RemoteAddr: "127.0.0.1:0", RequestURI: path,
		Body: io.NopCloser(strings.NewReader(t.Body)), ContentLength: int64(len(t.Body))}).WithContext(ctx)
	for name, values := range t.Header {
		for _, v := range values {
			r.Header.Add(name, v)
		}
	}
	x := g.begin(http.Header{}, r, st.apiID, testStageName, target.EscapedPath())
	x.test, x.stage, x.variables = true, st, st.variables
	if err := x.findMethod(t.ResourceID); err != nil {
		return nil, err
	}
	if err := x.process(); err != nil {
		x.fail(err)
	}
	if err := x.drain(); err != nil {
		x.fail(endpointFault(err))
	}
	latency := g.o.Clock.Now().Sub(x.start)
	x.response.header["X-Amzn-Trace-Id"] = []string{x.traceID}
	return &TestResult{Status: x.response.status, Header: x.response.header, Body: string(x.response.body),
		Log: x.executionLog(), Latency: latency}, nil
}

// resourcePath is the path of a resource, "/" if it is unknown.
func (s *stage) resourcePath(snap *snapshot.Stage, id string) string {
	for i := range snap.API.Resources {
		if str(snap.API.Resources[i].Id) == id {
			return escapePath(str(snap.API.Resources[i].Path))
		}
	}
	return "/"
}

// findMethod checks that the path leads to the resource and its method.
func (x *exchange) findMethod(resourceID string) error {
	r, _ := x.stage.root.find(x.path, nil)
	if r == nil || r.id != resourceID {
		return ErrNoResource
	}
	if r.methods[x.r.Method] == nil && r.any == nil {
		return ErrNoMethod
	}
	return nil
}

// drain reads a streamed body.
func (x *exchange) drain() error {
	if x.response.stream == nil {
		return nil
	}
	defer x.closeStream()
	body, err := io.ReadAll(io.LimitReader(x.response.stream, maxBody))
	x.response.stream, x.response.body = nil, body
	return err
}

// executionLog tells what happened in the manner of API Gateway's execution
// logs. It has no header values and no bodies: they may be secret.
func (x *exchange) executionLog() string {
	const stamp = "Mon Jan 02 15:04:05 MST 2006"
	var out strings.Builder
	say := func(at time.Time, format string, args ...any) {
		fmt.Fprintf(&out, "%s : %s\n", at.Format(stamp), fmt.Sprintf(format, args...))
	}
	fmt.Fprintf(&out, "Execution log for request %s\n", x.requestID)
	say(x.start, "Starting execution for request: %s", x.requestID)
	if x.resource != nil {
		say(x.start, "HTTP Method: %s, Resource Path: %s", x.r.Method, x.resource.path)
	}
	if in := &x.integration; !in.started.IsZero() {
		say(in.started, "Sending request to the %s integration", x.method.typ)
		if in.status != 0 {
			say(in.ended, "Received response. Status: %d, Integration latency: %d ms", in.status, in.ended.Sub(in.started).Milliseconds())
		}
	}
	now := x.gateway.o.Clock.Now()
	if x.fault != nil {
		say(now, "Execution failed: %s", x.fault.Error())
	} else {
		say(now, "Successfully completed execution")
	}
	say(now, "Method completed with status: %d", x.response.status)
	return out.String()
}
