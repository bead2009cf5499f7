package sigv4

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// MaxExpires is how long a presigned request can be good for: a week.
const MaxExpires = 604800 * time.Second

// presignedParameters are required, in the order of AWS's complaint.
var presignedParameters = [...]string{
	"X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Signature", "X-Amz-SignedHeaders", "X-Amz-Date",
}

func parseQuery(r *http.Request) (*Signature, error) {
	query := map[string]string{}
	for pair := range strings.SplitSeq(r.URL.RawQuery, "&") {
		key, value, _ := strings.Cut(pair, "=")
		key = decodeQuery(key)
		if !strings.HasPrefix(key, "X-Amz-") {
			continue
		}
		if _, twice := query[key]; twice {
			return nil, errRepeated(key)
		}
		query[key] = decodeQuery(value)
	}
	var missing []string
	for _, name := range presignedParameters {
		if query[name] == "" {
			missing = append(missing, "AWS query-string parameters must include '"+name+"'.")
		}
	}
	if missing != nil {
		return nil, errIncomplete(strings.Join(missing, " ") + " Re-examine the query-string parameters.")
	}

	s := &Signature{Presigned: true, signature: query["X-Amz-Signature"],
		SessionToken: query["X-Amz-Security-Token"], ContentSHA256: query["X-Amz-Content-Sha256"]}
	var err error
	if s.Time, err = time.Parse(isoBasic, query["X-Amz-Date"]); err != nil {
		return nil, errDate(query["X-Amz-Date"])
	}
	if query["X-Amz-Algorithm"] != algorithm {
		return nil, errAlgorithm(query["X-Amz-Algorithm"])
	}
	if text, ok := query["X-Amz-Expires"]; ok {
		seconds, err := strconv.ParseUint(text, 10, 63)
		if err != nil {
			return nil, errIncomplete("X-Amz-Expires should be a number")
		}
		if seconds > uint64(MaxExpires/time.Second) {
			return nil, errIncomplete("X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be less than 604800 seconds")
		}
		s.Expires = max(time.Duration(seconds)*time.Second, 1)
	}
	if err := s.setCredential(query["X-Amz-Credential"]); err != nil {
		return nil, err
	}
	if s.ContentSHA256 == "" {
		if s.ContentSHA256, err = single(r.Header, "X-Amz-Content-Sha256"); err != nil {
			return nil, err
		}
	}
	s.setSignedHeaders(query["X-Amz-SignedHeaders"])
	return s, nil
}

// decodeQuery undoes the encoding of a query; what is not well encoded stands
// for itself.
func decodeQuery(s string) string {
	if d, err := url.QueryUnescape(s); err == nil {
		return d
	}
	return s
}
