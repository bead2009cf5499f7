package runner

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
)

// Limits of a Spec, from "Lambda quotas" (AWS Lambda Developer Guide).
const (
	MinMemoryMB = 128
	MaxMemoryMB = 10240
	MinTmpMB    = 512
	MaxTmpMB    = 10240
	MaxTimeout  = 900 * time.Second
	MaxLayers   = 5
	// MaxEnv bounds the environment as it reaches the process, in bytes: AWS's
	// 4 KB of variables plus what the service and this package add.
	MaxEnv = 64 << 10
)

// Spec describes a function version. It is not changed after its first use.
type Spec struct {
	Name      string // of the function
	Version   string // "$LATEST" or a number
	ARN       string // unqualified or qualified; the default of Invocation.FunctionARN
	AccountID string
	Region    string
	Runtime   string // "provided.al2023", "nodejs22.x", "python3.13", ...
	Handler   string
	LogGroup  string
	InitType  string // AWS_LAMBDA_INITIALIZATION_TYPE; "" means "on-demand"

	// TaskDir is the unpacked code and Layers the unpacked layers, later ones on
	// top: directories of the host, readable by any user as AWS asks of
	// packages. They must not change while instances live.
	TaskDir string
	Layers  []string

	MemoryMB int           // 128 to 10240
	TmpMB    int           // 512 to 10240; 0 means 512
	Timeout  time.Duration // of one invocation, 1 ms to 900 s

	// Env is the function's configured environment. It cannot set the variables
	// that the runtime reserves.
	Env map[string]string
	// Credentials, when set, is asked for the role's credentials at each start
	// of an instance. A Pool retires the instance before they expire.
	Credentials func(context.Context) (Credentials, error)

	// Logs receives the output; nil drops it (a Result's tail still has it).
	Logs Sink
}

// Credentials are those of the function's role.
type Credentials struct {
	AccessKeyID, SecretAccessKey, SessionToken string
	Expires                                    time.Time // zero: never
}

// Sink receives log lines. Log is called in the order of the lines of one
// instance, and by several goroutines for several instances. While Log blocks,
// the function's output blocks, until the function's time limit ends it.
type Sink interface {
	Log(Entry)
}

// Entry is one log event.
type Entry struct {
	Time      time.Time
	Stream    string // log stream: one per instance, "2006/01/02/[$LATEST]<32 hex digits>"
	RequestID string // empty outside of invocations
	Message   string // without line end; at most MaxLine bytes
	Platform  bool   // START, END, REPORT and the like, not the function's own
}

// ErrSpec is wrapped by the errors about a Spec.
var ErrSpec = errors.New("runner: bad function")

func (s *Spec) check() error {
	bad := func(format string, args ...any) error {
		return fmt.Errorf("%w: %s", ErrSpec, fmt.Sprintf(format, args...))
	}
	switch {
	case s.Name == "" || s.Version == "":
		return bad("no name or version")
	case s.TaskDir == "" || !strings.HasPrefix(s.TaskDir, "/"):
		return bad("no absolute code directory")
	case s.MemoryMB < MinMemoryMB || s.MemoryMB > MaxMemoryMB:
		return bad("memory of %d MB", s.MemoryMB)
	case s.TmpMB != 0 && (s.TmpMB < MinTmpMB || s.TmpMB > MaxTmpMB):
		return bad("/tmp of %d MB", s.TmpMB)
	case s.Timeout < time.Millisecond || s.Timeout > MaxTimeout:
		return bad("timeout of %s", s.Timeout)
	case len(s.Layers) > MaxLayers:
		return bad("%d layers", len(s.Layers))
	}
	if _, err := family(s.Runtime); err != nil {
		return err
	}
	return nil
}

func (s *Spec) tmpMB() int {
	if s.TmpMB == 0 {
		return MinTmpMB
	}
	return s.TmpMB
}
