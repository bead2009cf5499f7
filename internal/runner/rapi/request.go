package rapi

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"strconv"
)

// Bounds of one request, in bytes. X-Ray causes arrive in a header of up to
// 1 MiB, which is skipped, never stored.
const (
	maxLine    = 8 << 10
	maxHeaders = 2 << 20
)

var (
	errMalformed = errors.New("rapi: malformed request")
	errTooLarge  = errors.New("rapi: body too large")
)

// request is the head of a request. Its strings do not refer to the reader.
type request struct {
	method, path    string
	length          int64 // of the body; -1 when chunked
	close           bool  // the client wants the connection closed
	expectContinue  bool
	contentType     string
	errorType       string // Lambda-Runtime-Function-Error-Type
	errorBody       string // trailer only: Lambda-Runtime-Function-Error-Body, base64
	responseMode    string
	extensionName   string
	extensionID     string
	extensionAccept string
	extensionError  string
}

// field returns where the value of a header is kept, nil for one of no interest.
func (r *request) field(name []byte) *string {
	switch {
	case equalFold(name, "content-type"):
		return &r.contentType
	case equalFold(name, "lambda-runtime-function-error-type"):
		return &r.errorType
	case equalFold(name, "lambda-runtime-function-error-body"):
		return &r.errorBody
	case equalFold(name, "lambda-runtime-function-response-mode"):
		return &r.responseMode
	case equalFold(name, "lambda-extension-name"):
		return &r.extensionName
	case equalFold(name, "lambda-extension-identifier"):
		return &r.extensionID
	case equalFold(name, "lambda-extension-accept-feature"):
		return &r.extensionAccept
	case equalFold(name, "lambda-extension-function-error-type"):
		return &r.extensionError
	}
	return nil
}

// readRequest reads a request line and headers. It returns io.EOF only when
// the connection ended between requests.
func readRequest(r *bufio.Reader) (*request, error) {
	line, err := readLine(r)
	if err != nil {
		return nil, err
	}
	method, rest, ok := bytes.Cut(line, []byte(" "))
	if !ok {
		return nil, errMalformed
	}
	path, proto, ok := bytes.Cut(rest, []byte(" "))
	if !ok || len(method) == 0 || len(path) == 0 || path[0] != '/' {
		return nil, errMalformed
	}
	req := &request{method: verb(method), path: string(path)}
	switch string(proto) {
	case "HTTP/1.1":
	case "HTTP/1.0":
		req.close = true
	default:
		return nil, errMalformed
	}
	return req, req.readHeaders(r)
}

// readHeaders reads header or trailer lines up to the empty one.
func (r *request) readHeaders(in *bufio.Reader) error {
	var sawLength, sawChunked bool
	for total := 0; ; {
		line, whole, skipped, err := readHeaderLine(in)
		if err != nil {
			return unexpected(err)
		}
		if total += len(line) + skipped; total > maxHeaders {
			return errMalformed
		}
		if len(line) == 0 {
			return nil
		}
		name, value, ok := bytes.Cut(line, []byte(":"))
		if !ok || len(name) == 0 || bytes.ContainsAny(name, " \t") {
			return errMalformed
		}
		value = bytes.Trim(value, " \t")
		switch {
		case equalFold(name, "content-length"):
			n, err := strconv.ParseInt(string(value), 10, 64)
			if err != nil || n < 0 || sawChunked || (sawLength && n != r.length) || value[0] == '+' {
				return errMalformed
			}
			sawLength, r.length = true, n
		case equalFold(name, "transfer-encoding"):
			if !equalFold(value, "chunked") || sawLength {
				return errMalformed
			}
			sawChunked, r.length = true, -1
		case equalFold(name, "connection"):
			r.close = r.close || equalFold(value, "close")
		case equalFold(name, "expect"):
			r.expectContinue = equalFold(value, "100-continue")
		default:
			if f := r.field(name); f != nil && whole {
				*f = intern(value)
			}
		}
	}
}

// readLine reads one line without its end; a longer one than maxLine is an error.
func readLine(r *bufio.Reader) ([]byte, error) {
	line, err := r.ReadSlice('\n')
	if err != nil {
		if len(line) > 0 {
			err = unexpected(err)
		}
		return nil, err
	}
	return trimEnd(line), nil
}

// readHeaderLine is readLine, but cuts a long line: whole is then false, and
// skipped says how much of it was left out.
func readHeaderLine(r *bufio.Reader) (line []byte, whole bool, skipped int, err error) {
	line, err = r.ReadSlice('\n')
	if !errors.Is(err, bufio.ErrBufferFull) {
		return trimEnd(line), true, 0, err
	}
	line = bytes.Clone(line[:64])
	for errors.Is(err, bufio.ErrBufferFull) {
		var more []byte
		more, err = r.ReadSlice('\n')
		if skipped += len(more); skipped > maxHeaders {
			return nil, false, 0, errMalformed
		}
	}
	return line, false, skipped, err
}

func trimEnd(line []byte) []byte {
	line = bytes.TrimSuffix(line, []byte("\n"))
	return bytes.TrimSuffix(line, []byte("\r"))
}

func unexpected(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

func verb(b []byte) string {
	switch string(b) {
	case "GET":
		return "GET"
	case "POST":
		return "POST"
	case "PUT":
		return "PUT"
	}
	return string(b)
}

// intern spares the allocation for the one value that nearly every call has.
func intern(b []byte) string {
	if string(b) == "application/json" {
		return "application/json"
	}
	return string(b)
}

func equalFold(b []byte, lower string) bool {
	if len(b) != len(lower) {
		return false
	}
	for i := range b {
		c := b[i]
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		if c != lower[i] {
			return false
		}
	}
	return true
}
