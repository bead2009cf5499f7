package front

import (
	"io"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
)

// formOf parses a form body when it is asked for.
func formOf(body []byte) func() url.Values {
	return func() url.Values {
		v, err := url.ParseQuery(string(body))
		if err != nil {
			return nil
		}
		return v
	}
}

func sourceIP(r *http.Request) netip.Addr {
	ap, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return netip.Addr{}
	}
	return ap.Addr().Unmap()
}

// DefaultRegion is that of calls that name none.
const DefaultRegion = "us-east-1"

// regionOf is the region of an unsigned call: the second label of the
// endpoint's host name.
func regionOf(r *http.Request) string {
	labels := strings.Split(r.Host, ".")
	if len(labels) >= 4 && validRegion(labels[1]) {
		return labels[1]
	}
	return DefaultRegion
}

// validRegion reports whether s has the form of a region: us-east-1.
func validRegion(s string) bool {
	parts := strings.Split(s, "-")
	if len(parts) < 3 || len(parts) > 4 || len(parts[0]) != 2 {
		return false
	}
	for _, p := range parts[:len(parts)-1] {
		if p == "" || strings.Trim(p, "abcdefghijklmnopqrstuvwxyz") != "" {
			return false
		}
	}
	last := parts[len(parts)-1]
	return len(last) == 1 && last[0] >= '1' && last[0] <= '9'
}

// copyStream sends a stream and flushes as it goes, so that an answer in parts
// arrives in parts.
func copyStream(w http.ResponseWriter, r io.Reader) {
	rc := http.NewResponseController(w)
	buf := make([]byte, 32<<10)
	for {
		n, err := r.Read(buf)
		if n > 0 {
			if _, werr := w.Write(buf[:n]); werr != nil {
				return
			}
			rc.Flush()
		}
		if err != nil {
			return
		}
	}
}
