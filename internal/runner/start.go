package runner

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gatehouse-dev/gatehouse/internal/ids"
	"github.com/gatehouse-dev/gatehouse/internal/runner/inner"
	"github.com/gatehouse-dev/gatehouse/internal/runner/peer"
	"github.com/gatehouse-dev/gatehouse/internal/runner/rapi"
	"github.com/gatehouse-dev/gatehouse/internal/runner/sandbox"
)

// InitLimit is how long a function may take to start before its first
// invocation ("Lambda execution environment", Init phase).
const InitLimit = 10 * time.Second

// Limits inside a sandbox ("Lambda quotas").
const (
	maxProcesses = 1024
	maxOpenFiles = 1024
	// groupSlack is what the control group may hold beyond the function's
	// memory and its /tmp: process 1, the kernel's own use.
	groupSlack = 48 << 20
)

// insideUID is the user that a function sees itself as in a user namespace.
const insideUID = 993

// privateAPI is where the Runtime API listens in a private network: AWS's port.
const privateAPI = "127.0.0.1:9001"

// systemPaths are what programs need of the host, bound read-only: programs,
// libraries, certificates, name resolution. Nothing in them is Gatehouse's.
var systemPaths = []string{
	"/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32", "/usr",
	"/etc/ssl", "/etc/pki", "/etc/ca-certificates", "/etc/ca-certificates.conf", "/etc/crypto-policies",
	"/etc/resolv.conf", "/etc/hosts", "/etc/nsswitch.conf", "/etc/host.conf", "/etc/gai.conf",
	"/etc/services", "/etc/protocols", "/etc/mime.types", "/etc/localtime", "/etc/timezone",
	"/etc/ld.so.cache", "/etc/ld.so.conf", "/etc/ld.so.conf.d", "/etc/alternatives",
	"/nix/store", "/gnu/store",
}

const runtimeName = "runtime"

// Start starts an instance and waits until its runtime asks for work. A *Fault
// says that the function itself failed; any other error, that it could not be
// tried. limit bounds the initialisation; 0 means InitLimit.
func (r *Runner) Start(ctx context.Context, spec *Spec, limit time.Duration) (*Instance, error) {
	if err := spec.check(); err != nil {
		return nil, err
	}
	if limit == 0 {
		limit = InitLimit
	}
	i, err := r.prepare(ctx, spec)
	if err != nil {
		return nil, err
	}
	started := r.machine.Now()
	i.working.Store(true)
	r.began()
	fault, err := i.initialise(ctx, limit)
	i.initDuration = r.machine.Now().Sub(started)
	i.working.Store(false)
	r.ended()
	if fault == nil && err == nil {
		i.sampleMemory()
		return i, nil
	}
	if fault != nil {
		i.api.Shutdown("failure", r.machine.Now().Add(shutdownGrace))
		fault.InitDuration = i.initDuration
		fault.Stream = i.journal.stream
		err = fault
	}
	i.kill()
	i.finish()
	if fault != nil {
		i.logInitReport(fault)
		fault.UsedMB = i.usedMB()
	}
	return nil, err
}

// prepare makes a sandbox in which nothing of the function runs yet.
func (r *Runner) prepare(ctx context.Context, spec *Spec) (*Instance, error) {
	if err := r.beginStart(); err != nil {
		return nil, err
	}
	defer r.starting.Done()
	caps := r.Capabilities()
	i := &Instance{
		runner:    r,
		spec:      spec,
		isolated:  caps.Mode != sandbox.ModePlain,
		gone:      make(chan struct{}),
		extExited: make(chan string, 16),
	}
	creds, err := i.credentials(ctx)
	if err != nil {
		return nil, err
	}
	stream := logStream(r.options.Clock.Now(), spec.Version)
	if i.journal, err = newJournal(spec.Logs, stream, r.options.Clock.Now); err != nil {
		return nil, err
	}
	program, err := r.program(spec, i.isolated)
	if err != nil {
		i.journal.close()
		return nil, err
	}
	if caps.OwnUsers {
		i.uid = r.takeUID()
	}
	if err := i.open(program, caps); err != nil {
		i.journal.close()
		r.returnUID(i.uid)
		return nil, fmt.Errorf("runner: %w", err)
	}
	if i.isolated {
		i.journal.childrenStarted() // process 1 has its copy
	}
	go i.journal.follow()
	i.program = program
	i.program.creds = creds
	go i.supervise()
	if err := r.add(i); err != nil {
		i.kill()
		i.finish()
		return nil, err
	}
	return i, nil
}

func (i *Instance) credentials(ctx context.Context) (Credentials, error) {
	if i.spec.Credentials == nil {
		return Credentials{}, nil
	}
	creds, err := i.spec.Credentials(ctx)
	if err != nil {
		return Credentials{}, fmt.Errorf("runner: credentials of the function's role: %w", err)
	}
	i.expires = creds.Expires
	return creds, nil
}

func logStream(now time.Time, version string) string {
	return now.Format("2006/01/02") + "/[" + version + "]" + ids.Hex(16)
}

// program is how a function's runtime is started.
type program struct {
	paths   paths
	path    string
	args    []string
	bin     string // directory of the interpreter when PATH lacks it
	binds   []inner.Bind
	version string // for INIT_START
	creds   Credentials
}

func (r *Runner) program(spec *Spec, isolated bool) (program, error) {
	p := program{paths: insidePaths}
	runtimeDir := filepath.Join(r.options.Dir, "runtime")
	if !isolated {
		p.paths = paths{task: spec.TaskDir, opt: filepath.Join(runtimeDir, "none"), runtime: runtimeDir}
		switch len(spec.Layers) {
		case 0:
		case 1:
			p.paths.opt = spec.Layers[0]
		default:
			return p, fmt.Errorf("%w: several layers can only be merged where functions are isolated", ErrSpec)
		}
	}
	name := strings.TrimSuffix(spec.Runtime, ".x")
	switch runtimes[spec.Runtime] {
	case familyProvided:
		p.path = p.paths.task + "/bootstrap"
		if _, err := os.Stat(filepath.Join(spec.TaskDir, "bootstrap")); err != nil && len(spec.Layers) > 0 {
			p.path = p.paths.opt + "/bootstrap"
		}
		p.args = []string{p.path}
		p.version = name
		return p, nil
	case familyNode:
		node, err := r.interpreterFor(spec.Runtime)
		if err != nil {
			return p, err
		}
		p.path, p.bin, p.binds = node.path, node.bin(), slices.Clone(node.binds)
		p.args = []string{"node", "--max-old-space-size=" + strconv.Itoa(spec.MemoryMB*9/10), p.paths.runtime + "/node/index.cjs"}
		p.version = "nodejs:" + node.version
	case familyPython:
		python, err := r.interpreterFor(spec.Runtime)
		if err != nil {
			return p, err
		}
		p.path, p.bin, p.binds = python.path, python.bin(), slices.Clone(python.binds)
		p.args = []string{python.path, "-B", p.paths.runtime + "/python/bootstrap.py"}
		p.version = "python:" + python.version
	}
	p.binds = append(p.binds, inner.Bind{Source: runtimeDir, Target: insidePaths.runtime})
	return p, nil
}

// open starts the sandbox and the API that belongs to it.
func (i *Instance) open(p program, caps Capabilities) error {
	r, spec := i.runner, i.spec
	external := i.externalExtensions()
	i.api = rapi.New(rapi.Config{
		FunctionName: spec.Name, FunctionVersion: spec.Version, Handler: spec.Handler, AccountID: spec.AccountID,
		Extensions: external, NewID: ids.UUID,
	})
	s := sandbox.Spec{
		Mode:      caps.Mode,
		Output:    i.journal.write,
		Telemetry: i.journal.write,
		Config: inner.Config{
			UID: int(i.uid), TmpMB: spec.tmpMB(), Hostname: "localhost",
			System: systemPaths, Layers: spec.Layers,
			Binds:     append([]inner.Bind{{Source: spec.TaskDir, Target: insidePaths.task}}, p.binds...),
			Processes: maxProcesses, OpenFiles: maxOpenFiles,
		},
	}
	if caps.Mode == sandbox.ModeUser {
		s.Config.UID, s.Config.UserNS = insideUID, true
		s.Config.Listen = []string{privateAPI}
		if r.options.Endpoint != "" && r.options.Serve != nil {
			s.Config.Listen = append(s.Config.Listen, r.options.Endpoint)
		}
	}
	if r.groups != nil {
		s.Admit = func(pid int) (err error) {
			i.group, err = r.groups.add(pid, int64(spec.MemoryMB+spec.tmpMB())<<20+groupSlack)
			return err
		}
	}
	box, err := r.launcher.Start(s)
	if err != nil {
		i.group.remove()
		return err
	}
	i.box = box
	if err := i.listen(caps.Mode); err != nil {
		box.Kill()
		i.group.remove()
		return err
	}
	return nil
}

// listen opens the Runtime API to the instance and to nobody else.
func (i *Instance) listen(mode sandbox.Mode) error {
	if mode == sandbox.ModeUser {
		// The listeners are in the instance's own network: who connects is in it.
		listeners := i.box.Listeners()
		i.apiListener, i.apiAddress = listeners[0], privateAPI
		go i.api.Serve(listeners[0], func(net.Conn) bool { return true })
		if len(listeners) > 1 {
			go serveEach(listeners[1], i.runner.options.Serve)
		}
		return nil
	}
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		return err
	}
	i.apiListener, i.apiAddress = l, l.Addr().String()
	admit := func(c net.Conn) bool {
		uid, ok := peer.UID(addrPort(c.LocalAddr()), addrPort(c.RemoteAddr()))
		return ok && uid == i.uid
	}
	if i.uid == 0 {
		// Functions are Gatehouse's own user: there is nobody to tell apart.
		admit = func(net.Conn) bool { return true }
	}
	go i.api.Serve(l, admit)
	return nil
}

// acceptPause is the wait after a failed accept: out of descriptors, mostly.
const acceptPause = 5 * time.Millisecond

func serveEach(l net.Listener, serve func(net.Conn)) {
	for {
		c, err := l.Accept()
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil {
			time.Sleep(acceptPause)
			continue
		}
		go serve(c)
	}
}

func addrPort(a net.Addr) netip.AddrPort {
	if tcp, ok := a.(*net.TCPAddr); ok {
		return tcp.AddrPort()
	}
	return netip.AddrPort{}
}

// externalExtensions lists the programs in extensions/ of the layers.
func (i *Instance) externalExtensions() []string {
	var names []string
	for _, layer := range i.spec.Layers {
		entries, _ := os.ReadDir(filepath.Join(layer, "extensions"))
		for _, e := range entries {
			if info, err := e.Info(); err == nil && info.Mode().IsRegular() && !slices.Contains(names, e.Name()) {
				names = append(names, e.Name())
			}
		}
	}
	slices.Sort(names)
	return names
}

// initialise starts the extensions, then the runtime, and waits until all of
// them want an event.
func (i *Instance) initialise(ctx context.Context, limit time.Duration) (*Fault, error) {
	i.journal.platform("INIT_START Runtime Version: " + i.program.version)
	ctx, cancel := context.WithTimeoutCause(ctx, limit, errInitLimit)
	defer cancel()
	ctx, died := context.WithCancelCause(ctx)
	defer died(nil)
	stop := make(chan struct{})
	defer close(stop)
	go func() {
		select {
		case <-i.gone:
			time.Sleep(deathGrace) // a report may still be on its way
			died(errDied)
		case <-stop:
		}
	}()
	err := i.startPrograms(ctx)
	if err == nil {
		err = i.api.Idle(ctx)
	}
	if err == nil {
		return nil, nil
	}
	if failed, ok := errors.AsType[*rapi.InitError](err); ok {
		return &Fault{Type: failed.Type, Payload: failed.Payload}, nil
	}
	switch cause := context.Cause(ctx); {
	case cause == errInitLimit:
		return &Fault{Type: "Sandbox.Timedout", TimedOut: true}, nil
	case cause == errDied || errors.Is(err, rapi.ErrClosed):
		kind, message := i.exitCause()
		return &Fault{Type: kind, Message: message}, nil
	}
	return nil, err
}

var (
	errInitLimit = errors.New("runner: initialisation took too long")
	errDied      = errors.New("runner: the runtime ended")
)

func (i *Instance) startPrograms(ctx context.Context) error {
	p := i.program
	extensions := i.externalExtensions()
	if len(extensions) > 0 {
		env, err := i.environ(true)
		if err != nil {
			return err
		}
		for _, name := range extensions {
			path := p.paths.opt + "/extensions/" + name
			c := inner.Command{Name: extensionPrefix + name, Path: path, Args: []string{path}, Env: env, Dir: "/"}
			if !i.isolated {
				c.Dir = p.paths.opt
			}
			if err := i.box.Start(c); err != nil {
				return err
			}
		}
		if err := i.api.Registered(ctx); err != nil {
			return err
		}
	}
	env, err := i.environ(false)
	if err != nil {
		return err
	}
	return i.box.Start(inner.Command{
		Name: runtimeName, Path: p.path, Args: p.args, Env: env, Dir: p.paths.task,
		Telemetry: runtimes[i.spec.Runtime] != familyProvided,
	})
}
