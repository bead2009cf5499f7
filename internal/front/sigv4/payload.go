package sigv4

import (
	"bytes"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"errors"
	"hash"
	"io"
	"net/http"
	"strconv"
)

// Payload returns a reader of the payload that an S3 request carries, proving
// it while it is read: against the hash in x-amz-content-sha256, or, for the
// streaming forms, chunk by chunk. It fails with XAmzContentSHA256Mismatch,
// SignatureMismatch, IncompleteBody or InvalidChunkSizeError, at the latest
// instead of io.EOF: what was read before that error is not proven unless it
// came in signed chunks. Verify must have succeeded before.
//
// A *Chunks (the streaming forms) also gives the trailing headers.
func (v *Verifier) Payload(r *http.Request, s *Signature, secret string) (io.Reader, error) {
	switch s.ContentSHA256 {
	case "", UnsignedPayload:
		return r.Body, nil
	case StreamingUnsignedTrailer, StreamingSigned, StreamingSignedTrailer:
		length, err := decodedLength(r)
		if err != nil {
			return nil, err
		}
		return newChunks(r.Body, s, v.keys.get(s, secret), length), nil
	}
	want, err := hex.DecodeString(s.ContentSHA256)
	if err != nil || len(want) != sha256.Size {
		return nil, errContentInvalid()
	}
	return &hashed{body: r.Body, sum: sha256.New(), want: want}, nil
}

// decodedLength is the payload's length without the framing of its chunks.
func decodedLength(r *http.Request) (int64, error) {
	n, err := strconv.ParseUint(r.Header.Get("X-Amz-Decoded-Content-Length"), 10, 63)
	if err != nil {
		return 0, errLengthMissing()
	}
	return int64(n), nil
}

// hashed compares the payload's hash when it ends.
type hashed struct {
	body io.Reader
	sum  hash.Hash
	want []byte
}

func (h *hashed) Read(p []byte) (int, error) {
	n, err := h.body.Read(p)
	h.sum.Write(p[:n])
	if errors.Is(err, io.EOF) && subtle.ConstantTimeCompare(h.sum.Sum(nil), h.want) != 1 {
		return n, errContentMismatch()
	}
	return n, err
}

// proof is the chain of signatures of a signed stream: each chunk's is made
// with the one before it, the first with the request's.
type proof struct {
	key      *signingKey
	scope    string // date, newline, scope, newline
	previous string
}

func newProof(s *Signature, key *signingKey) *proof {
	return &proof{key: key, previous: s.signature,
		scope: s.Time.Format(isoBasic) + "\n" + s.scope() + "\n"}
}

// chunk checks the signature of a chunk's data.
func (p *proof) chunk(data []byte, signature string) error {
	empty := sha256.Sum256(nil)
	return p.check(algorithm+"-PAYLOAD\n"+p.scope+p.previous+"\n"+hex.EncodeToString(empty[:])+"\n", data, signature)
}

// trailer checks the signature of the trailing headers in canonical form.
func (p *proof) trailer(headers []byte, signature string) error {
	return p.check(algorithm+"-TRAILER\n"+p.scope+p.previous+"\n", headers, signature)
}

func (p *proof) check(prefix string, data []byte, signature string) error {
	sum := sha256.Sum256(data)
	var text bytes.Buffer
	text.WriteString(prefix)
	text.WriteString(hex.EncodeToString(sum[:]))
	want := p.key.sign(text.Bytes())
	if subtle.ConstantTimeCompare([]byte(hex.EncodeToString(want[:])), []byte(signature)) != 1 {
		return (&Rules{S3: true}).errMismatch()
	}
	p.previous = signature
	return nil
}
