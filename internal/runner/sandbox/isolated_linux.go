package sandbox

import (
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"runtime"
	"sync"
	"syscall"
	"time"

	"github.com/gatehouse-dev/gatehouse/internal/runner/inner"
)

// setupLimit bounds how long process 1 may take to build its root.
const setupLimit = 20 * time.Second

// Launcher starts sandboxes. Their first processes are children of one thread,
// which lives as long as the launcher: Linux ends them when the thread ends.
type Launcher struct {
	jobs   chan func()
	closed chan struct{}
	once   sync.Once
}

// NewLauncher returns a launcher; Close it when no sandbox is left.
func NewLauncher() *Launcher {
	l := &Launcher{jobs: make(chan func()), closed: make(chan struct{})}
	go func() {
		runtime.LockOSThread()
		for {
			select {
			case job := <-l.jobs:
				job()
			case <-l.closed:
				return
			}
		}
	}()
	return l
}

// Close ends the launcher and with it every sandbox that it started.
func (l *Launcher) Close() { l.once.Do(func() { close(l.closed) }) }

// Start starts a sandbox and waits until its root stands.
func (l *Launcher) Start(s Spec) (Sandbox, error) {
	if s.Mode == ModePlain {
		return startPlain(s)
	}
	ours, theirs, err := controlPair()
	if err != nil {
		return nil, err
	}
	defer theirs.Close()
	cmd := &exec.Cmd{
		Path:       "/proc/self/exe",
		Args:       []string{inner.Marker},
		Env:        []string{"GOMAXPROCS=1", "GOTRACEBACK=none"},
		Dir:        "/",
		Stdout:     s.Output,
		Stderr:     s.Output,
		ExtraFiles: []*os.File{theirs, s.Telemetry},
	}
	cmd.SysProcAttr = attributes(s)
	started := make(chan error, 1)
	select {
	case l.jobs <- func() { started <- cmd.Start() }:
	case <-l.closed:
		started <- errors.New("the launcher is closed")
	}
	if err := <-started; err != nil {
		ours.Close()
		return nil, fmt.Errorf("starting the sandbox: %w", err)
	}
	box := &isolated{cmd: cmd, control: ours, events: make(chan inner.Event, 16), gone: make(chan struct{})}
	go func() {
		cmd.Wait()
		close(box.gone)
	}()
	if err := box.prepare(s); err != nil {
		box.Kill()
		return nil, err
	}
	go box.read()
	return box, nil
}

func attributes(s Spec) *syscall.SysProcAttr {
	attr := &syscall.SysProcAttr{
		Cloneflags: syscall.CLONE_NEWNS | syscall.CLONE_NEWPID | syscall.CLONE_NEWIPC | syscall.CLONE_NEWUTS,
		Pdeathsig:  syscall.SIGKILL,
		Setsid:     true,
	}
	if s.Mode == ModeUser {
		id := s.Config.UID
		attr.Cloneflags |= syscall.CLONE_NEWUSER | syscall.CLONE_NEWNET
		attr.UidMappings = []syscall.SysProcIDMap{{ContainerID: id, HostID: os.Getuid(), Size: 1}}
		attr.GidMappings = []syscall.SysProcIDMap{{ContainerID: id, HostID: os.Getgid(), Size: 1}}
		// What process 1 needs to build the root; executing would drop the rest.
		attr.AmbientCaps = []uintptr{1 /* dac_override */, 8 /* setpcap */, 12 /* net_admin */, 21 /* sys_admin */, 24 /* sys_resource */}
	}
	return attr
}

func controlPair() (*net.UnixConn, *os.File, error) {
	fds, err := syscall.Socketpair(syscall.AF_UNIX, syscall.SOCK_SEQPACKET|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, nil, err
	}
	near, far := os.NewFile(uintptr(fds[0]), "control"), os.NewFile(uintptr(fds[1]), "control")
	defer near.Close() // FileConn has its own copy
	c, err := net.FileConn(near)
	if err != nil {
		far.Close()
		return nil, nil, err
	}
	return c.(*net.UnixConn), far, nil
}

type isolated struct {
	cmd       *exec.Cmd
	control   *net.UnixConn
	events    chan inner.Event
	listeners []net.Listener
	lacks     []string
	gone      chan struct{} // closed when process 1 was collected
}

func (b *isolated) prepare(s Spec) error {
	if s.Admit != nil {
		if err := s.Admit(b.cmd.Process.Pid); err != nil {
			return err
		}
	}
	b.control.SetDeadline(time.Now().Add(setupLimit))
	defer b.control.SetDeadline(time.Time{})
	if err := b.send(s.Config); err != nil {
		return err
	}
	e, err := b.receive()
	if err != nil {
		return fmt.Errorf("the sandbox ended while it was prepared: %w", err)
	}
	if e.Kind != inner.KindReady {
		return errors.New(e.Error)
	}
	if len(b.listeners) != len(s.Config.Listen) {
		return errors.New("the sandbox sent no listeners")
	}
	b.lacks = e.Lacks
	return nil
}

func (b *isolated) send(v any) error {
	data, err := json.Marshal(v)
	if err != nil {
		return err
	}
	if len(data) > inner.MaxMessage {
		return fmt.Errorf("message of %d bytes to the sandbox is too long", len(data))
	}
	_, err = b.control.Write(data)
	return err
}

func (b *isolated) receive() (inner.Event, error) {
	var e inner.Event
	data, rights := make([]byte, 16<<10), make([]byte, 256)
	n, rn, _, _, err := b.control.ReadMsgUnix(data, rights)
	if err != nil {
		return e, err
	}
	if n == 0 {
		return e, net.ErrClosed
	}
	if rn > 0 {
		if err := b.takeListeners(rights[:rn]); err != nil {
			return e, err
		}
	}
	return e, json.Unmarshal(data[:n], &e)
}

func (b *isolated) takeListeners(rights []byte) error {
	messages, err := syscall.ParseSocketControlMessage(rights)
	if err != nil {
		return err
	}
	for i := range messages {
		fds, err := syscall.ParseUnixRights(&messages[i])
		if err != nil {
			return err
		}
		for _, fd := range fds {
			syscall.CloseOnExec(fd)
			f := os.NewFile(uintptr(fd), "listener")
			l, err := net.FileListener(f)
			f.Close()
			if err != nil {
				return err
			}
			b.listeners = append(b.listeners, l)
		}
	}
	return nil
}

func (b *isolated) read() {
	defer close(b.events)
	for {
		e, err := b.receive()
		if err != nil {
			return
		}
		b.events <- e
	}
}

func (b *isolated) Start(c inner.Command) error { return b.send(c) }

func (b *isolated) Signal(name string, sig syscall.Signal) error {
	return b.send(inner.Command{Name: name, Signal: int(sig)})
}

func (b *isolated) Events() <-chan inner.Event { return b.events }
func (b *isolated) Listeners() []net.Listener  { return b.listeners }
func (b *isolated) Lacks() []string            { return b.lacks }
func (b *isolated) PID() int                   { return b.cmd.Process.Pid }

// Kill ends process 1; the kernel ends the others with it, and process 1 is
// collected only after them.
func (b *isolated) Kill() {
	b.cmd.Process.Kill()
	<-b.gone
	b.control.Close()
	for _, l := range b.listeners {
		l.Close()
	}
}
