// Package process runs the real program for end-to-end tests: it builds it
// once, starts servers on free ports, and ends what it started.
package process

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// Root is the repository's directory.
func Root() string {
	_, file, _, _ := runtime.Caller(0)
	return filepath.Join(filepath.Dir(file), "..", "..", "..")
}

// Binary is the program, built once for all tests of the process.
var Binary = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "gatehouse-e2e-")
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, "gatehouse")
	out, err := Command(Root(), nil, "go", "build", "-o", path, "./cmd/gatehouse")
	if err != nil {
		return "", fmt.Errorf("%w\n%s", err, out)
	}
	return path, nil
})

// Command runs a program to its end and returns what it printed.
func Command(dir string, env []string, name string, args ...string) (string, error) {
	cmd := exec.Command(name, args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), env...)
	out, err := cmd.CombinedOutput()
	if err != nil {
		err = fmt.Errorf("%s %s: %w", name, strings.Join(args, " "), err)
	}
	return string(out), err
}

// Server is a running server process.
type Server struct {
	URL     string // http://localhost:PORT
	Addr    string // 127.0.0.1:PORT
	DataDir string

	t    testing.TB
	args []string
	cmd  *exec.Cmd
	log  *bytes.Buffer
}

var readyLine = regexp.MustCompile(`is ready at (\S+) \((\S+)\)`)

// Serve starts a server with a data directory of its own and ends it with the
// test. Further arguments go to `gatehouse serve`.
func Serve(t testing.TB, args ...string) *Server {
	t.Helper()
	s := &Server{t: t, DataDir: t.TempDir(), args: args}
	s.Start("127.0.0.1:0")
	t.Cleanup(func() {
		s.Stop(syscall.SIGTERM)
		if t.Failed() {
			t.Logf("the server's log:\n%s", s.log)
		}
	})
	return s
}

// Start starts the process (again) on an address.
func (s *Server) Start(addr string) {
	s.t.Helper()
	bin, err := Binary()
	if err != nil {
		s.t.Fatal(err)
	}
	s.cmd = exec.Command(bin, append([]string{"serve", "--listen", addr, "--data", s.DataDir}, s.args...)...)
	if s.log == nil {
		s.log = new(bytes.Buffer)
	}
	s.cmd.Stderr = s.log
	stdout, err := s.cmd.StdoutPipe()
	if err != nil {
		s.t.Fatal(err)
	}
	if err := s.cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	ready := make(chan []string, 1)
	go func() {
		scan := bufio.NewScanner(stdout)
		for scan.Scan() {
			if m := readyLine.FindStringSubmatch(scan.Text()); m != nil {
				ready <- m
			}
		}
		close(ready)
	}()
	select {
	case m, ok := <-ready:
		if !ok {
			s.cmd.Wait()
			s.t.Fatalf("the server did not start:\n%s", s.log)
		}
		s.URL, s.Addr = m[1], m[2]
	case <-time.After(30 * time.Second):
		s.cmd.Process.Kill()
		s.t.Fatalf("the server was not ready in time:\n%s", s.log)
	}
}

// PID is the process.
func (s *Server) PID() int { return s.cmd.Process.Pid }

// Stop sends a signal and waits for the end. A second Stop does nothing.
func (s *Server) Stop(sig syscall.Signal) {
	if s.cmd == nil || s.cmd.ProcessState != nil {
		return
	}
	s.cmd.Process.Signal(sig)
	done := make(chan error, 1)
	go func() { done <- s.cmd.Wait() }()
	select {
	case <-done:
	case <-time.After(30 * time.Second):
		s.cmd.Process.Kill()
		<-done
		s.t.Error("the server did not end within 30 seconds")
	}
}

// Env points AWS's tools at the server, as its root user.
func (s *Server) Env() []string {
	return []string{"AWS_ENDPOINT_URL=http://" + s.Addr, "AWS_ACCESS_KEY_ID=test", "AWS_SECRET_ACCESS_KEY=test", "AWS_REGION=us-east-1",
		"AWS_DEFAULT_REGION=us-east-1", "AWS_EC2_METADATA_DISABLED=true", "AWS_PAGER=", "GATEHOUSE_ENDPOINT=http://" + s.Addr}
}
