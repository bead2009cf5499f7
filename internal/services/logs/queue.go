package logs

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/gatehouse-dev/gatehouse/internal/logline"
)

const (
	maxQueued = 32 << 20 // bytes that wait to be written, overhead included
	// gather is how long the first event waits for others to share its commit.
	gather = 25 * time.Millisecond
	// maxCommit is about how much one commit takes, bytes.
	maxCommit = 8 << 20
	// writeLimit bounds one commit's time; attempts are made of it, with a
	// pause that doubles.
	writeLimit    = 30 * time.Second
	writeAttempts = 4
	writePause    = 250 * time.Millisecond
)

var (
	// ErrFull is returned by Append while more is produced than can be written.
	// What does not fit is dropped, and a line in the stream says how much.
	ErrFull = errors.New("logs: too much is waiting to be written")
	// ErrClosed is returned by Append after Close.
	ErrClosed = errors.New("logs: closed")
)

// target is a stream to append to.
type target struct {
	place
	group, stream string
}

// bundle is what waits for one stream.
type bundle struct {
	target
	entries []entry
	size    int
	dropped int
}

// queue collects events and writes them in groups.
type queue struct {
	write func(context.Context, []*bundle) error
	log   *slog.Logger

	mu       sync.Mutex
	waiting  map[target]*bundle
	order    []*bundle
	size     int           // bytes, of what is being written too
	added    uint64        // calls of add
	written  uint64        // of these, those whose events are written
	progress chan struct{} // closed and replaced when written grows
	closed   bool

	nudge chan struct{} // there is something to write
	hurry chan struct{} // somebody waits for it
	ended chan struct{}
}

func newQueue(write func(context.Context, []*bundle) error, log *slog.Logger) *queue {
	q := &queue{write: write, log: log, waiting: map[target]*bundle{}, progress: make(chan struct{}),
		nudge: make(chan struct{}, 1), hurry: make(chan struct{}, 1), ended: make(chan struct{})}
	go q.run()
	return q
}

func signal(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

func (q *queue) add(to target, events []logline.Event) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.closed {
		return ErrClosed
	}
	b := q.waiting[to]
	if b == nil {
		b = &bundle{target: to}
		q.waiting[to] = b
		q.order = append(q.order, b)
	}
	var err error
	for _, e := range events {
		if e.Message == "" {
			continue // CloudWatch Logs has no empty events
		}
		message := e.Message[:min(len(e.Message), maxBatch-overhead)]
		size := len(message) + overhead
		if q.size+size > maxQueued {
			b.dropped++
			err = ErrFull
			continue
		}
		b.entries = append(b.entries, entry{millis(e.Time), message})
		b.size += size
		q.size += size
	}
	q.added++
	signal(q.nudge)
	return err
}

// flush waits until what was queued before is written, or given up.
func (q *queue) flush(ctx context.Context) error {
	q.mu.Lock()
	until := q.added
	for q.written < until {
		progress := q.progress
		q.mu.Unlock()
		signal(q.hurry)
		select {
		case <-progress:
		case <-ctx.Done():
			return ctx.Err()
		}
		q.mu.Lock()
	}
	q.mu.Unlock()
	return nil
}

func (q *queue) run() {
	defer close(q.ended)
	for range q.nudge {
		timer := time.NewTimer(gather)
		select {
		case <-timer.C:
		case <-q.hurry:
			timer.Stop()
		}
		if closed := q.drain(); closed {
			return
		}
	}
}

// drain writes all that waits.
func (q *queue) drain() (closed bool) {
	q.mu.Lock()
	order, size, until := q.order, 0, q.added
	q.order, q.waiting = nil, map[target]*bundle{}
	closed = q.closed
	q.mu.Unlock()
	for len(order) > 0 {
		n, part := 1, order[0].size
		for n < len(order) && part+order[n].size <= maxCommit {
			part += order[n].size
			n++
		}
		q.attempt(order[:n])
		order, size = order[n:], size+part
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	q.size -= size
	q.written = until
	close(q.progress)
	q.progress = make(chan struct{})
	return closed
}

func (q *queue) attempt(part []*bundle) {
	pause := writePause
	for n := 1; ; n++ {
		ctx, cancel := context.WithTimeout(context.Background(), writeLimit)
		err := q.write(ctx, part)
		cancel()
		if err == nil {
			return
		}
		if n == writeAttempts {
			q.log.Error("log events are lost: the store does not take them", "error", err)
			return
		}
		time.Sleep(pause)
		pause *= 2
	}
}

// close writes what waits and ends.
func (q *queue) close(ctx context.Context) error {
	q.mu.Lock()
	q.closed = true
	q.mu.Unlock()
	signal(q.hurry)
	signal(q.nudge)
	select {
	case <-q.ended:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
