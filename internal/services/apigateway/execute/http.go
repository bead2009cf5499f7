package execute

import (
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	api "github.com/gatehouse-dev/gatehouse/internal/api/apigateway"
	"github.com/gatehouse-dev/gatehouse/internal/upstream"
)

// HTTPClient calls endpoints; upstream.Client is it.
type HTTPClient interface {
	Do(*upstream.Request) (*upstream.Response, error)
}

// endpoint is an HTTP or HTTP_PROXY integration.
type endpoint struct {
	proxy       bool
	method      string // "" is the request's
	tls         bool
	insecure    bool
	host        string
	path        []pathPart
	query       string // of the URI itself
	timeout     time.Duration
	mapped      mapping
	templates   templates
	passthrough string
	handling    string
	responses   *integrationResponses
}

// pathPart is literal text or a placeholder.
type pathPart struct{ literal, placeholder string }

// mapping is the requestParameters of an integration.
type mapping struct {
	headers []headerMapping
	query   []headerMapping
	path    map[string]source
}

func (c *compiler) endpoint(in *api.Integration) (integration, error) {
	e := &endpoint{proxy: str(in.Type) == "HTTP_PROXY", timeout: timeoutOf(in),
		passthrough: str(in.PassthroughBehavior), handling: str(in.ContentHandling)}
	if m := str(in.HttpMethod); m != "ANY" {
		e.method = m
	}
	if in.TlsConfig != nil {
		e.insecure = flag(in.TlsConfig.InsecureSkipVerification)
	}
	if err := e.parseURI(c.substitute(str(in.Uri))); err != nil {
		return nil, err
	}
	var err error
	if e.mapped, err = compileMapping(in.RequestParameters); err != nil {
		return nil, err
	}
	if e.proxy {
		return e, nil
	}
	if e.templates, err = c.templates(in.RequestTemplates); err != nil {
		return nil, err
	}
	e.responses, err = c.integrationResponses(in)
	return e, err
}

var errEndpoint = errors.New("invalid HTTP endpoint")

// parseURI splits the endpoint; {name} in its path is a placeholder.
func (e *endpoint) parseURI(uri string) error {
	rest, ok := strings.CutPrefix(uri, "http://")
	if !ok {
		if rest, e.tls = strings.CutPrefix(uri, "https://"); !e.tls {
			return fmt.Errorf("%w: %s", errEndpoint, uri)
		}
	}
	end := strings.IndexAny(rest, "/?")
	if end < 0 {
		end = len(rest)
	}
	e.host = rest[:end]
	if e.host == "" || strings.ContainsAny(e.host, "{}@# ") {
		return fmt.Errorf("%w: %s", errEndpoint, uri)
	}
	path, query, _ := strings.Cut(rest[end:], "?")
	e.query = query
	if path == "" {
		path = "/"
	}
	for path != "" {
		open := strings.IndexByte(path, '{')
		if open < 0 {
			e.path = append(e.path, pathPart{literal: path})
			break
		}
		closing := strings.IndexByte(path[open:], '}')
		if closing < 0 {
			return fmt.Errorf("%w: %s", errEndpoint, uri)
		}
		e.path = append(e.path, pathPart{literal: path[:open]},
			pathPart{placeholder: strings.TrimSuffix(path[open+1:open+closing], "+")})
		path = path[open+closing+1:]
	}
	return nil
}

func compileMapping(parameters map[string]string) (mapping, error) {
	m := mapping{path: map[string]source{}}
	for _, target := range slices.Sorted(maps.Keys(parameters)) {
		src, err := compileSource(parameters[target])
		if err != nil {
			return m, err
		}
		rest, ok := strings.CutPrefix(target, "integration.request.")
		position, name, named := strings.Cut(rest, ".")
		if !ok || !named || name == "" {
			return m, fmt.Errorf("%w: %s", errMapping, target)
		}
		switch position {
		case "header":
			if !validHeaderName(name) || reservedHeader(http.CanonicalHeaderKey(name)) {
				return m, fmt.Errorf("%w: the header %s cannot be set", errMapping, name)
			}
			m.headers = append(m.headers, headerMapping{http.CanonicalHeaderKey(name), src})
		case "querystring":
			m.query = append(m.query, headerMapping{name, src})
		case "path":
			m.path[name] = src
		default:
			return m, fmt.Errorf("%w: %s", errMapping, target)
		}
	}
	return m, nil
}

func (e *endpoint) run(x *exchange) error {
	client := x.gateway.o.Upstream
	if client == nil {
		return faultAPIConfiguration.because("there is no HTTP client", nil)
	}
	req, err := e.request(x)
	if err != nil {
		return err
	}
	resp, err := client.Do(req)
	if err != nil {
		return endpointFault(err)
	}
	x.integration.status = resp.Status
	if e.proxy {
		return x.passResponse(resp)
	}
	defer resp.Close()
	body, err := resp.ReadAll(maxBody)
	if err != nil {
		return endpointFault(err)
	}
	header := make(http.Header, len(resp.Header))
	for _, f := range resp.Header {
		header.Add(f.Name, f.Value)
	}
	return e.responses.respond(x, &result{header: header, body: body, selector: strconv.Itoa(resp.Status)})
}

// endpointFault is the gateway response of a failed call.
func endpointFault(err error) error {
	switch {
	case errors.Is(err, upstream.ErrTimeout):
		return faultTimeout.because("the endpoint did not answer in time", err)
	case errors.Is(err, upstream.ErrUnreachable):
		return faultUnreachable.because("the endpoint cannot be reached", err)
	case errors.Is(err, upstream.ErrRequest):
		return faultAPIConfiguration.because(err.Error(), err)
	}
	return faultMalformedAnswer.because(err.Error(), err)
}

// request makes the integration request.
func (e *endpoint) request(x *exchange) (*upstream.Request, error) {
	req := &upstream.Request{Method: e.method, TLS: e.tls, Insecure: e.insecure, Host: e.host, Body: x.body, Timeout: e.timeout}
	if req.Method == "" {
		req.Method = x.r.Method
	}
	if !e.proxy {
		body, err := x.requestBody(&e.templates, e.passthrough, e.handling)
		if err != nil {
			return nil, err
		}
		req.Body = body
	}
	req.Target = e.target(x)
	req.Header = e.requestHeader(x)
	return req, nil
}

// target is path and query of the integration request.
func (e *endpoint) target(x *exchange) string {
	query := e.queryString(x)
	if len(e.path) == 1 && query == "" {
		return e.path[0].literal
	}
	var out strings.Builder
	for _, p := range e.path {
		if p.placeholder == "" {
			out.WriteString(p.literal)
			continue
		}
		out.WriteString(escapePath(e.pathValue(x, p.placeholder)))
	}
	if query != "" {
		out.WriteByte('?')
		out.WriteString(query)
	}
	return out.String()
}

func (e *endpoint) pathValue(x *exchange, name string) string {
	if x.overrides != nil {
		found := ""
		overridden(x.overrides.request, "path", func(n, v string) {
			if n == name {
				found = v
			}
		})
		if found != "" {
			return found
		}
	}
	if src := e.mapped.path[name]; src != nil {
		v, _ := src.one(x)
		return v
	}
	return "{" + name + "}"
}

// queryString joins the query of the URI, for a proxy that of the request, and
// what is mapped.
func (e *endpoint) queryString(x *exchange) string {
	parts := make([]string, 0, 3)
	if e.query != "" {
		parts = append(parts, e.query)
	}
	if e.proxy && x.query.raw != "" {
		parts = append(parts, cleanQuery(x.query.raw))
	}
	for _, m := range e.mapped.query {
		for _, v := range m.source.all(x) {
			parts = append(parts, url.QueryEscape(m.name)+"="+url.QueryEscape(v))
		}
	}
	if x.overrides != nil {
		overridden(x.overrides.request, "querystring", func(n, v string) {
			parts = append(parts, url.QueryEscape(n)+"="+url.QueryEscape(v))
		})
	}
	return strings.Join(parts, "&")
}

// cleanQuery escapes what may not stand in a request target.
func cleanQuery(raw string) string {
	for i := range len(raw) {
		if c := raw[i]; c <= ' ' || c >= 0x7f || c == '#' {
			return escape(raw, func(c byte) bool { return c > ' ' && c < 0x7f && c != '#' })
		}
	}
	return raw
}

// escapePath escapes a parameter for the path; slashes stay, for proxies.
func escapePath(s string) string {
	return escape(s, func(c byte) bool {
		return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.IndexByte("-._~!$&'()*+,;=:@/", c) >= 0
	})
}

func escape(s string, keep func(byte) bool) string {
	const digits = "0123456789ABCDEF"
	var out strings.Builder
	for i := range len(s) {
		if c := s[i]; keep(c) {
			out.WriteByte(c)
		} else {
			out.Write([]byte{'%', digits[c>>4], digits[c&15]})
		}
	}
	return out.String()
}
