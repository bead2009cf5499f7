package edge

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"
)

var quiet = slog.New(slog.NewTextHandler(io.Discard, nil))

func serve(t *testing.T, addr string, sandboxed bool) string {
	t.Helper()
	l, err := Listen(addr)
	if err != nil {
		t.Skipf("cannot listen on %s here: %v", addr, err)
	}
	denied := errors.New("no")
	h := Guard(func(*http.Request) error { return denied }, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		io.WriteString(w, "in")
	}))
	srv := Serve(l, h, func(netip.AddrPort, netip.AddrPort) bool { return sandboxed }, quiet)
	t.Cleanup(func() { srv.Shutdown(t.Context()) })
	return l.Addr().String()
}

func status(t *testing.T, addr, host string, header ...string) int {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), "POST", "http://"+addr+"/_gatehouse/clock", nil)
	if err != nil {
		t.Fatal(err)
	}
	if host != "" {
		req.Host = host
	}
	for i := 0; i < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	return resp.StatusCode
}

func TestOwnEndpointsTrustOnlyTheMachinesUser(t *testing.T) {
	addr := serve(t, "127.0.0.1:0", false)
	_, port, _ := net.SplitHostPort(addr)
	for _, c := range []struct {
		host   string
		header []string
		want   int
	}{
		{"", nil, 200},
		{"localhost:" + port, nil, 200},
		{"sub.localhost", nil, 200},
		{"evil.example", nil, 403},
		{"localhost.evil.example", nil, 403},
		{"localhost:" + port, []string{"Origin", "http://evil.example"}, 403},
		{"localhost:" + port, []string{"Origin", "null"}, 403},
		{"localhost:" + port, []string{"Origin", "http://localhost:" + port}, 200},
		{"localhost:" + port, []string{"Sec-Fetch-Site", "cross-site"}, 403},
		{"localhost:" + port, []string{"Sec-Fetch-Site", "same-site"}, 403},
	} {
		if got := status(t, addr, c.host, c.header...); got != c.want {
			t.Errorf("host %q, header %q: %d, want %d", c.host, c.header, got, c.want)
		}
	}
}

func TestFunctionsAreNotTrusted(t *testing.T) {
	if got := status(t, serve(t, "127.0.0.1:0", true), ""); got != 403 {
		t.Errorf("a function got %d", got)
	}
}

// between is a connection of two addresses that exist only in the test.
type between struct {
	net.Conn
	local, remote string
}

func address(s string) net.Addr { return net.TCPAddrFromAddrPort(netip.MustParseAddrPort(s)) }

func (b between) LocalAddr() net.Addr  { return address(b.local) }
func (b between) RemoteAddr() net.Addr { return address(b.remote) }

func TestOnlyLoopbackIsTrusted(t *testing.T) {
	nobody := func(netip.AddrPort, netip.AddrPort) bool { return false }
	for _, c := range []struct {
		local, remote string
		want          bool
	}{
		{"127.0.0.1:4566", "127.0.0.1:50000", true},
		{"[::1]:4566", "[::1]:50000", true},
		{"[::ffff:127.0.0.1]:4566", "[::ffff:127.0.0.1]:50000", true},
		{"192.0.2.1:4566", "192.0.2.1:50000", false}, // this machine, over another of its addresses
		{"192.0.2.1:4566", "198.51.100.7:50000", false},
		{"127.0.0.1:4566", "198.51.100.7:50000", false},
		{"192.0.2.1:4566", "127.0.0.1:50000", false},
		{"[2001:db8::1]:4566", "[2001:db8::2]:50000", false},
	} {
		ctx := context.WithValue(t.Context(), peerKey{}, newPeer(between{local: c.local, remote: c.remote}, nobody))
		r := httptest.NewRequestWithContext(ctx, "GET", "http://localhost/", nil)
		if got := Trusted(r); got != c.want {
			t.Errorf("from %s to %s: %v", c.remote, c.local, got)
		}
	}
	if Trusted(httptest.NewRequest("GET", "http://localhost/", nil)) {
		t.Error("a request of an unknown connection is trusted")
	}
}

func TestTakenPortIsOneLine(t *testing.T) {
	l, err := Listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	_, err = Listen(l.Addr().String())
	if err == nil || !strings.HasSuffix(err.Error(), "is in use by another program") {
		t.Errorf("got %v", err)
	}
}

func TestShutdownLetsRequestsEnd(t *testing.T) {
	l, err := Listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	started := make(chan struct{})
	srv := Serve(l, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		close(started)
		time.Sleep(100 * time.Millisecond)
		io.WriteString(w, "done")
	}), func(netip.AddrPort, netip.AddrPort) bool { return false }, quiet)
	got := make(chan string, 1)
	go func() {
		resp, err := http.Get("http://" + l.Addr().String())
		if err != nil {
			got <- err.Error()
			return
		}
		b, _ := io.ReadAll(resp.Body)
		resp.Body.Close()
		got <- string(b)
	}()
	<-started
	if err := srv.Shutdown(t.Context()); err != nil {
		t.Error(err)
	}
	if s := <-got; s != "done" {
		t.Errorf("the request ended with %q", s)
	}
}
