package execute

import (
	"errors"
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"

	api "github.com/gatehouse-dev/gatehouse/internal/api/apigateway"
	"github.com/gatehouse-dev/gatehouse/internal/vtl"
)

// integrationResponses map what a custom integration answers to the method
// response.
type integrationResponses struct {
	selected []*integrationResponse // with a pattern, by status
	fallback *integrationResponse
}

type integrationResponse struct {
	pattern   *regexp.Regexp
	key       string // of the method response
	status    int
	handling  string
	headers   []responseHeader
	templates templates
}

// responseHeader maps to method.response.header.{name}, from the integration's
// answer or by a source that the request has.
type responseHeader struct {
	name   string
	source source
	header string // integration.response.header.{header}
	multi  bool
}

// result is the answer of an integration.
type result struct {
	header http.Header
	body   []byte
	// selector is what patterns are matched with: a status, or a function's
	// error message.
	selector string
	failed   bool
}

func (c *compiler) integrationResponses(in *api.Integration) (*integrationResponses, error) {
	out := &integrationResponses{}
	for _, key := range slices.Sorted(maps.Keys(in.IntegrationResponses)) {
		r := in.IntegrationResponses[key]
		compiled, err := c.integrationResponse(key, &r)
		if err != nil {
			return nil, err
		}
		if compiled.pattern != nil {
			out.selected = append(out.selected, compiled)
		} else if out.fallback == nil {
			out.fallback = compiled
		}
	}
	return out, nil
}

func (c *compiler) integrationResponse(key string, r *api.IntegrationResponse) (*integrationResponse, error) {
	status, err := strconv.Atoi(key)
	if err != nil || status < 100 || status > 599 {
		return nil, fmt.Errorf("integration response %q is not a status", key)
	}
	out := &integrationResponse{key: key, status: status, handling: str(r.ContentHandling)}
	if p := str(r.SelectionPattern); p != "" {
		if out.pattern, err = regexp.Compile("^(?s:" + p + ")$"); err != nil {
			return nil, err
		}
	}
	if out.templates, err = c.templates(r.ResponseTemplates); err != nil {
		return nil, err
	}
	for _, target := range slices.Sorted(maps.Keys(r.ResponseParameters)) {
		name, ok := strings.CutPrefix(target, "method.response.header.")
		if !ok || !validHeaderName(name) {
			return nil, fmt.Errorf("%w: %s", errMapping, target)
		}
		h, err := compileResponseHeader(name, r.ResponseParameters[target])
		if err != nil {
			return nil, err
		}
		out.headers = append(out.headers, h)
	}
	return out, nil
}

func compileResponseHeader(name, expression string) (responseHeader, error) {
	h := responseHeader{name: name}
	if rest, ok := strings.CutPrefix(expression, "integration.response.header."); ok {
		h.header = rest
		return h, nil
	}
	if rest, ok := strings.CutPrefix(expression, "integration.response.multivalueheader."); ok {
		h.header, h.multi = rest, true
		return h, nil
	}
	var err error
	if rest, ok := strings.CutPrefix(expression, "integration.response.body"); ok {
		h.source, err = bodySource(strings.TrimPrefix(rest, "."), func(x *exchange) []byte { return x.answer.body })
		return h, err
	}
	h.source, err = compileSource(expression)
	return h, err
}

func (h *responseHeader) values(x *exchange) []string {
	if h.source != nil {
		return h.source.all(x)
	}
	values := x.answer.header[http.CanonicalHeaderKey(h.header)]
	if !h.multi && len(values) > 1 {
		values = values[len(values)-1:]
	}
	return values
}

var errNoResponse = errors.New("no integration response matches and there is no default")

// choose finds the response whose pattern matches. A function that did not
// fail has no message to match.
func (rs *integrationResponses) choose(res *result) (*integrationResponse, error) {
	for _, r := range rs.selected {
		if r.pattern.MatchString(res.selector) {
			return r, nil
		}
	}
	if rs.fallback == nil {
		return nil, faultAPIConfiguration.because(errNoResponse.Error(), errNoResponse)
	}
	return rs.fallback, nil
}

// respond makes the method response of an integration's answer.
func (rs *integrationResponses) respond(x *exchange, res *result) error {
	x.answer = res
	r, err := rs.choose(res)
	if err != nil {
		return err
	}
	if _, declared := x.method.declared[r.key]; !declared {
		return faultAPIConfiguration.because("Output mapping refers to an invalid method response: "+r.key, nil)
	}
	x.response.status = r.status
	body := res.body
	if template, kind := r.templates.forResponse(x.r.Header.Get("Accept")); template != nil {
		if body, err = x.render(template, body); err != nil {
			return responseFault(err)
		}
		if kind != "$default" {
			x.response.header["Content-Type"] = []string{kind}
		}
	} else if kind := res.header["Content-Type"]; len(kind) > 0 {
		x.response.header["Content-Type"] = kind
	}
	if x.response.body, err = convert(r.handling, body); err != nil {
		return faultAPIConfiguration.because("the body is not base64", err)
	}
	for i := range r.headers {
		h := &r.headers[i]
		values := h.values(x)
		for _, v := range values {
			if !validHeaderValue(v) {
				return faultInternal.because("the value of the header "+h.name+" is not allowed", nil)
			}
		}
		if len(values) > 0 {
			setProxyHeader(x.response.header, http.CanonicalHeaderKey(h.name), values)
		}
	}
	return x.overrideResponse()
}

// responseFault turns the blame for a body that is not JSON from the client to
// the integration.
func responseFault(err error) error {
	if errors.Is(err, error(faultNotJSON)) {
		return faultInternal.because("the integration's answer is not JSON", err)
	}
	return err
}

// overrideResponse applies $context.responseOverride.
func (x *exchange) overrideResponse() error {
	if x.overrides == nil {
		return nil
	}
	if v, ok := x.overrides.response.Get("status"); ok {
		n, err := strconv.Atoi(vtl.Text(v))
		if err != nil || n < 200 || n > 599 {
			return faultInternal.because("responseOverride.status is not a status", err)
		}
		x.response.status = n
	}
	var fault error
	overridden(x.overrides.response, "header", func(name, value string) {
		if !validHeaderName(name) || !validHeaderValue(value) {
			fault = faultInternal.because("responseOverride.header is not a header", nil)
			return
		}
		key := http.CanonicalHeaderKey(name)
		delete(x.response.header, key)
		setProxyHeader(x.response.header, key, []string{value})
	})
	return fault
}
