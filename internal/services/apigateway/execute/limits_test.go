package execute

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
)

func TestBodyLimits(t *testing.T) {
	f := newFixture(t, newStage(res("/a", lambdaMethod("POST"))))
	f.functions.say(`{}`)
	tooLong := `{"message":"Request Too Long"}`
	if a := f.do("POST", "/a", strings.Repeat("x", maxBody)); a.status != 200 {
		t.Errorf("a body of 10 MB: %d", a.status)
	}
	calls := f.functions.calls
	f.want(f.do("POST", "/a", strings.Repeat("x", maxBody+1)), 413, "RequestEntityTooLargeException", tooLong)
	r, _ := http.NewRequest("POST", f.server.URL+"/_aws/execute-api/abc123/dev/a", io.MultiReader(strings.NewReader(strings.Repeat("x", maxBody)), strings.NewReader("y")))
	f.want(f.send(r), 413, "RequestEntityTooLargeException", tooLong)
	if f.functions.calls != calls {
		t.Error("the function was invoked")
	}
	if a := f.do("POST", "/a", "", "X-Big", strings.Repeat("x", maxHeaders)); a.status != 431 {
		t.Errorf("large headers: %+v", a)
	}
}

// TestShortBody sends less than Content-Length promises.
func TestShortBody(t *testing.T) {
	f := newFixture(t, newStage(res("/a", lambdaMethod("POST"))))
	f.functions.say(`{}`)
	c, err := net.Dial("tcp", f.server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	io.WriteString(c, "POST /_aws/execute-api/abc123/dev/a HTTP/1.1\r\nHost: h\r\nContent-Length: 100\r\n\r\nshort")
	c.(*net.TCPConn).CloseWrite()
	resp, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err == nil && resp.StatusCode != 400 {
		t.Errorf("status %d", resp.StatusCode)
	}
	if f.functions.calls != 0 {
		t.Error("the function was invoked with part of a body")
	}
}
