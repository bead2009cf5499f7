package rapi

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"strconv"
)

// readBody reads a body of at most limit bytes. A larger one is read to its end
// and dropped, so that the client gets an answer, and gives errTooLarge.
func (r *request) readBody(in *bufio.Reader, limit int64) ([]byte, error) {
	switch {
	case r.length == 0:
		return nil, nil
	case r.length > limit:
		if _, err := io.CopyN(io.Discard, in, r.length); err != nil {
			return nil, unexpected(err)
		}
		return nil, errTooLarge
	case r.length > 0:
		body := make([]byte, r.length)
		_, err := io.ReadFull(in, body)
		return body, unexpected(err)
	}
	var body bytes.Buffer
	chunks := chunkReader{request: r, in: in}
	n, err := io.Copy(&body, io.LimitReader(&chunks, limit+1))
	if err == nil && n > limit {
		if _, err = io.Copy(io.Discard, &chunks); err == nil {
			err = errTooLarge
		}
	}
	if err != nil {
		return nil, err
	}
	return body.Bytes(), nil
}

// bodyReader returns the body as it arrives.
func (r *request) bodyReader(in *bufio.Reader) io.Reader {
	if r.length < 0 {
		return &chunkReader{request: r, in: in}
	}
	return &io.LimitedReader{R: in, N: r.length}
}

// chunkReader decodes the chunked transfer coding (RFC 9112, section 7.1);
// trailers land in the request's fields.
type chunkReader struct {
	request *request
	in      *bufio.Reader
	left    int64 // of the current chunk
	started bool
	done    bool
}

func (c *chunkReader) Read(p []byte) (int, error) {
	if c.done {
		return 0, io.EOF
	}
	if len(p) == 0 {
		return 0, nil
	}
	if c.left == 0 {
		if err := c.nextChunk(); err != nil {
			return 0, unexpected(err)
		}
		if c.done {
			return 0, io.EOF
		}
	}
	if int64(len(p)) > c.left {
		p = p[:c.left]
	}
	n, err := c.in.Read(p)
	c.left -= int64(n)
	return n, unexpected(err)
}

func (c *chunkReader) nextChunk() error {
	if c.started {
		if line, err := readLine(c.in); err != nil || len(line) != 0 {
			return errors.Join(errMalformed, err)
		}
	}
	c.started = true
	line, err := readLine(c.in)
	if err != nil {
		return err
	}
	size, _, _ := bytes.Cut(line, []byte(";"))
	n, err := strconv.ParseUint(string(bytes.TrimRight(size, " \t")), 16, 40)
	if err != nil {
		return errMalformed
	}
	if n == 0 {
		c.done = true
		// A trailer cannot redefine how the message was framed.
		var trailer request
		if err := trailer.readHeaders(c.in); err != nil {
			return err
		}
		c.request.errorType, c.request.errorBody = trailer.errorType, trailer.errorBody
		return nil
	}
	c.left = int64(n)
	return nil
}
