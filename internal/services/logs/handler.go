package logs

import (
	"encoding/json"
	"net/http"
	"time"
)

const (
	defaultRegion = "us-east-1"
	// followSince is how far back following begins unless since says otherwise.
	followSince = 10 * time.Minute
)

// Handler serves GET /_gatehouse/logs. It checks no credentials: whoever mounts
// it does.
//
// group= names the group and region= its region, us-east-1 where empty. since=
// is a duration, such as 5m, to look back: all there is where empty, or ten
// minutes with follow=1, which goes on with what comes for as long as the client
// stays. The answer has a line of text an event, or a JSON object with
// format=json.
func (s *Service) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /_gatehouse/logs", s.serveLogs)
	return mux
}

func (s *Service) serveLogs(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	group, region := q.Get("group"), q.Get("region")
	if group == "" {
		refuse(w, http.StatusBadRequest, "group must name a log group")
		return
	}
	if region == "" {
		region = defaultRegion
	}
	follow := q.Get("follow") == "1"
	var since time.Time
	if follow {
		since = s.clock.Now().Add(-followSince)
	}
	if text := q.Get("since"); text != "" {
		d, err := time.ParseDuration(text)
		if err != nil || d < 0 {
			refuse(w, http.StatusBadRequest, "since must be a duration, such as 90s or 1h")
			return
		}
		since = s.clock.Now().Add(-d)
	}
	exists, err := s.GroupExists(r.Context(), s.account, region, group)
	if err == nil && !exists {
		if err = s.Flush(r.Context()); err == nil {
			exists, err = s.GroupExists(r.Context(), s.account, region, group)
		}
	}
	switch {
	case err != nil:
		refuse(w, http.StatusInternalServerError, "the logs cannot be read")
		return
	case !exists && !follow:
		refuse(w, http.StatusNotFound, "there is no log group "+group+" in "+region)
		return
	}
	out := newWriter(w, q.Get("format") == "json")
	// The status is sent: an error can only end the answer.
	if follow {
		out.flush()
		_ = s.Tail(r.Context(), s.account, region, group, since, out.follow)
		return
	}
	_, _ = s.Lines(r.Context(), s.account, region, group, since, out.line)
}

// writer writes lines as text or as JSON.
type writer struct {
	w  http.ResponseWriter
	rc *http.ResponseController
	js *json.Encoder
}

func newWriter(w http.ResponseWriter, asJSON bool) *writer {
	out := &writer{w: w, rc: http.NewResponseController(w)}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	if asJSON {
		w.Header().Set("Content-Type", "application/x-ndjson")
		out.js = json.NewEncoder(w)
	}
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(http.StatusOK)
	return out
}

func (o *writer) line(l Line) error {
	if o.js != nil {
		return o.js.Encode(l)
	}
	b := l.Time.AppendFormat(nil, "2006-01-02T15:04:05.000Z")
	b = append(append(append(b, ' '), l.Message...), '\n')
	_, err := o.w.Write(b)
	return err
}

func (o *writer) follow(l Line) error {
	if err := o.line(l); err != nil {
		return err
	}
	return o.flush()
}

func (o *writer) flush() error { return o.rc.Flush() }

func refuse(w http.ResponseWriter, status int, message string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(map[string]string{"message": message})
}
