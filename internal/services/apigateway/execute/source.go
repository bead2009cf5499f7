package execute

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
)

// source is where a mapping takes its value from: the right-hand side of
// requestParameters, responseParameters and cacheKeyParameters.
type source interface {
	// one returns the value, or false where there is none.
	one(x *exchange) (string, bool)
	// all returns the values of a source that can have several.
	all(x *exchange) []string
}

// single is a source with one value at most.
type single func(x *exchange) (string, bool)

func (s single) one(x *exchange) (string, bool) { return s(x) }

func (s single) all(x *exchange) []string {
	if v, ok := s(x); ok {
		return []string{v}
	}
	return nil
}

// several is a source with any number of values, of which the last counts
// where one is wanted.
type several func(x *exchange) []string

func (s several) one(x *exchange) (string, bool) {
	v := s(x)
	if len(v) == 0 {
		return "", false
	}
	return v[len(v)-1], true
}

func (s several) all(x *exchange) []string { return s(x) }

func static(v string) source {
	return single(func(*exchange) (string, bool) { return v, true })
}

func contextSource(name string) source {
	return single(func(x *exchange) (string, bool) { return x.context(name) })
}

func stageVariableSource(name string) source {
	return single(func(x *exchange) (string, bool) {
		v, ok := x.variables[name]
		return v, ok
	})
}

var errMapping = errors.New("invalid mapping expression")

// compileSource compiles an expression that may refer to the method request,
// the context and the stage variables, or is text in single quotes; see
// "Parameter mapping examples for REST APIs".
func compileSource(expression string) (source, error) {
	if len(expression) >= 2 && expression[0] == '\'' && expression[len(expression)-1] == '\'' {
		return static(expression[1 : len(expression)-1]), nil
	}
	if rest, ok := strings.CutPrefix(expression, "context."); ok {
		return contextSource(rest), nil
	}
	if rest, ok := strings.CutPrefix(expression, "stageVariables."); ok {
		return stageVariableSource(rest), nil
	}
	rest, ok := strings.CutPrefix(expression, "method.request.")
	if !ok {
		return nil, fmt.Errorf("%w: %s", errMapping, expression)
	}
	position, name, _ := strings.Cut(rest, ".")
	if name == "" && position != "body" {
		return nil, fmt.Errorf("%w: %s", errMapping, expression)
	}
	switch position {
	case "path":
		return single(func(x *exchange) (string, bool) { return x.pathParam(name) }), nil
	case "querystring":
		return single(func(x *exchange) (string, bool) { return x.query.get(name) }), nil
	case "multivaluequerystring":
		return several(func(x *exchange) []string { return x.query.all(name) }), nil
	case "header":
		return single(func(x *exchange) (string, bool) { return x.header(name) }), nil
	case "multivalueheader":
		key := http.CanonicalHeaderKey(name)
		return several(func(x *exchange) []string { return x.r.Header[key] }), nil
	case "body":
		return bodySource(name, func(x *exchange) []byte { return x.body })
	}
	return nil, fmt.Errorf("%w: %s", errMapping, expression)
}
