// Package sigv4sign signs HTTP requests with AWS Signature Version 4, in the
// Authorization header. It is for Gatehouse's own clients, such as the up
// command; servers verify with internal/front/sigv4.
//
// Source: IAM User Guide, "AWS Signature Version 4 for API requests".
package sigv4sign

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"slices"
	"strings"
	"time"
)

// Credentials sign. SessionToken is empty for long-term keys.
type Credentials struct{ AccessKeyID, Secret, SessionToken string }

const (
	algorithm = "AWS4-HMAC-SHA256"
	isoBasic  = "20060102T150405Z"
)

// Sign adds the headers of a signature. payload is the SHA-256 of the body, in
// lower-case hexadecimal. The request must have no query; its path must be one
// that needs no encoding, which is so for all that Gatehouse's clients send.
func Sign(r *http.Request, c Credentials, region, service, payload string, at time.Time) {
	stamp := at.UTC().Format(isoBasic)
	scope := stamp[:8] + "/" + region + "/" + service + "/aws4_request"
	r.Header.Set("X-Amz-Date", stamp)
	r.Header.Set("X-Amz-Content-Sha256", payload)
	if c.SessionToken != "" {
		r.Header.Set("X-Amz-Security-Token", c.SessionToken)
	}
	headers := map[string]string{"host": host(r)}
	for name, values := range r.Header {
		if lower := strings.ToLower(name); lower == "content-type" || strings.HasPrefix(lower, "x-amz-") {
			headers[lower] = strings.Join(values, ",")
		}
	}
	var names []string
	for name := range headers {
		names = append(names, name)
	}
	slices.Sort(names)
	path := r.URL.EscapedPath()
	if path == "" {
		path = "/"
	}
	lines := []string{r.Method, path, ""}
	for _, name := range names {
		lines = append(lines, name+":"+strings.TrimSpace(headers[name]))
	}
	signed := strings.Join(names, ";")
	canonical := sha256.Sum256([]byte(strings.Join(append(lines, "", signed, payload), "\n")))

	key := []byte("AWS4" + c.Secret)
	for _, part := range strings.Split(scope, "/") {
		key = mac(key, part)
	}
	signature := mac(key, strings.Join([]string{algorithm, stamp, scope, hex.EncodeToString(canonical[:])}, "\n"))
	r.Header.Set("Authorization", algorithm+" Credential="+c.AccessKeyID+"/"+scope+", SignedHeaders="+signed+
		", Signature="+hex.EncodeToString(signature))
}

func host(r *http.Request) string {
	if r.Host != "" {
		return r.Host
	}
	return r.URL.Host
}

func mac(key []byte, text string) []byte {
	m := hmac.New(sha256.New, key)
	m.Write([]byte(text))
	return m.Sum(nil)
}
