package upstream

import (
	"errors"
	"fmt"
	"io"
	"strings"
)

// Response is an answer. It belongs to one goroutine, which reads the body, as
// from any io.Reader, and closes it.
type Response struct {
	Status int
	// Header are the fields in their order, names as they were sent. Those of
	// the framing are among them.
	Header []Field
	// Length is the length of the body, bytes; -1 if it is not known.
	Length int64

	conn   *conn
	kind   framing
	left   int64 // of the body, or of the current chunk
	ended  bool
	keep   bool // the connection, once the body has been read
	closed bool
	err    error
}

// framing is how the end of the body is known (RFC 9112 section 6.3).
type framing uint8

const (
	noBody framing = iota
	fixed
	chunked
	untilClose
)

// maxInformational bounds the 1xx answers before the final one.
const maxInformational = 8

// receive reads the head of the answer.
func (k *conn) receive(method string) (*Response, error) {
	for range maxInformational {
		head, err := k.head()
		if err != nil {
			return nil, err
		}
		resp, err := parseHead(head, method)
		if err != nil {
			return nil, err
		}
		if resp.Status >= 200 {
			resp.conn = k
			resp.settle()
			return resp, nil
		}
		if resp.Status == 101 {
			return nil, malformed("an unasked change of protocols")
		}
	}
	return nil, malformed("too many informational answers")
}

// head returns the bytes up to the empty line as a string.
func (k *conn) head() (string, error) {
	scanned := 0
	for {
		b := k.in[k.r:k.w]
		for i := scanned; i < len(b); i++ {
			if b[i] != '\n' {
				continue
			}
			rest := b[i+1:]
			switch {
			case len(rest) > 0 && rest[0] == '\n':
				k.r += i + 2
				return string(b[:i+1]), nil
			case len(rest) > 1 && rest[0] == '\r' && rest[1] == '\n':
				k.r += i + 3
				return string(b[:i+1]), nil
			}
		}
		scanned = max(len(b)-2, 0)
		if len(b) >= maxHead {
			return "", malformed("the head is too large")
		}
		if err := k.fill(); err != nil {
			return "", err
		}
	}
}

func malformed(format string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrMalformed, fmt.Sprintf(format, args...))
}

// parseHead parses a status line and fields; each line ends in a line feed.
func parseHead(head, method string) (*Response, error) {
	line, rest, _ := strings.Cut(head, "\n")
	line = strings.TrimSuffix(line, "\r")
	// HTTP/1.x SP 3DIGIT [ SP reason ]
	if len(line) < 12 || line[:7] != "HTTP/1." || line[7] != '0' && line[7] != '1' || line[8] != ' ' || len(line) > 12 && line[12] != ' ' {
		return nil, malformed("status line")
	}
	status := 0
	for _, c := range []byte(line[9:12]) {
		if c < '0' || c > '9' {
			return nil, malformed("status code")
		}
		status = status*10 + int(c-'0')
	}
	if status < 100 || status > 599 {
		return nil, malformed("status code")
	}
	resp := &Response{Status: status, Length: -1, keep: line[7] == '1'}
	resp.Header = make([]Field, 0, strings.Count(rest, "\n"))
	f := frame{}
	for rest != "" {
		line, rest, _ = strings.Cut(rest, "\n")
		field, err := parseField(strings.TrimSuffix(line, "\r"))
		if err != nil {
			return nil, err
		}
		resp.Header = append(resp.Header, field)
		if err := f.note(field, resp); err != nil {
			return nil, err
		}
	}
	return resp, f.apply(resp, method, line10(head))
}

// line10 reports whether the answer is HTTP/1.0.
func line10(head string) bool { return head[7] == '0' }

func parseField(line string) (Field, error) {
	name, value, ok := strings.Cut(line, ":")
	if !ok || !token(name) { // also folded lines and blanks before the colon
		return Field{}, malformed("header field")
	}
	value = strings.Trim(value, " \t")
	if !fieldValue(value) {
		return Field{}, malformed("value of a header field")
	}
	return Field{name, value}, nil
}

// token follows RFC 9110 section 5.6.2.
func token(s string) bool {
	if s == "" {
		return false
	}
	for i := range len(s) {
		if !tokenByte[s[i]] {
			return false
		}
	}
	return true
}

var tokenByte = func() (t [256]bool) {
	for c := '!'; c <= '~'; c++ {
		t[c] = !strings.ContainsRune(`"(),/:;<=>?@[\]{}`, c)
	}
	return t
}()

// fieldValue refuses control characters but the tab.
func fieldValue(s string) bool {
	for i := range len(s) {
		if c := s[i]; c < ' ' && c != '\t' || c == 0x7f {
			return false
		}
	}
	return true
}

// frame is what the fields say of the body's end.
type frame struct {
	length  int64
	lengths int
	chunked bool
	codings int
}

func (f *frame) note(field Field, resp *Response) error {
	switch len(field.Name) { // cheaper than to fold the case of every name
	case len("Connection"):
		if strings.EqualFold(field.Name, "Connection") {
			for option := range strings.SplitSeq(field.Value, ",") {
				if strings.EqualFold(strings.TrimSpace(option), "close") {
					resp.keep = false
				}
			}
		}
	case len("Content-Length"):
		if strings.EqualFold(field.Name, "Content-Length") {
			f.lengths++
			n, ok := parseLength(field.Value)
			if !ok || f.lengths > 1 {
				return malformed("Content-Length")
			}
			f.length = n
		}
	case len("Transfer-Encoding"):
		if strings.EqualFold(field.Name, "Transfer-Encoding") {
			f.codings++
			f.chunked = strings.EqualFold(field.Value, "chunked")
			if !f.chunked || f.codings > 1 {
				return malformed("Transfer-Encoding")
			}
		}
	}
	return nil
}

func parseLength(s string) (int64, bool) {
	if s == "" || len(s) > 18 {
		return 0, false
	}
	var n int64
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return 0, false
		}
		n = n*10 + int64(s[i]-'0')
	}
	return n, true
}

// apply follows RFC 9112 section 6.3, in its order.
func (f *frame) apply(resp *Response, method string, http10 bool) error {
	if f.chunked && (f.lengths > 0 || http10) {
		return malformed("both lengths, or chunked in HTTP/1.0")
	}
	switch {
	case method == "HEAD" || resp.Status < 200 || resp.Status == 204 || resp.Status == 304:
		resp.kind, resp.Length = noBody, 0
	case f.chunked:
		resp.kind = chunked
	case f.lengths > 0:
		resp.kind, resp.Length, resp.left = fixed, f.length, f.length
	default:
		resp.kind, resp.keep = untilClose, false
	}
	return nil
}

// settle ends an answer without a body at once.
func (r *Response) settle() {
	if r.kind == noBody || r.kind == fixed && r.left == 0 {
		r.ended = true
	}
}

// Read reads the body.
func (r *Response) Read(p []byte) (int, error) {
	if r.err != nil {
		return 0, r.err
	}
	if r.ended {
		return 0, io.EOF
	}
	if len(p) == 0 {
		return 0, nil
	}
	n, err := r.readBody(p)
	if err != nil && err != io.EOF {
		r.err = err
	}
	return n, err
}

func (r *Response) readBody(p []byte) (int, error) {
	if r.kind == chunked && r.left == 0 {
		if err := r.nextChunk(); err != nil {
			return 0, err
		}
		if r.ended {
			return 0, io.EOF
		}
	}
	if r.kind != untilClose && int64(len(p)) > r.left {
		p = p[:r.left]
	}
	n, err := r.conn.read(p)
	if err != nil {
		if err == io.EOF && r.kind == untilClose {
			r.ended = true
			return 0, io.EOF
		}
		return 0, classifyRead(err)
	}
	if r.kind == untilClose {
		return n, nil
	}
	if r.left -= int64(n); r.left > 0 {
		return n, nil
	}
	if r.kind == fixed {
		r.ended = true
		return n, nil
	}
	line, err := r.conn.line(2)
	if err == nil && len(line) > 0 {
		err = malformed("end of a chunk")
	}
	return n, err
}

// Bounds of the parts of a chunked body that carry nothing.
const (
	maxChunkLine = 1 << 10
	maxTrailer   = 16 << 10
)

// nextChunk reads the size of the next chunk, and the trailers after the last.
func (r *Response) nextChunk() error {
	line, err := r.conn.line(maxChunkLine)
	if err != nil {
		return err
	}
	size, ok := parseChunkSize(line)
	if !ok {
		return malformed("size of a chunk")
	}
	if size > 0 {
		r.left = size
		return nil
	}
	for read := 0; read < maxTrailer; {
		line, err := r.conn.line(maxTrailer)
		if err != nil {
			return err
		}
		if len(line) == 0 {
			r.ended = true
			return nil
		}
		if _, err := parseField(string(line)); err != nil {
			return err
		}
		read += len(line)
	}
	return malformed("trailers are too large")
}

// parseChunkSize reads hexadecimal digits; an extension after a semicolon means
// nothing to us.
func parseChunkSize(line []byte) (int64, bool) {
	var n int64
	digits := 0
	for _, c := range line {
		switch {
		case c >= '0' && c <= '9':
			n = n<<4 | int64(c-'0')
		case c >= 'a' && c <= 'f':
			n = n<<4 | int64(c-'a'+10)
		case c >= 'A' && c <= 'F':
			n = n<<4 | int64(c-'A'+10)
		case c == ';' && digits > 0:
			return n, fieldValue(string(line))
		default:
			return 0, false
		}
		if digits++; digits > 15 {
			return 0, false
		}
	}
	return n, digits > 0
}

// ErrTooLarge is a body over the limit of ReadAll.
var ErrTooLarge = errors.New("the endpoint's answer is too large")

// ReadAll reads a body of at most limit bytes.
func (r *Response) ReadAll(limit int64) ([]byte, error) {
	if r.Length > limit {
		return nil, ErrTooLarge
	}
	if r.Length >= 0 {
		b := make([]byte, r.Length)
		_, err := io.ReadFull(r, b)
		return b, err
	}
	b, err := io.ReadAll(io.LimitReader(r, limit+1))
	if err == nil && int64(len(b)) > limit {
		return nil, ErrTooLarge
	}
	return b, err
}

// Close ends the use of the answer. The connection is kept when the body has
// been read and nothing came after it.
func (r *Response) Close() error {
	if r.closed {
		return nil
	}
	r.closed = true
	if r.kind == chunked && !r.ended && r.err == nil && r.left == 0 {
		r.Read(make([]byte, 1)) // the last chunk may be unread
	}
	k := r.conn
	if r.keep && r.ended && r.err == nil && k.r == k.w && k.written() {
		k.client.keep(k)
	} else {
		k.Close()
	}
	return nil
}

// check refuses what would make another request of it than was meant.
func (r *Request) check() error {
	switch {
	case !token(r.Method):
		return fmt.Errorf("%w: method", ErrRequest)
	case r.Host == "" || strings.ContainsFunc(r.Host, func(c rune) bool { return c <= ' ' || c >= 0x7f || c == '/' || c == '@' || c == '?' || c == '#' }):
		return fmt.Errorf("%w: host", ErrRequest)
	case r.Target == "" || r.Target[0] != '/' || strings.ContainsFunc(r.Target, func(c rune) bool { return c <= ' ' || c == 0x7f }):
		return fmt.Errorf("%w: target", ErrRequest)
	}
	for _, f := range r.Header {
		if !token(f.Name) || !fieldValue(f.Value) {
			return fmt.Errorf("%w: header field", ErrRequest)
		}
		switch len(f.Name) {
		case len("Host"), len("Connection"), len("Content-Length"), len("Transfer-Encoding"):
			for _, own := range [...]string{"Host", "Connection", "Content-Length", "Transfer-Encoding"} {
				if strings.EqualFold(f.Name, own) {
					return fmt.Errorf("%w: %s is not the caller's", ErrRequest, own)
				}
			}
		}
	}
	return nil
}
