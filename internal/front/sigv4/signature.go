package sigv4

import (
	"encoding/hex"
	"net/http"
	"slices"
	"strings"
	"time"
)

const (
	algorithm = "AWS4-HMAC-SHA256"
	term      = "aws4_request"
	isoBasic  = "20060102T150405Z"
	dateOnly  = "20060102"
)

// Signature is what a request claims about itself. Nothing in it is proven
// before Verifier.Verify.
type Signature struct {
	AccessKeyID string
	// Date (YYYYMMDD), Region and Service are the credential's scope.
	Date, Region, Service string
	// SessionToken is the X-Amz-Security-Token, or "".
	SessionToken string
	// Presigned says that the signature is in the query.
	Presigned bool
	// Time is when the request was signed.
	Time time.Time
	// Expires is how long a presigned request is good for; 0 where not said.
	Expires time.Duration
	// SignedHeaders are the names in lower case, sorted, each once.
	SignedHeaders []string
	// ContentSHA256 is the x-amz-content-sha256 header (or query parameter): a
	// hash in lower-case hexadecimal, or one of the payload constants.
	ContentSHA256 string

	terminator string // the scope's last part: aws4_request unless wrong
	signature  string // 64 hexadecimal digits unless wrong
}

// Parse reads the signature of a request. It fails with MissingAuthentication
// when there is none, and with IncompleteSignature when it is malformed.
func Parse(r *http.Request) (*Signature, error) {
	auth := r.Header["Authorization"]
	presigned := isPresigned(r.URL.RawQuery)
	switch {
	case len(auth) > 0 && presigned:
		return nil, errBoth()
	case len(auth) > 0:
		return parseHeader(r, auth)
	case presigned:
		return parseQuery(r)
	}
	return nil, errMissing()
}

func isPresigned(query string) bool {
	for query != "" {
		var pair string
		pair, query, _ = strings.Cut(query, "&")
		if key, _, _ := strings.Cut(pair, "="); key == "X-Amz-Algorithm" {
			return true
		}
	}
	return false
}

// setCredential reads KEY/DATE/REGION/SERVICE/aws4_request. Trailing
// slashes are ignored, as AWS does.
func (s *Signature) setCredential(credential string) error {
	p := strings.Split(strings.TrimRight(credential, "/"), "/")
	if len(p) != 5 || p[0] == "" {
		return errCredential(credential)
	}
	s.AccessKeyID, s.Date, s.Region, s.Service, s.terminator = p[0], p[1], p[2], p[3], p[4]
	return nil
}

func (s *Signature) setSignedHeaders(list string) {
	s.SignedHeaders = strings.Split(strings.ToLower(list), ";")
	if !slices.IsSorted(s.SignedHeaders) {
		slices.Sort(s.SignedHeaders)
	}
	s.SignedHeaders = slices.Compact(s.SignedHeaders)
}

// signs reports whether a header, in lower case, is signed.
func (s *Signature) signs(name string) bool {
	_, found := slices.BinarySearch(s.SignedHeaders, name)
	return found
}

// scope is the credential scope of the string to sign.
func (s *Signature) scope() string {
	return s.Date + "/" + s.Region + "/" + s.Service + "/" + s.terminator
}

// decoded is the signature's bytes.
func (s *Signature) decoded() (mac [32]byte, ok bool) {
	if len(s.signature) != 2*len(mac) {
		return mac, false
	}
	_, err := hex.Decode(mac[:], []byte(s.signature))
	return mac, err == nil
}
