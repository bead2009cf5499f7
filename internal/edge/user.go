package edge

import (
	"net/http"
	"net/url"
	"strings"
)

// OwnUser reports whether a request is the machine's own user's doing, so that
// well-known credentials may stand for that user. Trusted tells whose process
// sent it; but a browser is the user's process as well, and so is a proxy that
// serves others. What a web page from elsewhere made a browser send, what came
// to a name that leads here by DNS rebinding, and what a proxy passed on for
// somebody is not the user's doing: everybody can sign with a pair that
// everybody knows.
func OwnUser(r *http.Request) bool {
	return Trusted(r) && (localName(r.Host) || awsName(r.Host)) && !passedOn(r) && !drivenByPage(r)
}

// awsName reports whether a Host header is an endpoint of AWS, as clients send
// it whose names are made to lead here. Nobody else can have one lead here.
func awsName(host string) bool {
	host = hostname(host)
	for _, zone := range [...]string{".amazonaws.com", ".amazonaws.com.cn", ".api.aws"} {
		if strings.HasSuffix(host, zone) {
			return true
		}
	}
	return false
}

func passedOn(r *http.Request) bool {
	return r.Header.Get("X-Forwarded-For") != "" || r.Header.Get("Forwarded") != ""
}

// drivenByPage reports whether a browser sent the request for a page that this
// machine does not serve. Browsers name the page's origin with all requests but
// plain GETs, and say of those how far the page is away (Fetch Metadata,
// Sec-Fetch-Site), unless the browser is old or the name it calls is none that
// it knows to be local; then a request that only a URL made is not trusted.
func drivenByPage(r *http.Request) bool {
	if origin := r.Header.Get("Origin"); origin != "" {
		u, err := url.Parse(origin)
		return err != nil || !localName(u.Host)
	}
	switch r.Header.Get("Sec-Fetch-Site") {
	case "same-origin", "same-site", "none":
		return false
	case "":
		return strings.HasPrefix(r.Header.Get("User-Agent"), "Mozilla/") && r.Header.Get("Authorization") == ""
	}
	return true
}
