package runner

import (
	"context"
	"encoding/json"
	"regexp"
	"strings"
	"testing"

	"github.com/gatehouse-dev/gatehouse/internal/ids"
)

func TestPythonHandlers(t *testing.T) {
	t.Parallel()
	r := newRunner(t, Options{})
	files := map[string]string{
		"app.py": `
import sys
from decimal import Decimal
def echo(event, context):
    return event
def nothing(event, context):
    pass
def number(event, context):
    return Decimal("1.5")
def throws(event, context):
    raise ValueError("out of it")
def marshal(event, context):
    return {1, 2}
def leaves(event, context):
    sys.exit(4)
def log(event, context):
    import logging
    logging.getLogger().warning("one\ntwo")
    print("printed", 7)
def context(event, context):
    return {"id": context.aws_request_id, "name": context.function_name, "mem": context.memory_limit_in_mb,
            "arn": context.invoked_function_arn, "group": context.log_group_name, "stream": context.log_stream_name,
            "left": context.get_remaining_time_in_millis(), "custom": context.client_context.custom,
            "app": context.client_context.client.app_title, "identity": context.identity.cognito_identity_id}
def threads(event, context):
    import subprocess, os
    return [subprocess.run(["/bin/echo", "hi"], capture_output=True, text=True).stdout, os.path.exists("/dev/shm")]
`,
		"src/mod.py":         "import helper\ndef handler(event, context):\n    return helper.word\n",
		"helper.py":          "word = 'helped'\n",
		"pkg/__init__.py":    "",
		"pkg/inner.py":       "from . import other\ndef handler(event, context):\n    return other.word\n",
		"pkg/other.py":       "word = 'packaged'\n",
		"needs.py":           "import absent_module\n",
		"broken.py":          "def handler(:\n",
		"throws.py":          "raise KeyError('while loading')\n",
		"leaves_at_start.py": "import sys\nsys.exit(5)\n",
	}
	dir := codeSpec(t, "python3.11", "", files, nil).TaskDir
	logs := &recorder{}
	pool := func(handler string) *Pool {
		spec := codeSpec(t, "python3.11", handler, nil, logs)
		spec.TaskDir = dir
		return newPool(t, r, spec, PoolOptions{})
	}
	run := func(t *testing.T, handler, payload string) Result {
		t.Helper()
		p := pool(handler)
		result := invoke(t, p, payload)
		if err := p.Drain(context.Background()); err != nil {
			t.Error(err)
		}
		return result
	}
	for _, c := range []struct{ handler, want string }{
		{"app.echo", `{"a": "ü"}`}, {"app.nothing", `null`}, {"app.number", `1.5`}, {"src/mod.handler", `"helped"`},
		{"src.mod.handler", `"helped"`}, {"pkg.inner.handler", `"packaged"`}, {"app.threads", `["hi\n", false]`},
	} {
		if got := run(t, c.handler, `{"a":"ü"}`); string(got.Payload) != c.want || got.FunctionError != "" {
			t.Errorf("%s: %s (%s)", c.handler, got.Payload, got.Tail)
		}
	}
	for _, c := range []struct{ handler, kind, message, trace string }{
		{"app.throws", "ValueError", `^out of it$`, `^  File "/var/task/app.py", line 11, in throws\n    raise ValueError\("out of it"\)\n$`},
		{"app.marshal", "Runtime.MarshalError", `^Unable to marshal response: Object of type set is not JSON serializable$`, ``},
		{"app.absent", "Runtime.HandlerNotFound", `^Handler 'absent' missing on module 'app'$`, ``},
		{"nowhere.handler", "Runtime.ImportModuleError", `^Unable to import module 'nowhere': No module named 'nowhere'$`, ``},
		{"needs.handler", "Runtime.ImportModuleError", `^Unable to import module 'needs': No module named 'absent_module'$`, ``},
		{"broken.handler", "Runtime.UserCodeSyntaxError", `^Syntax error in module 'broken': `, `File "/var/task/broken.py" Line 1`},
		{"throws.handler", "KeyError", `^'while loading'$`, `File "/var/task/throws.py", line 1`},
		{"handler", "Runtime.MalformedHandlerName", `^Bad handler 'handler'`, ``},
		{"sys.handler", "Runtime.BuiltInModuleConflict", `^Cannot use built-in module sys as a handler module$`, ``},
	} {
		got := run(t, c.handler, `{}`)
		d := decodeError(t, got)
		trace := strings.Join(d.StackTrace, "")
		if d.ErrorType != c.kind || !regexp.MustCompile(c.message).MatchString(d.ErrorMessage) ||
			!regexp.MustCompile(c.trace).MatchString(trace) {
			t.Errorf("%s: %s", c.handler, got.Payload)
		}
	}
	for _, c := range []struct{ handler, message string }{
		{"app.leaves", `Runtime exited with error: exit status 4`},
		{"leaves_at_start.handler", `Runtime exited with error: exit status 5`},
	} {
		got := run(t, c.handler, `{}`)
		if d := decodeError(t, got); d.ErrorType != "Runtime.ExitError" || !strings.HasSuffix(d.ErrorMessage, " Error: "+c.message) {
			t.Errorf("%s: %s", c.handler, got.Payload)
		}
	}
	result := run(t, "app.log", `{}`)
	if !regexp.MustCompile(`\n\[WARNING\]\t\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z\t\S{36}\tone\ntwo\nprinted 7\nEND `).Match(result.Tail) {
		t.Errorf("%s", result.Tail)
	}
	p, id := pool("app.context"), ids.UUID()
	result, err := p.Invoke(context.Background(), Invocation{RequestID: id, Payload: []byte("{}"),
		ClientContext: `{"custom":{"k":"v"},"client":{"app_title":"T"}}`, CognitoIdentity: `{"cognitoIdentityId":"i"}`})
	if err != nil {
		t.Fatal(err)
	}
	var got map[string]any
	if err := json.Unmarshal(result.Payload, &got); err != nil {
		t.Fatalf("%v: %s", err, result.Payload)
	}
	left, _ := got["left"].(float64)
	if got["id"] != id || got["name"] != "f" || got["mem"] != "128" || got["app"] != "T" || got["identity"] != "i" ||
		got["stream"] != result.LogStream || left < 2000 || left > 3000 {
		t.Errorf("%s", result.Payload)
	}
}
