package lambda

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strconv"
	"strings"
	"time"
)

const (
	locationPath = "/_gatehouse/lambda/code/"
	// locationLife is how long a package can be fetched ("GetFunction").
	locationLife = 10 * time.Minute
)

// location is where a package can be fetched for the next ten minutes by whoever
// has the URL.
func (s *Service) location(hash string) string {
	expires := strconv.FormatInt(s.clock.Now().Add(locationLife).Unix(), 10)
	return s.endpoint() + locationPath + hash + "?expires=" + expires + "&signature=" + hex.EncodeToString(s.sign(hash, expires))
}

func (s *Service) sign(hash, expires string) []byte {
	mac := hmac.New(sha256.New, s.signKey)
	mac.Write([]byte("package " + hash + " " + expires))
	return mac.Sum(nil)
}

// CodeHandler serves packages under the URLs that GetFunction and
// GetLayerVersion give: GET /_gatehouse/lambda/code/. It asks for no other
// credentials than the signature.
func (s *Service) CodeHandler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+locationPath+"{hash}", s.serveCode)
	return mux
}

func (s *Service) serveCode(w http.ResponseWriter, r *http.Request) {
	hash, q := r.PathValue("hash"), r.URL.Query()
	signature, err := hex.DecodeString(q.Get("signature"))
	if err != nil || !hmac.Equal(signature, s.sign(hash, q.Get("expires"))) {
		http.Error(w, "the signature is wrong", http.StatusForbidden)
		return
	}
	expires, err := strconv.ParseInt(q.Get("expires"), 10, 64)
	if err != nil || s.clock.Now().Unix() > expires {
		http.Error(w, "the URL has expired", http.StatusForbidden)
		return
	}
	f, err := s.code.Open(r.Context(), hash)
	if err != nil {
		http.Error(w, "there is no such package", http.StatusNotFound)
		return
	}
	defer f.Close()
	w.Header().Set("Content-Type", "application/zip")
	w.Header().Set("Content-Disposition", `attachment; filename="`+strings.ToLower(hash[:12])+`.zip"`)
	http.ServeContent(w, r, "", time.Time{}, f)
}
