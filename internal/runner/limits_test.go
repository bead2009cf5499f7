package runner

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gatehouse-dev/gatehouse/internal/ids"
)

func TestTimeout(t *testing.T) {
	t.Parallel()
	r := newRunner(t, Options{})
	spec := goSpec(t, nil)
	spec.Timeout = 300 * time.Millisecond
	p := newPool(t, r, spec, PoolOptions{})
	invoke(t, p, `{}`)
	began := time.Now()
	result := invoke(t, p, do("sleep", "20s", 0))
	if took := time.Since(began); took > 2*time.Second {
		t.Errorf("the time limit took %v", took)
	}
	d := decodeError(t, result)
	if d.ErrorType != "Sandbox.Timedout" || !regexp.MustCompile(`^RequestId: \S{36} Error: Task timed out after 0\.30 seconds$`).MatchString(d.ErrorMessage) {
		t.Errorf("%s", result.Payload)
	}
	want := `^START .*\n\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z \S{36} Task timed out after 0\.30 seconds\nEND RequestId: \S{36}\n` +
		`REPORT RequestId: \S{36}\tDuration: 300\.00 ms\tBilled Duration: 300 ms\tMemory Size: 128 MB\tMax Memory Used: \d+ MB\tStatus: timeout\n$`
	if !regexp.MustCompile(want).Match(result.Tail) {
		t.Errorf("%s", result.Tail)
	}
	if got := invoke(t, p, do("count", "", 0)); string(got.Payload) != "1" || got.Init == 0 {
		t.Errorf("not a fresh instance: %s", got.Payload)
	}
}

func TestMemoryLimit(t *testing.T) {
	t.Parallel()
	p := newPool(t, newRunner(t, Options{}), goSpec(t, nil), PoolOptions{})
	if got := invoke(t, p, do("memory", "", 60)); string(got.Payload) != "60" || got.MemoryUsedMB < 60 || got.MemoryUsedMB > 128 {
		t.Errorf("%s, %d MB", got.Payload, got.MemoryUsedMB)
	}
	result := invoke(t, p, do("memory", "", 4000))
	d := decodeError(t, result)
	if d.ErrorType != "Runtime.ExitError" || !strings.HasSuffix(d.ErrorMessage, " Error: Runtime exited with error: signal: killed") {
		t.Errorf("%s", result.Payload)
	}
	if !regexp.MustCompile(`\nRequestId: \S{36} Error: Runtime exited with error: signal: killed\nRuntime\.ExitError\nEND .*\nREPORT .*Max Memory Used: 128 MB.*\tStatus: error\tError Type: Runtime\.ExitError\n$`).Match(result.Tail) {
		t.Errorf("%s", result.Tail)
	}
}

// /tmp is bounded by its own size, not by the function's memory.
func TestTmpSize(t *testing.T) {
	t.Parallel()
	spec := goSpec(t, nil)
	spec.Timeout = 20 * time.Second
	p := newPool(t, newRunner(t, Options{}), spec, PoolOptions{})
	for i := range 5 {
		if refused, _ := attempt(t, p, "write", fmt.Sprintf("/tmp/%d", i), 100<<20); refused != "" {
			t.Errorf("file %d: %s", i, refused)
		}
	}
	if refused, _ := attempt(t, p, "write", "/tmp/5", 100<<20); !strings.Contains(refused, "no space left") {
		t.Errorf("600 MB fit: %s", refused)
	}
}

func TestExits(t *testing.T) {
	t.Parallel()
	r := newRunner(t, Options{})
	p := newPool(t, r, goSpec(t, nil), PoolOptions{})
	for code, want := range map[int]string{
		0: "Error: Runtime exited without providing a reason", 1: "Error: Runtime exited with error: exit status 1",
	} {
		result := invoke(t, p, do("exit", "", code))
		if d := decodeError(t, result); d.ErrorType != "Runtime.ExitError" || !strings.HasSuffix(d.ErrorMessage, want) {
			t.Errorf("%s", result.Payload)
		}
	}
	logs := &recorder{}
	spec := goSpec(t, logs)
	spec.Env = map[string]string{"INIT_EXIT": "7"}
	result := invoke(t, newPool(t, r, spec, PoolOptions{}), `{}`)
	if d := decodeError(t, result); d.ErrorType != "Runtime.ExitError" || !strings.HasSuffix(d.ErrorMessage, "exit status 7") {
		t.Errorf("%s", result.Payload)
	}
	if !regexp.MustCompile(`^INIT_START .*\nleaving at start\nINIT_REPORT Init Duration: [\d.]+ ms\tPhase: init\tStatus: error\tError Type: Runtime.ExitError\nSTART `).MatchString(logs.text()) {
		t.Errorf("%s", logs.text())
	}
	spec = goSpec(t, nil)
	spec.TaskDir = writeCode(t, map[string]string{"other": "x"})
	result = invoke(t, newPool(t, r, spec, PoolOptions{}), `{}`)
	if d := decodeError(t, result); d.ErrorType != "Runtime.InvalidEntrypoint" || !strings.HasSuffix(d.ErrorMessage, "Error: Couldn't find valid bootstrap(s): [/var/task/bootstrap /opt/bootstrap]") {
		t.Errorf("%s", result.Payload)
	}
}

// Initialisation beyond its limit is tried again within the time limit.
func TestSlowInit(t *testing.T) {
	t.Parallel()
	r := newRunner(t, Options{})
	spec := goSpec(t, nil)
	spec.Env = map[string]string{"INIT_SLEEP": "5s"}
	_, err := r.Start(context.Background(), &spec, 100*time.Millisecond)
	if fault, ok := errors.AsType[*Fault](err); !ok || !fault.TimedOut || fault.InitDuration > time.Second {
		t.Errorf("%v", err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 100*time.Millisecond)
	defer cancel()
	if _, err := r.Start(ctx, &spec, 0); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("%v", err)
	}
	if n := len(r.list()); n != 0 {
		t.Errorf("%d instances are left", n)
	}
}

func TestOutput(t *testing.T) {
	t.Parallel()
	logs := &recorder{}
	p := newPool(t, newRunner(t, Options{}), goSpec(t, logs), PoolOptions{})
	result := invoke(t, p, do("log", strings.Repeat("z", 100), 50_000))
	if len(result.Tail) != tailSize || !strings.Contains(string(result.Tail), "\nREPORT ") {
		t.Errorf("tail of %d bytes", len(result.Tail))
	}
	logs.mu.Lock()
	lines := 0
	for _, e := range logs.entries {
		if strings.HasPrefix(e.Message, strings.Repeat("z", 100)+" ") {
			if !strings.HasSuffix(e.Message, fmt.Sprint(" ", lines)) {
				t.Fatalf("line %d is %q", lines, e.Message)
			}
			lines++
			if e.RequestID == "" || e.Platform || e.Stream != result.LogStream {
				t.Fatalf("%+v", e)
			}
		}
	}
	logs.entries = nil
	logs.mu.Unlock()
	if lines != 50_000 {
		t.Errorf("%d lines", lines)
	}
	invoke(t, p, do("log", strings.Repeat("y", 600<<10), 1))
	var sizes []int
	for _, e := range logs.entries {
		if strings.Contains(e.Message, "y") && !e.Platform {
			sizes = append(sizes, len(e.Message))
		}
	}
	if fmt.Sprint(sizes) != fmt.Sprint([]int{MaxLine, MaxLine, 600<<10 - 2*MaxLine + 2}) {
		t.Errorf("long line: %v", sizes)
	}
}

func TestConcurrency(t *testing.T) {
	t.Parallel()
	r := newRunner(t, Options{})
	p := newPool(t, r, goSpec(t, nil), PoolOptions{MaxConcurrency: 4})
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			if got := invoke(t, p, do("sleep", "400ms", 0)); got.FunctionError != "" {
				t.Errorf("%s", got.Payload)
			}
		})
	}
	for active := 0; active < 4; active, _ = p.Stats() {
		time.Sleep(time.Millisecond)
	}
	if _, err := p.Invoke(context.Background(), Invocation{RequestID: ids.UUID(), Payload: []byte("{}")}); !errors.Is(err, ErrThrottled) {
		t.Errorf("the fifth: %v", err)
	}
	all.Wait()
	if active, idle := p.Stats(); active != 0 || idle != 4 {
		t.Errorf("%d active, %d idle", active, idle)
	}
	for range 20 {
		all.Go(func() {
			for range 20 {
				result, err := p.Invoke(context.Background(), Invocation{RequestID: ids.UUID(), Payload: []byte(`{"k":1}`)})
				if err == nil && string(result.Payload) != `{"k":1}` {
					t.Errorf("%s", result.Payload)
				}
				if err != nil && !errors.Is(err, ErrThrottled) {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	p.Configure(PoolOptions{MaxConcurrency: -1})
	if _, err := p.Invoke(context.Background(), Invocation{RequestID: ids.UUID()}); !errors.Is(err, ErrThrottled) {
		t.Errorf("no concurrency: %v", err)
	}
	p.Configure(PoolOptions{})
	all.Go(func() {
		if got := invoke(t, p, do("sleep", "200ms", 0)); string(got.Payload) != `"200ms"` {
			t.Errorf("a running invocation was not let end: %s", got.Payload)
		}
	})
	for active := 0; active < 1; active, _ = p.Stats() {
		time.Sleep(time.Millisecond)
	}
	if err := p.Drain(context.Background()); err != nil {
		t.Error(err)
	}
	all.Wait()
	if _, err := p.Invoke(context.Background(), Invocation{RequestID: ids.UUID()}); !errors.Is(err, ErrDrained) {
		t.Errorf("drained: %v", err)
	}
	if n := len(r.list()); n != 0 {
		t.Errorf("%d instances are left", n)
	}
}

func TestIdleAndWarm(t *testing.T) {
	t.Parallel()
	r := newRunner(t, Options{})
	p := newPool(t, r, goSpec(t, nil), PoolOptions{Warm: 2, Idle: 50 * time.Millisecond})
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	if err := p.Ready(ctx, 2); err != nil {
		t.Fatal(err)
	}
	if got := invoke(t, p, do("count", "", 0)); string(got.Payload) != "1" {
		t.Errorf("%s", got.Payload)
	}
	if _, idle := p.Stats(); idle != 2 {
		t.Errorf("%d idle", idle)
	}
	p.Configure(PoolOptions{Idle: 50 * time.Millisecond})
	invoke(t, p, `{}`)
	for idle := 1; idle > 0; _, idle = p.Stats() {
		if ctx.Err() != nil {
			t.Fatalf("%d still idle", idle)
		}
		time.Sleep(5 * time.Millisecond)
	}
}

// An instance that ended while it was idle costs the caller nothing.
func TestDeadIdleInstance(t *testing.T) {
	t.Parallel()
	p := newPool(t, newRunner(t, Options{}), goSpec(t, nil), PoolOptions{})
	invoke(t, p, `{}`)
	p.idle[0].kill()
	if got := invoke(t, p, `{"a":1}`); string(got.Payload) != `{"a":1}` {
		t.Errorf("%s", got.Payload)
	}
}

func TestCredentialsExpire(t *testing.T) {
	t.Parallel()
	asked := 0
	spec := goSpec(t, nil)
	spec.Credentials = func(context.Context) (Credentials, error) {
		asked++
		return Credentials{"AKID", "SECRET", "TOKEN", time.Now().Add(time.Duration(asked) * expiryMargin)}, nil
	}
	p := newPool(t, newRunner(t, Options{}), spec, PoolOptions{})
	result := invoke(t, p, do("context", "", 0))
	for _, want := range []string{`"AWS_ACCESS_KEY_ID=AKID"`, `"AWS_SECRET_ACCESS_KEY=SECRET"`, `"AWS_SESSION_TOKEN=TOKEN"`} {
		if !strings.Contains(string(result.Payload), want) {
			t.Errorf("no %s in %s", want, result.Payload)
		}
	}
	for range 2 {
		invoke(t, p, `{}`)
	}
	if asked != 2 {
		t.Errorf("asked %d times", asked)
	}
	spec.Credentials = func(context.Context) (Credentials, error) { return Credentials{}, errors.New("no such role") }
	_, err := newPool(t, newRunner(t, Options{}), spec, PoolOptions{}).Invoke(context.Background(), Invocation{})
	if err == nil || !strings.Contains(err.Error(), "no such role") {
		t.Errorf("%v", err)
	}
}

func TestEnvironment(t *testing.T) {
	t.Parallel()
	spec := goSpec(t, nil)
	spec.Env = map[string]string{"MINE": "1", "AWS_LAMBDA_FUNCTION_NAME": "forged", "AWS_LAMBDA_RUNTIME_API": "1.2.3.4:5", "TZ": "Europe/Berlin"}
	r := newRunner(t, Options{})
	result := invoke(t, newPool(t, r, spec, PoolOptions{}), do("context", "", 0))
	for _, want := range []string{
		"MINE=1", "AWS_LAMBDA_FUNCTION_NAME=f", "AWS_LAMBDA_FUNCTION_VERSION=$LATEST", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE=128",
		"AWS_LAMBDA_LOG_GROUP_NAME=/aws/lambda/f", "AWS_LAMBDA_LOG_STREAM_NAME=" + result.LogStream, "_HANDLER=bootstrap",
		"AWS_REGION=us-east-1", "AWS_DEFAULT_REGION=us-east-1", "LAMBDA_TASK_ROOT=/var/task", "LAMBDA_RUNTIME_DIR=/var/runtime",
		"AWS_LAMBDA_INITIALIZATION_TYPE=on-demand", "TZ=Europe/Berlin", "LANG=en_US.UTF-8",
	} {
		if !strings.Contains(string(result.Payload), `"`+want+`"`) {
			t.Errorf("no %s in %s", want, result.Payload)
		}
	}
	if strings.Contains(string(result.Payload), "1.2.3.4") || strings.Contains(string(result.Payload), os.Getenv("HOME")+`"`) {
		t.Errorf("%s", result.Payload)
	}
	spec.Env = map[string]string{"A": strings.Repeat("x", MaxEnv)}
	if _, err := r.Start(context.Background(), &spec, 0); !errors.Is(err, ErrSpec) {
		t.Errorf("a huge environment: %v", err)
	}
}

func TestExtensions(t *testing.T) {
	t.Parallel()
	extension := func(events, tail string) string {
		return `#!/bin/bash
call() { # method, path, body
  exec 3<>"/dev/tcp/${AWS_LAMBDA_RUNTIME_API/://}"
  printf '%s /2020-01-01/extension/%s HTTP/1.1\r\nHost: x\r\nLambda-Extension-Name: '"${0##*/}"'\r\nLambda-Extension-Identifier: %s\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%s' "$1" "$2" "$id" "${#3}" "$3" >&3
  while read -r line <&3; do line=${line%$'\r'}; [ -z "$line" ] && break; case "$line" in Lambda-Extension-Identifier:*) id=${line#*: };; Content-Length:*) n=${line#*: };; esac; done
  read -r -N "$n" body <&3; exec 3>&-
}
call POST register '{"events":` + events + `}'
` + tail
	}
	loop := `while true; do call GET event/next ''; echo "ext got $body"; case "$body" in *SHUTDOWN*) exit 0;; esac; done`
	logs := &recorder{}
	run := func(script string) (Result, *Runner) {
		spec := goSpec(t, logs)
		layer, below := writeCode(t, map[string]string{"extensions/watch": script, "both": "upper"}), writeCode(t, map[string]string{"lower": "l", "both": "lower"})
		if err := os.Chmod(filepath.Join(layer, "extensions/watch"), 0o755); err != nil {
			t.Fatal(err)
		}
		spec.Layers = []string{below, layer}
		r := newRunner(t, Options{})
		p := newPool(t, r, spec, PoolOptions{})
		result := invoke(t, p, do("read", "/opt/both", 0))
		if result.FunctionError == "" {
			if got := invoke(t, p, do("read", "/opt/lower", 0)); string(got.Payload) != `{"ok":"l"}` {
				t.Errorf("%s", got.Payload)
			}
			began := time.Now()
			if err := p.Drain(context.Background()); err != nil {
				t.Error(err)
			}
			if took := time.Since(began); took > 1500*time.Millisecond {
				t.Errorf("shutdown took %v", took)
			}
		}
		return result, r
	}
	result, _ := run(extension(`["INVOKE","SHUTDOWN"]`, loop))
	if string(result.Payload) != `{"ok":"upper"}` {
		t.Errorf("%s", result.Payload)
	}
	want := `(?s)ext got \{"eventType":"INVOKE","deadlineMs":\d+,"requestId":"[^"]+","invokedFunctionArn":"[^"]+","tracing".*ext got \{"eventType":"INVOKE".*ext got \{"eventType":"SHUTDOWN","deadlineMs":\d+,"shutdownReason":"spindown"\}`
	if !regexp.MustCompile(want).MatchString(logs.text()) {
		t.Errorf("%s", logs.text())
	}
	result, _ = run(extension(`["INVOKE"]`, "exit 3"))
	if d := decodeError(t, result); d.ErrorType != "Extension.Crash" || !strings.HasSuffix(d.ErrorMessage, "Error: exit status 3") {
		t.Errorf("%s", result.Payload)
	}
}
