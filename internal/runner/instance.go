package runner

import (
	"context"
	"fmt"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/gatehouse-dev/gatehouse/internal/runner/inner"
	"github.com/gatehouse-dev/gatehouse/internal/runner/rapi"
	"github.com/gatehouse-dev/gatehouse/internal/runner/sandbox"
)

const (
	extensionPrefix = "extension/"

	// deathGrace is how long an answer may lag behind the news that the runtime
	// ended: they come by different sockets.
	deathGrace = 20 * time.Millisecond
	// shutdownGrace is what extensions get to end ("Extensions API", Shutdown
	// phase): 2 s with external ones, of which the runtime has the first 300 ms.
	shutdownGrace = 2 * time.Second
	runtimeGrace  = 300 * time.Millisecond
)

// Instance is one warm sandbox of a function. It serves one invocation at a
// time; its methods may be called by any goroutine.
type Instance struct {
	runner   *Runner
	spec     *Spec
	isolated bool
	program  program
	uid      uint32 // of its processes; 0 when it has none of its own
	expires  time.Time
	group    *memoryGroup
	box      sandbox.Sandbox
	api      *rapi.API
	journal  *journal

	apiListener  net.Listener
	apiAddress   string
	initDuration time.Duration

	serving    sync.Mutex // held during an invocation
	invoked    bool       // the cold start was reported
	working    atomic.Bool
	peakMemory atomic.Int64
	sampled    atomic.Int64 // when memory was last looked at, Unix nanoseconds

	gone      chan struct{} // closed when the runtime, or what it needs, ended
	goneOnce  sync.Once
	exitMu    sync.Mutex
	exit      *inner.Event
	extExited chan string
	killOnce  sync.Once
	endOnce   sync.Once
}

// Stream is the name of the instance's log stream.
func (i *Instance) Stream() string { return i.journal.stream }

// InitDuration is how long the start took.
func (i *Instance) InitDuration() time.Duration { return i.initDuration }

// UID is the user that the instance's processes run as; ok is false when that
// is not a user of their own.
func (i *Instance) UID() (uid uint32, ok bool) { return i.uid, i.uid != 0 }

// Expires is when the instance's credentials end; zero when they do not.
func (i *Instance) Expires() time.Time { return i.expires }

// Alive reports whether the instance can serve another invocation.
func (i *Instance) Alive() bool {
	select {
	case <-i.gone:
		return false
	default:
		return true
	}
}

// supervise follows the sandbox until it is gone.
func (i *Instance) supervise() {
	for e := range i.box.Events() {
		switch e.Kind {
		case inner.KindExited, inner.KindRefused:
			if name, ok := strings.CutPrefix(e.Name, extensionPrefix); ok {
				select {
				case i.extExited <- name:
				default:
				}
			}
			i.ended(e)
		}
	}
	i.ended(inner.Event{Kind: inner.KindExited, Name: runtimeName, Signal: int(syscall.SIGKILL)})
}

// ended notes the first end of a program: after it the instance is of no use.
func (i *Instance) ended(e inner.Event) {
	i.exitMu.Lock()
	if i.exit == nil {
		i.exit = &e
	}
	i.exitMu.Unlock()
	i.goneOnce.Do(func() { close(i.gone) })
}

// exitCause says how the instance ended, as AWS types and words it.
func (i *Instance) exitCause() (errorType, message string) {
	i.exitMu.Lock()
	defer i.exitMu.Unlock()
	e := i.exit
	if e == nil {
		return "Runtime.ExitError", "Runtime exited without providing a reason"
	}
	status := fmt.Sprintf("exit status %d", e.Code)
	if e.Signal != 0 {
		status = "signal: " + syscall.Signal(e.Signal).String()
	}
	name, extension := strings.CutPrefix(e.Name, extensionPrefix)
	switch {
	case extension && e.Kind == inner.KindRefused:
		return "Extension.LaunchError", "Error: failed to launch extension " + name
	case extension:
		return "Extension.Crash", "Error: " + status
	case e.Kind == inner.KindRefused:
		return "Runtime.InvalidEntrypoint", i.entrypointError(e.Error)
	case e.Signal == 0 && e.Code == 0:
		return "Runtime.ExitError", "Error: Runtime exited without providing a reason"
	}
	return "Runtime.ExitError", "Error: Runtime exited with error: " + status
}

func (i *Instance) entrypointError(reason string) string {
	if runtimes[i.spec.Runtime] != familyProvided {
		return "Error: " + reason
	}
	if reason == syscall.ENOENT.Error() {
		return "Error: Couldn't find valid bootstrap(s): [/var/task/bootstrap /opt/bootstrap]"
	}
	return "Error: fork/exec " + i.program.path + ": " + reason
}

// kill ends all processes of the instance.
func (i *Instance) kill() {
	i.killOnce.Do(func() {
		i.box.Kill()
		i.journal.childrenStarted()
		i.apiListener.Close()
		i.api.Close()
	})
}

// finish lets go of everything after kill, once the output is read.
func (i *Instance) finish() {
	i.endOnce.Do(func() {
		<-i.gone
		i.journal.finish()
		i.journal.close()
		i.group.remove()
		i.runner.remove(i)
	})
}

// Stop ends the instance. Extensions are told first and get up to two seconds,
// less when ctx ends earlier; a runtime alone is killed, as on AWS.
func (i *Instance) Stop(ctx context.Context) {
	i.stop(ctx, "spindown")
}

func (i *Instance) stop(ctx context.Context, reason string) {
	if i.Alive() && i.api.HasExtensions() {
		ctx, cancel := context.WithTimeout(ctx, shutdownGrace)
		defer cancel()
		i.shutdown(ctx, reason)
	}
	i.kill()
	i.finish()
}

func (i *Instance) shutdown(ctx context.Context, reason string) {
	i.box.Signal(runtimeName, syscall.SIGTERM)
	select {
	case <-i.gone:
	case <-time.After(runtimeGrace):
		i.box.Signal(runtimeName, syscall.SIGKILL)
	case <-ctx.Done():
	}
	deadline, _ := ctx.Deadline()
	for left := i.api.Shutdown(reason, deadline); left > 0; left-- {
		select {
		case <-i.extExited:
		case <-ctx.Done():
			return
		}
	}
}
