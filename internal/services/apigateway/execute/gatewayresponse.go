package execute

import (
	"cmp"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

	api "github.com/gatehouse-dev/gatehouse/internal/api/apigateway"
)

// gatewayResponse is how a stage renders one type of fault. The zero value is
// API Gateway's default.
type gatewayResponse struct {
	status    int // 0 is the fault's own
	headers   []headerMapping
	templates []typedTemplate
}

type headerMapping struct {
	name   string
	source source
}

type typedTemplate struct {
	mediaType string
	text      substitution
}

const jsonType = "application/json"

// compileGatewayResponses lays the customised responses over the defaults: a
// type that is not customised takes over DEFAULT_4XX or DEFAULT_5XX.
func (s *stage) compileGatewayResponses(list []api.GatewayResponse) {
	custom := make(map[string]*api.GatewayResponse, len(list))
	for i := range list {
		if r := &list[i]; r.DefaultResponse == nil || !*r.DefaultResponse {
			custom[str(r.ResponseType)] = r
		}
	}
	for t := range ResponseType(responseTypes) {
		own := custom[t.String()]
		if own == nil {
			fallback := Default4XX
			if t.info().status >= 500 {
				fallback = Default5XX
			}
			own = custom[fallback.String()]
		}
		if own != nil {
			s.responses[t] = compileGatewayResponse(own)
		}
	}
}

func compileGatewayResponse(r *api.GatewayResponse) gatewayResponse {
	var out gatewayResponse
	if n, err := strconv.Atoi(str(r.StatusCode)); err == nil && n >= 100 && n <= 599 {
		out.status = n
	}
	for _, name := range slices.Sorted(maps.Keys(r.ResponseParameters)) {
		header, ok := strings.CutPrefix(name, "gatewayresponse.header.")
		if !ok {
			continue // path and query string mean nothing in a response
		}
		if src, err := compileSource(r.ResponseParameters[name]); err == nil {
			out.headers = append(out.headers, headerMapping{header, src})
		}
	}
	for _, t := range slices.Sorted(maps.Keys(r.ResponseTemplates)) {
		out.templates = append(out.templates, typedTemplate{t, compileSubstitution(r.ResponseTemplates[t])})
	}
	return out
}

// template chooses by the Accept header, JSON where nothing matches.
func (r *gatewayResponse) template(accept string) *typedTemplate {
	var fallback *typedTemplate
	for i := range r.templates {
		t := &r.templates[i]
		if accept != "" && t.mediaType == mediaType(accept) {
			return t
		}
		if t.mediaType == jsonType || fallback == nil {
			fallback = t
		}
	}
	return fallback
}

// fail makes the method response of an error. What earlier phases put into the
// response is gone.
func (x *exchange) fail(err error) {
	f := faultOf(err)
	x.fault = f
	if x.response.stream != nil {
		x.response.stream.Close()
	}
	header := x.response.header
	clear(header)
	x.response = response{status: f.status(), header: header}

	var custom gatewayResponse
	if x.stage != nil {
		custom = x.stage.responses[f.Type]
	}
	x.response.status = cmp.Or(custom.status, x.response.status)
	header["x-amzn-ErrorType"] = []string{f.Code}
	if t := custom.template(x.r.Header.Get("Accept")); t != nil {
		header["Content-Type"] = []string{t.mediaType}
		x.response.body = t.text.render(nil, x, func(text string) string { return text })
	} else {
		header["Content-Type"] = []string{jsonType}
		x.response.body = f.defaultBody()
	}
	for _, h := range custom.headers {
		if values := h.source.all(x); len(values) > 0 {
			header[http.CanonicalHeaderKey(h.name)] = values
		}
	}
}

// defaultBody is {"message":$context.error.messageString}.
func (f *Fault) defaultBody() []byte {
	out := append([]byte(`{"`), cmp.Or(f.MessageMember, "message")...)
	out = append(out, '"', ':')
	if f.Spaced {
		out = append(out, ' ')
	}
	if f.NoMessage {
		out = append(out, "null"...)
	} else {
		out = appendJSONString(out, f.Message)
	}
	return append(out, '}')
}
