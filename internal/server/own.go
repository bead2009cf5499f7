package server

import (
	"encoding/json"
	"net/http"
	"strconv"
	"time"

	"github.com/gatehouse-dev/gatehouse/internal/kv"
	"github.com/gatehouse-dev/gatehouse/internal/version"
)

func writeJSON(w http.ResponseWriter, status int, v any) {
	b, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	w.Write(append(b, '\n'))
}

func wrongMethod(w http.ResponseWriter, allow string) {
	w.Header().Set("Allow", allow)
	http.Error(w, "method not allowed", http.StatusMethodNotAllowed)
}

// health is GET /_gatehouse/health.
type health struct {
	Status   string            `json:"status"`
	Version  string            `json:"version"`
	URL      string            `json:"url"`
	Store    string            `json:"store"`
	Uptime   float64           `json:"uptimeSeconds"`
	Services map[string]string `json:"services"`
}

func (s *Server) serveHealth(w http.ResponseWriter, r *http.Request) {
	h := health{Status: "ok", Version: version.Number, URL: s.URL(), Store: s.storeKind,
		Uptime: time.Since(s.started).Seconds(), Services: map[string]string{}}
	for _, svc := range s.services {
		h.Services[svc.API.SigningName] = "available"
	}
	status := http.StatusOK
	if err := s.store.View(r.Context(), func(kv.Reader) error { return nil }); err != nil {
		h.Status, status = "the store does not answer", http.StatusServiceUnavailable
	}
	writeJSON(w, status, h)
}

// serveLocalStackHealth is GET /_localstack/health, which the tools of this
// field poll before they start.
func (s *Server) serveLocalStackHealth(w http.ResponseWriter, r *http.Request) {
	services := map[string]string{}
	for _, svc := range s.services {
		services[svc.API.SigningName] = "running"
	}
	writeJSON(w, http.StatusOK, map[string]any{"services": services, "edition": "gatehouse", "version": version.Number})
}

// clockState is what GET and POST /_gatehouse/clock answer.
type clockState struct {
	Now    time.Time `json:"now"`
	Offset string    `json:"offset"` // ahead of the machine's clock
}

// serveClock moves time forward: {"advance": "1h30m"}. The offset is kept, so
// that time does not go back with a restart.
func (s *Server) serveClock(w http.ResponseWriter, r *http.Request) {
	switch r.Method {
	case http.MethodGet:
	case http.MethodPost:
		var in struct {
			Advance string `json:"advance"`
		}
		if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<10)).Decode(&in); err != nil {
			http.Error(w, `the body must be {"advance": "1h30m"}`, http.StatusBadRequest)
			return
		}
		d, err := time.ParseDuration(in.Advance)
		if err != nil || d <= 0 || d > 20*365*24*time.Hour {
			http.Error(w, "advance must be a positive duration such as 90s, 1h30m or 24h", http.StatusBadRequest)
			return
		}
		if err := s.AdvanceClock(r.Context(), d); err != nil {
			s.Log.Error("clock not kept", "error", err)
			http.Error(w, "the store does not answer", http.StatusServiceUnavailable)
			return
		}
	default:
		wrongMethod(w, "GET, POST")
		return
	}
	writeJSON(w, http.StatusOK, clockState{s.clock.Now(), s.clock.Offset().String()})
}

// serveTraces is GET /_gatehouse/traces[?n=50] and /_gatehouse/traces/ID.
func (s *Server) serveTraces(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet {
		wrongMethod(w, "GET")
		return
	}
	if id := r.PathValue("id"); id != "" {
		t := s.traces.Get(id)
		if t == nil {
			http.Error(w, "no trace has this id; traces are kept in memory, the last "+strconv.Itoa(keptTraces), http.StatusNotFound)
			return
		}
		writeJSON(w, http.StatusOK, t)
		return
	}
	n := 50
	if text := r.URL.Query().Get("n"); text != "" {
		var err error
		if n, err = strconv.Atoi(text); err != nil || n < 1 {
			http.Error(w, "n must be a positive number", http.StatusBadRequest)
			return
		}
	}
	writeJSON(w, http.StatusOK, s.traces.Last(n))
}
