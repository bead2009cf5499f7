package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httputil"
	"net/url"
	"strconv"
)

// peerCommand makes this program a peer: bench peer KIND[=TARGET] ADDR.
const peerCommand = "peer"

// body is what every plain contender answers.
const body = `{"message":"hello"}`

// servePeer serves one peer until it is ended.
func servePeer(kind, addr string) error {
	var h http.Handler
	switch kind {
	case "bare":
		h = http.HandlerFunc(bare)
	default: // the target of a ReverseProxy
		target, err := url.Parse(kind)
		if err != nil {
			return err
		}
		h = reverseProxy(target)
	}
	return http.ListenAndServe(addr, h)
}

// bare is the least that net/http can do. It reads bodies, as API calls have them.
func bare(w http.ResponseWriter, r *http.Request) {
	io.Copy(io.Discard, r.Body)
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	io.WriteString(w, body)
}

// reverseProxy is Go's own, with a pool that does not throttle it.
func reverseProxy(target *url.URL) http.Handler {
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.MaxIdleConnsPerHost = 2 * connections
	t.DisableCompression = true
	return &httputil.ReverseProxy{Transport: t, Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(target) }}
}

// service is a peer that runs.
type service struct {
	*process
	url string
}

// peer starts one of this program's peers and waits until it answers.
func (l *lab) peer(ctx context.Context, kind string) (*service, error) {
	addr, err := freeAddr()
	if err != nil {
		return nil, err
	}
	p, err := start(nil, l.self, peerCommand, kind, addr)
	if err != nil {
		return nil, err
	}
	l.onClose(p.stop)
	u := "http://" + addr
	if err := p.ready(ctx, u); err != nil {
		return nil, fmt.Errorf("peer %s: %w", kind, err)
	}
	return &service{p, u}, nil
}
