package wire

import (
	"io"
	"net/http"
	"net/url"

	"github.com/gatehouse-dev/gatehouse/internal/awserr"
)

// Request is what a codec reads: an HTTP request whose body was read, within
// limits, unless the operation streams it.
type Request struct {
	Labels map[string]string // decoded path labels, REST protocols
	Query  url.Values
	Header http.Header
	Body   []byte
	Stream io.ReadCloser // the body, if the input's payload streams
}

// Response is what a codec writes.
type Response struct {
	Status int
	Header http.Header
	Body   []byte
	Stream io.ReadCloser // in place of Body
}

// maxDepth bounds the nesting of any input. DynamoDB's values, the deepest at
// 32 levels, take two a level.
const maxDepth = 100

func malformed(format string, args ...any) error {
	return awserr.Of(awserr.Malformed, format, args...)
}

// Decode reads the input of op from r.
func Decode(s *Service, op *Operation, r *Request) (any, error) {
	in := op.NewInput()
	var err error
	switch s.Protocol {
	case JSON10, JSON11:
		err = readJSONBody(s, op.Input, r.Body, in)
	case RestJSON, RestXML:
		err = decodeREST(s, op, r, in)
	case Query, EC2:
		err = decodeQuery(s, op, r, in)
	}
	if err != nil {
		return nil, err
	}
	return in, nil
}

// Encode writes the output of op. A nil out is an output without members.
func Encode(s *Service, op *Operation, out any, requestID string) (*Response, error) {
	resp := &Response{Status: op.Status, Header: http.Header{}}
	if resp.Status == 0 {
		resp.Status = http.StatusOK
	}
	resp.Header.Set("X-Amzn-Requestid", requestID)
	var err error
	switch s.Protocol {
	case JSON10, JSON11:
		resp.Header.Set("Content-Type", contentType(s.Protocol))
		resp.Body, err = appendJSON(s, make([]byte, 0, 512), op.Output, out)
	case RestJSON, RestXML:
		err = encodeREST(s, op, out, resp)
	case Query, EC2:
		resp.Header.Set("Content-Type", contentType(s.Protocol))
		resp.Body, err = encodeQuery(s, op, out, requestID)
	}
	return resp, err
}

func contentType(p Protocol) string {
	switch p {
	case JSON10:
		return "application/x-amz-json-1.0"
	case JSON11:
		return "application/x-amz-json-1.1"
	case RestJSON:
		return "application/json"
	}
	return "text/xml"
}
