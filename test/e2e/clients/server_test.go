//go:build e2e

package clients

import (
	"bufio"
	"bytes"
	"fmt"
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
)

// binary is the built server; TestMain sets it.
var binary = sync.OnceValues(func() (string, error) {
	file := filepath.Join(os.Getenv(workDir), "gatehouse")
	out, err := exec.Command("go", "build", "-o", file, "../../../cmd/gatehouse").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("go build: %w\n%s", err, out)
	}
	return file, nil
})

const workDir = "GATEHOUSE_CLIENTS_DIR"

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "gatehouse-clients-")
	if err == nil {
		err = os.Setenv(workDir, dir)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	code := m.Run()
	os.RemoveAll(dir)
	os.Exit(code)
}

var readyLine = regexp.MustCompile(`is ready at (http://\S+) `)

// startServer runs a server with a data directory of its own until the test
// ends, and returns its URL.
func startServer(t testing.TB, env ...string) string {
	t.Helper()
	file, err := binary()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(file, "serve", "--listen", "127.0.0.1:0", "--data", t.TempDir())
	cmd.Env = append(os.Environ(), env...)
	var log bytes.Buffer
	cmd.Stderr = &log
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cmd.Process.Signal(syscall.SIGTERM)
		stop := time.AfterFunc(20*time.Second, func() { cmd.Process.Kill() })
		defer stop.Stop()
		if err := cmd.Wait(); err != nil {
			t.Errorf("the server ended with %v\n%s", err, log.Bytes())
		}
		if t.Failed() || strings.Contains(log.String(), "panic") {
			t.Logf("the server's log:\n%s", log.Bytes())
		}
	})
	line, err := bufio.NewReader(out).ReadString('\n')
	m := readyLine.FindStringSubmatch(line)
	if m == nil {
		t.Fatalf("the server does not start: %q, %v\n%s", line, err, log.Bytes())
	}
	return m[1]
}

// post sends a JSON body to one of Gatehouse's own endpoints.
func post(endpoint, path, body string) error {
	resp, err := http.Post(endpoint+path, "application/json", strings.NewReader(body))
	if err != nil {
		return err
	}
	resp.Body.Close()
	if resp.StatusCode/100 != 2 {
		return fmt.Errorf("%s answers %s", path, resp.Status)
	}
	return nil
}
