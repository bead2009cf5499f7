package server

import (
	"errors"
	"log/slog"
	"net"
	"net/url"
	"strings"
	"time"
)

// Account is the account that everything lives in.
const Account = "000000000000"

// Options say where a server listens and keeps its state. The zero value is an
// ephemeral server on a free loopback port.
type Options struct {
	// Listen is the address, "127.0.0.1:0" where empty.
	Listen string
	// DataDir holds the state. It is made if missing, readable for its owner
	// only. Empty means ephemeral: memory and a temporary directory.
	DataDir string
	// Store is the URL of a PostgreSQL-wire database for the state, in place
	// of the embedded store, shared with other servers. What stays in DataDir
	// is this node's copies of code, and the root key.
	Store string
	// PublicURL is how clients reach this server; from the address where empty.
	PublicURL string
	// DrainTimeout bounds the end of running requests at Close; 10 s where 0.
	DrainTimeout time.Duration
	// Log receives what operators should know; nil is silent.
	Log *slog.Logger
}

func (o *Options) complete() error {
	if o.Listen == "" {
		o.Listen = "127.0.0.1:0"
	}
	if _, _, err := net.SplitHostPort(o.Listen); err != nil {
		return errors.New("the address to listen on must be host:port, not " + o.Listen)
	}
	if o.DrainTimeout == 0 {
		o.DrainTimeout = 10 * time.Second
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.PublicURL != "" {
		u, err := url.Parse(o.PublicURL)
		if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
			return errors.New("the public URL must be http://host or https://host")
		}
		o.PublicURL = strings.TrimRight(o.PublicURL, "/")
	}
	return nil
}

// publicURL is how a client on this machine reaches a listener. Wildcard and
// loopback addresses are called localhost, the one name that browsers, Go, and
// AWS's own tools treat alike.
func publicURL(addr net.Addr) string {
	tcp := addr.(*net.TCPAddr)
	host := tcp.IP.String()
	if tcp.IP.IsUnspecified() || tcp.IP.IsLoopback() {
		host = "localhost"
	}
	_, port, _ := net.SplitHostPort(tcp.String())
	return "http://" + net.JoinHostPort(host, port)
}
