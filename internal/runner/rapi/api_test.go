package rapi

import (
	"bufio"
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"
)

// harness is an API with a listener, and net/http as the runtime's client.
type harness struct {
	*API
	t      *testing.T
	url    string
	answer chan Outcome
}

func newHarness(t *testing.T, extensions ...string) *harness {
	t.Helper()
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	serial := 0
	a := New(Config{FunctionName: "f", FunctionVersion: "1", Handler: "h", AccountID: "123456789012", Extensions: extensions,
		NewID: func() string { serial++; return fmt.Sprintf("id-%d", serial) }})
	go a.Serve(l, func(net.Conn) bool { return true })
	t.Cleanup(func() { l.Close(); a.Close() })
	return &harness{API: a, t: t, url: "http://" + l.Addr().String(), answer: make(chan Outcome, 4)}
}

type answer struct {
	status int
	header http.Header
	body   string
}

func (h *harness) call(method, path string, header map[string]string, body io.Reader) answer {
	h.t.Helper()
	a, err := h.try(method, path, header, body)
	if err != nil {
		h.t.Fatal(err)
	}
	return a
}

func (h *harness) try(method, path string, header map[string]string, body io.Reader) (answer, error) {
	req, err := http.NewRequest(method, h.url+path, body)
	if err != nil {
		return answer{}, err
	}
	for k, v := range header {
		req.Header.Set(k, v)
	}
	r, err := http.DefaultClient.Do(req)
	if err != nil {
		return answer{}, err
	}
	defer r.Body.Close()
	data, err := io.ReadAll(r.Body)
	return answer{r.StatusCode, r.Header, string(data)}, err
}

// next asks for an invocation in the background.
func (h *harness) next() <-chan answer {
	out := make(chan answer, 1)
	go func() {
		a, _ := h.try("GET", "/2018-06-01/runtime/invocation/next", nil, nil)
		out <- a
	}()
	return out
}

func (h *harness) deliver(inv Invocation) {
	h.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	if err := h.Idle(ctx); err != nil {
		h.t.Fatal(err)
	}
	inv.Answered = func(o Outcome) { h.answer <- o }
	if err := h.Deliver(&inv); err != nil {
		h.t.Fatal(err)
	}
}

const response = "/2018-06-01/runtime/invocation/%s/response"

func TestInvocation(t *testing.T) {
	h := newHarness(t)
	if err := h.Deliver(&Invocation{}); !errors.Is(err, ErrNotIdle) {
		t.Errorf("before the runtime is there: %v", err)
	}
	got := h.next()
	deadline := time.UnixMilli(1700000000123)
	h.deliver(Invocation{RequestID: "r1", FunctionARN: "arn:f", TraceID: "Root=1", Deadline: deadline,
		ClientContext: "{\r\nX-Evil: 1}", CognitoIdentity: "{}", Payload: []byte("hello")})
	a := <-got
	for name, want := range map[string]string{
		"Content-Type": "application/json", "Lambda-Runtime-Aws-Request-Id": "r1", "Lambda-Runtime-Deadline-Ms": "1700000000123",
		"Lambda-Runtime-Invoked-Function-Arn": "arn:f", "Lambda-Runtime-Trace-Id": "Root=1",
		"Lambda-Runtime-Client-Context": "{  X-Evil: 1}", "Lambda-Runtime-Cognito-Identity": "{}", "X-Evil": "",
	} {
		if a.header.Get(name) != want {
			t.Errorf("%s: %q", name, a.header.Get(name))
		}
	}
	if a.status != 200 || a.body != "hello" {
		t.Errorf("%+v", a)
	}
	refused := []struct {
		method, path, body string
		header             map[string]string
		status             int
		want               string
	}{
		{"GET", "/2018-06-01/runtime/invocation/next", "", nil, 403, `{"errorMessage":"Transition from RuntimeRunning to RuntimeReady is not allowed.","errorType":"InvalidStateTransition"}`},
		{"POST", fmt.Sprintf(response, "other"), "x", nil, 400, `{"errorMessage":"Invalid request ID","errorType":"InvalidRequestID"}`},
		{"POST", "/2018-06-01/runtime/invocation/other/error", "x", nil, 400, `{"errorMessage":"Invalid request ID","errorType":"InvalidRequestID"}`},
		{"POST", fmt.Sprintf(response, "r1"), "x", map[string]string{"Lambda-Runtime-Function-Response-Mode": "odd"}, 400, `{"errorMessage":"Invalid function response mode","errorType":"InvalidFunctionResponseMode"}`},
		{"POST", "/2018-06-01/runtime/init/error", "{}", nil, 403, `"InvalidStateTransition"`},
		{"GET", "/2018-06-01/nothing", "", nil, 404, ``},
		{"PUT", "/2022-07-01/telemetry", "{}", nil, 202, `{"errorMessage":"Telemetry API is not supported","errorType":"Telemetry.NotSupported"}`},
	}
	for _, c := range refused {
		if a := h.call(c.method, c.path, c.header, strings.NewReader(c.body)); a.status != c.status || !strings.Contains(a.body, c.want) {
			t.Errorf("%s %s: %+v", c.method, c.path, a)
		}
	}
	if a := h.call("POST", fmt.Sprintf(response, "r1"), map[string]string{"Content-Type": "text/x"}, strings.NewReader("bye")); a.status != 202 || a.body != "{\"status\":\"OK\"}\n" {
		t.Errorf("%+v", a)
	}
	if o := <-h.answer; string(o.Payload) != "bye" || o.ContentType != "text/x" || o.Failed || o.TooLarge {
		t.Errorf("%+v", o)
	}
	if a := h.call("POST", fmt.Sprintf(response, "r1"), nil, strings.NewReader("again")); a.status != 403 {
		t.Errorf("a second answer: %+v", a)
	}
}

func TestErrorsAndSizes(t *testing.T) {
	h := newHarness(t)
	for i, c := range []struct {
		path, header string
		body         func() io.Reader
		status       int
		check        func(Outcome) bool
	}{
		{"error", "My.Error", func() io.Reader { return strings.NewReader(`{"errorType":"E"}`) }, 202,
			func(o Outcome) bool {
				return o.Failed && o.ErrorType == "My.Error" && string(o.Payload) == `{"errorType":"E"}`
			}},
		{"error", "", func() io.Reader { return strings.NewReader(`{"errorType":"E"}`) }, 202, func(o Outcome) bool { return o.ErrorType == "E" }},
		{"error", "", func() io.Reader { return strings.NewReader(`no json`) }, 202, func(o Outcome) bool { return o.Failed && o.ErrorType == "" }},
		{"response", "", func() io.Reader { return bytes.NewReader(make([]byte, MaxResponse)) }, 202, func(o Outcome) bool { return len(o.Payload) == MaxResponse }},
		{"response", "", func() io.Reader { return bytes.NewReader(make([]byte, MaxResponse+1)) }, 413, func(o Outcome) bool { return o.TooLarge }},
		{"response", "", func() io.Reader { return io.LimitReader(bytes.NewReader(make([]byte, 70000)), 70000) }, 202, func(o Outcome) bool { return len(o.Payload) == 70000 }},
		{"response", "", func() io.Reader { return io.LimitReader(bytes.NewReader(make([]byte, MaxResponse+9)), MaxResponse+9) }, 413, func(o Outcome) bool { return o.TooLarge }},
		{"response", "", func() io.Reader { return nil }, 202, func(o Outcome) bool { return len(o.Payload) == 0 && !o.Failed }},
	} {
		got := h.next()
		id := fmt.Sprintf("r%d", i)
		h.deliver(Invocation{RequestID: id, Payload: bytes.Repeat([]byte("p"), i*30000)})
		if a := <-got; len(a.body) != i*30000 {
			t.Errorf("%d: payload of %d bytes", i, len(a.body))
		}
		header := map[string]string{"Lambda-Runtime-Function-Xray-Error-Cause": strings.Repeat("c", 200000)}
		if c.header != "" {
			header["Lambda-Runtime-Function-Error-Type"] = c.header
		}
		a := h.call("POST", "/2018-06-01/runtime/invocation/"+id+"/"+c.path, header, c.body())
		if o := <-h.answer; a.status != c.status || !c.check(o) {
			t.Errorf("%d: %+v, failed %v, type %q, %d bytes", i, a, o.Failed, o.ErrorType, len(o.Payload))
		}
	}
}

func TestStreaming(t *testing.T) {
	h := newHarness(t)
	raw := func(id, body string) {
		c, err := net.Dial("tcp", strings.TrimPrefix(h.url, "http://"))
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		fmt.Fprintf(c, "POST "+response+" HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\nlambda-runtime-function-response-mode: streaming\r\nTransfer-Encoding: chunked\r\n\r\n%s", id, body)
		c.(*net.TCPConn).CloseWrite()
		io.Copy(io.Discard, c)
	}
	for _, c := range []struct {
		id, body, want string
		stream         bool
		check          func(Outcome) bool
	}{
		{"s1", "3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\n", "abcde", true, func(o Outcome) bool { return o.Streamed && !o.Failed }},
		{"s2", "3\r\nabc\r\n0\r\nLambda-Runtime-Function-Error-Type: Oh\r\nLambda-Runtime-Function-Error-Body: " + base64.StdEncoding.EncodeToString([]byte(`{"a":1}`)) + "\r\n\r\n",
			"abc", true, func(o Outcome) bool { return o.Failed && o.ErrorType == "Oh" && string(o.Payload) == `{"a":1}` }},
		{"s3", "3\r\nab", "ab", true, func(o Outcome) bool { return o.Failed && o.ErrorType == "Function.StreamBroken" }},
		{"s4", "3\r\nabc\r\n0\r\n\r\n", "", false, func(o Outcome) bool { return string(o.Payload) == "abc" && !o.Streamed }},
	} {
		got := h.next()
		var out bytes.Buffer
		inv := Invocation{RequestID: c.id}
		if c.stream {
			inv.Stream = func(contentType string) io.Writer {
				if contentType != "text/plain" {
					t.Error(contentType)
				}
				return &out
			}
		}
		h.deliver(inv)
		<-got
		raw(c.id, c.body)
		if o := <-h.answer; !c.check(o) || out.String() != c.want {
			t.Errorf("%s: %+v %q", c.id, o, out.String())
		}
	}
}

func TestInitError(t *testing.T) {
	h := newHarness(t)
	a := h.call("POST", "/2018-06-01/runtime/init/error", map[string]string{"Lambda-Runtime-Function-Error-Type": "Runtime.X"}, strings.NewReader(`{"errorMessage":"m"}`))
	err := h.Idle(context.Background())
	failed, ok := errors.AsType[*InitError](err)
	if a.status != 202 || !ok || failed.Type != "Runtime.X" || string(failed.Payload) != `{"errorMessage":"m"}` {
		t.Errorf("%+v %v", a, err)
	}
	if a := <-h.next(); a.status != 403 {
		t.Errorf("%+v", a)
	}
}

func TestLostConnectionIsNotAnswered(t *testing.T) {
	h := newHarness(t)
	c, err := net.Dial("tcp", strings.TrimPrefix(h.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	fmt.Fprint(c, "GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\nHost: x\r\n\r\n")
	if err := h.Idle(context.Background()); err != nil {
		t.Fatal(err)
	}
	c.Close()
	for h.IsIdle() {
		time.Sleep(time.Millisecond)
	}
	got := h.next()
	h.deliver(Invocation{RequestID: "r", Payload: []byte("p")})
	if a := <-got; a.body != "p" {
		t.Errorf("%+v", a)
	}
}

func TestExtensionsAPI(t *testing.T) {
	h := newHarness(t, "watch")
	const at = "/2020-01-01/extension/"
	register := func(name, body string) answer {
		header := map[string]string{"Lambda-Extension-Accept-Feature": "accountId"}
		if name != "" {
			header["Lambda-Extension-Name"] = name
		}
		return h.call("POST", at+"register", header, strings.NewReader(body))
	}
	for _, c := range []struct{ name, body, want string }{
		{"", `{}`, "Extension.InvalidExtensionName"},
		{"watch", `{`, "InvalidRequestFormat"},
		{"watch", `{"events":["SLEEP"]}`, "Extension.InvalidEventType"},
		{"inside", `{"events":["SHUTDOWN"]}`, "Extension.InvalidEventType"},
	} {
		if a := register(c.name, c.body); a.status != 403 || !strings.Contains(a.body, c.want) {
			t.Errorf("%s %s: %+v", c.name, c.body, a)
		}
	}
	a := register("watch", `{"events":["INVOKE","SHUTDOWN"]}`)
	id := a.header.Get("Lambda-Extension-Identifier")
	if a.status != 200 || id == "" || a.body != `{"accountId":"123456789012","functionName":"f","functionVersion":"1","handler":"h"}` {
		t.Errorf("%+v", a)
	}
	if a := register("watch", `{}`); a.status != 403 {
		t.Errorf("twice: %+v", a)
	}
	for _, header := range []map[string]string{{}, {"Lambda-Extension-Identifier": "nobody"}} {
		if a := h.call("GET", at+"event/next", header, nil); a.status != 403 {
			t.Errorf("%v: %+v", header, a)
		}
	}
	if err := h.Registered(context.Background()); err != nil {
		t.Error(err)
	}
	event := func() <-chan answer {
		out := make(chan answer, 1)
		go func() {
			a, _ := h.try("GET", at+"event/next", map[string]string{"Lambda-Extension-Identifier": id}, nil)
			out <- a
		}()
		return out
	}
	got := h.next()
	for deadline := time.Now().Add(50 * time.Millisecond); time.Now().Before(deadline); time.Sleep(time.Millisecond) {
		if h.IsIdle() {
			t.Fatal("idle although the extension does not wait")
		}
	}
	told := event()
	h.deliver(Invocation{RequestID: "r", FunctionARN: "arn", TraceID: "Root=1", Deadline: time.UnixMilli(5)})
	<-got
	if a := <-told; a.body != `{"eventType":"INVOKE","deadlineMs":5,"requestId":"r","invokedFunctionArn":"arn","tracing":{"type":"X-Amzn-Trace-Id","value":"Root=1"}}` || a.header.Get("Lambda-Extension-Event-Identifier") == "" {
		t.Errorf("%+v", a)
	}
	// Not waiting when it ends: it hears of it when it asks.
	if n := h.Shutdown("spindown", time.UnixMilli(9)); n != 1 {
		t.Errorf("told %d", n)
	}
	if a := <-event(); a.body != `{"eventType":"SHUTDOWN","deadlineMs":9,"shutdownReason":"spindown"}` {
		t.Errorf("%+v", a)
	}
	if a := <-event(); a.status != 403 {
		t.Errorf("after SHUTDOWN: %+v", a)
	}
}

func TestExtensionError(t *testing.T) {
	h := newHarness(t, "watch")
	a := h.call("POST", "/2020-01-01/extension/register", map[string]string{"Lambda-Extension-Name": "watch"}, strings.NewReader(`{"events":[]}`))
	header := map[string]string{"Lambda-Extension-Identifier": a.header.Get("Lambda-Extension-Identifier")}
	if a := h.call("POST", "/2020-01-01/extension/init/error", header, strings.NewReader(`{}`)); a.status != 403 || !strings.Contains(a.body, "Extension.MissingHeader") {
		t.Errorf("%+v", a)
	}
	header["Lambda-Extension-Function-Error-Type"] = "Extension.Reason"
	if a := h.call("POST", "/2020-01-01/extension/init/error", header, strings.NewReader(`{"e":1}`)); a.status != 202 {
		t.Errorf("%+v", a)
	}
	if failed, ok := errors.AsType[*InitError](h.Idle(context.Background())); !ok || failed.Type != "Extension.InitError" {
		t.Errorf("%+v", failed)
	}
}

func TestMalformedRequests(t *testing.T) {
	for _, text := range []string{
		"\r\n\r\n", "GET\r\n\r\n", "GET / HTTP/2.0\r\n\r\n", "GET x HTTP/1.1\r\n\r\n", "GET / HTTP/1.1\r\nno colon\r\n\r\n",
		"GET / HTTP/1.1\r\nA : b\r\n\r\n", "POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n", "POST / HTTP/1.1\r\nContent-Length: +1\r\n\r\n",
		"POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
		"POST / HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
		"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\nContent-Length: 1\r\n\r\n",
		"POST / HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\n", "GET /" + strings.Repeat("x", maxLine) + " HTTP/1.1\r\n\r\n",
		"GET / HTTP/1.1\r\nA: " + strings.Repeat("x", maxHeaders+maxLine) + "\r\n\r\n",
		"GET / HTTP/1.1\r\n" + strings.Repeat("A: "+strings.Repeat("x", 4000)+"\r\n", maxHeaders/4000+1) + "\r\n",
		"GET / HTTP/1.1\r\nA: b",
	} {
		if _, err := readRequest(bufio.NewReaderSize(strings.NewReader(text), maxLine)); err == nil || err == io.EOF {
			t.Errorf("%.60q: %v", text, err)
		}
	}
}

func FuzzRequest(f *testing.F) {
	f.Add([]byte("GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\nHost: x\r\n\r\n"))
	f.Add([]byte("POST /a HTTP/1.1\r\nContent-Length: 3\r\nContent-Type: application/json\r\n\r\nabc"))
	f.Add([]byte("POST /a HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nLambda-Runtime-Function-Error-Type: x\r\n\r\n"))
	f.Add([]byte("POST /a HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nffffffffff\r\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		in := bufio.NewReaderSize(bytes.NewReader(data), maxLine)
		for {
			req, err := readRequest(in)
			if err != nil {
				return
			}
			if req.method == "" || !strings.HasPrefix(req.path, "/") || req.length < -1 {
				t.Fatalf("%+v", req)
			}
			body, err := req.readBody(in, 1000)
			if len(body) > 1000 {
				t.Fatalf("a body of %d bytes", len(body))
			}
			if err != nil && err != errTooLarge {
				return
			}
		}
	})
}
