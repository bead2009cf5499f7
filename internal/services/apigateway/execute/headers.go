package execute

import (
	"net/http"
	"strings"
)

// Rules for headers are those of the table in "Amazon API Gateway important
// notes", REST APIs.

// remapped response headers of integrations reach the client under another
// name, so that they do not override the gateway's own.
func remapped(name string) (string, bool) {
	switch name {
	case "Authorization", "Connection", "Content-Length", "Content-Md5", "Date", "Max-Forwards", "Server",
		"User-Agent", "Www-Authenticate", "X-Amzn-Requestid":
		return "x-amzn-Remapped-" + name, true
	}
	return "", false
}

// droppedFromResponse are response headers of integrations that clients never
// see: hop by hop, or the business of the gateway.
func droppedFromResponse(name string) bool {
	switch name {
	case "Expect", "Host", "Proxy-Authenticate", "Te", "Trailer", "Transfer-Encoding", "Upgrade", "Via",
		"Keep-Alive", "Proxy-Connection", "X-Amz-Apigw-Id", "X-Amzn-Trace-Id":
		return true
	}
	return false
}

// setProxyHeader passes a header of a proxy integration on to the client; name
// is canonical.
func setProxyHeader(h http.Header, name string, values []string) {
	if droppedFromResponse(name) {
		return
	}
	if other, ok := remapped(name); ok {
		name = other
	}
	h[name] = append(h[name], values...)
}

// validHeaderName reports whether s is a token of RFC 9110 section 5.6.2.
func validHeaderName(s string) bool {
	if s == "" {
		return false
	}
	for i := range len(s) {
		c := s[i]
		if c <= ' ' || c >= 0x7f || strings.IndexByte(`"(),/:;<=>?@[\]{}`, c) >= 0 {
			return false
		}
	}
	return true
}

// validHeaderValue refuses what would end the field or the message.
func validHeaderValue(s string) bool {
	for i := range len(s) {
		if c := s[i]; c < ' ' && c != '\t' || c == 0x7f {
			return false
		}
	}
	return true
}

// withheldFromFunctions are request headers that a function's event does not
// have.
func withheldFromFunctions(name string) bool {
	switch name {
	case "Connection", "Content-Length", "Expect", "Keep-Alive", "Proxy-Authenticate", "Proxy-Connection", "Te",
		"Trailer", "Transfer-Encoding", "Upgrade":
		return true
	}
	return false
}
