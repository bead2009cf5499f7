// Package clock tells the time and lets a test, or a user through
// POST /_gatehouse/clock, move it forward: token expiry, caches and schedules
// then happen without waiting. Nothing else in Gatehouse calls time.Now.
package clock

import (
	"sync"
	"sync/atomic"
	"time"
)

// Clock is the machine's time plus an offset that only grows. The zero value
// is the machine's time and ready to use. It is safe for concurrent use.
type Clock struct {
	offset atomic.Int64 // nanoseconds

	mu    sync.Mutex
	moved chan struct{} // closed and replaced whenever the offset changes
}

// Now returns the current time, UTC.
func (c *Clock) Now() time.Time {
	return time.Now().Add(time.Duration(c.offset.Load())).UTC()
}

// Offset is how far this clock is ahead of the machine's.
func (c *Clock) Offset() time.Duration { return time.Duration(c.offset.Load()) }

// Advance moves the clock forward by d and wakes all timers that are due
// thereby. A negative d is ignored: time does not go back.
func (c *Clock) Advance(d time.Duration) {
	if d <= 0 {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.offset.Add(int64(d))
	if c.moved != nil {
		close(c.moved)
		c.moved = nil
	}
}

func (c *Clock) movedChan() <-chan struct{} {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.moved == nil {
		c.moved = make(chan struct{})
	}
	return c.moved
}

// SleepUntil blocks until this clock reaches t or done is closed; it reports
// whether t was reached.
func (c *Clock) SleepUntil(t time.Time, done <-chan struct{}) bool {
	for {
		moved := c.movedChan()
		d := t.Sub(c.Now())
		if d <= 0 {
			return true
		}
		timer := time.NewTimer(d)
		select {
		case <-timer.C:
		case <-moved:
			timer.Stop()
		case <-done:
			timer.Stop()
			return false
		}
	}
}

// Machine returns the machine's own time. Request signatures are judged by it:
// clients sign with their clock, whatever this one was moved to.
func Machine() time.Time { return time.Now().UTC() }
