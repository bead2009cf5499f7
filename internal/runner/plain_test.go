package runner

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gatehouse-dev/gatehouse/internal/runner/sandbox"
)

// Without isolation functions still run, end and time out; and the runner says
// that nothing is isolated.
func TestPlainMode(t *testing.T) {
	t.Parallel()
	dir := reachable(t)
	r := newRunner(t, Options{Mode: sandbox.ModePlain, Dir: dir})
	caps := r.Capabilities()
	if caps.Mode != sandbox.ModePlain || caps.OwnUsers != (os.Geteuid() == 0) || caps.CallersKnown != caps.OwnUsers ||
		!strings.Contains(strings.Join(caps.Missing, ";"), "the machine's files") {
		t.Errorf("%+v", caps)
	}
	spec := goSpec(t, nil)
	spec.Timeout = 500 * time.Millisecond
	p := newPool(t, r, spec, PoolOptions{})
	if got := invoke(t, p, `{"a":1}`); string(got.Payload) != `{"a":1}` {
		t.Errorf("%s", got.Payload)
	}
	if got := invoke(t, p, do("exit", "", 2)); !strings.Contains(string(got.Payload), "exit status 2") {
		t.Errorf("%s", got.Payload)
	}
	if got := invoke(t, p, do("sleep", "10s", 0)); got.ErrorType != "Sandbox.Timedout" {
		t.Errorf("%s", got.Payload)
	}
	if _, got := attempt(t, p, "status", "", 0); strings.Contains(got.(string), "\nUid:\t0\t") {
		t.Error("the function is root")
	}
	spec = codeSpec(t, "nodejs20.x", "index.handler", nil, nil)
	spec.TaskDir = filepath.Join(dir, "code")
	if err := os.Mkdir(spec.TaskDir, 0o755); err != nil {
		t.Fatal(err)
	}
	code := "exports.handler = async (e) => { console.log('x'); return e; }"
	if err := os.WriteFile(filepath.Join(spec.TaskDir, "index.js"), []byte(code), 0o644); err != nil {
		t.Fatal(err)
	}
	got := invoke(t, newPool(t, r, spec, PoolOptions{}), `7`)
	if string(got.Payload) != "7" || !strings.Contains(string(got.Tail), "x\nEND ") {
		t.Errorf("%s %s", got.Payload, got.Tail)
	}
}

// reachable makes a directory that every user can enter.
func reachable(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "runner-plain")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	return dir
}
