package sandbox

import (
	"net"
	"os"
	"syscall"

	"github.com/gatehouse-dev/gatehouse/internal/runner/inner"
)

// Mode is how a sandbox is isolated.
type Mode string

const (
	ModeRoot  Mode = "root"           // namespaces and a user of its own
	ModeUser  Mode = "user-namespace" // namespaces owned by Gatehouse's own user, private network
	ModePlain Mode = "plain"          // no isolation
)

// Spec is what a sandbox is made of.
type Spec struct {
	Mode   Mode
	Config inner.Config
	// Output receives stdout and stderr of all programs, Telemetry the framed
	// records of the runtime. Both are inherited; the caller keeps its copies.
	Output, Telemetry *os.File
	// Admit, when set, is called with the process id of the sandbox's first
	// process before anything else runs in it (to put it into a cgroup).
	Admit func(pid int) error
}

// Sandbox is a running sandbox. Its methods may be called by any goroutine.
type Sandbox interface {
	// Start starts a program; what becomes of it comes by Events.
	Start(inner.Command) error
	// Signal signals a program by name; an ended one is no error.
	Signal(name string, sig syscall.Signal) error
	// Events delivers what happens, until the sandbox is gone; then it closes.
	// Someone has to read it.
	Events() <-chan inner.Event
	// Listeners are those asked for by Config.Listen.
	Listeners() []net.Listener
	// Lacks names protections that the system could not give.
	Lacks() []string
	// PID is the process whose descendants are the sandbox's processes.
	PID() int
	// Kill ends every process at once. It returns when they are gone.
	Kill()
}
