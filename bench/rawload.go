package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gatehouse-dev/gatehouse/internal/clock"
)

// raw is a contender that is sent ready-made requests over keep-alive
// connections. It does as little as can be done by the client, which shares the
// machine: one write and mostly one read a request, no HTTP library. Every
// answer must be a 200 that holds want.
func raw(name, url string, conns int, requests [][]byte, want string) contender {
	addr := strings.TrimPrefix(url, "http://")
	return contender{name: name, load: func(ctx context.Context, d time.Duration) (float64, error) {
		var done atomic.Int64
		var next atomic.Uint64
		ctx, cancel := context.WithTimeout(ctx, d)
		defer cancel()
		errs := make([]error, conns)
		var wg sync.WaitGroup
		began := clock.Machine()
		for i := range conns {
			wg.Go(func() {
				c, err := dial(addr)
				if err != nil {
					errs[i] = err
					return
				}
				defer c.Close()
				for ctx.Err() == nil {
					req := requests[next.Add(1)%uint64(len(requests))]
					if err := c.ask(req, want); err != nil {
						errs[i] = err
						return
					}
					done.Add(1)
				}
			})
		}
		wg.Wait()
		return float64(done.Load()) / clock.Machine().Sub(began).Seconds(), errors.Join(errs...)
	}}
}

// rawConn is a connection that reads answers with a Content-Length.
type rawConn struct {
	net.Conn
	buf []byte
}

func dial(addr string) (*rawConn, error) {
	c, err := net.Dial("tcp", addr)
	if err != nil {
		return nil, err
	}
	return &rawConn{c, make([]byte, 16<<10)}, nil
}

var (
	endOfHeader   = []byte("\r\n\r\n")
	contentLength = []byte("\r\nContent-Length: ")
	statusOK      = []byte("HTTP/1.1 200 ")
)

func (c *rawConn) ask(req []byte, want string) error {
	if _, err := c.Write(req); err != nil {
		return err
	}
	n, total := 0, -1
	for total < 0 || n < total {
		if n == len(c.buf) {
			return errors.New("an answer is too long")
		}
		k, err := c.Read(c.buf[n:])
		if err != nil {
			return err
		}
		n += k
		if total >= 0 {
			continue
		}
		if total, err = answerLength(c.buf[:n]); err != nil {
			return err
		}
	}
	if n > total || !bytes.HasPrefix(c.buf, statusOK) || !bytes.Contains(c.buf[:n], []byte(want)) {
		return fmt.Errorf("a wrong answer: %.600q", c.buf[:n])
	}
	return nil
}

// answerLength is the length of an answer with its header, -1 while that is
// not complete.
func answerLength(b []byte) (int, error) {
	head := bytes.Index(b, endOfHeader)
	if head < 0 {
		return -1, nil
	}
	_, rest, ok := bytes.Cut(b[:head], contentLength)
	if !ok {
		return 0, fmt.Errorf("an answer without Content-Length: %.600q", b)
	}
	digits, _, _ := bytes.Cut(rest, []byte("\r\n"))
	n, err := strconv.Atoi(string(digits))
	return head + len(endOfHeader) + n, err
}
