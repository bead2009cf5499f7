package upstream

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"net/netip"
	"os"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/gatehouse-dev/gatehouse/internal/clock"
)

// Errors of Do and of reading a body. They wrap their cause.
var (
	// ErrTimeout is a request over its time.
	ErrTimeout = errors.New("the endpoint did not answer in time")
	// ErrUnreachable is a connection that could not be made or broke.
	ErrUnreachable = errors.New("the endpoint cannot be reached")
	// ErrMalformed is an answer that is not HTTP/1.1, or not safely.
	ErrMalformed = errors.New("the endpoint's answer is malformed")
	// ErrRequest is a request that cannot be written.
	ErrRequest = errors.New("the request is malformed")
)

// Options of a Client. Clock is required.
type Options struct {
	Clock *clock.Clock
	// RootCAs verify servers; nil are the system's.
	RootCAs *x509.CertPool
	// Allow refuses addresses, before they are connected to; nil allows all.
	Allow func(netip.AddrPort) error
	// IdlePerHost is how many idle connections are kept to an origin; 0 means
	// 128.
	IdlePerHost int
}

const (
	defaultIdle = 128
	maxIdleTime = 55 * time.Second
	// maxOrigins bounds the table of idle connections.
	maxOrigins = 1000
	// probeAfter is how long a connection may be idle before it is asked
	// whether the other side has closed it.
	probeAfter = 20 * time.Millisecond
)

// Client makes requests. It is safe for concurrent use.
type Client struct {
	o Options

	mu   sync.Mutex
	idle map[origin][]*conn
}

// origin is what connections are shared for.
type origin struct {
	tls      bool
	host     string // with port
	insecure bool
}

// New returns a client.
func New(o Options) *Client {
	if o.IdlePerHost == 0 {
		o.IdlePerHost = defaultIdle
	}
	return &Client{o: o, idle: map[origin][]*conn{}}
}

// Field is a header field.
type Field struct{ Name, Value string }

// Request is a request to one origin.
type Request struct {
	Method string
	TLS    bool
	// Host is the Host header: a name or address, with a port or without.
	Host string
	// Target is the request target: "/path?query".
	Target string
	// Header are the fields. Host, Content-Length, Connection and
	// Transfer-Encoding are the client's business and must not be among them.
	Header []Field
	Body   []byte
	// Timeout is the time for everything up to the end of the answer's body.
	Timeout time.Duration
	// Insecure takes any certificate.
	Insecure bool
}

func (r *Request) origin() origin {
	host := r.Host
	if !hasPort(host) {
		if r.TLS {
			host += ":443"
		} else {
			host += ":80"
		}
	}
	return origin{r.TLS, host, r.Insecure}
}

func hasPort(host string) bool {
	colon := strings.LastIndexByte(host, ':')
	return colon > strings.LastIndexByte(host, ']') && colon >= 0
}

// Do makes a request. The caller closes the answer.
//
// A request that a kept connection could not carry is made once more on a new
// one, if its method is idempotent and no byte of an answer had come.
func (c *Client) Do(r *Request) (*Response, error) {
	if err := r.check(); err != nil {
		return nil, err
	}
	at := r.origin()
	deadline := c.now().Add(r.Timeout)
	if k := c.take(at); k != nil {
		resp, err := k.roundTrip(r, deadline)
		if err == nil {
			return resp, nil
		}
		k.Close()
		if k.heard || !idempotent(r.Method) || errors.Is(err, ErrTimeout) {
			return nil, err
		}
	}
	k, err := c.dial(at, deadline)
	if err != nil {
		return nil, err
	}
	resp, err := k.roundTrip(r, deadline)
	if err != nil {
		k.Close()
		return nil, err
	}
	return resp, nil
}

// now is the machine's time: deadlines of sockets don't follow a moved clock.
func (c *Client) now() time.Time { return c.o.Clock.Now().Add(-c.o.Clock.Offset()) }

func idempotent(method string) bool {
	switch method {
	case "GET", "HEAD", "OPTIONS", "PUT", "DELETE", "TRACE":
		return true
	}
	return false
}

func (c *Client) dial(at origin, deadline time.Time) (*conn, error) {
	ctx, cancel := context.WithDeadline(context.Background(), deadline)
	defer cancel()
	d := net.Dialer{Control: c.control}
	nc, err := d.DialContext(ctx, "tcp", at.host)
	if err != nil {
		return nil, classify(err)
	}
	k := newConn(c, at, nc)
	if at.tls {
		name, _, err := net.SplitHostPort(at.host)
		if err != nil {
			nc.Close()
			return nil, errors.Join(ErrRequest, err)
		}
		t := tls.Client(nc, &tls.Config{ServerName: name, RootCAs: c.o.RootCAs, NextProtos: []string{"http/1.1"},
			InsecureSkipVerify: at.insecure, MinVersion: tls.VersionTLS12})
		if err := t.HandshakeContext(ctx); err != nil {
			nc.Close()
			return nil, classify(err)
		}
		k.net = t
	}
	return k, nil
}

func (c *Client) control(_, address string, _ syscall.RawConn) error {
	if c.o.Allow == nil {
		return nil
	}
	at, err := netip.ParseAddrPort(address)
	if err != nil {
		return err
	}
	return c.o.Allow(at)
}

// take returns the idle connection that was used last and still stands.
func (c *Client) take(at origin) *conn {
	now := c.now()
	for {
		c.mu.Lock()
		list := c.idle[at]
		if len(list) == 0 {
			c.mu.Unlock()
			return nil
		}
		k := list[len(list)-1]
		list[len(list)-1] = nil
		c.idle[at] = list[:len(list)-1]
		c.mu.Unlock()
		rest := now.Sub(k.idleSince)
		if rest > maxIdleTime || rest > probeAfter && !k.alive() {
			k.Close()
			continue
		}
		return k
	}
}

// keep puts a connection back.
func (c *Client) keep(k *conn) {
	k.idleSince = c.now()
	c.mu.Lock()
	list := c.idle[k.at]
	full := len(list) >= c.o.IdlePerHost || list == nil && len(c.idle) >= maxOrigins
	if !full {
		c.idle[k.at] = append(list, k)
	}
	c.mu.Unlock()
	if full {
		k.Close()
	}
}

// CloseIdle closes the connections that are not in use.
func (c *Client) CloseIdle() {
	c.mu.Lock()
	idle := c.idle
	c.idle = map[origin][]*conn{}
	c.mu.Unlock()
	for _, list := range idle {
		for _, k := range list {
			k.Close()
		}
	}
}

// classify wraps an error of the network.
func classify(err error) error {
	var ne net.Error
	if errors.Is(err, os.ErrDeadlineExceeded) || errors.Is(err, context.DeadlineExceeded) || errors.As(err, &ne) && ne.Timeout() {
		return errors.Join(ErrTimeout, err)
	}
	return errors.Join(ErrUnreachable, err)
}
