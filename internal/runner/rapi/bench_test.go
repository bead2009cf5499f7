package rapi

import (
	"bufio"
	"fmt"
	"net"
	"net/http"
	"testing"
	"time"
)

// BenchmarkRoundTrip is the API's own cost of an invocation: the runtime is a
// loop that answers at once.
func BenchmarkRoundTrip(b *testing.B) {
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	defer l.Close()
	a := New(Config{})
	defer a.Close()
	go a.Serve(l, func(net.Conn) bool { return true })
	go func() {
		c, err := net.Dial("tcp4", l.Addr().String())
		if err != nil {
			return
		}
		defer c.Close()
		in := bufio.NewReader(c)
		next := "GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\nHost: x\r\n\r\n"
		fmt.Fprint(c, next)
		for {
			r, err := http.ReadResponse(in, nil)
			if err != nil {
				return
			}
			id := r.Header.Get("Lambda-Runtime-Aws-Request-Id")
			in.Discard(int(r.ContentLength))
			if id != "" {
				fmt.Fprintf(c, "POST "+response+" HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}%s", id, next)
			}
		}
	}()
	done := make(chan Outcome, 1)
	inv := Invocation{RequestID: "r", Deadline: time.Now(), Payload: []byte(`{"hello":"world"}`), Answered: func(o Outcome) { done <- o }}
	for b.Loop() {
		if err := a.Idle(b.Context()); err != nil {
			b.Fatal(err)
		}
		if err := a.Deliver(&inv); err != nil {
			b.Fatal(err)
		}
		<-done
	}
}
