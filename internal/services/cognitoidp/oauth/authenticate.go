package oauth

import (
	"encoding/base64"
	"net/http"
	"net/url"
	"strings"
)

// authenticate finds out which client calls and proves it: by HTTP Basic or by
// parameters of the body, never both (RFC 6749 section 2.3). A client with a
// secret must show it; a client without must not show any.
func authenticate(r *http.Request, f form, pool *Pool) (*Client, error) {
	id, secret, err := credentials(r, f)
	if err != nil {
		return nil, err
	}
	c := pool.Clients[id]
	if c == nil {
		return nil, invalidClient
	}
	if len(c.Secrets) == 0 {
		if secret != "" {
			return nil, invalidClient
		}
		return c, nil
	}
	if c.knows(secret) {
		return c, nil
	}
	// Clients that follow RFC 6749 section 2.3.1 to the letter encode both
	// parts as in a form, which changes a "+" of a secret.
	if decoded, err := url.QueryUnescape(secret); err == nil && decoded != secret && c.knows(decoded) {
		return c, nil
	}
	return nil, invalidClient
}

func credentials(r *http.Request, f form) (id, secret string, err error) {
	headers := r.Header.Values("Authorization")
	if len(headers) == 0 {
		if f["client_id"] == "" {
			return "", "", invalidRequest
		}
		return f["client_id"], f["client_secret"], nil
	}
	if len(headers) > 1 || f["client_secret"] != "" {
		return "", "", invalidRequest
	}
	scheme, encoded, _ := strings.Cut(headers[0], " ")
	if !strings.EqualFold(scheme, "Basic") {
		return "", "", invalidClient
	}
	b, err := base64.StdEncoding.DecodeString(strings.TrimSpace(encoded))
	if err != nil {
		return "", "", invalidClient
	}
	id, secret, ok := strings.Cut(string(b), ":")
	if !ok {
		return "", "", invalidClient
	}
	if named := f["client_id"]; named != "" && named != id {
		return "", "", invalidRequest
	}
	return id, secret, nil
}
