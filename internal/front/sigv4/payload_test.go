package sigv4

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/gatehouse-dev/gatehouse/internal/awserr"
)

const s3Secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"

// streamed is the example of "Signature calculations ... Transferring payload
// in multiple chunks" (S3 API Reference): 65 KiB of "a" in two chunks.
func streamed(body string) *http.Request {
	r, _ := http.NewRequest("PUT", "http://s3.amazonaws.com/examplebucket/chunkObject.txt", strings.NewReader(body))
	r.ContentLength = 66824
	r.Header.Set("X-Amz-Date", "20130524T000000Z")
	r.Header.Set("X-Amz-Storage-Class", "REDUCED_REDUNDANCY")
	r.Header.Set("X-Amz-Content-Sha256", StreamingSigned)
	r.Header.Set("Content-Encoding", "aws-chunked")
	r.Header.Set("X-Amz-Decoded-Content-Length", "66560")
	r.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,"+
		"SignedHeaders=content-encoding;content-length;host;x-amz-content-sha256;x-amz-date;x-amz-decoded-content-length;x-amz-storage-class,"+
		"Signature=4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9")
	return r
}

var streamedBody = "10000;chunk-signature=ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648\r\n" +
	strings.Repeat("a", 65536) + "\r\n" +
	"400;chunk-signature=0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497\r\n" +
	strings.Repeat("a", 1024) + "\r\n" +
	"0;chunk-signature=b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9\r\n\r\n"

var streamedTime = time.Date(2013, 5, 24, 0, 1, 0, 0, time.UTC)

// readPayload verifies the request and reads its payload.
func readPayload(r *http.Request, secret string, now time.Time) ([]byte, http.Header, error) {
	var v Verifier
	s, err := Parse(r)
	if err != nil {
		return nil, nil, err
	}
	if err := v.Verify(r, s, Rules{S3: true, Now: now}, secret, nil); err != nil {
		return nil, nil, fmt.Errorf("verify: %w", err)
	}
	in, err := v.Payload(r, s, secret)
	if err != nil {
		return nil, nil, err
	}
	data, err := io.ReadAll(in)
	if c, ok := in.(*Chunks); ok {
		return data, c.Trailer(), err
	}
	return data, nil, err
}

func TestSignedChunks(t *testing.T) {
	data, _, err := readPayload(streamed(streamedBody), s3Secret, streamedTime)
	if err != nil || !bytes.Equal(data, bytes.Repeat([]byte("a"), 66560)) {
		t.Fatalf("read %d bytes, %v", len(data), err)
	}
	r := streamed("")
	r.Body = io.NopCloser(iotest.OneByteReader(strings.NewReader(streamedBody)))
	if data, _, err := readPayload(r, s3Secret, streamedTime); err != nil || len(data) != 66560 {
		t.Fatalf("in small pieces: read %d bytes, %v", len(data), err)
	}
}

// TestSignedChunksRefused changes the example everywhere that matters. A first
// chunk that is good may be given out; nothing unproven may.
func TestSignedChunksRefused(t *testing.T) {
	second := strings.Index(streamedBody, "400;")
	for name, body := range map[string]string{
		"first byte changed":     strings.Replace(streamedBody, "\r\na", "\r\nb", 1),
		"second chunk changed":   streamedBody[:second+100] + "b" + streamedBody[second+101:],
		"signature changed":      strings.Replace(streamedBody, "ad80", "ad81", 1),
		"last signature changed": strings.Replace(streamedBody, "b6c6", "b6c7", 1),
		"no signature":           strings.Replace(streamedBody, ";chunk-signature=ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648", "", 1),
		"ends after a chunk":     streamedBody[:second],
		"ends in a chunk":        streamedBody[:second+400],
		"chunk left out":         streamedBody[second:],
		"last chunk left out":    streamedBody[:strings.Index(streamedBody, "0;chunk-signature=b6")],
		"more after the end":     streamedBody + "x",
		"size too large":         "7fffffffffffffff" + streamedBody[5:],
		"size negative":          "-1" + streamedBody[5:],
		"size not a number":      "x" + streamedBody,
		"size empty":             streamedBody[5:],
		"endless line":           strings.Repeat("0", 1<<20),
		"empty":                  "",
	} {
		data, _, err := readPayload(streamed(body), s3Secret, streamedTime)
		if awserr.As(err) == nil {
			t.Errorf("%s: read %d bytes, error %v", name, len(data), err)
		}
		if len(bytes.Trim(data, "a")) > 0 {
			t.Errorf("%s: unproven bytes were given out", name)
		}
	}
}

// TestSignedTrailer is the example of "Signature calculations for trailing
// headers" (S3 API Reference), in the two ways in which its end is written.
func TestSignedTrailer(t *testing.T) {
	chunks := "10000;chunk-signature=b474d8862b1487a5145d686f57f013e54db672cee1c953b3010fb58501ef5aa2\r\n" +
		strings.Repeat("a", 65536) + "\r\n" +
		"400;chunk-signature=1c1344b170168f8e65b41376b44b20fe354e373826ccbbe2c1d40a8cae51e5c7\r\n" +
		strings.Repeat("a", 1024) + "\r\n" +
		"0;chunk-signature=2ca2aba2005185cf7159c6277faf83795951dd77a3a99e6e65d5c9f85863f992\r\n"
	const signature = "x-amz-trailer-signature:d81f82fc3505edab99d459891051a732e8730629a2e4a59689829ca17fe2e435\r\n\r\n"
	request := func(body string) *http.Request {
		r, _ := http.NewRequest("PUT", "http://s3.amazonaws.com/examplebucket/chunkObject.txt", strings.NewReader(body))
		r.Header.Set("X-Amz-Date", "20130524T000000Z")
		r.Header.Set("X-Amz-Storage-Class", "REDUCED_REDUNDANCY")
		r.Header.Set("X-Amz-Content-Sha256", StreamingSignedTrailer)
		r.Header.Set("Content-Encoding", "aws-chunked")
		r.Header.Set("X-Amz-Decoded-Content-Length", "66560")
		r.Header.Set("X-Amz-Trailer", "x-amz-checksum-crc32c")
		r.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,"+
			"SignedHeaders=content-encoding;host;x-amz-content-sha256;x-amz-date;x-amz-decoded-content-length;x-amz-storage-class;x-amz-trailer,"+
			"Signature=106e2a8a18243abcf37539882f36619c00e2dfc72633413f02d3b74544bfeb8e")
		return r
	}
	for _, trailer := range []string{"x-amz-checksum-crc32c:sOO8/Q==\r\n", "x-amz-checksum-crc32c:sOO8/Q==\n\r\n"} {
		data, got, err := readPayload(request(chunks+trailer+signature), s3Secret, streamedTime)
		if err != nil || len(data) != 66560 || got.Get("X-Amz-Checksum-Crc32c") != "sOO8/Q==" {
			t.Fatalf("read %d bytes, trailer %v, %v", len(data), got, err)
		}
	}
	for name, end := range map[string]string{
		"trailer changed":   "x-amz-checksum-crc32c:sOO8/R==\r\n" + signature,
		"trailer added":     "a:b\r\nx-amz-checksum-crc32c:sOO8/Q==\r\n" + signature,
		"trailer appended":  "x-amz-checksum-crc32c:sOO8/Q==\r\n" + signature + "a:b\r\n\r\n",
		"no signature":      "x-amz-checksum-crc32c:sOO8/Q==\r\n\r\n",
		"cut short":         "x-amz-checksum-crc32c:sOO8/Q==\r\n" + signature[:60],
		"no trailer at all": "",
		"endless":           strings.Repeat("a:b\r\n", 1000),
	} {
		if _, _, err := readPayload(request(chunks+end), s3Secret, streamedTime); awserr.As(err) == nil {
			t.Errorf("%s: error %v", name, err)
		}
	}
}

func unsignedTrailer(t *testing.T, length int, body string) ([]byte, http.Header, error) {
	t.Helper()
	r := signed(t, "PUT", "/b/k", "", "s3", "", true, func(r *http.Request) {
		r.Header.Set("X-Amz-Content-Sha256", StreamingUnsignedTrailer)
		r.Header.Set("X-Amz-Decoded-Content-Length", fmt.Sprint(length))
		r.Header.Set("X-Amz-Trailer", "x-amz-checksum-crc32")
	})
	// The signer was given the hash of nothing; sign what the header says.
	s, err := Parse(r)
	if err != nil {
		t.Fatal(err)
	}
	key := deriveKey(testSecret, s.Date, s.Region, s.Service)
	sum := sha256.Sum256(s.appendCanonical(nil, r, true, false, StreamingUnsignedTrailer))
	mac := key.sign(s.appendStringToSign(nil, &sum))
	auth := r.Header.Get("Authorization")
	r.Header.Set("Authorization", auth[:len(auth)-64]+hex.EncodeToString(mac[:]))
	r.Body = io.NopCloser(iotest.HalfReader(strings.NewReader(body)))
	return readPayload(r, testSecret, testTime)
}

func TestUnsignedTrailer(t *testing.T) {
	const end = "0\r\nx-amz-checksum-crc32:AAAAAA==\r\n\r\n"
	data, trailer, err := unsignedTrailer(t, 8, "3\r\nabc\r\n5\r\ndefgh\r\n"+end)
	if err != nil || string(data) != "abcdefgh" || trailer.Get("X-Amz-Checksum-Crc32") != "AAAAAA==" {
		t.Fatalf("read %q, trailer %v, %v", data, trailer, err)
	}
	if data, _, err := unsignedTrailer(t, 0, end); err != nil || len(data) != 0 {
		t.Errorf("empty: read %q, %v", data, err)
	}
	for name, body := range map[string]string{
		"longer than announced":  "9\r\nabcdefghi\r\n" + end,
		"shorter than announced": "3\r\nabc\r\n" + end,
		"no line end":            "8\r\nabcdefghx\r\n" + end,
		"cut short":              "8\r\nabc",
		"cut before the end":     "8\r\nabcdefgh\r\n0\r\nx-amz-checksum-crc32:AAAAAA==\r\n",
	} {
		if _, _, err := unsignedTrailer(t, 8, body); awserr.As(err) == nil {
			t.Errorf("%s: error %v", name, err)
		}
	}
}

func TestHashedPayload(t *testing.T) {
	r := signed(t, "PUT", "/b/k", "body", "s3", "", true, nil)
	if data, _, err := readPayload(overTheWire(t, r), testSecret, testTime); err != nil || string(data) != "body" {
		t.Errorf("read %q, %v", data, err)
	}
	r = signed(t, "PUT", "/b/k", "body", "s3", "", true, nil)
	r.Body = io.NopCloser(strings.NewReader("evil"))
	if _, _, err := readPayload(r, testSecret, testTime); !awserr.HasCode(err, "XAmzContentSHA256Mismatch") {
		t.Errorf("another body: %v", err)
	}
	broken := errors.New("connection reset")
	r.Body = io.NopCloser(iotest.ErrReader(broken))
	if _, _, err := readPayload(r, testSecret, testTime); !errors.Is(err, broken) {
		t.Errorf("a broken connection: %v", err)
	}
}
