package sigv4

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"net/http"
	"strings"
	"sync"
)

// Verifier verifies signatures and remembers the keys that it derived. The
// zero value is ready to use, by many goroutines.
type Verifier struct {
	keys    keyCache
	buffers sync.Pool // *[]byte
}

// Verify proves that the request was signed with the secret. It repeats Check,
// so that nobody can leave it out.
//
// For services other than S3, body is the whole payload, and is proven too.
// For S3, body is nil and the payload is proven while it is read, through
// Payload, unless the request says that it is not signed.
func (v *Verifier) Verify(r *http.Request, s *Signature, rules Rules, secret string, body []byte) error {
	if err := s.Check(r, rules); err != nil {
		return err
	}
	var hash [2 * sha256.Size]byte
	payload, err := s.payloadHash(&rules, body, &hash)
	if err != nil {
		return err
	}
	given, ok := s.decoded()
	if !ok {
		return rules.errMismatch()
	}
	key := v.keys.get(s, secret)

	buf, _ := v.buffers.Get().(*[]byte)
	if buf == nil {
		buf = new(make([]byte, 0, 2048))
	}
	defer v.buffers.Put(buf)
	if !matches(buf, r, s, rules.S3, false, payload, key, &given) &&
		!(otherPath(r, rules.S3) && matches(buf, r, s, rules.S3, true, payload, key, &given)) {
		return rules.errMismatch()
	}
	v.keys.remember(s, secret, key)
	return nil
}

func matches(buf *[]byte, r *http.Request, s *Signature, s3, plain bool, payload string,
	key *signingKey, given *[sha256.Size]byte) bool {
	b := s.appendCanonical((*buf)[:0], r, s3, plain, payload)
	sum := sha256.Sum256(b)
	b = s.appendStringToSign(b[:0], &sum)
	want := key.sign(b)
	*buf = b
	return subtle.ConstantTimeCompare(want[:], given[:]) == 1
}

func (s *Signature) appendStringToSign(b []byte, canonical *[sha256.Size]byte) []byte {
	b = append(b, algorithm+"\n"...)
	b = s.Time.AppendFormat(b, isoBasic)
	b = append(b, '\n')
	b = s.appendScope(b)
	b = append(b, '\n')
	return hex.AppendEncode(b, canonical[:])
}

func (s *Signature) appendScope(b []byte) []byte {
	b = append(append(b, s.Date...), '/')
	b = append(append(b, s.Region...), '/')
	b = append(append(b, s.Service...), '/')
	return append(b, s.terminator...)
}

// The constants that x-amz-content-sha256 may have instead of a hash.
const (
	UnsignedPayload          = "UNSIGNED-PAYLOAD"
	StreamingUnsignedTrailer = "STREAMING-UNSIGNED-PAYLOAD-TRAILER"
	StreamingSigned          = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"
	StreamingSignedTrailer   = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER"
)

// payloadHash is the last line of the canonical request. It is never what the
// client merely claims, but for S3, where Payload proves the claim.
func (s *Signature) payloadHash(rules *Rules, body []byte, hash *[2 * sha256.Size]byte) (string, error) {
	if rules.S3 {
		switch {
		case s.ContentSHA256 == "" && s.Presigned:
			return UnsignedPayload, nil
		case s.ContentSHA256 == "":
			return "", errContentMissing()
		case !isPayloadConstant(s.ContentSHA256) && !isHash(s.ContentSHA256):
			return "", errContentInvalid()
		}
		return s.ContentSHA256, nil
	}
	if s.ContentSHA256 == UnsignedPayload && rules.AllowUnsigned {
		return UnsignedPayload, nil
	}
	sum := sha256.Sum256(body)
	hex.Encode(hash[:], sum[:])
	computed := string(hash[:])
	if s.ContentSHA256 != "" && !strings.EqualFold(s.ContentSHA256, computed) {
		return "", rules.errMismatch()
	}
	return computed, nil
}

func isPayloadConstant(s string) bool {
	switch s {
	case UnsignedPayload, StreamingUnsignedTrailer, StreamingSigned, StreamingSignedTrailer:
		return true
	}
	return false
}

func isHash(s string) bool {
	if len(s) != 2*sha256.Size {
		return false
	}
	for i := range len(s) {
		if c := s[i]; (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return false
		}
	}
	return true
}
