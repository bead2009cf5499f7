package sns

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"strings"

	"github.com/gatehouse-dev/gatehouse/internal/awserr"
)

// InboxHandler serves the inbox: GET /_gatehouse/sms and
// POST /_gatehouse/sms/optout. It checks no credentials: whoever mounts it
// does.
//
// GET takes number=, after=SEQ, failed=1, and follow=1, which answers one JSON
// object a line for as long as the client stays; otherwise it answers an array.
func (s *Service) InboxHandler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /_gatehouse/sms", s.serveInbox)
	mux.HandleFunc("POST /_gatehouse/sms/optout", s.serveOptOut)
	return mux
}

func (s *Service) serveInbox(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	f := Filter{Number: number(q.Get("number")), Failed: q.Get("failed") == "1"}
	if after := q.Get("after"); after != "" {
		n, err := strconv.ParseUint(after, 10, 63)
		if err != nil {
			refuse(w, http.StatusBadRequest, "after must be the seq of a message")
			return
		}
		f.After = n
	}
	if q.Get("follow") == "1" {
		s.stream(w, r, f)
		return
	}
	msgs, err := s.Inbox(r.Context(), f)
	if err != nil {
		refuse(w, http.StatusInternalServerError, "the inbox cannot be read")
		return
	}
	w.Header().Set("Content-Type", "application/json")
	json.NewEncoder(w).Encode(msgs)
}

// number gives back the plus that a query turns into a space where it is not
// escaped.
func number(s string) string {
	if s = strings.TrimSpace(s); s != "" && s[0] != '+' {
		s = "+" + s
	}
	return s
}

func (s *Service) stream(w http.ResponseWriter, r *http.Request, f Filter) {
	w.Header().Set("Content-Type", "application/x-ndjson")
	w.WriteHeader(http.StatusOK)
	rc := http.NewResponseController(w)
	rc.Flush()
	enc := json.NewEncoder(w)
	// The status is sent: an error can only end the stream.
	_ = s.Follow(r.Context(), f, func(m Message) error {
		return errors.Join(enc.Encode(m), rc.Flush())
	})
}

func (s *Service) serveOptOut(w http.ResponseWriter, r *http.Request) {
	var in struct{ Number, Region string }
	dec := json.NewDecoder(http.MaxBytesReader(w, r.Body, 4<<10))
	dec.DisallowUnknownFields()
	if dec.Decode(&in) != nil {
		refuse(w, http.StatusBadRequest, `the body must be {"number": "+12065550100"}`)
		return
	}
	// A client that hangs up does not undo its request.
	if err := s.OptOut(context.WithoutCancel(r.Context()), in.Region, in.Number); err != nil {
		if e := awserr.As(err); e != nil {
			refuse(w, e.Status, e.Message)
			return
		}
		refuse(w, http.StatusInternalServerError, "the number could not be opted out")
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

func refuse(w http.ResponseWriter, status int, message string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(map[string]string{"message": message})
}
