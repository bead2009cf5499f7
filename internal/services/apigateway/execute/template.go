package execute

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/gatehouse-dev/gatehouse/internal/vtl"
)

// templates are the mapping templates of an integration request or response,
// by media type in lower case.
type templates struct {
	byType map[string]*vtl.Template
	order  []string
}

func (c *compiler) templates(texts map[string]string) (templates, error) {
	t := templates{byType: make(map[string]*vtl.Template, len(texts))}
	for _, kind := range slices.Sorted(maps.Keys(texts)) {
		parsed, err := vtl.Parse(texts[kind])
		if err != nil {
			return t, fmt.Errorf("template for %s: %w", kind, err)
		}
		key := strings.ToLower(kind)
		t.byType[key] = parsed
		t.order = append(t.order, key)
	}
	return t, nil
}

// forRequest chooses by the request's content type; see "Integration request
// passthrough behaviors". A nil template passes the body through.
func (t *templates) forRequest(contentType, passthrough string) (*vtl.Template, error) {
	kind := mediaType(contentType)
	if kind == "" {
		kind = jsonType
	}
	if found := t.byType[kind]; found != nil {
		return found, nil
	}
	if found := t.byType["$default"]; found != nil {
		return found, nil
	}
	if passthrough == "NEVER" || passthrough == "WHEN_NO_TEMPLATES" && len(t.byType) > 0 {
		return nil, faultUnsupportedMediaType
	}
	return nil, nil
}

// forResponse chooses by what the client accepts, JSON and then the first
// where nothing matches.
func (t *templates) forResponse(accept string) (*vtl.Template, string) {
	if len(t.order) == 0 {
		return nil, ""
	}
	for _, kind := range [...]string{mediaType(accept), jsonType, t.order[0]} {
		if found := t.byType[kind]; found != nil {
			return found, kind
		}
	}
	return nil, ""
}

// scope is what a template sees.
type scope struct {
	x     *exchange
	input *input
}

// newScope returns the scope of a template that maps the body.
func newScope(x *exchange, body []byte) *scope {
	if x.overrides == nil {
		x.overrides = newOverrides()
	}
	return &scope{x, &input{x: x, body: body}}
}

// Root implements vtl.Roots.
func (s *scope) Root(name string) (any, bool) {
	switch name {
	case "input":
		return s.input, true
	case "context":
		return contextObject{s.x, ""}, true
	case "stageVariables":
		return variablesObject(s.x.variables), true
	case "util":
		return vtl.Util{}, true
	}
	return nil, false
}

// render runs a template over a body.
func (x *exchange) render(t *vtl.Template, body []byte) ([]byte, error) {
	if text, ok := t.Constant(); ok {
		return []byte(text), nil
	}
	out, err := t.Render(newScope(x, body))
	if err == nil {
		return out, nil
	}
	var f *Fault
	if errors.As(err, &f) {
		return nil, f
	}
	return nil, faultInternal.because("mapping template", err)
}

// input is $input.
type input struct {
	x      *exchange
	body   []byte
	parsed bool
	value  any
}

// Get implements vtl.Object.
func (i *input) Get(name string) any {
	if name == "body" {
		return string(i.body)
	}
	return nil
}

// Call implements vtl.Object.
func (i *input) Call(name string, args []any) (any, bool, error) {
	switch {
	case name == "json" && len(args) == 1:
		v, ok, err := i.find(vtl.Text(args[0]))
		if err != nil {
			return nil, true, err
		}
		if !ok {
			return `""`, true, nil
		}
		return vtl.JSON(v), true, nil
	case name == "path" && len(args) == 1:
		v, _, err := i.find(vtl.Text(args[0]))
		return v, true, err
	case name == "params" && len(args) == 0:
		return i.params(), true, nil
	case name == "params" && len(args) == 1:
		return i.param(vtl.Text(args[0])), true, nil
	}
	return nil, false, nil
}

// find evaluates a JSONPath on the body.
func (i *input) find(path string) (any, bool, error) {
	p, err := vtl.ParsePath(path)
	if err != nil {
		return nil, false, err
	}
	if !i.parsed {
		i.parsed = true
		if body := bytes.TrimSpace(i.body); len(body) > 0 {
			if i.value, err = vtl.ParseJSON(body); err != nil {
				return nil, false, faultNotJSON
			}
		}
	}
	if i.value == nil {
		return nil, false, nil
	}
	v, ok := p.Find(i.value)
	return v, ok, nil
}

// param looks in path, query string and header, in this order.
func (i *input) param(name string) any {
	if v, ok := i.x.pathParam(name); ok {
		return v
	}
	if v, ok := i.x.query.get(name); ok {
		return v
	}
	if v, ok := i.x.header(name); ok {
		return v
	}
	return ""
}

func (i *input) params() *vtl.Map {
	path, query, header := vtl.NewMap(), vtl.NewMap(), vtl.NewMap()
	for _, p := range i.x.params {
		path.Put(p.name, decodeSegment(p.value))
	}
	i.x.query.parse()
	for _, name := range i.x.query.names {
		v, _ := i.x.query.get(name)
		query.Put(name, v)
	}
	names, values := i.x.headerFields()
	for n, name := range names {
		header.Put(name, values[n][len(values[n])-1])
	}
	out := vtl.NewMap()
	out.Put("path", path)
	out.Put("querystring", query)
	out.Put("header", header)
	return out
}

// contextObject is $context or a part of it.
type contextObject struct {
	x      *exchange
	prefix string
}

// Get implements vtl.Object.
func (c contextObject) Get(name string) any {
	full := c.prefix + name
	switch full {
	case "requestOverride":
		return c.x.overrides.request
	case "responseOverride":
		return c.x.overrides.response
	case "identity", "authorizer", "authorizer.claims", "error", "integration":
		return contextObject{c.x, full + "."}
	}
	if v, ok := c.x.context(full); ok {
		return v
	}
	return nil
}

// Call implements vtl.Object.
func (c contextObject) Call(name string, args []any) (any, bool, error) {
	if name == "get" && len(args) == 1 {
		return c.Get(vtl.Text(args[0])), true, nil
	}
	return nil, false, nil
}

// variablesObject is $stageVariables.
type variablesObject map[string]string

// Get implements vtl.Object.
func (v variablesObject) Get(name string) any {
	if s, ok := v[name]; ok {
		return s
	}
	return nil
}

// Call implements vtl.Object.
func (v variablesObject) Call(name string, args []any) (any, bool, error) {
	if name == "get" && len(args) == 1 {
		return v.Get(vtl.Text(args[0])), true, nil
	}
	return nil, false, nil
}

// overrides are what templates set in $context.requestOverride and
// responseOverride.
type overrides struct{ request, response *vtl.Map }

func newOverrides() *overrides {
	o := &overrides{vtl.NewMap(), vtl.NewMap()}
	for _, part := range [...]string{"header", "querystring", "path"} {
		o.request.Put(part, vtl.NewMap())
	}
	o.response.Put("header", vtl.NewMap())
	return o
}

// overridden visits the entries of a part of an override.
func overridden(m *vtl.Map, part string, visit func(name, value string)) {
	v, _ := m.Get(part)
	entries, ok := v.(*vtl.Map)
	if !ok {
		return
	}
	for _, name := range entries.Keys() {
		v, _ := entries.Get(name)
		visit(name, vtl.Text(v))
	}
}

// bodySource takes the body, or what a JSONPath finds in it.
func bodySource(path string, body func(*exchange) []byte) (source, error) {
	if path == "" {
		return single(func(x *exchange) (string, bool) {
			b := body(x)
			return string(b), len(b) > 0
		}), nil
	}
	p, err := vtl.ParsePath("$." + strings.TrimPrefix(path, "$."))
	if err != nil {
		return nil, err
	}
	return single(func(x *exchange) (string, bool) {
		v, err := vtl.ParseJSON(body(x))
		if err != nil {
			return "", false
		}
		found, ok := p.Find(v)
		switch found.(type) {
		case nil:
			return "", false
		case *vtl.List, *vtl.Map:
			return vtl.JSON(found), ok
		}
		return vtl.Text(found), ok
	}), nil
}

// convert applies contentHandling to a body.
func convert(handling string, body []byte) ([]byte, error) {
	switch handling {
	case "CONVERT_TO_BINARY":
		return base64.StdEncoding.DecodeString(string(body))
	case "CONVERT_TO_TEXT":
		if utf8.Valid(body) {
			return body, nil
		}
		return base64.StdEncoding.AppendEncode(nil, body), nil
	}
	return body, nil
}

// requestBody is the body of the integration request: templates and
// contentHandling applied.
func (x *exchange) requestBody(t *templates, passthrough, handling string) ([]byte, error) {
	body, err := convert(handling, x.body)
	if err != nil {
		return nil, faultAPIConfiguration.because("the body is not base64", err)
	}
	kind, _ := x.header("Content-Type")
	template, err := t.forRequest(kind, passthrough)
	if err != nil || template == nil {
		return body, err
	}
	return x.render(template, body)
}

// faultNotJSON is the answer to a body that a template wants to be JSON.
var faultNotJSON = &Fault{Type: BadRequestBody, Code: "BadRequestException", Status: http.StatusBadRequest, Spaced: true,
	Message: "Could not parse request body into json"}
