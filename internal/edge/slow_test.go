package edge

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"
)

// hurried is a server of very little patience.
func hurried(t *testing.T, grace time.Duration, h http.HandlerFunc) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &http.Server{Handler: hurry(h, grace)}
	go s.Serve(l)
	t.Cleanup(func() { s.Close() })
	return l.Addr().String()
}

func dial(t *testing.T, addr string) net.Conn {
	t.Helper()
	c, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	c.SetDeadline(time.Now().Add(10 * time.Second))
	return c
}

func TestSlowBodiesEnd(t *testing.T) {
	read := make(chan error, 2)
	addr := hurried(t, 100*time.Millisecond, func(_ http.ResponseWriter, r *http.Request) {
		_, err := io.Copy(io.Discard, r.Body)
		read <- err
	})
	for _, head := range []string{"Content-Length: 100", "Transfer-Encoding: chunked"} {
		fmt.Fprintf(dial(t, addr), "POST / HTTP/1.1\r\nHost: x\r\n%s\r\n\r\n", head)
		select {
		case err := <-read:
			if err == nil {
				t.Errorf("%s: a body that never came was read", head)
			}
		case <-time.After(5 * time.Second):
			t.Fatalf("%s: waits for a body that does not come", head)
		}
	}
}

func TestUnreadBodiesEnd(t *testing.T) {
	addr := hurried(t, 100*time.Millisecond, func(http.ResponseWriter, *http.Request) {})
	c := dial(t, addr)
	fmt.Fprint(c, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n")
	if _, err := io.ReadAll(c); err != nil {
		t.Errorf("the connection stays open: %v", err)
	}
}

// Who has sent all may wait for the answer as long as it takes, and goes on
// with the connection.
func TestAnswersMayTakeTime(t *testing.T) {
	addr := hurried(t, 50*time.Millisecond, func(w http.ResponseWriter, r *http.Request) {
		b, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		select {
		case <-r.Context().Done():
			t.Error("the request was given up")
		case <-time.After(200 * time.Millisecond):
		}
		w.Write(b)
	})
	c := dial(t, addr)
	in := bufio.NewReader(c)
	for range 2 {
		fmt.Fprint(c, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nbody")
		resp, err := http.ReadResponse(in, nil)
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(resp.Body)
		if err != nil || string(b) != "body" {
			t.Fatalf("%q %v", b, err)
		}
	}
}

// A large body gets the time that it needs.
func TestLargeBodiesGetTime(t *testing.T) {
	got := make(chan int, 1)
	addr := hurried(t, 50*time.Millisecond, func(_ http.ResponseWriter, r *http.Request) {
		b, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		got <- len(b)
	})
	c := dial(t, addr)
	part := strings.Repeat("x", bodyRate/5)
	fmt.Fprintf(c, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n", 5*len(part))
	for range 5 {
		fmt.Fprint(c, part)
		time.Sleep(50 * time.Millisecond)
	}
	if n := <-got; n != 5*len(part) {
		t.Errorf("%d bytes came", n)
	}
}

// After a body in chunks the connection ends: what follows could be a part of
// the body for a proxy that believed a Content-Length.
func TestNothingFollowsChunks(t *testing.T) {
	served := make(chan string, 2)
	addr := hurried(t, time.Second, func(_ http.ResponseWriter, r *http.Request) { served <- r.URL.Path })
	c := dial(t, addr)
	fmt.Fprint(c, "POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /b HTTP/1.1\r\nHost: x\r\n\r\n")
	if _, err := io.ReadAll(c); err != nil {
		t.Fatal(err)
	}
	if n := len(served); n != 1 || <-served != "/a" {
		t.Errorf("%d requests were served", n)
	}
}
