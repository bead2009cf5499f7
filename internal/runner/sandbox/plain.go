//go:build unix

package sandbox

import (
	"errors"
	"net"
	"os/exec"
	"sync"
	"syscall"

	"github.com/gatehouse-dev/gatehouse/internal/runner/inner"
)

// startPlain returns a sandbox without a root or namespaces of its own: its
// programs are process groups, of the user Config.UID when that is set and of
// Gatehouse's own otherwise.
func startPlain(s Spec) (Sandbox, error) {
	return &unisolated{spec: s, events: make(chan inner.Event, 64), running: map[string]*exec.Cmd{}}, nil
}

type unisolated struct {
	spec   Spec
	events chan inner.Event
	all    sync.WaitGroup

	mu      sync.Mutex
	running map[string]*exec.Cmd
	first   int
	killed  bool
}

func (b *unisolated) Start(c inner.Command) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.killed {
		return errors.New("sandbox: gone")
	}
	cmd := &exec.Cmd{Path: c.Path, Args: c.Args, Env: c.Env, Dir: c.Dir, Stdout: b.spec.Output, Stderr: b.spec.Output}
	if c.Telemetry {
		cmd.ExtraFiles = append(cmd.ExtraFiles, b.spec.Telemetry)
	}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if id := uint32(b.spec.Config.UID); id != 0 {
		cmd.SysProcAttr.Credential = &syscall.Credential{Uid: id, Gid: id}
	}
	if err := cmd.Start(); err != nil {
		b.events <- inner.Event{Kind: inner.KindRefused, Name: c.Name, Error: reason(err)}
		return nil
	}
	b.running[c.Name] = cmd
	if b.first == 0 {
		b.first = cmd.Process.Pid
	}
	b.all.Add(1)
	go b.wait(c.Name, cmd)
	return nil
}

func (b *unisolated) wait(name string, cmd *exec.Cmd) {
	defer b.all.Done()
	cmd.Wait()
	b.mu.Lock()
	delete(b.running, name)
	b.mu.Unlock()
	e := inner.Event{Kind: inner.KindExited, Name: name, Code: cmd.ProcessState.ExitCode()}
	if status, ok := cmd.ProcessState.Sys().(syscall.WaitStatus); ok && status.Signaled() {
		e.Code, e.Signal = 0, int(status.Signal())
	}
	b.events <- e
}

func (b *unisolated) Signal(name string, sig syscall.Signal) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if cmd := b.running[name]; cmd != nil {
		return syscall.Kill(cmd.Process.Pid, sig)
	}
	return nil
}

func (b *unisolated) Events() <-chan inner.Event { return b.events }
func (b *unisolated) Listeners() []net.Listener  { return nil }
func (b *unisolated) Lacks() []string            { return nil }

func (b *unisolated) PID() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.first
}

func (b *unisolated) Kill() {
	b.mu.Lock()
	again := b.killed
	b.killed = true
	for _, cmd := range b.running {
		syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
	}
	b.mu.Unlock()
	b.all.Wait()
	if !again {
		close(b.events)
	}
}

// reason is the system's own word for why a program cannot start.
func reason(err error) string {
	if errno, ok := errors.AsType[syscall.Errno](err); ok {
		return errno.Error()
	}
	return err.Error()
}
