package inner

// Marker is argv[0] of a process that is to become process 1 of a sandbox.
const Marker = "gatehouse-sandbox"

// File descriptors of process 1.
const (
	ControlFD   = 3 // SOCK_SEQPACKET socket to Gatehouse
	TelemetryFD = 4 // framed log records of the runtime
)

// MaxMessage bounds one message on the control socket, in bytes.
const MaxMessage = 160 << 10

// Config is the first message to process 1: what the sandbox looks like.
type Config struct {
	UID       int      // user and group of the function inside
	UserNS    bool     // in a user namespace: the user is already UID, ids cannot change
	Hostname  string   `json:",omitempty"`
	TmpMB     int      // size of the private /tmp in MiB
	System    []string // host paths bound read-only under the same name, when they exist
	Binds     []Bind   // further read-only binds
	Layers    []string // directories merged at /opt, later ones on top
	Listen    []string // "127.0.0.1:port" to listen on in a private network
	Processes uint64   // RLIMIT_NPROC
	OpenFiles uint64   // RLIMIT_NOFILE
	NoSeccomp bool     // the system has no seccomp
}

// Bind makes Source, a file or directory of the host, appear read-only at Target.
type Bind struct{ Source, Target string }

// Command asks process 1 to start a program or to signal one.
type Command struct {
	Name      string // unique within the sandbox
	Signal    int    `json:",omitempty"` // when set, signal the program Name; else start it
	Path      string `json:",omitempty"`
	Args      []string
	Env       []string
	Dir       string
	Telemetry bool `json:",omitempty"` // inherits TelemetryFD as file descriptor 3
}

// Kinds of Event.
const (
	KindReady   = "ready"   // the root is built; with Listen, the listeners come with this message
	KindFailed  = "failed"  // the root could not be built; Error says why
	KindStarted = "started" // the program Name runs
	KindRefused = "refused" // the program Name could not be started; Error says why
	KindExited  = "exited"  // the program Name ended with Code or Signal
)

// Event is a message from process 1.
type Event struct {
	Kind   string
	Name   string   `json:",omitempty"`
	Error  string   `json:",omitempty"`
	Code   int      `json:",omitempty"`
	Signal int      `json:",omitempty"`
	Lacks  []string `json:",omitempty"` // with KindReady: protections this system did not give
}
