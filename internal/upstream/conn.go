package upstream

import (
	"errors"
	"io"
	"net"
	"strconv"
	"syscall"
	"time"
)

const (
	readBuffer = 16 << 10
	// maxHead is the largest head of an answer, bytes.
	maxHead = 64 << 10
	// maxInline is the largest body that is written before the answer is
	// read. A larger one is written beside it: an endpoint that answers before
	// it has read all would otherwise wait for us, and we for it.
	maxInline = 64 << 10
)

// conn is a connection. It serves one request at a time.
type conn struct {
	client    *Client
	at        origin
	net       net.Conn
	raw       net.Conn // below TLS
	idleSince time.Time
	heard     bool // a byte of the current answer has come

	in   []byte // read and not consumed: in[r:w]
	r, w int
	out  []byte

	writing chan error // of a body that is written beside, else nil
}

func newConn(c *Client, at origin, nc net.Conn) *conn {
	return &conn{client: c, at: at, net: nc, raw: nc, in: make([]byte, readBuffer)}
}

func (k *conn) Close() { k.net.Close() }

// alive asks, without waiting, whether the other side has closed the connection
// or sent what nobody asked for.
func (k *conn) alive() bool {
	sc, ok := k.raw.(syscall.Conn)
	if !ok {
		return true
	}
	rc, err := sc.SyscallConn()
	if err != nil {
		return false
	}
	ok = false
	var one [1]byte
	err = rc.Read(func(fd uintptr) bool {
		_, _, err := syscall.Recvfrom(int(fd), one[:], syscall.MSG_PEEK|syscall.MSG_DONTWAIT)
		ok = errors.Is(err, syscall.EAGAIN)
		return true
	})
	return err == nil && ok
}

func (k *conn) roundTrip(r *Request, deadline time.Time) (*Response, error) {
	k.heard = false
	if err := k.net.SetDeadline(deadline); err != nil {
		return nil, classify(err)
	}
	writeErr := k.send(r)
	// An endpoint may refuse a request before it has read it: then there is an
	// answer although writing failed.
	resp, err := k.receive(r.Method)
	if err != nil && writeErr != nil {
		return nil, classify(writeErr)
	}
	if err == nil && writeErr != nil {
		resp.keep = false
	}
	return resp, err
}

// send writes the request.
func (k *conn) send(r *Request) error {
	b := k.out[:0]
	b = append(b, r.Method...)
	b = append(b, ' ')
	b = append(b, r.Target...)
	b = append(b, " HTTP/1.1\r\nHost: "...)
	b = append(b, r.Host...)
	b = append(b, "\r\n"...)
	for _, f := range r.Header {
		b = append(b, f.Name...)
		b = append(b, ": "...)
		b = append(b, f.Value...)
		b = append(b, "\r\n"...)
	}
	if len(r.Body) > 0 || r.Method == "POST" || r.Method == "PUT" || r.Method == "PATCH" {
		b = append(b, "Content-Length: "...)
		b = strconv.AppendInt(b, int64(len(r.Body)), 10)
		b = append(b, "\r\n"...)
	}
	b = append(b, "\r\n"...)
	k.writing = nil
	if len(r.Body) <= maxInline {
		b = append(b, r.Body...)
		k.out = b
		_, err := k.net.Write(b)
		return err
	}
	k.out = b
	if _, err := k.net.Write(b); err != nil {
		return err
	}
	done := make(chan error, 1)
	body, to := r.Body, k.net
	go func() {
		_, err := to.Write(body)
		done <- err
	}()
	k.writing = done
	return nil
}

// written reports whether a body that is written beside the answer is out.
func (k *conn) written() bool {
	if k.writing == nil {
		return true
	}
	select {
	case err := <-k.writing:
		return err == nil
	default:
		return false
	}
}

// fill reads more into the buffer.
func (k *conn) fill() error {
	if k.r == k.w {
		k.r, k.w = 0, 0
	}
	if k.w == len(k.in) {
		if k.r > 0 {
			copy(k.in, k.in[k.r:k.w])
			k.r, k.w = 0, k.w-k.r
		} else {
			if len(k.in) >= maxHead {
				return ErrMalformed
			}
			k.in = append(k.in, make([]byte, len(k.in))...)
		}
	}
	n, err := k.net.Read(k.in[k.w:])
	if n > 0 {
		k.w += n
		k.heard = true
		return nil
	}
	if err == nil {
		err = io.ErrNoProgress
	}
	return classifyRead(err)
}

func classifyRead(err error) error {
	if err == io.EOF {
		return errors.Join(ErrUnreachable, io.ErrUnexpectedEOF)
	}
	return classify(err)
}

// read reads into p what there is, from the buffer first.
func (k *conn) read(p []byte) (int, error) {
	if k.r < k.w {
		n := copy(p, k.in[k.r:k.w])
		k.r += n
		return n, nil
	}
	n, err := k.net.Read(p)
	if n > 0 {
		return n, nil
	}
	return 0, err
}

// line returns the next line without its end. It is valid until the next fill.
func (k *conn) line(limit int) ([]byte, error) {
	scanned := 0
	for {
		for i := k.r + scanned; i < k.w; i++ {
			if k.in[i] == '\n' {
				line := k.in[k.r:i]
				k.r = i + 1
				if n := len(line); n > 0 && line[n-1] == '\r' {
					line = line[:n-1]
				}
				return line, nil
			}
		}
		scanned = k.w - k.r
		if scanned > limit {
			return nil, ErrMalformed
		}
		if err := k.fill(); err != nil {
			return nil, err
		}
	}
}
