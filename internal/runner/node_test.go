package runner

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/gatehouse-dev/gatehouse/internal/ids"
)

// writeCode makes a code directory.
func writeCode(t testing.TB, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, content := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		mode := os.FileMode(0o644)
		if strings.HasPrefix(content, "#!") {
			mode = 0o755
		}
		if err := os.WriteFile(path, []byte(content), mode); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func codeSpec(t testing.TB, runtime, handler string, files map[string]string, logs Sink) Spec {
	t.Helper()
	name := "node"
	if strings.HasPrefix(runtime, "python") {
		name = "python3"
	}
	if _, err := exec.LookPath(name); err != nil {
		t.Skip(err)
	}
	spec := goSpec(t, logs)
	spec.Runtime, spec.Handler, spec.TaskDir = runtime, handler, writeCode(t, files)
	return spec
}

type errorDocument struct {
	ErrorType, ErrorMessage, RequestID string
	Trace, StackTrace                  []string
}

func decodeError(t *testing.T, r Result) errorDocument {
	t.Helper()
	var d errorDocument
	if err := json.Unmarshal(r.Payload, &d); err != nil {
		t.Fatalf("%v: %s", err, r.Payload)
	}
	if r.FunctionError != "Unhandled" {
		t.Errorf("FunctionError is %q", r.FunctionError)
	}
	return d
}

// One package has a handler for each way that a Node handler can answer.
func TestNodeHandlers(t *testing.T) {
	t.Parallel()
	r := newRunner(t, Options{})
	logs := &recorder{}
	files := map[string]string{
		"index.js": `
const nested = { deep: { handler: async () => 'nested' } };
exports.nested = nested;
exports.echo = async (event) => event;
exports.nothing = async () => {};
exports.callback = (event, context, callback) => { setTimeout(() => callback(null, {done: true}), 5); };
exports.waits = (event, context, callback) => { let n = 'early'; setTimeout(() => { n = 'late'; }, 50); callback(null, {toJSON: () => n}); };
exports.hurries = (event, context, callback) => { context.callbackWaitsForEmptyEventLoop = false; let n = 'early'; setTimeout(() => { n = 'late'; }, 500); callback(null, {toJSON: () => n}); };
exports.callbackError = (event, context, callback) => callback(new TypeError('no good'));
exports.callbackText = (event, context, callback) => callback('just text');
exports.sync = () => 'ignored';
exports.succeed = (event, context) => { context.succeed('by context'); };
exports.throws = async () => { throw new RangeError('out of it'); };
exports.throwsSync = () => { throw new Error('at once'); };
exports.rejects = async () => { Promise.reject(new Error('left alone')); await new Promise((r) => setTimeout(r, 1000)); };
exports.circular = async () => { const a = {}; a.a = a; return a; };
exports.uncaught = async () => { setTimeout(() => { throw new Error('from a timer'); }, 1); await new Promise((r) => setTimeout(r, 1000)); };
exports.exits = async () => process.exit(3);
exports.notAFunction = 7;
exports.context = async (event, context) => ({...context, left: context.getRemainingTimeInMillis(), trace: process.env._X_AMZN_TRACE_ID});
exports.logs = async () => { console.log('one\ntwo'); console.error('bad %d', 7); process.stdout.write('raw\n'); return 1; };
exports.big = async (event) => 'x'.repeat(event);
exports.size = async (event) => event.length;
`,
		"src/app.js":                   `exports.handler = async () => 'in a directory';`,
		"esm.mjs":                      `import {thing} from './part.mjs'; const x = await Promise.resolve(thing); export const handler = async () => x;`,
		"part.mjs":                     `export const thing = 'esm';`,
		"modular/package.json":         `{"type": "module"}`,
		"modular/app.js":               `export const handler = async () => 'type module';`,
		"common.cjs":                   `exports.handler = async () => 'cjs';`,
		"node_modules/pkg/index.js":    `exports.handler = async () => require('dep');`,
		"node_modules/dep/index.js":    `module.exports = 'package';`,
		"needs.js":                     `require('absent');`,
		"broken.js":                    `exports.handler = async () => {`,
		"throws.js":                    `throw new TypeError('while loading');`,
		"leaks.js":                     `Promise.reject(new Error('at load')); exports.handler = async () => 1;`,
		"node_modules/dep/other/x.txt": "",
	}
	dir := codeSpec(t, "nodejs20.x", "", files, nil).TaskDir
	run := func(t *testing.T, handler, payload string) Result {
		t.Helper()
		spec := codeSpec(t, "nodejs20.x", handler, nil, logs)
		spec.TaskDir = dir
		p := newPool(t, r, spec, PoolOptions{})
		result := invoke(t, p, payload)
		if err := p.Drain(context.Background()); err != nil {
			t.Error(err)
		}
		return result
	}
	for _, c := range []struct{ handler, want string }{
		{"index.echo", `{"a":"ü"}`}, {"index.nothing", `null`}, {"index.nested.deep.handler", `"nested"`},
		{"index.callback", `{"done":true}`}, {"index.waits", `"late"`}, {"index.hurries", `"early"`},
		{"index.sync", `null`}, {"index.succeed", `"by context"`}, {"src/app.handler", `"in a directory"`},
		{"esm.handler", `"esm"`}, {"modular/app.handler", `"type module"`}, {"common.handler", `"cjs"`},
		{"pkg.handler", `"package"`},
	} {
		t.Run(c.handler, func(t *testing.T) {
			if got := run(t, c.handler, `{"a":"ü"}`); string(got.Payload) != c.want || got.FunctionError != "" {
				t.Errorf("%s: %s (%s)", c.handler, got.Payload, got.Tail)
			}
		})
	}
	for _, c := range []struct{ handler, kind, message string }{
		{"index.callbackError", "TypeError", `^no good$`},
		{"index.callbackText", "string", `^just text$`},
		{"index.throws", "RangeError", `^out of it$`},
		{"index.throwsSync", "Error", `^at once$`},
		{"index.circular", "Error", `^Unable to stringify response body$`},
		{"index.rejects", "Runtime.UnhandledPromiseRejection", `^Error: left alone$`},
		{"index.uncaught", "Error", `^from a timer$`},
		{"index.exits", "Runtime.ExitError", `^RequestId: [0-9a-f-]{36} Error: Runtime exited with error: exit status 3$`},
		{"index.absent", "Runtime.HandlerNotFound", `^index\.absent is undefined or not exported$`},
		{"index.notAFunction", "Runtime.HandlerNotFound", `^index\.notAFunction is not a function$`},
		{"nowhere.handler", "Runtime.ImportModuleError", `^Error: Cannot find module 'nowhere'\nRequire stack:`},
		{"needs.handler", "Runtime.ImportModuleError", `^Error: Cannot find module 'absent'\n`},
		{"broken.handler", "Runtime.UserCodeSyntaxError", `^SyntaxError: Unexpected end of input$`},
		{"throws.handler", "TypeError", `^while loading$`},
		{"../index.handler", "Runtime.MalformedHandlerName", `not a valid handler name`},
		{"index", "Runtime.MalformedHandlerName", `^Bad handler$`},
	} {
		t.Run(c.handler, func(t *testing.T) {
			got := run(t, c.handler, `{}`)
			d := decodeError(t, got)
			if d.ErrorType != c.kind || !regexp.MustCompile(c.message).MatchString(d.ErrorMessage) || got.ErrorType != c.kind {
				t.Errorf("%s: %s", c.handler, got.Payload)
			}
		})
	}
	t.Run("context", func(t *testing.T) {
		spec := codeSpec(t, "nodejs20.x", "index.context", nil, logs)
		spec.TaskDir = dir
		p := newPool(t, r, spec, PoolOptions{})
		id := ids.UUID()
		result, err := p.Invoke(context.Background(), Invocation{
			RequestID: id, Payload: []byte("{}"), TraceID: "Root=1-5759e988-bd862e3fe1be46a994272793",
			FunctionARN: spec.ARN + ":live", ClientContext: "{\"custom\":\r\n{\"k\":\"ü\"}}", CognitoIdentity: `{"cognitoIdentityId":"i"}`,
		})
		if err != nil {
			t.Fatal(err)
		}
		var got map[string]any
		if err := json.Unmarshal(result.Payload, &got); err != nil {
			t.Fatal(err)
		}
		left, _ := got["left"].(float64)
		if got["awsRequestId"] != id || got["functionName"] != "f" || got["memoryLimitInMB"] != "128" ||
			got["invokedFunctionArn"] != spec.ARN+":live" || got["logGroupName"] != "/aws/lambda/f" ||
			got["logStreamName"] != result.LogStream || got["callbackWaitsForEmptyEventLoop"] != true ||
			got["trace"] != "Root=1-5759e988-bd862e3fe1be46a994272793" || left < 2000 || left > 3000 {
			t.Errorf("%s", result.Payload)
		}
		if !bytes.Contains(result.Payload, []byte(`"clientContext":{"custom":{"k":"ü"}}`)) || !bytes.Contains(result.Payload, []byte(`"identity":{"cognitoIdentityId":"i"}`)) {
			t.Errorf("%s", result.Payload)
		}
	})
	t.Run("logs", func(t *testing.T) {
		result := run(t, "index.logs", `{}`)
		stamp := `\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z`
		want := regexp.MustCompile(`^START RequestId: (\S+) Version: \$LATEST\n` + stamp + `\t\S{36}\tINFO\tone\ntwo\n` + stamp + `\t\S{36}\tERROR\tbad 7\n` +
			`raw\nEND RequestId: \S+\nREPORT RequestId: \S+\tDuration: [\d.]+ ms\tBilled Duration: \d+ ms\tMemory Size: 128 MB\tMax Memory Used: \d+ MB\tInit Duration: [\d.]+ ms\t\n$`)
		if !want.Match(result.Tail) {
			t.Errorf("%s", result.Tail)
		}
	})
	t.Run("large", func(t *testing.T) {
		if got := run(t, "index.big", `6291554`); len(got.Payload) != MaxResponse {
			t.Errorf("%d bytes: %.200s", len(got.Payload), got.Payload)
		}
		got := run(t, "index.big", `6291555`)
		if d := decodeError(t, got); d.ErrorType != "Function.ResponseSizeTooLarge" ||
			d.ErrorMessage != "Response payload size exceeded maximum allowed payload size (6291556 bytes)." {
			t.Errorf("%s", got.Payload)
		}
		if got := run(t, "index.size", `"`+strings.Repeat("y", 6<<20-2)+`"`); string(got.Payload) != "6291454" {
			t.Errorf("%s", got.Payload)
		}
	})
}

func TestNodeStreaming(t *testing.T) {
	t.Parallel()
	r := newRunner(t, Options{})
	files := map[string]string{"index.js": `
const {pipeline} = require('stream/promises');
exports.plain = awslambda.streamifyResponse(async (event, out, context) => {
  out.setContentType('text/plain');
  out.write('first,');
  await new Promise((r) => setTimeout(r, 20));
  out.write('second');
  out.end();
});
exports.http = awslambda.streamifyResponse(async (event, out) => {
  out = awslambda.HttpResponseStream.from(out, {statusCode: 201, headers: {a: 'b'}});
  out.write('body'); out.end();
});
exports.early = awslambda.streamifyResponse(async () => { throw new Error('before'); });
exports.late = awslambda.streamifyResponse(async (event, out) => { out.write('some'); throw new TypeError('in between'); });
exports.much = awslambda.streamifyResponse(async (event, out) => {
  await pipeline(function* () { for (let i = 0; i < 200; i++) yield Buffer.alloc(65536, 120); }, out);
});`}
	run := func(handler string, stream bool) (Result, string, string) {
		spec := codeSpec(t, "nodejs20.x", handler, files, nil)
		p := newPool(t, r, spec, PoolOptions{})
		var out bytes.Buffer
		var kind string
		inv := Invocation{RequestID: ids.UUID(), Payload: []byte("{}")}
		if stream {
			inv.Stream = func(contentType string) io.Writer { kind = contentType; return &out }
		}
		var result Result
		for range 2 { // the second time on the warm instance
			out.Reset()
			var err error
			if result, err = p.Invoke(context.Background(), inv); err != nil {
				t.Fatal(err)
			}
		}
		return result, out.String(), kind
	}
	if result, out, kind := run("index.plain", true); out != "first,second" || kind != "text/plain" || !result.Streamed || result.FunctionError != "" {
		t.Errorf("%q %q %+v", out, kind, result)
	}
	if result, _, _ := run("index.plain", false); string(result.Payload) != "first,second" {
		t.Errorf("%+v", result)
	}
	if _, out, kind := run("index.http", true); out != `{"statusCode":201,"headers":{"a":"b"}}`+strings.Repeat("\x00", 8)+"body" || kind != "application/vnd.awslambda.http-integration-response" {
		t.Errorf("%q %q", out, kind)
	}
	if result, out, _ := run("index.early", true); out != "" || result.Streamed || result.ErrorType != "Error" {
		t.Errorf("%q %+v", out, result)
	}
	if result, out, _ := run("index.late", true); out != "some" || !result.Streamed || result.ErrorType != "TypeError" || !bytes.Contains(result.Payload, []byte("in between")) {
		t.Errorf("%q %+v %s", out, result, result.Payload)
	}
	if result, out, _ := run("index.much", true); len(out) != 200*65536 || result.FunctionError != "" {
		t.Errorf("%d %+v", len(out), result)
	}
	if result, _, _ := run("index.much", false); result.ErrorType != "Function.ResponseSizeTooLarge" {
		t.Errorf("%+v", result.ErrorType)
	}
}
