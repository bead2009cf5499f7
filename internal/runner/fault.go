package runner

import (
	"encoding/json"
	"strconv"
	"time"
)

// Fault is a function's failure outside of its handler's own errors: it could
// not start, ended, ran out of time or answered too much.
type Fault struct {
	Type     string // "Runtime.ExitError", "Sandbox.Timedout", ...
	Message  string // without "RequestId: ... "; empty with a Payload
	Payload  []byte // the runtime's own error document, may be nil
	TimedOut bool   // the time limit was reached

	// Of a Fault from Start:
	InitDuration time.Duration
	UsedMB       int
	Stream       string
}

func (f *Fault) Error() string {
	if f.Message == "" {
		return "runner: " + f.Type
	}
	return "runner: " + f.Type + ": " + f.Message
}

// document is what the caller of an invocation gets.
func (f *Fault) document(requestID string) []byte {
	if len(f.Payload) > 0 {
		return f.Payload
	}
	data, _ := json.Marshal(struct {
		Type    string `json:"errorType"`
		Message string `json:"errorMessage"`
	}{f.Type, "RequestId: " + requestID + " " + f.Message})
	return data
}

func (f *Fault) status() string {
	if f.TimedOut {
		return "timeout"
	}
	return "error"
}

func (i *Instance) logInitReport(f *Fault) {
	b := []byte("INIT_REPORT Init Duration: ")
	b = milliseconds(b, f.InitDuration)
	b = append(b, "\tPhase: init\tStatus: "...)
	b = append(b, f.status()...)
	if !f.TimedOut {
		b = append(b, "\tError Type: "...)
		b = append(b, f.Type...)
	}
	i.journal.platform(string(b))
}

// timeoutMessage is AWS's sentence, the limit in seconds.
func timeoutMessage(limit time.Duration) string {
	return "Task timed out after " + strconv.FormatFloat(limit.Seconds(), 'f', 2, 64) + " seconds"
}
