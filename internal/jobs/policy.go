package jobs

import (
	"errors"
	"time"

	"github.com/gatehouse-dev/gatehouse/internal/kv"
)

// Defaults of a Policy.
const (
	DefaultMinPause = time.Second
	DefaultMaxPause = 5 * time.Minute
	DefaultLease    = 30 * time.Second
)

// Policy is how jobs of a kind are retried and given up. In the zero value
// they are retried forever.
type Policy struct {
	MaxAttempts int           // runs in all; 0 is no limit
	MaxAge      time.Duration // from the due time to the last run; 0 is no limit
	MinPause    time.Duration // after the first failure, doubled after each further one
	MaxPause    time.Duration // the longest pause
	Lease       time.Duration // how long a job of a dead process stays unnoticed

	// Dead is called for a job that is given up, within the transaction that
	// removes it. Like any function given to kv's Update it may run several
	// times. An error of it keeps the job, to be tried again after MaxPause.
	Dead func(txn kv.Txn, job Job, cause error) error
}

func (p Policy) withDefaults() Policy {
	if p.MinPause <= 0 {
		p.MinPause = DefaultMinPause
	}
	if p.MaxPause <= 0 {
		p.MaxPause = max(DefaultMaxPause, p.MinPause)
	}
	if p.Lease <= 0 {
		p.Lease = DefaultLease
	}
	return p
}

// pause is the time to wait after the given number of failed runs.
func (p Policy) pause(attempts int) time.Duration {
	pause := p.MinPause
	for range attempts - 1 {
		if pause >= p.MaxPause/2 {
			return p.MaxPause
		}
		pause *= 2
	}
	return min(pause, p.MaxPause)
}

// next is the time of the run after a failed one; ok is false if there is none.
func (p Policy) next(job Job, now time.Time, cause error) (next time.Time, ok bool) {
	if errors.As(cause, new(permanent)) || p.MaxAttempts > 0 && job.Attempt >= p.MaxAttempts {
		return time.Time{}, false
	}
	next = now.Add(p.pause(job.Attempt))
	if p.MaxAge > 0 && next.Sub(job.Due) > p.MaxAge {
		return time.Time{}, false
	}
	return next, true
}

// permanent marks an error after which trying again is pointless.
type permanent struct{ error }

func (p permanent) Unwrap() error { return p.error }

// Permanent wraps a handler's error so that the job is given up at once.
func Permanent(err error) error { return permanent{err} }
