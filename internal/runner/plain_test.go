package runner

import (
	"strings"
	"testing"
	"time"

	"github.com/gatehouse-dev/gatehouse/internal/runner/sandbox"
)

// Without isolation functions still run, end and time out; and the runner says
// that nothing is isolated.
func TestPlainMode(t *testing.T) {
	t.Parallel()
	r := newRunner(t, Options{Mode: sandbox.ModePlain})
	caps := r.Capabilities()
	if caps.Mode != sandbox.ModePlain || caps.CallersKnown || !strings.Contains(strings.Join(caps.Missing, ";"), "nothing is isolated") {
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
	for runtime, files := range map[string]map[string]string{
		"nodejs20.x": {"index.js": "exports.handler = async (e) => { console.log('x'); return e; }"},
		"python3.11": {"index.py": "def handler(e, c):\n    print('x')\n    return e"},
	} {
		got := invoke(t, newPool(t, r, codeSpec(t, runtime, "index.handler", files, nil), PoolOptions{}), `7`)
		if string(got.Payload) != "7" || !strings.Contains(string(got.Tail), "x\nEND ") {
			t.Errorf("%s: %s %s", runtime, got.Payload, got.Tail)
		}
	}
}
