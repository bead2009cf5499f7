package sigv4

import (
	"bytes"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// appendCanonical appends the canonical request. plain takes the path as the
// client sent it: see otherPath.
func (s *Signature) appendCanonical(b []byte, r *http.Request, s3, plain bool, payload string) []byte {
	b = append(b, r.Method...)
	b = append(b, '\n')
	b = appendPath(b, wirePath(r), s3, plain)
	b = append(b, '\n')
	b = appendQuery(b, r.URL.RawQuery, s.Presigned)
	b = append(b, '\n')
	for _, name := range s.SignedHeaders {
		b = append(b, name...)
		b = append(b, ':')
		b = appendHeader(b, r, name)
		b = append(b, '\n')
	}
	b = append(b, '\n')
	for i, name := range s.SignedHeaders {
		if i > 0 {
			b = append(b, ';')
		}
		b = append(b, name...)
	}
	b = append(b, '\n')
	return append(b, payload...)
}

// wirePath is the path as the client sent it: decoding loses how it was
// encoded, which is signed.
func wirePath(r *http.Request) string {
	if strings.HasPrefix(r.RequestURI, "/") {
		path, _, _ := strings.Cut(r.RequestURI, "?")
		return path
	}
	return r.URL.EscapedPath()
}

// appendPath writes the path as S3 has it, encoded anew once, or as all others
// have it, normalised and encoded once more.
func appendPath(b []byte, path string, s3, plain bool) []byte {
	switch {
	case path == "":
		return append(b, '/')
	case s3 && plain:
		return append(b, path...)
	case s3:
		return appendEncoded(b, decodePath(path), true)
	case !plain:
		path = normalisePath(path)
	}
	return appendEncoded(b, path, true)
}

// otherPath reports whether the path could have been signed in another form
// than AWS's documentation has it. The SDK for Go leaves dot segments and
// empty segments alone, and signs S3 paths however they were encoded. Taking
// both forms opens nothing: either is signed with the caller's key.
func otherPath(r *http.Request, s3 bool) bool {
	path := wirePath(r)
	if !s3 && !strings.Contains(path, "//") && !strings.Contains(path, "/.") {
		return false
	}
	return string(appendPath(nil, path, s3, false)) != string(appendPath(nil, path, s3, true))
}

// normalisePath removes empty and dot segments (RFC 3986 section 5.2.4).
func normalisePath(path string) string {
	var out []string
	for segment := range strings.SplitSeq(path, "/") {
		switch segment {
		case "", ".":
		case "..":
			if len(out) > 0 {
				out = out[:len(out)-1]
			}
		default:
			out = append(out, segment)
		}
	}
	if len(out) == 0 {
		return "/"
	}
	joined := "/" + strings.Join(out, "/")
	if strings.HasSuffix(path, "/") || strings.HasSuffix(path, "/.") || strings.HasSuffix(path, "/..") {
		joined += "/"
	}
	return joined
}

func decodePath(path string) string {
	if !strings.Contains(path, "%") {
		return path
	}
	out := make([]byte, 0, len(path))
	for i := 0; i < len(path); i++ {
		if path[i] == '%' && i+2 < len(path) {
			if v, err := strconv.ParseUint(path[i+1:i+3], 16, 8); err == nil {
				out = append(out, byte(v))
				i += 2
				continue
			}
		}
		out = append(out, path[i])
	}
	return string(out)
}

// appendQuery writes the parameters encoded anew and sorted by name and value,
// without the signature of a presigned request.
func appendQuery(b []byte, raw string, presigned bool) []byte {
	if raw == "" {
		return b
	}
	pairs := make([]string, 0, 1+strings.Count(raw, "&"))
	var buf []byte
	for pair := range strings.SplitSeq(raw, "&") {
		if pair == "" {
			continue
		}
		key, value, _ := strings.Cut(pair, "=")
		key = decodeQuery(key)
		if presigned && key == "X-Amz-Signature" {
			continue
		}
		buf = appendEncoded(buf[:0], key, false)
		buf = append(buf, 0) // sorts before every encoded character, as the end of the name must
		buf = appendEncoded(buf, decodeQuery(value), false)
		pairs = append(pairs, string(buf))
	}
	slices.Sort(pairs)
	for i, pair := range pairs {
		if i > 0 {
			b = append(b, '&')
		}
		start := len(b)
		b = append(b, pair...)
		b[start+bytes.IndexByte(b[start:], 0)] = '='
	}
	return b
}

// appendHeader writes the values of a header, joined by commas, their runs of
// spaces made one. net/http keeps some headers elsewhere.
func appendHeader(b []byte, r *http.Request, name string) []byte {
	switch name {
	case "host", ":authority":
		return appendFolded(b, r.Host)
	case "content-length":
		if r.ContentLength >= 0 && r.Header.Get("Content-Length") == "" {
			return strconv.AppendInt(b, r.ContentLength, 10)
		}
	case "transfer-encoding":
		return append(b, strings.Join(r.TransferEncoding, ",")...)
	}
	for i, v := range r.Header[http.CanonicalHeaderKey(name)] {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendFolded(b, v)
	}
	return b
}

func appendFolded(b []byte, v string) []byte {
	v = strings.Trim(v, " \t")
	for i := range len(v) {
		if v[i] == ' ' && v[i-1] == ' ' {
			continue
		}
		b = append(b, v[i])
	}
	return b
}

const upperHex = "0123456789ABCDEF"

// appendEncoded percent-encodes all but RFC 3986's unreserved characters, and
// the slash where it is kept.
func appendEncoded(b []byte, s string, keepSlash bool) []byte {
	for i := range len(s) {
		c := s[i]
		if 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' ||
			c == '-' || c == '_' || c == '.' || c == '~' || c == '/' && keepSlash {
			b = append(b, c)
			continue
		}
		b = append(b, '%', upperHex[c>>4], upperHex[c&15])
	}
	return b
}
