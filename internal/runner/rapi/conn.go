package rapi

import (
	"bufio"
	"net"
	"strings"
	"sync"
	"time"
)

// writeLimit bounds how long an answer waits for a client that does not read.
const writeLimit = 30 * time.Second

// conn is one keep-alive connection from the sandbox.
type conn struct {
	api *API
	net net.Conn
	in  *bufio.Reader

	mu  sync.Mutex // one writer: the reader's goroutine, or Deliver
	out []byte     // reused for heads and small bodies
}

// ServeConn serves one connection until it ends.
func (a *API) ServeConn(nc net.Conn) {
	c := &conn{api: a, net: nc, in: bufio.NewReaderSize(nc, maxLine)}
	a.mu.Lock()
	if a.closed || len(a.conns) >= maxConns {
		a.mu.Unlock()
		nc.Close()
		return
	}
	a.conns[c] = struct{}{}
	a.mu.Unlock()
	c.serve()
	nc.Close()
	a.mu.Lock()
	defer a.mu.Unlock()
	delete(a.conns, c)
	if a.parked == c {
		a.parked = nil
	}
	for _, e := range a.extensions {
		if e.parked == c {
			e.parked = nil
		}
	}
}

// maxConns bounds the connections of one sandbox.
const maxConns = 256

func (c *conn) serve() {
	for {
		req, err := readRequest(c.in)
		if err != nil {
			return
		}
		if req.expectContinue && req.length != 0 {
			if c.writeRaw([]byte("HTTP/1.1 100 Continue\r\n\r\n")) != nil {
				return
			}
		}
		answer, err := c.api.handle(c, req)
		if err != nil {
			return
		}
		if answer != nil && c.write(*answer) != nil {
			return
		}
		if req.close && answer != nil {
			return
		}
	}
}

// write sends a reply.
func (c *conn) write(r reply) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.out = r.append(c.out[:0])
	return c.writeLocked(c.out)
}

func (c *conn) writeRaw(b []byte) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.writeLocked(b)
}

// deliver answers the parked GET .../next.
func (c *conn) deliver(inv *Invocation) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	var rest []byte
	c.out, rest = inv.appendNext(c.out[:0])
	if err := c.writeLocked(c.out); err != nil || rest == nil {
		return err
	}
	return c.writeLocked(rest)
}

// writeLocked writes b whole. Only what may not fit the socket's buffer needs a
// time limit.
func (c *conn) writeLocked(b []byte) error {
	if len(b) > 32<<10 {
		c.net.SetWriteDeadline(time.Now().Add(writeLimit))
		defer c.net.SetWriteDeadline(time.Time{})
	}
	_, err := c.net.Write(b)
	return err
}

const (
	runtimePrefix    = "/2018-06-01/runtime/"
	extensionPrefix  = "/2020-01-01/extension/"
	invocationPrefix = runtimePrefix + "invocation/"
)

// handle answers one call; a nil reply means that the connection is parked and
// will be answered by Deliver.
func (a *API) handle(c *conn, req *request) (*reply, error) {
	path, _, _ := strings.Cut(req.path, "?")
	if rest, ok := strings.CutPrefix(path, invocationPrefix); ok {
		if id, ok := strings.CutSuffix(rest, "/response"); ok && req.method == "POST" {
			return a.response(c, req, id)
		}
		if rest == "next" && req.method == "GET" {
			return a.next(c, req)
		}
		if id, ok := strings.CutSuffix(rest, "/error"); ok && req.method == "POST" {
			return a.invocationError(c, req, id)
		}
	}
	body, err := req.readBody(c.in, maxDocument)
	if err != nil && err != errTooLarge {
		return nil, err
	}
	if err == errTooLarge {
		return new(tooLarge()), nil
	}
	if path == extensionPrefix+"event/next" && req.method == "GET" {
		return a.nextEvent(c, req)
	}
	return new(a.document(req, path, body)), nil
}
