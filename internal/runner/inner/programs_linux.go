package inner

import (
	"runtime"
	"sync"
	"syscall"
)

// programs are the running programs of the sandbox: runtime and extensions.
type programs struct {
	config Config

	mu    sync.Mutex
	names map[int]string // by process id
	wake  *sync.Cond     // signalled when a child was added
}

func newPrograms(c Config) *programs {
	p := &programs{config: c, names: map[int]string{}}
	p.wake = sync.NewCond(&p.mu)
	go p.reap()
	return p
}

// start runs a program on a thread of its own: what the thread gives up
// (capabilities, system calls) the program inherits and process 1 keeps. The
// thread ends with the goroutine because it stays locked.
func (p *programs) start(c Command) error {
	result := make(chan error)
	go func() {
		runtime.LockOSThread()
		result <- p.startHere(c)
	}()
	return <-result
}

func (p *programs) startHere(c Command) error {
	attr := &syscall.ProcAttr{
		Dir:   c.Dir,
		Env:   c.Env,
		Files: []uintptr{0, 1, 2},
		Sys:   &syscall.SysProcAttr{Setsid: true},
	}
	if c.Telemetry {
		attr.Files = append(attr.Files, TelemetryFD)
	}
	if !p.config.UserNS {
		id := uint32(p.config.UID)
		attr.Sys.Credential = &syscall.Credential{Uid: id, Gid: id}
	}
	if err := confine(p.config); err != nil {
		return err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	pid, err := syscall.ForkExec(c.Path, c.Args, attr)
	if err != nil {
		return err
	}
	p.names[pid] = c.Name
	p.wake.Signal()
	send(Event{Kind: KindStarted, Name: c.Name})
	return nil
}

func (p *programs) signal(name string, sig syscall.Signal) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for pid, n := range p.names {
		if n == name {
			syscall.Kill(pid, sig)
		}
	}
}

// reap collects every ended process: programs, and orphans, which fall to
// process 1.
func (p *programs) reap() {
	for {
		var status syscall.WaitStatus
		pid, err := syscall.Wait4(-1, &status, 0, nil)
		p.mu.Lock()
		switch {
		case err == syscall.ECHILD:
			// The map may already hold a program started since the call.
			if len(p.names) == 0 {
				p.wake.Wait()
			}
		case err == nil && (status.Exited() || status.Signaled()):
			if name, ok := p.names[pid]; ok {
				delete(p.names, pid)
				e := Event{Kind: KindExited, Name: name}
				if status.Signaled() {
					e.Signal = int(status.Signal())
				} else {
					e.Code = status.ExitStatus()
				}
				send(e)
			}
		}
		p.mu.Unlock()
	}
}
