package runner

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gatehouse-dev/gatehouse/internal/ids"
)

// functionVariable names the built function to a test process of another user.
const functionVariable = "GATEHOUSE_TEST_FUNCTION"

// goFunction is the code directory of testdata/gofunc, built once.
var goFunction = sync.OnceValues(func() (string, error) {
	if dir := os.Getenv(functionVariable); dir != "" {
		return dir, nil
	}
	dir, err := os.MkdirTemp("", "gofunc")
	if err != nil {
		return "", err
	}
	builtFunction = dir
	if err := os.Chmod(dir, 0o755); err != nil {
		return "", err
	}
	cmd := exec.Command("go", "build", "-tags", "lambda.norpc", "-o", filepath.Join(dir, "bootstrap"), "./testdata/gofunc")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("%w: %s", err, out)
	}
	return dir, nil
})

// builtFunction is what TestMain has to remove; goFunction sets it once.
var builtFunction string

func TestMain(m *testing.M) {
	code := m.Run()
	if builtFunction != "" {
		os.RemoveAll(builtFunction)
	}
	os.Exit(code)
}

// recorder is a Sink that remembers.
type recorder struct {
	mu      sync.Mutex
	entries []Entry
}

func (r *recorder) Log(e Entry) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.entries = append(r.entries, e)
}

func (r *recorder) text() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	var b strings.Builder
	for _, e := range r.entries {
		b.WriteString(e.Message + "\n")
	}
	return b.String()
}

func newRunner(t testing.TB, o Options) *Runner {
	t.Helper()
	if o.Dir == "" {
		o.Dir = t.TempDir()
	}
	if o.Log == nil {
		o.Log = slog.New(slog.NewTextHandler(t.Output(), nil))
	}
	r, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		if err := r.Close(ctx); err != nil {
			t.Error(err)
		}
	})
	return r
}

func goSpec(t testing.TB, logs Sink) Spec {
	t.Helper()
	dir, err := goFunction()
	if err != nil {
		t.Fatal(err)
	}
	return Spec{
		Name: "f", Version: "$LATEST", ARN: "arn:aws:lambda:us-east-1:000000000000:function:f",
		AccountID: "000000000000", Region: "us-east-1", Runtime: "provided.al2023", Handler: "bootstrap",
		LogGroup: "/aws/lambda/f", TaskDir: dir, MemoryMB: 128, Timeout: 3 * time.Second, Logs: logs,
	}
}

func newPool(t testing.TB, r *Runner, spec Spec, o PoolOptions) *Pool {
	t.Helper()
	p, err := r.NewPool(spec, o)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func invoke(t testing.TB, p *Pool, payload string) Result {
	t.Helper()
	result, err := p.Invoke(context.Background(), Invocation{RequestID: ids.UUID(), Payload: []byte(payload), Tail: true})
	if err != nil {
		t.Fatal(err)
	}
	return result
}

func do(what, arg string, count int) string {
	b, _ := json.Marshal(map[string]any{"Do": what, "Arg": arg, "Count": count})
	return string(b)
}

func TestGoFunction(t *testing.T) {
	logs := &recorder{}
	p := newPool(t, newRunner(t, Options{}), goSpec(t, logs), PoolOptions{})
	first := invoke(t, p, `{"hello":"world"}`)
	if string(first.Payload) != `{"hello":"world"}` || first.FunctionError != "" || first.Init == 0 {
		t.Fatalf("%+v %s", first, first.Payload)
	}
	second := invoke(t, p, do("count", "", 0))
	if string(second.Payload) != "2" || second.Init != 0 {
		t.Errorf("not reused: %s %v", second.Payload, second.Init)
	}
	t.Logf("cold %v, warm %v\n%s", first.Init, second.Duration, logs.text())
}

// attempt lets the function try something; refused is the error it met.
func attempt(t *testing.T, p *Pool, what, arg string, count int) (refused string, got any) {
	t.Helper()
	result := invoke(t, p, do(what, arg, count))
	if result.FunctionError != "" {
		t.Fatalf("%s %s: %s", what, arg, result.Payload)
	}
	var answer struct {
		Error string
		OK    any
	}
	if err := json.Unmarshal(result.Payload, &answer); err != nil {
		t.Fatalf("%s %s: %s", what, arg, result.Payload)
	}
	return answer.Error, answer.OK
}
