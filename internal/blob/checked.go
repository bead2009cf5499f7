package blob

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"hash"
	"io"
)

// Checked makes a Reader of src that holds it to its hash and size. The last
// bytes of a damaged blob are never handed out, so that who copies a known
// number of bytes notices too. It is for implementations of Store.
func Checked(src io.ReadSeekCloser, size int64, want string) Reader {
	return &checked{ReadSeekCloser: src, size: size, want: want, sum: sha256.New()}
}

type checked struct {
	io.ReadSeekCloser
	size int64
	want string

	pos    int64
	sum    hash.Hash
	hashed int64 // how much of the begin went into sum
	err    error
}

func (c *checked) Size() int64 { return c.size }

func (c *checked) Seek(offset int64, whence int) (int64, error) {
	pos, err := c.ReadSeekCloser.Seek(offset, whence)
	if err == nil {
		c.pos = pos
	}
	return pos, err
}

func (c *checked) Read(p []byte) (int, error) {
	if c.err != nil {
		return 0, c.err
	}
	if len(p) == 0 {
		return 0, nil
	}
	if c.pos >= c.size {
		if c.size == 0 && c.want != HashOf(nil) {
			return 0, ErrCorrupt
		}
		return 0, io.EOF
	}
	if left := c.size - c.pos; int64(len(p)) > left {
		p = p[:left]
	}
	n, err := c.ReadSeekCloser.Read(p)
	if err == io.EOF && c.pos+int64(n) < c.size {
		err = ErrCorrupt // it was cut
	}
	if c.pos == c.hashed {
		c.sum.Write(p[:n])
		c.hashed += int64(n)
	}
	c.pos += int64(n)
	if c.hashed == c.size && c.pos == c.size && hex.EncodeToString(c.sum.Sum(nil)) != c.want {
		n, err = 0, ErrCorrupt
	}
	if errors.Is(err, ErrCorrupt) {
		c.err = err
	}
	return n, err
}
