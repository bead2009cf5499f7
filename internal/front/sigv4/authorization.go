package sigv4

import (
	"net/http"
	"strings"
	"time"
)

// parseHeader reads the Authorization header. Parameters may be separated by
// commas, spaces or both, in any order.
func parseHeader(r *http.Request, auth []string) (*Signature, error) {
	header := strings.TrimSpace(auth[0])
	if !strings.HasPrefix(header, "AWS4-") {
		return nil, errMissing()
	}
	if len(auth) > 1 {
		return nil, errRepeated("Authorization")
	}
	name, rest, _ := strings.Cut(header, " ")

	var credential, signedHeaders, signature string
	for len(rest) > 0 {
		var pair string
		if i := strings.IndexAny(rest, ", \t"); i >= 0 {
			pair, rest = rest[:i], rest[i+1:]
		} else {
			pair, rest = rest, ""
		}
		if pair == "" {
			continue
		}
		key, value, found := strings.Cut(pair, "=")
		if !found {
			return nil, errPair(header)
		}
		switch key {
		case "Credential":
			credential = value
		case "SignedHeaders":
			signedHeaders = value
		case "Signature":
			signature = value
		}
	}

	date, err := single(r.Header, "X-Amz-Date")
	if err != nil {
		return nil, err
	}
	if date == "" {
		date = r.Header.Get("Date")
	}
	var missing []string
	for _, p := range [...]struct{ name, value string }{
		{"Credential", credential}, {"Signature", signature}, {"SignedHeaders", signedHeaders},
	} {
		if p.value == "" {
			missing = append(missing, "Authorization header requires '"+p.name+"' parameter.")
		}
	}
	if date == "" {
		missing = append(missing, "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.")
	}
	if missing != nil {
		return nil, errIncomplete(strings.Join(missing, " ") + " Authorization=" + header)
	}

	s := &Signature{signature: signature}
	if s.Time, err = parseDate(date); err != nil {
		return nil, err
	}
	if name != algorithm {
		return nil, errAlgorithm(name)
	}
	if err := s.setCredential(credential); err != nil {
		return nil, err
	}
	if s.SessionToken, err = single(r.Header, "X-Amz-Security-Token"); err != nil {
		return nil, err
	}
	if s.ContentSHA256, err = single(r.Header, "X-Amz-Content-Sha256"); err != nil {
		return nil, err
	}
	s.setSignedHeaders(signedHeaders)
	return s, nil
}

// single gives the one value of a header, or "". Two values would leave open
// which of them was meant.
func single(h http.Header, name string) (string, error) {
	switch v := h[name]; len(v) {
	case 0:
		return "", nil
	case 1:
		return v[0], nil
	}
	return "", errRepeated(name)
}

// parseDate reads ISO 8601's basic format, and for the Date header what HTTP
// has (RFC 9110 section 5.6.7).
func parseDate(s string) (time.Time, error) {
	if t, err := time.Parse(isoBasic, s); err == nil {
		return t, nil
	}
	if t, err := http.ParseTime(s); err == nil {
		return t.UTC(), nil
	}
	return time.Time{}, errDate(s)
}
