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

// A framed record is frameMagic, the length of the text and a time in
// microseconds, big endian, then the text: the contract between Lambda and its
// own runtimes.
const (
	frameHeader = 16
	maxFrame    = 4 << 20 // bytes of text; beyond it is no record
)

var frameMagic = []byte{0xa5, 0x5a, 0x00, 0x03}

// journal turns an instance's output into log entries and keeps the tail of the
// current invocation. One pipe carries everything, so that the order is the
// function's: lines of text, and between them framed records, which are log
// events of any number of lines.
type journal struct {
	sink   Sink
	stream string
	now    func() time.Time

	mu        sync.Mutex
	requestID string
	tail      []byte
	keepTail  bool
	partial   []byte // of an unfinished event

	read, write *os.File
	conn        syscall.RawConn
	ended       chan struct{} // closed when the last writer is gone
}

func newJournal(sink Sink, stream string, now func() time.Time) (*journal, error) {
	j := &journal{sink: sink, stream: stream, now: now, ended: make(chan struct{})}
	var err error
	if j.read, j.write, err = os.Pipe(); err != nil {
		return nil, err
	}
	if j.conn, err = j.read.SyscallConn(); err != nil {
		j.close()
		return nil, err
	}
	return j, nil
}

// follow reads the pipe until its last writer is gone.
func (j *journal) follow() {
	defer close(j.ended)
	for ended := false; !ended; {
		err := j.conn.Read(func(fd uintptr) bool {
			var some bool
			some, ended = j.drain(int(fd))
			return some || ended
		})
		if err != nil {
			return
		}
	}
}

// drain reads all that is there: some says whether anything was, ended whether
// nothing will come any more.
func (j *journal) drain(fd int) (some, ended bool) {
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
			j.take(j.partial, true)
			j.partial = nil
			return some, true
		}
		some = true
		j.partial = append(j.partial, buffer[:n]...)
		used := j.take(j.partial, false)
		j.partial = append(j.partial[:0], j.partial[used:]...)
		if n < len(buffer) {
			return true, false
		}
	}
}

// flush takes in what the function has written until now.
func (j *journal) flush() {
	j.conn.Control(func(fd uintptr) { j.drain(int(fd)) })
}

// take emits the whole events at the front of b, all of it at the end, and
// returns how much that was.
func (j *journal) take(b []byte, atEnd bool) (used int) {
	for used < len(b) {
		rest := b[used:]
		n := j.takeFrame(rest)
		if n == 0 {
			n = j.takeLine(rest)
		}
		if n == 0 && atEnd {
			n = min(len(rest), MaxLine)
			j.emit(string(rest[:n]), time.Time{}, false)
		}
		if n == 0 {
			return used
		}
		used += n
	}
	return used
}

// takeFrame emits the record at the front, if it is one and complete.
func (j *journal) takeFrame(b []byte) int {
	if !bytes.HasPrefix(b, frameMagic) || len(b) < frameHeader {
		return 0
	}
	size := int(binary.BigEndian.Uint32(b[4:]))
	end := frameHeader + size
	if size > maxFrame || len(b) < end {
		return 0
	}
	at := time.UnixMicro(int64(binary.BigEndian.Uint64(b[8:])))
	text := bytes.TrimRight(b[frameHeader:end], "\n")
	for len(text) > MaxLine {
		j.emit(string(text[:MaxLine]), at, false)
		text = text[MaxLine:]
	}
	j.emit(string(text), at, false)
	return end
}

// takeLine emits the line at the front, if it is complete: it ends at a line end
// or where a record begins.
func (j *journal) takeLine(b []byte) int {
	if bytes.HasPrefix(b, frameMagic) && (len(b) < frameHeader || binary.BigEndian.Uint32(b[4:]) <= maxFrame) {
		return 0 // an incomplete record
	}
	n, end := bytes.IndexByte(b, '\n'), 1
	if frame := bytes.Index(b[1:], frameMagic); frame >= 0 && (n < 0 || frame+1 < n) {
		n, end = frame+1, 0
	}
	switch {
	case n > MaxLine, n < 0 && len(b) >= MaxLine:
		n, end = MaxLine, 0
	case n < 0:
		return 0
	}
	if line := bytes.TrimSuffix(b[:n], []byte("\r")); len(line) > 0 {
		j.emit(string(line), time.Time{}, false)
	}
	return n + end
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

// childrenStarted lets go of the end that the sandbox inherited.
func (j *journal) childrenStarted() { j.write.Close() }

// finish waits, for a moment, for what ended programs left in the pipe.
func (j *journal) finish() {
	select {
	case <-j.ended:
	case <-time.After(time.Second):
	}
}

func (j *journal) close() {
	j.read.Close()
	j.write.Close()
}
