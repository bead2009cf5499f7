package jwt

import (
	"encoding/json"
	"strconv"
	"strings"
	"time"
)

// Claims is the payload of a token. Numbers are json.Number after Verify.
// Claims that Verify returns are shared with its cache: never change them.
type Claims map[string]any

// String returns a claim that is a string, and "" for any other.
func (c Claims) String(name string) string {
	s, _ := c[name].(string)
	return s
}

// Scopes returns the scopes of the space-separated claim "scope"
// (RFC 8693 section 4.2).
func (c Claims) Scopes() []string { return strings.Fields(c.String("scope")) }

// Time returns a claim that is a NumericDate (RFC 7519 section 2).
func (c Claims) Time(name string) (time.Time, bool) {
	n, ok := c[name].(json.Number)
	if !ok {
		return time.Time{}, false
	}
	if s, err := n.Int64(); err == nil {
		if s < 0 || s > maxNumericDate {
			return time.Time{}, false
		}
		return time.Unix(s, 0).UTC(), true
	}
	f, err := strconv.ParseFloat(string(n), 64)
	if err != nil || f < 0 || f > maxNumericDate {
		return time.Time{}, false
	}
	return time.Unix(int64(f), 0).UTC(), true
}

// maxNumericDate is the end of the year 9999, seconds.
const maxNumericDate = 253402300799
