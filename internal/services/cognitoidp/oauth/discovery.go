package oauth

import (
	"encoding/json"
	"net/http"
	"strings"
)

// discovery is the OpenID provider metadata (OpenID Connect Discovery 1.0
// section 3), in Cognito's members and order. The endpoints of a pool without
// a domain are not there, since nothing would answer at them.
type discovery struct {
	AuthorizationEndpoint string   `json:"authorization_endpoint,omitempty"`
	EndSessionEndpoint    string   `json:"end_session_endpoint,omitempty"`
	IDTokenAlgorithms     []string `json:"id_token_signing_alg_values_supported"`
	Issuer                string   `json:"issuer"`
	JWKSURI               string   `json:"jwks_uri"`
	ResponseTypes         []string `json:"response_types_supported"`
	RevocationEndpoint    string   `json:"revocation_endpoint,omitempty"`
	Scopes                []string `json:"scopes_supported"`
	SubjectTypes          []string `json:"subject_types_supported"`
	TokenEndpoint         string   `json:"token_endpoint,omitempty"`
	TokenEndpointAuth     []string `json:"token_endpoint_auth_methods_supported"`
	UserinfoEndpoint      string   `json:"userinfo_endpoint,omitempty"`
}

// serveIssuer serves the documents below an issuer.
func (h *Handler) serveIssuer(w http.ResponseWriter, r *http.Request, id, path string) {
	header := w.Header()
	header.Set("X-Content-Type-Options", "nosniff")
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		header.Set("Allow", "GET, HEAD")
		w.WriteHeader(http.StatusMethodNotAllowed)
		return
	}
	pool, err := h.o.Source.Pool(r.Context(), id)
	if err != nil {
		h.broken(w, r.Context(), err)
		return
	}
	header.Set("Content-Type", "application/json")
	if pool == nil {
		body, _ := json.Marshal(map[string]string{"code": "ResourceNotFoundException", "message": "User pool " + id + " does not exist."})
		w.WriteHeader(http.StatusNotFound)
		w.Write(body)
		return
	}
	// Browsers read both documents from pages of any origin.
	header.Set("Access-Control-Allow-Origin", "*")
	header.Set("Cache-Control", "public, max-age=86400, stale-while-revalidate=86400")
	body := pool.JWKS
	if strings.HasSuffix(path, "openid-configuration") {
		if body, err = json.Marshal(h.discover(pool, awsHost(r))); err != nil {
			h.broken(w, r.Context(), err)
			return
		}
	}
	w.Write(body)
}

// awsHost reports whether a request was made to Cognito's own host name, by a
// client whose names all lead here.
func awsHost(r *http.Request) bool { return strings.HasSuffix(hostname(r.Host), ".amazonaws.com") }

func (h *Handler) discover(p *Pool, aws bool) discovery {
	issuer := h.o.Issuer(p)
	d := discovery{
		IDTokenAlgorithms: []string{"RS256"}, Issuer: issuer, JWKSURI: issuer + "/.well-known/jwks.json",
		ResponseTypes: []string{"code", "token"}, Scopes: []string{"openid", "email", "phone", "profile"},
		SubjectTypes: []string{"public"}, TokenEndpointAuth: []string{"client_secret_basic", "client_secret_post"},
	}
	var domain string
	switch {
	case p.Domain == "" && p.CustomDomain == "":
		return d
	case aws && p.CustomDomain != "":
		domain = "https://" + p.CustomDomain
	case aws:
		domain = "https://" + p.Domain + ".auth." + p.Region + ".amazoncognito.com"
	case p.Domain != "":
		domain = h.o.Base() + pathForm + p.Domain
	default:
		domain = "https://" + p.CustomDomain
	}
	d.AuthorizationEndpoint = domain + "/oauth2/authorize"
	d.EndSessionEndpoint = domain + "/logout"
	d.RevocationEndpoint = domain + "/oauth2/revoke"
	d.TokenEndpoint = domain + "/oauth2/token"
	d.UserinfoEndpoint = domain + "/oauth2/userInfo"
	return d
}
