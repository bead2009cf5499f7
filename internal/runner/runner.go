package runner

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"path/filepath"
	"sync"
	"sync/atomic"

	"github.com/gatehouse-dev/gatehouse/internal/clock"
	"github.com/gatehouse-dev/gatehouse/internal/ids"
	"github.com/gatehouse-dev/gatehouse/internal/runner/bootstrap"
	"github.com/gatehouse-dev/gatehouse/internal/runner/sandbox"
)

// Options configure a Runner. Only Dir is required.
type Options struct {
	// Dir is a directory for the runtimes' own files, made when missing. It may
	// lie in a directory that only Gatehouse can enter.
	Dir string
	// Log hears what is wrong with the system, never a function's output.
	Log *slog.Logger
	// Clock gives log entries their time. Functions see the machine's clock, and
	// so do their deadlines.
	Clock *clock.Clock
	// UIDBase and UIDCount are the users that functions run as when Gatehouse
	// runs as root; no one else may use them. Default: 2,000,000,000 and 2^27.
	UIDBase, UIDCount uint32
	// Endpoint, "127.0.0.1:4566", is where functions find Gatehouse in a private
	// network; Serve then gets each connection to it, and knows thereby that a
	// function calls. Both are unused where functions share the machine's network.
	Endpoint string
	Serve    func(net.Conn)
	// Node and Python name the interpreters; default: as found in PATH.
	Node, Python string
	// Mode, when set, is the only isolation to use or, with "plain", forbids it.
	Mode sandbox.Mode
}

// ErrClosed is returned once the Runner is closed.
var ErrClosed = errors.New("runner: closed")

// Runner starts instances. It is safe for concurrent use.
type Runner struct {
	options  Options
	log      *slog.Logger
	launcher *sandbox.Launcher
	machine  clock.Clock // never moved: durations and deadlines are the machine's

	probe  sync.Once
	caps   Capabilities
	groups *memoryGroups

	interpretersMu sync.Mutex
	interpreters   map[string]*interpreter

	mu        sync.Mutex
	closed    bool
	starting  sync.WaitGroup // sandboxes not yet among the instances
	instances map[*Instance]struct{}
	uids      map[uint32]struct{}

	busy       atomic.Int64
	work       chan struct{} // an instance began to work
	closing    chan struct{}
	background sync.WaitGroup
}

// New prepares a Runner. Nothing is started, and the system is not probed,
// before the first instance.
func New(o Options) (*Runner, error) {
	if o.Dir == "" {
		return nil, errors.New("runner: no directory")
	}
	dir, err := filepath.Abs(o.Dir)
	if err != nil {
		return nil, err
	}
	o.Dir = dir
	if o.UIDBase == 0 {
		o.UIDBase, o.UIDCount = 2_000_000_000, 1<<27
	}
	if o.UIDCount == 0 || o.UIDBase+o.UIDCount < o.UIDBase {
		return nil, errors.New("runner: bad range of users")
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Clock == nil {
		o.Clock = &clock.Clock{}
	}
	if err := bootstrap.Write(o.Dir); err != nil {
		return nil, fmt.Errorf("runner: writing runtimes: %w", err)
	}
	r := &Runner{
		options:      o,
		log:          o.Log,
		launcher:     sandbox.NewLauncher(),
		interpreters: map[string]*interpreter{},
		instances:    map[*Instance]struct{}{},
		uids:         map[uint32]struct{}{},
		work:         make(chan struct{}, 1),
		closing:      make(chan struct{}),
	}
	r.background.Add(1)
	go r.watchMemory()
	return r, nil
}

// OwnsUID reports whether a user is one that functions run as, of this
// Gatehouse or of another on the machine.
func (r *Runner) OwnsUID(uid uint32) bool {
	return uid >= r.options.UIDBase && uid-r.options.UIDBase < r.options.UIDCount
}

// Close stops all instances, with the grace that extensions get or until ctx is
// done, and waits until none of their processes is left.
func (r *Runner) Close(ctx context.Context) error {
	r.mu.Lock()
	if r.closed {
		r.mu.Unlock()
		return nil
	}
	r.closed = true
	r.mu.Unlock()
	r.starting.Wait()
	var all sync.WaitGroup
	for _, i := range r.list() {
		all.Go(func() { i.Stop(ctx) })
	}
	all.Wait()
	close(r.closing)
	r.background.Wait()
	r.launcher.Close()
	r.groups.close()
	return nil
}

func (r *Runner) list() []*Instance {
	r.mu.Lock()
	defer r.mu.Unlock()
	list := make([]*Instance, 0, len(r.instances))
	for i := range r.instances {
		list = append(list, i)
	}
	return list
}

// beginStart counts a start, so that Close misses no sandbox.
func (r *Runner) beginStart() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		return ErrClosed
	}
	r.starting.Add(1)
	return nil
}

func (r *Runner) add(i *Instance) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		return ErrClosed
	}
	r.instances[i] = struct{}{}
	return nil
}

func (r *Runner) remove(i *Instance) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.instances, i)
	delete(r.uids, i.uid)
}

// takeUID draws an unused user. It is random, so that two Gatehouses on one
// machine, or one and its predecessor, do not share users.
func (r *Runner) takeUID() uint32 {
	r.mu.Lock()
	defer r.mu.Unlock()
	for {
		uid := r.options.UIDBase + binary.NativeEndian.Uint32(ids.Bytes(4))%r.options.UIDCount
		if _, used := r.uids[uid]; !used {
			r.uids[uid] = struct{}{}
			return uid
		}
	}
}

func (r *Runner) returnUID(uid uint32) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.uids, uid)
}

// began and ended count instances at work, for watchMemory.
func (r *Runner) began() {
	if r.busy.Add(1) == 1 {
		select {
		case r.work <- struct{}{}:
		default:
		}
	}
}

func (r *Runner) ended() { r.busy.Add(-1) }
