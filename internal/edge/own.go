package edge

import (
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
)

// Guard protects own endpoints: only the machine's own user reaches h, or who
// authenticate accepts.
func Guard(authenticate func(*http.Request) error, h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if foreignPage(r) {
			http.Error(w, "requests from other web pages are refused", http.StatusForbidden)
			return
		}
		if !Trusted(r) || !localName(r.Host) || passedOn(r) {
			if err := authenticate(r); err != nil {
				http.Error(w, "credentials of the root user are required: sign the request for the service gatehouse", http.StatusForbidden)
				return
			}
		}
		h.ServeHTTP(w, r)
	})
}

// localName reports whether a Host header names this machine. A page that had
// its own name resolve to a loopback address (DNS rebinding) fails here.
func localName(host string) bool {
	host = hostname(host)
	for _, name := range [...]string{"localhost", "localhost.localstack.cloud"} {
		if rest, ok := strings.CutSuffix(host, name); ok && (rest == "" || strings.HasSuffix(rest, ".")) {
			return true
		}
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.Unmap().IsLoopback()
}

// hostname is a Host header's name or address, in lower case.
func hostname(host string) string {
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	return strings.ToLower(strings.Trim(host, "[]"))
}

// foreignPage reports whether a browser sent the request for a page of another
// origin.
func foreignPage(r *http.Request) bool {
	switch r.Header.Get("Sec-Fetch-Site") {
	case "", "same-origin", "none":
	default:
		return true
	}
	origin := r.Header.Get("Origin")
	if origin == "" {
		return false
	}
	u, err := url.Parse(origin)
	return err != nil || !strings.EqualFold(u.Host, r.Host)
}
