package oauth

import (
	"context"
	"log/slog"
	"net/http"

	"github.com/gatehouse-dev/gatehouse/internal/clock"
)

// Options are what a Handler is made of.
type Options struct {
	Source Source
	Clock  *clock.Clock
	Log    *slog.Logger
	// Issuer returns the issuer of a pool, without a slash at its end.
	Issuer func(*Pool) string
	// Base returns the URL under which this machine's clients reach the
	// server, such as http://localhost:4566.
	Base func() string
}

// Handler serves pools' domains and issuers. It is safe for concurrent use.
type Handler struct {
	o Options
}

// NewHandler returns the handler of the source's pools.
func NewHandler(o Options) *Handler { return &Handler{o} }

// Match reports whether a request is for this handler: one that Locate or
// LocateIssuer recognises, or one to a pool's custom domain.
func (h *Handler) Match(r *http.Request) bool {
	if _, _, ok := LocateIssuer(r); ok {
		return true
	}
	if _, _, ok := Locate(r); ok {
		return true
	}
	host := hostname(r.Host)
	if label(host) || host == "" {
		return false
	}
	p, err := h.o.Source.PoolOfDomain(r.Context(), host)
	return err == nil && p != nil && p.CustomDomain == host
}

// ServeHTTP answers a request that Match is true for.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if id, path, ok := LocateIssuer(r); ok {
		h.serveIssuer(w, r, id, path)
		return
	}
	domain, path, ok := Locate(r)
	if !ok {
		domain, path = hostname(r.Host), r.URL.Path
	}
	h.Serve(w, r, domain, path)
}

// Serve answers a request for a path below a domain, both as Locate gives them.
func (h *Handler) Serve(w http.ResponseWriter, r *http.Request, domain, path string) {
	secure(w.Header())
	pool, err := h.o.Source.PoolOfDomain(r.Context(), domain)
	if err != nil {
		h.broken(w, r.Context(), err)
		return
	}
	if pool == nil || path != "/oauth2/token" {
		w.WriteHeader(http.StatusNotFound)
		return
	}
	h.token(w, r, pool)
}

// secure sets the headers that Cognito gives with every answer of a domain.
func secure(header http.Header) {
	header.Set("Cache-Control", "no-cache, no-store, max-age=0, must-revalidate")
	header.Set("Pragma", "no-cache")
	header.Set("Expires", "0")
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("X-Frame-Options", "DENY")
}

func (h *Handler) broken(w http.ResponseWriter, ctx context.Context, err error) {
	if ctx.Err() == nil {
		h.o.Log.Error("user pool endpoint failed", "error", err)
	}
	w.WriteHeader(http.StatusInternalServerError)
}
