package runner

import (
	"bytes"
	"encoding/binary"
	"os"
	"sync"
	"syscall"
	"time"
)

// MaxLine is the largest log event, in bytes; longer lines are split ("CloudWatch
// Logs quotas": 256 KB).
const MaxLine = 256 << 10

// tailSize is how much of a log an invocation may ask for, in bytes ("Invoke",
// LogType).
const tailSize = 4 << 10

// frameMagic begins a record on the telemetry pipe: the magic, the length of
// the text and a time in microseconds, big endian, then the text.
const (
	frameMagic  = 0xa55a
	frameHeader = 16
)

// journal turns an instance's output into log entries and keeps the tail of the
// current invocation. Two pipes feed it: raw output, and framed records, in
// which an event may have several lines.
type journal struct {
	sink   Sink
	stream string
	now    func() time.Time

	mu        sync.Mutex
	requestID string
	tail      []byte
	keepTail  bool

	output, telemetry pipe
}

// pipe is one source of output and what was read of an unfinished event.
type pipe struct {
	read, write *os.File
	conn        syscall.RawConn
	partial     []byte
	consume     func([]byte) int // takes whole events from the front, returns how much
	done        chan struct{}
}

func newJournal(sink Sink, stream string, now func() time.Time) (*journal, error) {
	j := &journal{sink: sink, stream: stream, now: now}
	j.output.consume, j.telemetry.consume = j.takeLines, j.takeFrames
	for _, p := range []*pipe{&j.output, &j.telemetry} {
		var err error
		if p.read, p.write, err = os.Pipe(); err != nil {
			j.close()
			return nil, err
		}
		if p.conn, err = p.read.SyscallConn(); err != nil {
			j.close()
			return nil, err
		}
		p.done = make(chan struct{})
	}
	return j, nil
}

// follow reads the pipes until their last writer is gone.
func (j *journal) follow() {
	for _, p := range []*pipe{&j.output, &j.telemetry} {
		go func() {
			defer close(p.done)
			ended := false
			for !ended {
				err := p.conn.Read(func(fd uintptr) bool {
					var more bool
					more, ended = j.drainPipe(p, int(fd))
					return more || ended
				})
				if err != nil {
					return
				}
			}
		}()
	}
}

// drainPipe reads all that is there: some says whether anything was, ended
// whether nothing will come any more.
func (j *journal) drainPipe(p *pipe, fd int) (some, ended bool) {
	j.mu.Lock()
	defer j.mu.Unlock()
	var buffer [16 << 10]byte
	for {
		n, err := syscall.Read(fd, buffer[:])
		switch {
		case err == syscall.EINTR:
			continue
		case err != nil:
			return some, err != syscall.EAGAIN
		case n == 0:
			j.finishPartial(p)
			return some, true
		}
		some = true
		p.partial = append(p.partial, buffer[:n]...)
		used := p.consume(p.partial)
		p.partial = append(p.partial[:0], p.partial[used:]...)
		if n < len(buffer) {
			return true, false
		}
	}
}

// flush takes in what the function has written until now.
func (j *journal) flush() {
	for _, p := range []*pipe{&j.telemetry, &j.output} {
		if p.conn != nil {
			p.conn.Control(func(fd uintptr) { j.drainPipe(p, int(fd)) })
		}
	}
}

func (j *journal) finishPartial(p *pipe) {
	if len(p.partial) > 0 && p == &j.output {
		j.emit(string(p.partial), time.Time{}, false)
	}
	p.partial = nil
}

func (j *journal) takeLines(b []byte) (used int) {
	for {
		rest := b[used:]
		end := bytes.IndexByte(rest, '\n')
		switch {
		case end > MaxLine, end < 0 && len(rest) >= MaxLine:
			j.emit(string(rest[:MaxLine]), time.Time{}, false)
			used += MaxLine
		case end < 0:
			return used
		default:
			if end > 0 {
				j.emit(string(bytes.TrimSuffix(rest[:end], []byte("\r"))), time.Time{}, false)
			}
			used += end + 1
		}
	}
}

func (j *journal) takeFrames(b []byte) (used int) {
	for {
		rest := b[used:]
		if len(rest) < frameHeader {
			return used
		}
		size := binary.BigEndian.Uint32(rest[4:])
		if binary.BigEndian.Uint16(rest) != frameMagic || size > MaxLine {
			// Not a frame, or an oversized one: take what is there as text.
			j.emit(string(rest[:min(len(rest), MaxLine)]), time.Time{}, false)
			used += min(len(rest), MaxLine)
			continue
		}
		if len(rest) < frameHeader+int(size) {
			return used
		}
		at := time.UnixMicro(int64(binary.BigEndian.Uint64(rest[8:])))
		j.emit(string(bytes.TrimRight(rest[frameHeader:frameHeader+size], "\n")), at, false)
		used += frameHeader + int(size)
	}
}

// platform logs a line of Lambda's own.
func (j *journal) platform(message string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.emit(message, time.Time{}, true)
}

// emit passes an entry on. The lock is held: entries of an instance are ordered.
func (j *journal) emit(message string, at time.Time, platform bool) {
	if j.keepTail {
		j.tail = append(append(j.tail, message...), '\n')
		if len(j.tail) > 4*tailSize {
			j.tail = append(j.tail[:0], j.tail[len(j.tail)-tailSize:]...)
		}
	}
	if j.sink == nil {
		return
	}
	if at.IsZero() {
		at = j.now()
	}
	j.sink.Log(Entry{Time: at, Stream: j.stream, RequestID: j.requestID, Message: message, Platform: platform})
}

// begin starts the part of the log that belongs to an invocation.
func (j *journal) begin(requestID string, keepTail bool) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.requestID, j.keepTail, j.tail = requestID, keepTail, j.tail[:0]
}

// takeTail returns the last 4 KB since begin.
func (j *journal) takeTail() []byte {
	j.mu.Lock()
	defer j.mu.Unlock()
	if !j.keepTail {
		return nil
	}
	return bytes.Clone(j.tail[max(0, len(j.tail)-tailSize):])
}

// childrenStarted lets go of the ends that the sandbox inherited.
func (j *journal) childrenStarted() {
	j.output.write.Close()
	j.telemetry.write.Close()
}

// finish waits, for a moment, for what ended programs left in the pipes.
func (j *journal) finish() {
	limit := time.NewTimer(time.Second)
	defer limit.Stop()
	for _, p := range []*pipe{&j.output, &j.telemetry} {
		select {
		case <-p.done:
		case <-limit.C:
			return
		}
	}
}

func (j *journal) close() {
	for _, p := range []*pipe{&j.output, &j.telemetry} {
		for _, f := range []*os.File{p.read, p.write} {
			if f != nil {
				f.Close()
			}
		}
	}
}
