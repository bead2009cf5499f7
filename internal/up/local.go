package up

import (
	"net"
	"net/url"
	"strings"
)

// localURL turns a URL of AWS's host names into the one under which a server
// on this machine answers for it, without a proxy or name server.
func localURL(endpoint, value string) (string, bool) {
	server, err := url.Parse(endpoint)
	if err != nil || !loopback(server.Hostname()) {
		return "", false
	}
	u, err := url.Parse(value)
	if err != nil || u.Scheme != "https" {
		return "", false
	}
	labels := strings.Split(u.Hostname(), ".")
	host := ""
	switch {
	case len(labels) == 5 && labels[1] == "execute-api" && strings.HasSuffix(u.Host, ".amazonaws.com"):
		host = labels[0] + ".execute-api.localhost"
	case len(labels) == 5 && labels[1] == "auth" && strings.HasSuffix(u.Host, ".amazoncognito.com"):
		host = labels[0] + ".auth." + labels[2] + ".localhost"
	default:
		return "", false
	}
	u.Scheme, u.Host = server.Scheme, host
	if port := server.Port(); port != "" {
		u.Host = net.JoinHostPort(host, port)
	}
	return u.String(), true
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || strings.HasSuffix(host, ".localhost") || ip != nil && ip.IsLoopback()
}
