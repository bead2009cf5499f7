package rapi

import (
	"io"
	"strconv"
	"time"
)

// MaxResponse is the largest response, in bytes: 6 MiB plus the envelope that
// AWS allows for ("Lambda quotas": 6 MB synchronous payload; runtimes are told
// 6291556).
const MaxResponse = 6291556

// MaxStream is the largest streamed response, in bytes ("Lambda quotas":
// 200 MB).
const MaxStream = 200 << 20

// Invocation is one event for the runtime.
type Invocation struct {
	RequestID       string
	FunctionARN     string
	TraceID         string    // X-Amzn-Trace-Id form, may be empty
	Deadline        time.Time // of the machine's clock
	ClientContext   string    // JSON, may be empty
	CognitoIdentity string    // JSON, may be empty
	Payload         []byte    // not kept after Outcome

	// Stream receives a response that the runtime streams: it is called once,
	// with the content type, before the first byte. Nil collects the response.
	Stream func(contentType string) io.Writer

	// Answered is called once, from a connection's goroutine, when the
	// response or error is complete and before the runtime hears so.
	Answered func(Outcome)
}

// Outcome is how the runtime answered.
type Outcome struct {
	Payload     []byte // the response, or the error document
	ContentType string
	Failed      bool   // answered with an error
	ErrorType   string // with Failed, as the runtime named it
	TooLarge    bool   // the response exceeded MaxResponse and was dropped
	Streamed    bool   // the payload went to Invocation.Stream
}

// appendNext writes the answer to GET .../invocation/next. Small payloads join
// the head, so that one write carries both; body is what remains to be written.
func (inv *Invocation) appendNext(b []byte) (head, body []byte) {
	b = append(b, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"...)
	b = appendHeader(b, "Lambda-Runtime-Aws-Request-Id", inv.RequestID)
	b = append(b, "Lambda-Runtime-Deadline-Ms: "...)
	b = strconv.AppendInt(b, inv.Deadline.UnixMilli(), 10)
	b = append(b, "\r\n"...)
	for _, h := range [...][2]string{
		{"Lambda-Runtime-Invoked-Function-Arn", inv.FunctionARN},
		{"Lambda-Runtime-Trace-Id", inv.TraceID},
		{"Lambda-Runtime-Client-Context", inv.ClientContext},
		{"Lambda-Runtime-Cognito-Identity", inv.CognitoIdentity},
	} {
		if h[1] != "" {
			b = appendHeader(b, h[0], h[1])
		}
	}
	b = append(b, "Content-Length: "...)
	b = strconv.AppendInt(b, int64(len(inv.Payload)), 10)
	b = append(b, "\r\n\r\n"...)
	if len(inv.Payload) <= 32<<10 {
		return append(b, inv.Payload...), nil
	}
	return b, inv.Payload
}
