package openapi

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// maxDepth bounds the nesting of a document.
const maxDepth = 100

// object is a mapping of a document; methods on a missing one give nothing.
type object map[string]any

func obj(v any) object {
	m, _ := v.(map[string]any)
	return m
}

func (o object) obj(key string) object { return obj(o[key]) }

func (o object) list(key string) []any {
	l, _ := o[key].([]any)
	return l
}

func (o object) keys() []string { return slices.Sorted(maps.Keys(o)) }

// text is a scalar as text, "" for anything else.
func (o object) text(key string) string { return scalar(o[key]) }

// ptr is a text that is there, nil if it is not.
func (o object) ptr(key string) *string {
	if _, ok := o[key]; !ok {
		return nil
	}
	return new(o.text(key))
}

func (o object) boolean(key string) bool { return isTrue(o[key]) }

func (o object) integer(key string) *int32 {
	n, err := strconv.ParseInt(o.text(key), 10, 32)
	if err != nil {
		return nil
	}
	return new(int32(n))
}

// texts is a list of scalars; a single scalar is a list of one.
func (o object) texts(key string) []string {
	switch v := o[key].(type) {
	case []any:
		out := make([]string, 0, len(v))
		for _, e := range v {
			out = append(out, scalar(e))
		}
		return out
	case string:
		return []string{v}
	}
	return nil
}

// mapping is a map of scalars, nil if it is missing or empty.
func (o object) mapping(key string) map[string]string {
	m := o.obj(key)
	if len(m) == 0 {
		return nil
	}
	out := make(map[string]string, len(m))
	for k, v := range m {
		out[k] = scalar(v)
	}
	return out
}

func isTrue(v any) bool { return strings.EqualFold(scalar(v), "true") }

func scalar(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case nil:
		return ""
	case bool:
		return strconv.FormatBool(v)
	case int, int64, uint64:
		return fmt.Sprint(v)
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	}
	return ""
}

// encode is a value as JSON.
func encode(v any) string {
	b, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return "{}"
	}
	return string(b)
}

// normal turns what the YAML reader made into what JSON has: keys are texts. It
// fails on what is nested too deeply or has no place in JSON.
func normal(v any, depth int) (any, error) {
	if depth > maxDepth {
		return nil, ErrForm
	}
	switch v := v.(type) {
	case map[string]any:
		for k, e := range v {
			n, err := normal(e, depth+1)
			if err != nil {
				return nil, err
			}
			v[k] = n
		}
		return v, nil
	case map[any]any:
		out := make(map[string]any, len(v))
		for k, e := range v {
			n, err := normal(e, depth+1)
			if err != nil {
				return nil, err
			}
			out[fmt.Sprint(k)] = n
		}
		return out, nil
	case []any:
		for i := range v {
			n, err := normal(v[i], depth+1)
			if err != nil {
				return nil, err
			}
			v[i] = n
		}
		return v, nil
	case fmt.Stringer: // a timestamp
		return v.String(), nil
	}
	return v, nil
}
