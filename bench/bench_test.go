package main

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
)

func TestWrkErrorsFailTheRound(t *testing.T) {
	const good = "Running 1s test @ http://127.0.0.1:1/\n  2 threads and 32 connections\nRequests/sec:  43210.55\nTransfer/sec:      5.19MB\n"
	if n, err := readWrk(good); err != nil || n != 43210.55 {
		t.Errorf("got %v, %v", n, err)
	}
	for _, bad := range []string{good + "  Non-2xx or 3xx responses: 3\n", good + "  Socket errors: connect 0, read 1, write 0, timeout 0\n", "unable to connect"} {
		if n, err := readWrk(bad); err == nil {
			t.Errorf("%q is %v requests a second", bad, n)
		}
	}
}

func TestRawLoadRefusesWrongAnswers(t *testing.T) {
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("X-Amz-Date") == "" || !strings.Contains(r.Header.Get("Authorization"), "SignedHeaders=amz-sdk-invocation-id;") {
			w.WriteHeader(http.StatusForbidden)
		}
		bare(w, r)
	}))
	defer srv.Close()
	requests, err := presign(t.Context(), 3, srv.URL, "iam", "Action=GetUser", aws.Credentials{AccessKeyID: "AKIA", SecretAccessKey: "secret"})
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Equal(requests[0], requests[1]) {
		t.Error("two requests are the same")
	}
	if n, err := raw("good", srv.URL, 2, requests, body).load(t.Context(), 50*time.Millisecond); err != nil || n <= 0 {
		t.Errorf("got %v, %v", n, err)
	}
	if _, err := raw("other body", srv.URL, 2, requests, "another").load(t.Context(), 50*time.Millisecond); err == nil {
		t.Error("another body was taken")
	}
	unsigned := [][]byte{[]byte("GET / HTTP/1.1\r\nHost: x\r\n\r\n")}
	if _, err := raw("refused", srv.URL, 2, unsigned, "").load(t.Context(), 50*time.Millisecond); err == nil {
		t.Error("a refusal was taken")
	}
}

func TestStatOfAnyCommand(t *testing.T) {
	parent, used := readStat("42 (a) b (c)) S 7 42 42 0 -1 4194560 1 0 0 0 150 25 0 0 20 0 1 0 5 1 1")
	if parent != 7 || used != 1750*time.Millisecond {
		t.Errorf("parent %d, used %s", parent, used)
	}
}

func TestMedianAndVerdict(t *testing.T) {
	if m := (rounds{9, 1, 5}).median(); m != 5 {
		t.Errorf("median %v", m)
	}
	if m := (rounds{4, 2}).median(); m != 3 {
		t.Errorf("median %v", m)
	}
	var tab table
	peer := &score{rate: rounds{100}, cpu: rounds{20}}
	tab.rate("x", &score{rate: rounds{60}}, peer, "peer", 0.6)
	tab.rate("x", &score{rate: rounds{59}}, peer, "peer", 0.6)
	if tab.rows[0].verdict != met || tab.rows[1].verdict != missed {
		t.Errorf("verdicts %q, %q", tab.rows[0].verdict, tab.rows[1].verdict)
	}
	if s := thousands(1234567); s != "1,234,567" {
		t.Error(s)
	}
}
