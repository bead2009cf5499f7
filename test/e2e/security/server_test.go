//go:build e2e

package security

import (
	"bufio"
	"bytes"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"

	"github.com/gatehouse-dev/gatehouse/test/e2e/process"
)

const (
	account = "000000000000"
	region  = "us-east-1"
)

// host is a running server and what the test knows of it.
type host struct {
	t    *testing.T
	url  string // http://localhost:PORT
	addr string // 127.0.0.1:PORT
	port string
	dir  string // of its data
	log  string // file
	cmd  *exec.Cmd

	mu      sync.Mutex
	secrets map[string]string // by what they are
}

var readyLine = regexp.MustCompile(`is ready at (\S+) \((\S+)\)`)

// serve runs a server until the test ends; then its log must hold no secret.
func serve(t *testing.T, change ...func(*exec.Cmd)) *host {
	t.Helper()
	bin, err := process.Binary()
	if err != nil {
		t.Fatal(err)
	}
	h := &host{t: t, dir: filepath.Join(t.TempDir(), "data"), log: filepath.Join(t.TempDir(), "log"), secrets: map[string]string{}}
	log, err := os.Create(h.log)
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	h.cmd = exec.Command(bin, "serve", "--listen", "127.0.0.1:0", "--data", h.dir, "--log-level", "debug")
	h.cmd.Env = append(os.Environ(), "GATEHOUSE_TEST_CANARY="+h.secret("variable of the server", canary(t)))
	h.cmd.Stderr = log
	for _, f := range change {
		f(h.cmd)
	}
	out, err := h.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := h.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(h.stop)
	line, _ := bufio.NewReader(out).ReadString('\n')
	go io.Copy(io.Discard, out)
	m := readyLine.FindStringSubmatch(line)
	if m == nil {
		t.Fatalf("the server is not ready: %s", line)
	}
	h.url, h.addr = m[1], m[2]
	h.port = h.addr[strings.LastIndexByte(h.addr, ':')+1:]
	return h
}

// stop ends the server and searches its log.
func (h *host) stop() {
	if h.cmd.ProcessState != nil {
		return
	}
	h.cmd.Process.Signal(syscall.SIGTERM)
	kill := time.AfterFunc(20*time.Second, func() { h.cmd.Process.Kill() })
	defer kill.Stop()
	if err := h.cmd.Wait(); err != nil {
		h.t.Errorf("the server ended with %v", err)
	}
	log, err := os.ReadFile(h.log)
	if err != nil {
		h.t.Error(err)
	}
	for secret, what := range h.secrets {
		if bytes.Contains(log, []byte(secret)) {
			h.t.Errorf("the server's log has the %s", what)
		}
	}
	if bytes.Contains(log, []byte("panic")) || h.t.Failed() {
		h.t.Logf("the server's log:\n%s", log)
	}
	if bytes.Contains(log, []byte("panic")) {
		h.t.Error("the server's log has a panic")
	}
}

// secret notes what must not be in the log, and returns it.
func (h *host) secret(what, value string) string {
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(value) < 8 {
		h.t.Fatalf("the %s is too short to be searched for: %q", what, value)
	}
	h.secrets[value] = what
	return value
}

// config is that of an SDK client with a key.
func (h *host) config(id, secret, token string) aws.Config {
	base := "http://" + h.addr
	return aws.Config{Region: region, BaseEndpoint: &base, RetryMaxAttempts: 1,
		Credentials: credentials.NewStaticCredentialsProvider(id, secret, token)}
}

func (h *host) root() aws.Config { return h.config("test", "test", "") }

// noRedirects answers redirects as they are.
var noRedirects = &http.Client{Timeout: 60 * time.Second, Transport: &http.Transport{DisableKeepAlives: true},
	CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}

// send makes a plain request; name is the Host header, "" leaves it.
func (h *host) send(method, path, name, body string, header ...string) (int, http.Header, string) {
	h.t.Helper()
	req, err := http.NewRequestWithContext(h.t.Context(), method, "http://"+h.addr+path, strings.NewReader(body))
	if err != nil {
		h.t.Fatal(err)
	}
	if name != "" {
		req.Host = name
	}
	for i := 0; i < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	return h.do(req)
}

func (h *host) do(req *http.Request) (int, http.Header, string) {
	h.t.Helper()
	resp, err := noRedirects.Do(req)
	if err != nil {
		h.t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(io.LimitReader(resp.Body, 16<<20))
	if err != nil {
		h.t.Fatal(err)
	}
	return resp.StatusCode, resp.Header, string(b)
}

// alive fails the test unless the server still answers, and at once.
func (h *host) alive() {
	h.t.Helper()
	began := time.Now()
	if status, _, body := h.send("GET", "/_gatehouse/health", "", ""); status != 200 {
		h.t.Fatalf("health: %d %s", status, body)
	}
	if took := time.Since(began); took > 5*time.Second {
		h.t.Errorf("another client waited %v", took)
	}
}

// must passes a value on, or ends the test.
func must[T any](v T, err error) func(*testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}
