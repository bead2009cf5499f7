package edge

import "net/http"

// Route serves the requests that Match takes.
type Route struct {
	Name  string // in metrics
	Match func(*http.Request) bool
	http.Handler
}

// Router asks its routes in order; the first that matches serves the request.
// The last one should match everything.
type Router []Route

// ServeHTTP implements http.Handler.
func (rt Router) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	for i := range rt {
		if rt[i].Match(r) {
			rt[i].Handler.ServeHTTP(w, r)
			return
		}
	}
	http.Error(w, "not found", http.StatusNotFound)
}

// Any matches every request.
func Any(*http.Request) bool { return true }

// Path matches one path exactly.
func Path(path string) func(*http.Request) bool {
	return func(r *http.Request) bool { return r.URL.Path == path }
}
