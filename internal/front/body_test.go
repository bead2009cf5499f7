package front_test

import (
	"io"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	iamapi "github.com/gatehouse-dev/gatehouse/internal/api/iam"
	lambdaapi "github.com/gatehouse-dev/gatehouse/internal/api/lambda"
	"github.com/gatehouse-dev/gatehouse/internal/clock"
	"github.com/gatehouse-dev/gatehouse/internal/front"
	"github.com/gatehouse-dev/gatehouse/internal/sigv4sign"
	"github.com/gatehouse-dev/gatehouse/internal/testkit"
	"github.com/gatehouse-dev/gatehouse/internal/trace"
)

// flood is a body of zeros; it counts what is taken of it.
type flood struct{ size, taken int64 }

func (f *flood) Read(p []byte) (int, error) {
	if f.taken >= f.size {
		return 0, io.EOF
	}
	n := min(int64(len(p)), f.size-f.taken)
	clear(p[:n])
	f.taken += n
	return int(n), nil
}

// Of a body that anybody could send, no more is read than an operation for
// everybody needs.
func TestBodiesOfStrangersAreSmall(t *testing.T) {
	p := front.New(front.Options{
		Services: []*front.Service{
			{API: &iamapi.Service, Server: iamapi.Unimplemented{}},
			{API: &lambdaapi.Service, Server: lambdaapi.Unimplemented{}, MaxBody: 70 << 20},
		},
		Authority: users{}, Clock: &clock.Clock{}, Log: testkit.Log(), Traces: trace.NewRecorder(10), Account: account,
	})
	const stranger, small = 1<<20 + 1<<16, 10<<20 + 1<<16
	for _, c := range []struct {
		name, key, service string
		announced          bool
		at                 time.Duration
		status             int
		code               string
		most               int64
	}{
		{"unsigned", "", "", false, 0, 403, "MissingAuthenticationToken", stranger},
		{"unsigned, announced", "", "", true, 0, 403, "MissingAuthenticationToken", stranger},
		{"unknown key", "AKIANOBODY", "lambda", false, 0, 403, "UnrecognizedClientException", stranger},
		{"old", "AKIABOB", "lambda", false, -time.Hour, 403, "InvalidSignatureException", stranger},
		{"of another service", "AKIABOB", "iam", false, 0, 413, "RequestEntityTooLargeException", small},
		{"a known key", "AKIABOB", "lambda", true, 0, 413, "RequestEntityTooLargeException", 0},
	} {
		body := &flood{size: 100 << 20}
		r := httptest.NewRequestWithContext(t.Context(), "POST", "http://localhost/2015-03-31/functions", body)
		if r.ContentLength = -1; c.announced {
			r.ContentLength = body.size
		}
		r.Host = "lambda.us-east-1.amazonaws.com"
		if c.key != "" {
			sigv4sign.Sign(r, sigv4sign.Credentials{AccessKeyID: c.key, Secret: "x"}, "us-east-1", c.service, strings.Repeat("0", 64), time.Now().Add(c.at))
		}
		w := httptest.NewRecorder()
		p.ServeHTTP(w, r)
		got := w.Body.String() + w.Header().Get("X-Amzn-Errortype")
		if w.Code != c.status || !strings.Contains(got, c.code) {
			t.Errorf("%s: %d %s", c.name, w.Code, got)
		}
		if body.taken > c.most {
			t.Errorf("%s: %d bytes were read", c.name, body.taken)
		}
	}
}
