package oauth

import "net/http"

// failure is an OAuth error (RFC 6749 section 5.2). Cognito answers each of
// them with 400, a failed client authentication too, and describes none.
type failure string

const (
	invalidRequest       failure = "invalid_request"
	invalidClient        failure = "invalid_client"
	invalidGrant         failure = "invalid_grant"
	invalidScope         failure = "invalid_scope"
	unauthorizedClient   failure = "unauthorized_client"
	unsupportedGrantType failure = "unsupported_grant_type"
)

func (f failure) Error() string { return "oauth: " + string(f) }

func (f failure) write(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "application/json;charset=UTF-8")
	w.WriteHeader(http.StatusBadRequest)
	w.Write([]byte(`{"error":"` + string(f) + `"}`))
}
