package server

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"github.com/gatehouse-dev/gatehouse/internal/assets"
	"github.com/gatehouse-dev/gatehouse/internal/edge"
	"github.com/gatehouse-dev/gatehouse/internal/policy"
	"github.com/gatehouse-dev/gatehouse/internal/services/apigateway/execute"
)

// router says which part a request is for. Names of data planes come first:
// whoever calls an API by its name must not reach anything else.
func (s *Server) router() edge.Router {
	domains := s.parts.cognito.Handler()
	return edge.Router{
		{Name: "execute-api", Match: isAPIRequest, Handler: http.HandlerFunc(s.serveAPI)},
		{Name: "own", Match: isOwn, Handler: s.own()},
		{Name: "localstack", Match: edge.Path("/_localstack/health"), Handler: http.HandlerFunc(s.serveLocalStackHealth)},
		{Name: "cognito", Match: domains.Match, Handler: domains},
		{Name: "aws", Match: edge.Any, Handler: s.pipeline},
	}
}

func isAPIRequest(r *http.Request) bool {
	_, _, _, ok := execute.Locate(r)
	return ok
}

func (s *Server) serveAPI(w http.ResponseWriter, r *http.Request) {
	apiID, stage, path, _ := execute.Locate(r)
	s.parts.gateway.Serve(w, r, apiID, stage, path)
}

func isOwn(r *http.Request) bool { return strings.HasPrefix(r.URL.Path, "/_gatehouse/") }

// own serves /_gatehouse/. All but health is guarded.
func (s *Server) own() http.Handler {
	guarded := http.NewServeMux()
	guarded.HandleFunc("/_gatehouse/clock", s.serveClock)
	guarded.HandleFunc("/_gatehouse/traces", s.serveTraces)
	guarded.HandleFunc("/_gatehouse/traces/{id}", s.serveTraces)
	guarded.Handle("/_gatehouse/metrics", s.metrics.handler())
	guarded.Handle("/_gatehouse/logs", s.untilClose(s.parts.logs.Handler()))
	guarded.Handle("/_gatehouse/sms", s.untilClose(s.parts.sns.InboxHandler()))
	guarded.Handle("/_gatehouse/sms/", s.untilClose(s.parts.sns.InboxHandler()))

	mux := http.NewServeMux()
	mux.Handle("/_gatehouse/lambda/code/", s.parts.lambda.CodeHandler())
	mux.Handle(assets.Path, assets.Handler(s.parts.assets, s.pipeline, s.Log))
	mux.HandleFunc("GET /_gatehouse/health", s.serveHealth)
	mux.Handle("/_gatehouse/", edge.Guard(s.authenticateOwn, guarded))
	return mux
}

// untilClose ends the requests of h when the server begins to close. Those who
// follow something never end by themselves, and the drain must not wait for them.
func (s *Server) untilClose(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithCancel(r.Context())
		defer cancel()
		defer context.AfterFunc(s.closing, cancel)()
		h.ServeHTTP(w, r.WithContext(ctx))
	})
}

var errNotRoot = errors.New("not the root user")

// authenticateOwn lets the root user in from elsewhere: the request must be
// signed for the service "gatehouse".
func (s *Server) authenticateOwn(r *http.Request) error {
	c, err := s.pipeline.Authenticate(r, "gatehouse")
	if err != nil {
		return err
	}
	if c.Principal.Type != policy.Root || c.HasSession {
		return errNotRoot
	}
	return nil
}
