package execute

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	api "github.com/gatehouse-dev/gatehouse/internal/api/apigateway"
	"github.com/gatehouse-dev/gatehouse/internal/clock"
	"github.com/gatehouse-dev/gatehouse/internal/jwt"
	"github.com/gatehouse-dev/gatehouse/internal/logline"
	"github.com/gatehouse-dev/gatehouse/internal/services/apigateway/snapshot"
	"github.com/gatehouse-dev/gatehouse/internal/trace"
)

// fakeSource has one stage, or none.
type fakeSource struct {
	mu      sync.Mutex
	stage   *snapshot.Stage
	loads   int
	changes chan struct{}
}

func (s *fakeSource) Stage(_ context.Context, apiID, stage string) (*snapshot.Stage, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.loads++
	if s.stage == nil || *s.stage.API.RestAPI.Id != apiID || *s.stage.Stage.StageName != stage {
		return nil, nil
	}
	return s.stage, nil
}

func (s *fakeSource) Changes() (<-chan struct{}, func()) { return s.changes, func() {} }

func (s *fakeSource) set(st *snapshot.Stage) {
	s.mu.Lock()
	s.stage = st
	s.mu.Unlock()
	select {
	case s.changes <- struct{}{}:
	default:
	}
}

// fakeFunctions answers by a function of the test.
type fakeFunctions struct {
	mu     sync.Mutex
	calls  int
	event  map[string]any
	raw    []byte
	source string
	arn    string
	answer func(ctx context.Context, payload []byte) ([]byte, string, error)
}

func (f *fakeFunctions) InvokeAs(ctx context.Context, principal, source, arn string, payload []byte, _ string) ([]byte, string, error) {
	f.mu.Lock()
	f.calls++
	f.event, f.raw, f.source, f.arn = nil, payload, source, arn
	json.Unmarshal(payload, &f.event)
	answer := f.answer
	f.mu.Unlock()
	if principal != "apigateway.amazonaws.com" {
		return nil, "", context.Canceled
	}
	return answer(ctx, payload)
}

func (f *fakeFunctions) say(text string) {
	f.answer = func(context.Context, []byte) ([]byte, string, error) { return []byte(text), "", nil }
}

const (
	poolARN    = "arn:aws:cognito-idp:us-east-1:000000000000:userpool/us-east-1_abc"
	poolIssuer = "http://localhost:4566/us-east-1_abc"
	otherARN   = "arn:aws:cognito-idp:us-east-1:000000000000:userpool/us-east-1_def"
	otherIss   = "http://localhost:4566/us-east-1_def"
)

var testKeys = sync.OnceValue(func() []*rsa.PrivateKey {
	out := make([]*rsa.PrivateKey, 2)
	for i := range out {
		k, err := rsa.GenerateKey(rand.Reader, 2048)
		if err != nil {
			panic(err)
		}
		out[i] = k
	}
	return out
})

// fakePools has two pools, each with its own key under the same id.
type fakePools struct{}

func (fakePools) Keys(arn string) (*jwt.KeySet, string, bool) {
	switch arn {
	case poolARN:
		return jwt.NewKeySet(map[string]*rsa.PublicKey{"k": &testKeys()[0].PublicKey}), poolIssuer, true
	case otherARN:
		return jwt.NewKeySet(map[string]*rsa.PublicKey{"k": &testKeys()[1].PublicKey}), otherIss, true
	}
	return nil, "", false
}

type fakeKeys map[string]string

func (k fakeKeys) Allow(_, _, _, _, key string) (string, bool) {
	id, ok := k[key]
	return id, ok
}

type fakeLogs struct {
	mu    sync.Mutex
	lines []string
}

func (l *fakeLogs) AppendLog(_, _, group, stream string, e logline.Event) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.lines = append(l.lines, group+" "+stream+" "+e.Message)
}

func (l *fakeLogs) all() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return append([]string(nil), l.lines...)
}

// fixture is a gateway behind a real HTTP server.
type fixture struct {
	t         testing.TB
	gateway   *Gateway
	server    *httptest.Server
	source    *fakeSource
	functions *fakeFunctions
	clock     *clock.Clock
	traces    *trace.Recorder
	logs      *fakeLogs
}

func newFixture(t testing.TB, st *snapshot.Stage, change ...func(*Options)) *fixture {
	t.Helper()
	f := &fixture{t: t, source: &fakeSource{stage: st, changes: make(chan struct{}, 1)}, functions: &fakeFunctions{},
		clock: &clock.Clock{}, traces: trace.NewRecorder(64), logs: &fakeLogs{}}
	o := Options{Source: f.source, Functions: f.functions, Pools: fakePools{}, Keys: fakeKeys{"secret-key": "keyid1"},
		Logs: f.logs, Traces: f.traces, Clock: f.clock}
	for _, c := range change {
		c(&o)
	}
	f.gateway = New(o)
	f.server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		apiID, stage, path, ok := Locate(r)
		if !ok {
			http.Error(w, "not an invocation", http.StatusTeapot)
			return
		}
		f.gateway.Serve(w, r, apiID, stage, path)
	}))
	t.Cleanup(func() {
		f.server.Close()
		f.gateway.Close()
	})
	return f
}

type answer struct {
	status int
	header http.Header
	body   string
}

// do sends a request to the stage "dev" of the API "abc123".
func (f *fixture) do(method, path, body string, header ...string) answer {
	f.t.Helper()
	var reader io.Reader
	if body != "" {
		reader = strings.NewReader(body)
	}
	r, err := http.NewRequest(method, f.server.URL+"/_aws/execute-api/abc123/dev"+path, reader)
	if err != nil {
		f.t.Fatal(err)
	}
	for i := 0; i+1 < len(header); i += 2 {
		if strings.EqualFold(header[i], "Host") {
			r.Host = header[i+1]
			continue
		}
		r.Header.Add(header[i], header[i+1])
	}
	return f.send(r)
}

func (f *fixture) send(r *http.Request) answer {
	f.t.Helper()
	resp, err := noRedirects.Do(r)
	if err != nil {
		f.t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		f.t.Fatal(err)
	}
	return answer{resp.StatusCode, resp.Header, string(b)}
}

var noRedirects = &http.Client{
	Transport:     &http.Transport{DisableCompression: true},
	CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	Timeout:       20 * time.Second,
}

// want checks status, error type and body.
func (f *fixture) want(a answer, status int, errorType, body string) {
	f.t.Helper()
	if a.status != status || a.header.Get("X-Amzn-Errortype") != errorType || a.body != body {
		f.t.Errorf("answer is %d %q %s, want %d %q %s", a.status, a.header.Get("X-Amzn-Errortype"), a.body, status, errorType, body)
	}
}

// newStage returns the stage "dev" of the API "abc123" with the resources.
func newStage(resources ...api.Resource) *snapshot.Stage {
	return &snapshot.Stage{
		Account: "000000000000", Region: "us-east-1", Version: "1",
		Stage: api.Stage{StageName: new("dev"), DeploymentId: new("dep123")},
		API:   snapshot.API{RestAPI: api.RestApi{Id: new("abc123")}, Resources: resources},
	}
}

// res is a resource with methods.
func res(path string, methods ...api.Method) api.Resource {
	r := api.Resource{Id: new("r" + strings.Trim(strings.NewReplacer("/", "", "{", "", "}", "", "+", "").Replace(path), " ")),
		Path: new(path), ResourceMethods: map[string]api.Method{}}
	for _, m := range methods {
		r.ResourceMethods[*m.HttpMethod] = m
	}
	return r
}

const functionARN = "arn:aws:lambda:us-east-1:000000000000:function:fn"

// lambdaMethod is an open method that a function answers.
func lambdaMethod(name string, change ...func(*api.Method)) api.Method {
	m := api.Method{HttpMethod: new(name), AuthorizationType: new("NONE"), MethodIntegration: &api.Integration{
		Type: new("AWS_PROXY"), HttpMethod: new("POST"),
		Uri: new("arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/" + functionARN + "/invocations")}}
	for _, c := range change {
		c(&m)
	}
	return m
}

func signed(t testing.TB, key int, claims jwt.Claims) string {
	t.Helper()
	s, err := jwt.Sign(testKeys()[key], "k", claims)
	if err != nil {
		t.Fatal(err)
	}
	return s
}
