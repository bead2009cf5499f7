package rapi

import (
	"context"
	"errors"
	"net"
	"sync"
	"time"
)

// Errors of API.
var (
	ErrClosed  = errors.New("rapi: closed")
	ErrNotIdle = errors.New("rapi: the runtime is not waiting for an invocation")
)

// InitError is a runtime's or an extension's own report that it cannot start.
type InitError struct {
	Type    string // "Runtime.ImportModuleError", "Extension.InitError", ...
	Payload []byte // the error document, may be empty
}

func (e *InitError) Error() string { return "rapi: initialisation failed: " + e.Type }

// Config is what extensions are told about the function, and who they may be.
type Config struct {
	FunctionName, FunctionVersion, Handler, AccountID string
	Extensions                                        []string // names of the external extensions, which must register
	NewID                                             func() string
}

// API is one sandbox's Runtime and Extensions API. It is safe for concurrent
// use; at most one invocation is under way.
type API struct {
	config Config

	mu         sync.Mutex
	conns      map[*conn]struct{}
	closed     bool
	initDone   bool // the runtime asked for its first invocation
	initError  *InitError
	parked     *conn // the connection on which the runtime waits
	current    *Invocation
	answered   bool // current was answered
	streaming  bool // current is being answered
	extensions []*extension
	ending     *reply        // the SHUTDOWN event, once it was sent
	changed    chan struct{} // closed when waiters should look again; nil without any
}

// New returns the API of a sandbox about to start.
func New(config Config) *API {
	a := &API{config: config, conns: map[*conn]struct{}{}}
	for _, name := range config.Extensions {
		a.extensions = append(a.extensions, &extension{name: name, external: true})
	}
	return a
}

// acceptPause is the wait after a failed accept: out of descriptors, mostly.
const acceptPause = 5 * time.Millisecond

// Serve accepts connections until the listener closes. admit says whether a
// connection comes from the sandbox; the others are closed unheard.
func (a *API) Serve(l net.Listener, admit func(net.Conn) bool) {
	for {
		c, err := l.Accept()
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil {
			time.Sleep(acceptPause)
			continue
		}
		if !admit(c) {
			c.Close()
			continue
		}
		go a.ServeConn(c)
	}
}

// Close ends all connections. Who waits gets ErrClosed.
func (a *API) Close() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.closed = true
	for c := range a.conns {
		c.net.Close()
	}
	a.broadcast()
}

// Idle waits until runtime and extensions all wait for an event. It returns an
// *InitError when one of them reported that it cannot start.
func (a *API) Idle(ctx context.Context) error {
	return a.wait(ctx, a.idleLocked)
}

// Registered waits until all external extensions have registered.
func (a *API) Registered(ctx context.Context) error {
	return a.wait(ctx, func() bool {
		for _, e := range a.extensions {
			if e.external && e.id == "" {
				return false
			}
		}
		return true
	})
}

func (a *API) wait(ctx context.Context, done func() bool) error {
	for {
		a.mu.Lock()
		switch {
		case a.closed:
			a.mu.Unlock()
			return ErrClosed
		case a.initError != nil:
			a.mu.Unlock()
			return a.initError
		case done():
			a.mu.Unlock()
			return nil
		}
		if a.changed == nil {
			a.changed = make(chan struct{})
		}
		changed := a.changed
		a.mu.Unlock()
		select {
		case <-changed:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// IsIdle reports whether an invocation could be delivered now.
func (a *API) IsIdle() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return !a.closed && a.initError == nil && a.idleLocked()
}

func (a *API) idleLocked() bool {
	if a.parked == nil {
		return false
	}
	for _, e := range a.extensions {
		if e.holdsBack() {
			return false
		}
	}
	return true
}

// Deliver hands an invocation to the runtime and the extensions that asked for
// INVOKE. It fails with ErrNotIdle, ErrClosed or the network's error; then the
// function has not seen the invocation, or its sandbox is broken.
func (a *API) Deliver(inv *Invocation) error {
	a.mu.Lock()
	if a.closed {
		a.mu.Unlock()
		return ErrClosed
	}
	if a.initError != nil || !a.idleLocked() {
		a.mu.Unlock()
		return ErrNotIdle
	}
	c := a.parked
	a.parked, a.current, a.answered, a.streaming = nil, inv, false, false
	var listeners []*conn
	for _, e := range a.extensions {
		if e.invoke && e.parked != nil {
			listeners = append(listeners, e.parked)
			e.parked = nil
		}
	}
	a.mu.Unlock()
	if len(listeners) > 0 {
		event := invokeEvent(inv, a.config.NewID())
		for _, l := range listeners {
			l.write(event)
		}
	}
	return c.deliver(inv)
}

// broadcast wakes all waiters. The lock is held.
func (a *API) broadcast() {
	if a.changed != nil {
		close(a.changed)
		a.changed = nil
	}
}
