package inner

import (
	"encoding/json"
	"os"
	"runtime"
	"syscall"
)

func init() {
	if len(os.Args) == 0 || os.Args[0] != Marker {
		return
	}
	runtime.LockOSThread()
	run()
	os.Exit(0)
}

// run is process 1's life: build the root, then obey until the socket closes.
func run() {
	keepDescriptors()
	// Gatehouse's own may be stricter, and would close the root's directories to
	// the function's user; or laxer. Lambda's is this one.
	syscall.Umask(0o022)
	var config Config
	if !receive(&config) {
		return
	}
	ready := Event{Kind: KindReady}
	lacks, err := build(config)
	ready.Lacks = lacks
	var listeners []int
	if err == nil && len(config.Listen) > 0 {
		listeners, err = listenAll(config.Listen)
	}
	if err != nil {
		send(Event{Kind: KindFailed, Error: err.Error()})
		return
	}
	sendWith(ready, listeners)
	for _, fd := range listeners {
		syscall.Close(fd)
	}
	programs := newPrograms(config)
	for {
		var command Command
		if !receive(&command) {
			return
		}
		if command.Signal != 0 {
			programs.signal(command.Name, syscall.Signal(command.Signal))
			continue
		}
		if err := programs.start(command); err != nil {
			send(Event{Kind: KindRefused, Name: command.Name, Error: err.Error()})
		}
	}
}

const (
	sysCloseRange     = 436 // the same on every architecture
	closeRangeCloexec = 4
	maxDescriptor     = 1<<31 - 1
)

// keepDescriptors keeps every descriptor but the standard ones from programs:
// the socket to Gatehouse, and whatever Gatehouse itself inherited from the
// shell or the supervisor that started it.
func keepDescriptors() {
	_, _, errno := syscall.RawSyscall(sysCloseRange, ControlFD, maxDescriptor, closeRangeCloexec)
	if errno == 0 {
		return
	}
	// Before Linux 5.11. Descriptors are small numbers: the limit on open files
	// bounds them.
	for fd := ControlFD; fd < 1<<16; fd++ {
		syscall.CloseOnExec(fd)
	}
}

// receive reads one message; false means that Gatehouse is gone.
func receive(v any) bool {
	buffer := make([]byte, MaxMessage)
	for {
		n, err := syscall.Read(ControlFD, buffer)
		if err == syscall.EINTR {
			continue
		}
		return err == nil && n > 0 && json.Unmarshal(buffer[:n], v) == nil
	}
}

func send(e Event) { sendWith(e, nil) }

func sendWith(e Event, fds []int) {
	data, err := json.Marshal(e)
	if err != nil {
		return
	}
	var rights []byte
	if len(fds) > 0 {
		rights = syscall.UnixRights(fds...)
	}
	for syscall.Sendmsg(ControlFD, data, rights, nil, 0) == syscall.EINTR {
	}
}
