package trace

import (
	"fmt"
	"testing"
	"time"
)

func TestRecorderForgetsTheOldest(t *testing.T) {
	r := NewRecorder(3)
	start := time.Unix(0, 0)
	for i := range 5 {
		tr := &Trace{ID: fmt.Sprint(i), Time: start}
		tr.Step("authorize", start.Add(time.Millisecond), "policy", "p")
		r.Add(tr)
	}
	if r.Get("1") != nil {
		t.Error("trace 1 is still there")
	}
	got := r.Get("4")
	if got == nil || got.Steps[0].At != time.Millisecond || got.Steps[0].Fields[0] != (Field{"policy", "p"}) {
		t.Errorf("trace 4 is %+v", got)
	}
	last := r.Last(10)
	if len(last) != 3 || last[0].ID != "4" || last[2].ID != "2" {
		t.Errorf("last are %v", last)
	}
}

func TestStepOnNoTrace(t *testing.T) {
	var none *Trace
	none.Step("x", time.Now()) // tracing that is off must cost callers no branch
}
