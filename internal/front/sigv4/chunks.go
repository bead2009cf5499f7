package sigv4

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
)

const (
	// MaxChunk bounds a signed chunk, which is held in memory until its
	// signature is checked. SDKs send 64 KiB to 1 MiB.
	MaxChunk = 16 << 20
	// minChunk is the least size of a signed chunk but the last with data.
	minChunk = 8 << 10
	// maxLine bounds a chunk's header and a trailing header.
	maxLine = 4 << 10
	// maxTrailers bounds the lines of the trailer.
	maxTrailers = 32
)

// Chunks reads a payload in the aws-chunked encoding. Signed chunks are given
// out only after their signature was checked.
//
// Source: S3 API Reference, "Signature calculations for the Authorization
// header: Transferring payload in multiple chunks", and "... with trailing
// headers".
type Chunks struct {
	in      *bufio.Reader
	proof   *proof // nil for an unsigned stream
	trailed bool   // trailing headers follow
	left    int64  // of the decoded length
	small   bool   // a chunk below minChunk was seen

	data    []byte // of a signed chunk, proven, not yet read
	plain   int64  // of an unsigned chunk, not yet read
	trailer http.Header
	err     error
}

func newChunks(body io.Reader, s *Signature, key *signingKey, length int64) *Chunks {
	c := &Chunks{in: bufio.NewReaderSize(body, maxLine), left: length, trailer: http.Header{}}
	if s.ContentSHA256 != StreamingUnsignedTrailer {
		c.proof = newProof(s, key)
	}
	c.trailed = s.ContentSHA256 != StreamingSigned
	return c
}

// Trailer is the trailing headers, complete after Read has given io.EOF.
func (c *Chunks) Trailer() http.Header { return c.trailer }

// Read implements io.Reader.
func (c *Chunks) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	for c.err == nil {
		if len(c.data) > 0 {
			n := copy(p, c.data)
			c.data = c.data[n:]
			return n, nil
		}
		if c.plain > 0 {
			return c.readPlain(p)
		}
		c.err = c.next()
	}
	return 0, c.err
}

func (c *Chunks) readPlain(p []byte) (int, error) {
	n, err := c.in.Read(p[:min(int64(len(p)), c.plain)])
	c.plain -= int64(n)
	if err != nil {
		c.err = broken(err)
	} else if c.plain == 0 {
		c.err = c.lineEnd()
	}
	if n > 0 {
		return n, nil
	}
	return 0, c.err
}

// next reads a chunk's header, and its data where they are signed. It gives
// io.EOF after the last chunk and what follows it.
func (c *Chunks) next() error {
	line, err := c.line()
	if err != nil {
		return err
	}
	text, extension, _ := strings.Cut(line, ";")
	size, err := strconv.ParseUint(text, 16, 63)
	if err != nil || int64(size) > c.left {
		return errIncompleteBody()
	}
	c.left -= int64(size)
	signature := strings.TrimPrefix(extension, "chunk-signature=")
	if size == 0 {
		return c.end(signature)
	}
	if c.proof == nil {
		c.plain = int64(size)
		return nil
	}
	if size > MaxChunk || c.small {
		return errChunkSize()
	}
	c.small = size < minChunk
	// The buffer grows with what arrives, not with what was announced.
	var data bytes.Buffer
	if _, err := io.CopyN(&data, c.in, int64(size)); err != nil {
		return broken(err)
	}
	if err := c.lineEnd(); err != nil {
		return err
	}
	c.data = data.Bytes()
	if err := c.proof.chunk(c.data, signature); err != nil {
		c.data = nil
		return err
	}
	return nil
}

func (c *Chunks) end(signature string) error {
	if c.left != 0 {
		return errIncompleteBody()
	}
	if c.proof != nil {
		if err := c.proof.chunk(nil, signature); err != nil {
			return err
		}
	}
	if !c.trailed {
		// The last chunk's empty data ends with a line end too.
		if err := c.lineEnd(); err != nil {
			return err
		}
		return c.nothingFollows()
	}
	return c.readTrailer()
}

// readTrailer reads headers up to the body's end, which an empty line comes
// before. SDKs differ in where else they put empty lines. The signature of a
// signed trailer is its last header.
func (c *Chunks) readTrailer() error {
	var canonical []byte
	signature, ended := "", false
	for range maxTrailers {
		if _, err := c.in.Peek(1); errors.Is(err, io.EOF) && ended {
			if c.proof != nil {
				if err := c.proof.trailer(canonical, signature); err != nil {
					return err
				}
			}
			return io.EOF
		}
		line, err := c.line()
		if err != nil {
			return err
		}
		if ended = line == ""; ended {
			continue
		}
		name, value, ok := strings.Cut(line, ":")
		name, value = strings.ToLower(strings.TrimSpace(name)), strings.TrimSpace(value)
		if !ok || name == "" || signature != "" {
			return errIncompleteBody()
		}
		if name == "x-amz-trailer-signature" {
			signature = value
			continue
		}
		c.trailer.Add(name, value)
		canonical = append(canonical, name+":"+value+"\n"...)
	}
	return errIncompleteBody()
}

func (c *Chunks) nothingFollows() error {
	switch _, err := c.in.ReadByte(); {
	case err == nil:
		return errIncompleteBody()
	case errors.Is(err, io.EOF):
		return io.EOF
	default:
		return err
	}
}

// line reads up to CRLF.
func (c *Chunks) line() (string, error) {
	b, err := c.in.ReadSlice('\n')
	if err != nil {
		return "", broken(err)
	}
	return strings.TrimSuffix(string(b[:len(b)-1]), "\r"), nil
}

func (c *Chunks) lineEnd() error {
	line, err := c.line()
	if err == nil && line != "" {
		err = errIncompleteBody()
	}
	return err
}

// broken turns an early end or an overlong line into S3's error, and leaves
// the errors of the connection as they are.
func broken(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, bufio.ErrBufferFull) {
		return errIncompleteBody()
	}
	return err
}
