package sigv4

import (
	"bytes"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/gatehouse-dev/gatehouse/internal/awserr"
)

// FuzzParse: whatever comes, Parse answers with an error for the client or a
// signature that can be checked, and nothing verifies that was not signed.
func FuzzParse(f *testing.F) {
	f.Add(goodAuth, "20260304T050607Z", "/a//b/../c%2f%zz", "a=b&c&=d&%zz=%")
	f.Add("", "", "/", "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=a/b/c/d/e&X-Amz-Date=20260304T050607Z&X-Amz-Signature=a&X-Amz-SignedHeaders=host")
	f.Add("AWS4-HMAC-SHA256 Credential=,=,,", "Wed, 04 Mar 2026 05:06:07 GMT", "", "&&")
	f.Fuzz(func(t *testing.T, auth, date, path, query string) {
		r := &http.Request{Method: "GET", Host: "h", RequestURI: path, URL: &url.URL{Path: path, RawQuery: query},
			Header: http.Header{"Authorization": {auth}, "X-Amz-Date": {date}}}
		if auth == "" {
			r.Header.Del("Authorization")
		}
		s, err := Parse(r)
		if err != nil {
			if awserr.As(err) == nil {
				t.Fatalf("not an error for the client: %v", err)
			}
			return
		}
		var v Verifier
		for _, s3 := range []bool{false, true} {
			if v.Verify(r, s, Rules{Now: s.Time, S3: s3}, "secret", nil) == nil {
				t.Fatal("verified")
			}
		}
	})
}

// FuzzChunks: a signed stream gives out nothing that was not signed, whatever
// is done to it.
func FuzzChunks(f *testing.F) {
	f.Add([]byte(streamedBody[:200]), true)
	f.Add([]byte("3\r\nabc\r\n0\r\na:b\r\n\r\n"), false)
	f.Add([]byte("0\r\n\r\n"), false)
	f.Fuzz(func(t *testing.T, body []byte, proven bool) {
		s := &Signature{ContentSHA256: StreamingUnsignedTrailer, signature: strings.Repeat("0", 64), terminator: term}
		if proven {
			s.ContentSHA256 = StreamingSignedTrailer
		}
		data, err := io.ReadAll(newChunks(bytes.NewReader(body), s, &signingKey{}, 3))
		if proven && len(data) > 0 || len(data) > 3 {
			t.Fatalf("read %q", data)
		}
		if err == nil && (proven || len(data) != 3) {
			t.Fatal("no error")
		}
	})
}
