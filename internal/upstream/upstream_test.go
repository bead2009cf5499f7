package upstream

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gatehouse-dev/gatehouse/internal/clock"
)

// raw answers each request on each connection with the next of the texts, and
// closes the connection after the last.
func raw(t *testing.T, texts ...string) (host string, connections *atomic.Int32) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	connections = &atomic.Int32{}
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			connections.Add(1)
			go func() {
				defer c.Close()
				in := bufio.NewReader(c)
				for _, text := range texts {
					r, err := http.ReadRequest(in)
					if err != nil {
						return
					}
					io.Copy(io.Discard, r.Body)
					io.WriteString(c, text)
				}
			}()
		}
	}()
	return l.Addr().String(), connections
}

func get(host string) *Request {
	return &Request{Method: "GET", Host: host, Target: "/", Timeout: 2 * time.Second}
}

func newClient() *Client { return New(Options{Clock: &clock.Clock{}}) }

func TestAnswers(t *testing.T) {
	tests := []struct {
		name, text, method string
		status             int
		body               string
		err                error
	}{
		{"length", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi", "GET", 200, "hi", nil},
		{"no reason", "HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n", "GET", 200, "", nil},
		{"line feeds", "HTTP/1.1 200 OK\nContent-Length: 2\n\nhi", "GET", 200, "hi", nil},
		{"chunked", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\nA;x=y\r\n0123456789\r\n0\r\nT: v\r\n\r\n", "GET", 200, "hi0123456789", nil},
		{"until close", "HTTP/1.1 200 OK\r\n\r\nhi", "GET", 200, "hi", nil},
		{"HTTP/1.0", "HTTP/1.0 200 OK\r\n\r\nhi", "GET", 200, "hi", nil},
		{"HEAD", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n", "HEAD", 200, "", nil},
		{"204", "HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\n", "GET", 204, "", nil},
		{"304", "HTTP/1.1 304 Not Modified\r\nTransfer-Encoding: chunked\r\n\r\n", "GET", 304, "", nil},
		{"100 then 200", "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi", "GET", 200, "hi", nil},
		{"101", "HTTP/1.1 101 Switching\r\n\r\n", "GET", 0, "", ErrMalformed},
		{"many 100", strings.Repeat("HTTP/1.1 100 Continue\r\n\r\n", 20), "GET", 0, "", ErrMalformed},
		{"both lengths", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "GET", 0, "", ErrMalformed},
		{"two lengths", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nhi!", "GET", 0, "", ErrMalformed},
		{"list of lengths", "HTTP/1.1 200 OK\r\nContent-Length: 2, 2\r\n\r\nhi", "GET", 0, "", ErrMalformed},
		{"signed length", "HTTP/1.1 200 OK\r\nContent-Length: +2\r\n\r\nhi", "GET", 0, "", ErrMalformed},
		{"huge length", "HTTP/1.1 200 OK\r\nContent-Length: 9999999999999999999\r\n\r\nhi", "GET", 0, "", ErrMalformed},
		{"gzip, chunked", "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", "GET", 0, "", ErrMalformed},
		{"chunked in 1.0", "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "GET", 0, "", ErrMalformed},
		{"blank before colon", "HTTP/1.1 200 OK\r\nContent-Length : 2\r\n\r\nhi", "GET", 0, "", ErrMalformed},
		{"folded", "HTTP/1.1 200 OK\r\nA: b\r\n c\r\nContent-Length: 2\r\n\r\nhi", "GET", 0, "", ErrMalformed},
		{"bare carriage return", "HTTP/1.1 200 OK\r\nA: b\rc\r\nContent-Length: 2\r\n\r\nhi", "GET", 0, "", ErrMalformed},
		{"NUL", "HTTP/1.1 200 OK\r\nA: b\x00c\r\n\r\n", "GET", 0, "", ErrMalformed},
		{"no name", "HTTP/1.1 200 OK\r\n: b\r\n\r\n", "GET", 0, "", ErrMalformed},
		{"not HTTP", "SSH-2.0-x\r\n\r\n", "GET", 0, "", ErrMalformed},
		{"HTTP/2", "HTTP/2.0 200 OK\r\n\r\n", "GET", 0, "", ErrMalformed},
		{"bad status", "HTTP/1.1 2x0 OK\r\n\r\n", "GET", 0, "", ErrMalformed},
		{"status 999", "HTTP/1.1 999 OK\r\n\r\n", "GET", 0, "", ErrMalformed},
		{"large head", "HTTP/1.1 200 OK\r\nA: " + strings.Repeat("x", 70<<10) + "\r\n\r\n", "GET", 0, "", ErrMalformed},
		{"short body", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhi", "GET", 200, "hi", ErrUnreachable},
		{"bad chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxy\r\nhi", "GET", 200, "", ErrMalformed},
		{"negative chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-2\r\nhi", "GET", 200, "", ErrMalformed},
		{"huge chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + strings.Repeat("f", 16) + "\r\nhi", "GET", 200, "", ErrMalformed},
		{"chunk too long", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi!\r\n", "GET", 200, "hi", ErrMalformed},
		{"chunked cut", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n", "GET", 200, "hi", ErrUnreachable},
		{"nothing", "", "GET", 0, "", ErrUnreachable},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			host, _ := raw(t, tt.text)
			r := get(host)
			r.Method = tt.method
			resp, err := newClient().Do(r)
			if resp == nil {
				if tt.status != 0 || !errors.Is(err, tt.err) {
					t.Fatalf("error is %v, want %v", err, tt.err)
				}
				return
			}
			defer resp.Close()
			body, err := resp.ReadAll(1 << 20)
			body = bytes.TrimRight(body, "\x00")
			if resp.Status != tt.status || !strings.HasPrefix(tt.body, string(body)) || tt.err == nil && string(body) != tt.body || !errors.Is(err, tt.err) {
				t.Errorf("status %d, body %q, error %v", resp.Status, body, err)
			}
		})
	}
}

func TestConnectionsAreKept(t *testing.T) {
	ok := "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"
	tests := []struct {
		name  string
		texts []string
		want  int32
	}{
		{"length", []string{ok, ok, ok}, 1},
		{"chunked", []string{"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n", ok, ok}, 1},
		{"close", []string{"HTTP/1.1 200 OK\r\nConnection: keep-alive, Close\r\nContent-Length: 2\r\n\r\nhi", ok, ok}, 3},
		{"bytes left over", []string{ok + "HTTP/1.1 200 OK\r\n", ok, ok}, 3},
		{"HTTP/1.0", []string{"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nhi", ok, ok}, 3},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			host, connections := raw(t, tt.texts...)
			c := newClient()
			for range 3 {
				resp, err := c.Do(get(host))
				if err != nil {
					t.Fatal(err)
				}
				if b, err := resp.ReadAll(10); err != nil || string(b) != "hi" {
					t.Fatalf("%q, %v", b, err)
				}
				resp.Close()
			}
			if n := connections.Load(); n != tt.want {
				t.Errorf("%d connections, want %d", n, tt.want)
			}
		})
	}
}

func TestUnreadBodyClosesTheConnection(t *testing.T) {
	host, connections := raw(t, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi")
	c := newClient()
	for range 2 {
		resp, err := c.Do(get(host))
		if err != nil {
			t.Fatal(err)
		}
		resp.Close()
	}
	if connections.Load() != 2 {
		t.Error("a connection was kept whose answer was not read")
	}
}

// TestClosedIdleConnection lets the endpoint close connections after each
// answer without saying so.
func TestClosedIdleConnection(t *testing.T) {
	host, _ := raw(t, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi")
	c := newClient()
	for i := range 5 {
		method := "GET"
		if i > 2 {
			method = "POST" // is not repeated, so the probe must find out
			time.Sleep(2 * probeAfter)
		}
		r := get(host)
		r.Method = method
		resp, err := c.Do(r)
		if err != nil {
			t.Fatalf("request %d: %v", i, err)
		}
		resp.ReadAll(10)
		resp.Close()
	}
}

func TestRequestsOnTheWire(t *testing.T) {
	var got string
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		got = fmt.Sprint(r.Method, " ", r.RequestURI, " ", r.Header["X-A"], " ", r.ContentLength, " ", len(b))
	}))
	defer s.Close()
	host := s.Listener.Addr().String()
	c := newClient()
	for _, tt := range []struct {
		r    Request
		want string
	}{
		{Request{Method: "POST", Target: "/a%2Fb?c=d", Header: []Field{{"X-A", "1"}, {"x-a", "2"}}, Body: []byte("hi")}, "POST /a%2Fb?c=d [1 2] 2 2"},
		{Request{Method: "POST", Target: "/"}, "POST / [] 0 0"},
		{Request{Method: "GET", Target: "/"}, "GET / [] 0 0"},
		{Request{Method: "PUT", Target: "/", Body: make([]byte, 5<<20)}, "PUT / [] 5242880 5242880"},
	} {
		tt.r.Host, tt.r.Timeout = host, 5*time.Second
		resp, err := c.Do(&tt.r)
		if err != nil {
			t.Fatal(err)
		}
		resp.Close()
		if got != tt.want {
			t.Errorf("got %s, want %s", got, tt.want)
		}
	}
}

func TestRefusedRequests(t *testing.T) {
	ok := Request{Method: "GET", Host: "127.0.0.1:1", Target: "/", Timeout: time.Second}
	for name, change := range map[string]func(*Request){
		"method":            func(r *Request) { r.Method = "GET /" },
		"target with break": func(r *Request) { r.Target = "/ HTTP/1.1\r\nX: y" },
		"relative target":   func(r *Request) { r.Target = "x" },
		"host with break":   func(r *Request) { r.Host = "a\r\nb" },
		"host with path":    func(r *Request) { r.Host = "a/b" },
		"no host":           func(r *Request) { r.Host = "" },
		"header name":       func(r *Request) { r.Header = []Field{{"a b", "c"}} },
		"header value":      func(r *Request) { r.Header = []Field{{"a", "c\r\nd: e"}} },
		"own length":        func(r *Request) { r.Header = []Field{{"content-length", "3"}} },
		"own coding":        func(r *Request) { r.Header = []Field{{"transfer-encoding", "chunked"}} },
		"own host":          func(r *Request) { r.Header = []Field{{"Host", "x"}} },
	} {
		r := ok
		change(&r)
		if _, err := newClient().Do(&r); !errors.Is(err, ErrRequest) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestTimeouts(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close() // accepts by its backlog, answers nothing
	r := get(l.Addr().String())
	r.Timeout = 30 * time.Millisecond
	if _, err := newClient().Do(r); !errors.Is(err, ErrTimeout) {
		t.Errorf("no answer: %v", err)
	}
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Length", "4")
		io.WriteString(w, "ab")
		http.NewResponseController(w).Flush()
		<-r.Context().Done()
	}))
	defer s.Close()
	r.Host = s.Listener.Addr().String()
	r.Timeout = 60 * time.Millisecond
	resp, err := newClient().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Close()
	if _, err := resp.ReadAll(10); !errors.Is(err, ErrTimeout) {
		t.Errorf("half an answer: %v", err)
	}
}

func TestUnreachable(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	host := l.Addr().String()
	l.Close()
	if _, err := newClient().Do(get(host)); !errors.Is(err, ErrUnreachable) {
		t.Error(err)
	}
}

func TestAddressesCanBeRefused(t *testing.T) {
	host, connections := raw(t, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
	refused := errors.New("refused")
	c := New(Options{Clock: &clock.Clock{}, Allow: func(at netip.AddrPort) error {
		if at.Addr().IsLoopback() {
			return refused
		}
		return nil
	}})
	if _, err := c.Do(get(host)); !errors.Is(err, refused) || connections.Load() != 0 {
		t.Errorf("%v, %d connections", err, connections.Load())
	}
}

func TestTLS(t *testing.T) {
	s := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, r.Proto) }))
	defer s.Close()
	s.Config.ErrorLog = nil
	r := get(s.Listener.Addr().String())
	r.TLS = true
	if _, err := newClient().Do(r); !errors.Is(err, ErrUnreachable) {
		t.Errorf("an unknown authority: %v", err)
	}
	r.Insecure = true
	resp, err := newClient().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Close()
	if b, _ := resp.ReadAll(100); string(b) != "HTTP/1.1" {
		t.Errorf("body is %q", b)
	}
}

func TestReadAllIsBounded(t *testing.T) {
	for _, text := range []string{"HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n01234567890123456789", "HTTP/1.1 200 OK\r\n\r\n01234567890123456789"} {
		host, _ := raw(t, text)
		resp, err := newClient().Do(get(host))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := resp.ReadAll(10); !errors.Is(err, ErrTooLarge) {
			t.Error(err)
		}
		resp.Close()
	}
}

// FuzzResponse checks that an answer is read to an end or refused, and that
// what net/http takes for the same bytes is the same body.
func FuzzResponse(f *testing.F) {
	for _, seed := range []string{"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n",
		"HTTP/1.0 200 OK\r\n\r\nhi", "HTTP/1.1 100 C\r\n\r\nHTTP/1.1 204 N\r\n\r\n", "HTTP/1.1 200 OK\r\nA: b\r\n c\r\n\r\n"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		k := newConn(newClient(), origin{}, &scripted{in: bytes.NewReader(text)})
		resp, err := k.receive("GET")
		if err != nil {
			return
		}
		body, err := resp.ReadAll(1 << 20)
		if err != nil || resp.kind == noBody {
			return
		}
		in := bufio.NewReader(bytes.NewReader(text))
		theirs, err := http.ReadResponse(in, nil)
		for err == nil && theirs.StatusCode < 200 {
			theirs, err = http.ReadResponse(in, nil)
		}
		if err != nil {
			return // net/http refuses more, such as malformed reasons
		}
		if want, err := io.ReadAll(theirs.Body); err == nil && !bytes.Equal(body, want) {
			t.Errorf("body is %q, net/http reads %q", body, want)
		}
	})
}

type scripted struct {
	net.Conn
	in *bytes.Reader
}

func (s *scripted) Read(p []byte) (int, error) { return s.in.Read(p) }
func (s *scripted) Close() error               { return nil }

func BenchmarkClient(b *testing.B) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, "hello") }))
	defer s.Close()
	host := s.Listener.Addr().String()
	b.Run("upstream", func(b *testing.B) {
		c := newClient()
		b.ReportAllocs()
		for b.Loop() {
			resp, err := c.Do(get(host))
			if err != nil {
				b.Fatal(err)
			}
			resp.ReadAll(100)
			resp.Close()
		}
	})
	b.Run("net-http", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			resp, err := http.Get(s.URL)
			if err != nil {
				b.Fatal(err)
			}
			io.ReadAll(resp.Body)
			resp.Body.Close()
		}
	})
}
