package oauth

import (
	"encoding/json"
	"errors"
	"net/http"
)

// answer is a token response (RFC 6749 section 5.1), in Cognito's order.
type answer struct {
	AccessToken string `json:"access_token"`
	ExpiresIn   int64  `json:"expires_in"` // seconds
	TokenType   string `json:"token_type"`
}

// token serves POST /oauth2/token.
func (h *Handler) token(w http.ResponseWriter, r *http.Request, pool *Pool) {
	// Cognito maps the method and the kind of the body in one step, so that
	// another kind answers 405 as well.
	if r.Method != http.MethodPost || !isForm(r) {
		w.Header().Set("Allow", http.MethodPost)
		w.WriteHeader(http.StatusMethodNotAllowed)
		return
	}
	out, err := h.grant(r, pool)
	var refused failure
	switch {
	case errors.As(err, &refused):
		refused.write(w)
		return
	case err != nil:
		h.broken(w, r.Context(), err)
		return
	}
	body, err := json.Marshal(out)
	if err != nil {
		h.broken(w, r.Context(), err)
		return
	}
	w.Header().Set("Content-Type", "application/json;charset=UTF-8")
	w.Write(body)
}

// grant is the order in which a token request is judged.
func (h *Handler) grant(r *http.Request, pool *Pool) (*answer, error) {
	f, err := readForm(r)
	if err != nil {
		return nil, err
	}
	kind := f["grant_type"]
	switch kind {
	case "":
		return nil, invalidRequest
	case "client_credentials", "authorization_code", "refresh_token":
	default:
		return nil, unsupportedGrantType
	}
	c, err := authenticate(r, f, pool)
	if err != nil {
		return nil, err
	}
	if kind == "client_credentials" {
		return h.clientCredentials(f, pool, c)
	}
	return nil, foreignGrant(f, kind, c)
}

// foreignGrant refuses a code or a refresh token: none that could be presented
// was issued here.
func foreignGrant(f form, kind string, c *Client) error {
	needs := map[string]string{"authorization_code": "code", "refresh_token": "refresh_token"}[kind]
	if f[needs] == "" {
		return invalidRequest
	}
	if !c.Enabled || !c.Code {
		return unauthorizedClient
	}
	return invalidGrant
}
