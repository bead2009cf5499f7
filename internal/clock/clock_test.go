package clock

import (
	"testing"
	"time"
)

func TestAdvance(t *testing.T) {
	var c Clock
	before := c.Now()
	c.Advance(time.Hour)
	c.Advance(-time.Minute)
	if d := c.Now().Sub(before); d < time.Hour || d > time.Hour+time.Minute {
		t.Errorf("moved by %v", d)
	}
	if c.Offset() != time.Hour {
		t.Errorf("offset is %v", c.Offset())
	}
}

func TestAdvanceWakesSleepers(t *testing.T) {
	var c Clock
	woke := make(chan bool)
	due := c.Now().Add(time.Hour)
	go func() { woke <- c.SleepUntil(due, nil) }()
	for range 3 { // the sleeper may not be asleep yet; moving in steps finds it either way
		c.Advance(30 * time.Minute)
		time.Sleep(time.Millisecond)
	}
	select {
	case ok := <-woke:
		if !ok {
			t.Error("reported that the time was not reached")
		}
	case <-time.After(5 * time.Second):
		t.Fatal("still asleep")
	}
}

func TestSleepEndsWithDone(t *testing.T) {
	var c Clock
	done := make(chan struct{})
	close(done)
	if c.SleepUntil(c.Now().Add(time.Hour), done) {
		t.Error("reported that the time was reached")
	}
}
