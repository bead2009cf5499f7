// Package trace keeps what happened to the last requests: the steps of an API
// call through authentication and authorization, and of a gateway request
// through authorizer, mapping, integration and response. It is what
// `gatehouse explain ID` and the console show.
//
// Traces live in memory, in a ring of fixed size, and hold no secrets: callers
// never put header values of Authorization, tokens or bodies into them.
package trace

import (
	"sync"
	"time"
)

// Trace is one request. It belongs to one goroutine until it is handed to
// Recorder.Add and must not be changed afterwards.
type Trace struct {
	ID     string    `json:"id"`
	Kind   string    `json:"kind"` // "api-call" or "execute-api"
	Title  string    `json:"title"`
	Time   time.Time `json:"time"`
	Status int       `json:"status"`
	Steps  []Step    `json:"steps"`
}

// Step is one thing that was done or decided.
type Step struct {
	Name   string        `json:"name"`
	At     time.Duration `json:"at"` // nanoseconds since the trace's Time
	Fields []Field       `json:"fields,omitempty"`
}

// Field is a fact of a step.
type Field struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// Step appends a step; facts are name and value in turn.
func (t *Trace) Step(name string, at time.Time, facts ...string) {
	if t == nil {
		return
	}
	s := Step{Name: name, At: at.Sub(t.Time), Fields: make([]Field, 0, len(facts)/2)}
	if t.Steps == nil {
		t.Steps = make([]Step, 0, 4)
	}
	for i := 0; i+1 < len(facts); i += 2 {
		s.Fields = append(s.Fields, Field{facts[i], facts[i+1]})
	}
	t.Steps = append(t.Steps, s)
}

// Recorder keeps the last traces. It is safe for concurrent use.
type Recorder struct {
	mu   sync.Mutex
	ring []*Trace
	next int
	byID map[string]*Trace
}

// NewRecorder returns a recorder of the last n traces.
func NewRecorder(n int) *Recorder {
	return &Recorder{ring: make([]*Trace, n), byID: make(map[string]*Trace)}
}

// Add keeps t and forgets the oldest.
func (r *Recorder) Add(t *Trace) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if old := r.ring[r.next]; old != nil && r.byID[old.ID] == old {
		delete(r.byID, old.ID)
	}
	r.ring[r.next] = t
	r.byID[t.ID] = t
	r.next = (r.next + 1) % len(r.ring)
}

// Get returns the trace with the id, or nil.
func (r *Recorder) Get(id string) *Trace {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.byID[id]
}

// Last returns up to n traces, the newest first.
func (r *Recorder) Last(n int) []*Trace {
	r.mu.Lock()
	defer r.mu.Unlock()
	var out []*Trace
	for i := 1; i <= len(r.ring) && len(out) < n; i++ {
		t := r.ring[(r.next-i+len(r.ring))%len(r.ring)]
		if t == nil {
			break
		}
		out = append(out, t)
	}
	return out
}
