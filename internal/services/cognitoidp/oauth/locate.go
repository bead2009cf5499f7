package oauth

import (
	"net"
	"net/http"
	"regexp"
	"strings"
)

// pathForm is the root of the form for tools without names of their own.
const pathForm = "/_aws/cognito-idp/"

// Locate recognises a request for a pool's domain and returns the domain and
// the path below it. The forms are
//
//	{prefix}.auth.{region}.amazoncognito.com/{path}   "region/prefix"
//	{prefix}.auth.{region}.localhost:PORT/{path}      "region/prefix"
//	{prefix}.auth.localhost:PORT/{path}               "prefix"
//	/_aws/cognito-idp/{prefix}/{path}                 "prefix"
//
// and the localhost forms under localhost.localstack.cloud too. A custom
// domain is known to the Handler only.
func Locate(r *http.Request) (domain, path string, ok bool) {
	if rest, found := strings.CutPrefix(r.URL.Path, pathForm); found {
		prefix, path, found := strings.Cut(rest, "/")
		return prefix, "/" + path, found && prefix != ""
	}
	host := hostname(r.Host)
	for _, zone := range []string{".amazoncognito.com", ".localhost.localstack.cloud", ".localhost"} {
		name, found := strings.CutSuffix(host, zone)
		if !found {
			continue
		}
		if prefix, found := strings.CutSuffix(name, ".auth"); found && zone != ".amazoncognito.com" {
			return prefix, r.URL.Path, label(prefix)
		}
		prefix, region, found := strings.Cut(name, ".auth.")
		if !found || !label(prefix) || !label(region) {
			return "", "", false
		}
		return region + "/" + prefix, r.URL.Path, true
	}
	return "", "", false
}

var issuerPath = regexp.MustCompile(`^/([\w-]{1,40}_[0-9A-Za-z]{1,40})(/\.well-known/(?:jwks\.json|openid-configuration))$`)

// LocateIssuer recognises a request for a document of an issuer, at whatever
// host, and returns the pool's id and the path below it.
func LocateIssuer(r *http.Request) (poolID, path string, ok bool) {
	if len(r.URL.Path) > 128 {
		return "", "", false
	}
	m := issuerPath.FindStringSubmatch(r.URL.Path)
	if m == nil {
		return "", "", false
	}
	return m[1], m[2], true
}

func hostname(host string) string {
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	return strings.ToLower(strings.TrimSuffix(host, "."))
}

func label(s string) bool { return s != "" && len(s) <= 63 && !strings.Contains(s, ".") }
