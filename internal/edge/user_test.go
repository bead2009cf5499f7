package edge

import (
	"context"
	"net/http/httptest"
	"net/netip"
	"testing"
)

// Who knows test/test and makes the user's browser or proxy send it is not the
// machine's user.
func TestOnlyTheUsersOwnDoing(t *testing.T) {
	nobody := func(netip.AddrPort, netip.AddrPort) bool { return false }
	here := context.WithValue(t.Context(), peerKey{}, newPeer(between{local: "127.0.0.1:4566", remote: "127.0.0.1:50000"}, nobody))
	const browser = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36"
	for _, c := range []struct {
		name, host string
		header     []string
		want       bool
	}{
		{"a tool", "localhost:4566", nil, true},
		{"an address", "127.0.0.1:4566", nil, true},
		{"an IPv6 address", "[::1]:4566", nil, true},
		{"another address of loopback", "127.1.2.3:4566", nil, true},
		{"a bucket's name", "bucket.s3.localhost.localstack.cloud:4566", nil, true},
		{"a name of AWS", "sts.us-east-1.amazonaws.com", nil, true},
		{"a name that was rebound", "evil.example:4566", nil, false},
		{"a name that only ends alike", "evillocalhost:4566", nil, false},
		{"a name that only ends like AWS's", "evilamazonaws.com", nil, false},
		{"AWS's name in front", "sts.us-east-1.amazonaws.com.evil.example", nil, false},
		{"no name", "", nil, false},
		{"an address of this network", "192.0.2.1:4566", nil, false},
		{"a foreign page", "localhost:4566", []string{"Origin", "https://evil.example", "User-Agent", browser}, false},
		{"a page from a file", "localhost:4566", []string{"Origin", "null"}, false},
		{"a rebound page", "evil.example:4566", []string{"Origin", "http://evil.example:4566", "Sec-Fetch-Site", "same-origin"}, false},
		{"a foreign page's image", "localhost:4566", []string{"Sec-Fetch-Site", "cross-site", "User-Agent", browser}, false},
		{"the same of an old browser", "localhost.localstack.cloud:4566", []string{"User-Agent", browser}, false},
		{"the user's own page", "localhost:4566", []string{"Origin", "http://localhost:3000", "Sec-Fetch-Site", "same-site", "User-Agent", browser}, true},
		{"the same by address", "localhost:4566", []string{"Origin", "http://127.0.0.1:3000", "Sec-Fetch-Site", "cross-site", "User-Agent", browser}, true},
		{"the address bar", "localhost:4566", []string{"Sec-Fetch-Site", "none", "User-Agent", browser}, true},
		{"a proxy on this machine", "localhost:4566", []string{"X-Forwarded-For", "198.51.100.7"}, false},
		{"a proxy that follows RFC 7239", "localhost:4566", []string{"Forwarded", "for=198.51.100.7"}, false},
	} {
		r := httptest.NewRequestWithContext(here, "POST", "http://localhost/", nil)
		r.Host = c.host
		for i := 0; i < len(c.header); i += 2 {
			r.Header.Set(c.header[i], c.header[i+1])
		}
		if got := OwnUser(r); got != c.want {
			t.Errorf("%s: %v", c.name, got)
		}
	}
	if OwnUser(httptest.NewRequest("POST", "http://localhost/", nil)) {
		t.Error("a request of an unknown connection is the user's")
	}
}
