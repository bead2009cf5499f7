package oauth

import (
	"io"
	"mime"
	"net/http"
	"net/url"
)

// Limits of a token request. aws_client_metadata is what may be large in it.
const (
	maxForm   = 256 << 10 // bytes
	maxFields = 64
)

// form is a token request's parameters, each at most once (RFC 6749 section
// 3.2). An empty one is as if it were not there.
type form map[string]string

func isForm(r *http.Request) bool {
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	return err == nil && kind == "application/x-www-form-urlencoded"
}

func readForm(r *http.Request) (form, error) {
	body, err := io.ReadAll(io.LimitReader(r.Body, maxForm+1))
	if err != nil || len(body) > maxForm {
		return nil, invalidRequest
	}
	return parseForm(string(body))
}

func parseForm(body string) (form, error) {
	values, err := url.ParseQuery(body)
	if err != nil || len(values) > maxFields {
		return nil, invalidRequest
	}
	f := make(form, len(values))
	for name, v := range values {
		if len(v) != 1 {
			return nil, invalidRequest
		}
		if v[0] != "" {
			f[name] = v[0]
		}
	}
	return f, nil
}
