package lambda_test

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"github.com/gatehouse-dev/gatehouse/internal/blob/fileblob"
	"github.com/gatehouse-dev/gatehouse/internal/clock"
	"github.com/gatehouse-dev/gatehouse/internal/kv"
	"github.com/gatehouse-dev/gatehouse/internal/logline"
	"github.com/gatehouse-dev/gatehouse/internal/runner"
	"github.com/gatehouse-dev/gatehouse/internal/services/lambda"
	"github.com/gatehouse-dev/gatehouse/internal/testkit"
)

const (
	role    = "arn:aws:iam::000000000000:role/fn"
	arnBase = "arn:aws:lambda:us-east-1:000000000000:function:"
)

// roles trusts Lambda with every role whose name does not say otherwise.
type roles struct{ clock *clock.Clock }

func (roles) CanAssume(service, role string) bool {
	return service == "lambda.amazonaws.com" && !strings.Contains(role, "untrusting")
}

func (r roles) ServiceSession(_ context.Context, _, role, name string, d time.Duration) (string, string, string, time.Time, error) {
	if strings.Contains(role, "gone") {
		return "", "", "", time.Time{}, errors.New("the role is gone")
	}
	return "ASIATEST", "secret", "token-" + name, r.clock.Now().Add(d), nil
}

// permissions allow all but what is denied.
type permissions struct {
	mu     sync.Mutex
	denied []string // "action" or "action resource"
}

func (p *permissions) deny(what ...string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.denied = append(p.denied, what...)
}

func (p *permissions) Allowed(_ context.Context, _, action, resource string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return !slices.Contains(p.denied, action) && !slices.Contains(p.denied, action+" "+resource)
}

// output keeps log lines by group.
type output struct {
	mu    sync.Mutex
	lines map[string][]string
}

func (o *output) Append(_ context.Context, account, region, group, stream string, events []logline.Event) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, e := range events {
		o.lines[group] = append(o.lines[group], e.Message)
	}
	return nil
}

func (o *output) GroupExists(_ context.Context, _, _, group string) (bool, error) {
	return strings.HasPrefix(group, "existing"), nil
}

func (o *output) text(group string) string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return strings.Join(o.lines[group], "\n")
}

type fixture struct {
	*sdk.Client
	t       testing.TB
	url     string
	clock   *clock.Clock
	store   kv.Store
	dir     string
	runner  *runner.Runner
	service *lambda.Service
	may     *permissions
	output  *output
}

func start(t testing.TB) *fixture { return startWith(t, func(*lambda.Options) {}) }

func startWith(t testing.TB, change func(*lambda.Options)) *fixture {
	t.Helper()
	f := &fixture{t: t, clock: &clock.Clock{}, store: testkit.Store(t), dir: t.TempDir(), may: &permissions{}, output: &output{lines: map[string][]string{}}}
	// Sandboxes must be able to reach what is in the directory.
	f.runner = must(runner.New(runner.Options{Dir: filepath.Join(f.dir, "runtimes"), Log: testkit.Log(), Clock: f.clock}))
	t.Cleanup(func() { f.runner.Close(context.Background()) })
	f.open(change)
	return f
}

// open starts the service on what is stored.
func (f *fixture) open(change func(*lambda.Options)) {
	f.t.Helper()
	var handler http.Handler
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { handler.ServeHTTP(w, r) }))
	f.t.Cleanup(srv.Close)
	f.url = srv.URL
	o := lambda.Options{Store: f.store, Clock: f.clock, Log: testkit.Log(), Runner: f.runner, Dir: filepath.Join(f.dir, "code"),
		Code:  must(fileblob.Open(filepath.Join(f.dir, "packages"))),
		Roles: roles{f.clock}, Permissions: f.may, Logs: f.output, EndpointURL: func() string { return srv.URL }}
	change(&o)
	f.service = must(lambda.New(f.t.Context(), o))
	f.t.Cleanup(f.close)
	mux := http.NewServeMux()
	mux.Handle("/_gatehouse/lambda/code/", f.service.CodeHandler())
	mux.Handle("/", testkit.Pipeline(f.t, f.clock, nil, f.service.Front()))
	handler = mux
	f.Client = sdk.NewFromConfig(testkit.Config(srv.URL, "test", "test"))
}

func (f *fixture) close() {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	if err := f.service.Close(ctx); err != nil {
		f.t.Error(err)
	}
}

// must is for calls that a test does not ask about.
func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// pack makes a zip of files; those named bootstrap are executable.
func pack(files map[string]string) []byte {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for name, text := range files {
		h := &zip.FileHeader{Name: name, Method: zip.Deflate}
		h.SetMode(0o644)
		if name == "bootstrap" {
			h.SetMode(0o755)
		}
		must(must(z.CreateHeader(h)).Write([]byte(text)))
	}
	z.Close()
	return b.Bytes()
}

func nodeZip(source string) []byte { return pack(map[string]string{"index.js": source}) }

// goZip is the function of the runner's tests, built once; it does what its
// event says.
var goZip = sync.OnceValues(func() ([]byte, error) {
	dir, err := os.MkdirTemp("", "gofunc")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	cmd := exec.Command("go", "build", "-tags", "lambda.norpc", "-ldflags", "-s -w", "-o", filepath.Join(dir, "bootstrap"), "../../runner/testdata/gofunc")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("%w: %s", err, out)
	}
	b, err := fs.ReadFile(os.DirFS(dir), "bootstrap")
	return pack(map[string]string{"bootstrap": string(b)}), err
})

func input(name, runtime, handler string, code []byte) *sdk.CreateFunctionInput {
	return &sdk.CreateFunctionInput{FunctionName: &name, Runtime: types.Runtime(runtime), Handler: &handler, Role: new(role),
		Code: &types.FunctionCode{ZipFile: code}}
}

// node makes a function of a source text.
func (f *fixture) node(name, source string) *sdk.CreateFunctionOutput {
	f.t.Helper()
	return must(f.CreateFunction(f.t.Context(), input(name, "nodejs22.x", "index.handler", nodeZip(source))))
}

// golang makes a function of the built program.
func (f *fixture) golang(name string) *sdk.CreateFunctionOutput {
	f.t.Helper()
	return must(f.CreateFunction(f.t.Context(), input(name, "provided.al2023", "bootstrap", must(goZip()))))
}

func (f *fixture) invoke(name, payload string) *sdk.InvokeOutput {
	f.t.Helper()
	return must(f.Invoke(f.t.Context(), &sdk.InvokeInput{FunctionName: &name, Payload: []byte(payload)}))
}

func do(what, arg string, count int) string {
	return string(must(json.Marshal(map[string]any{"Do": what, "Arg": arg, "Count": count})))
}

// eventually waits for something to become true.
func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); !ok(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("it did not happen: %s", what)
		}
	}
}
