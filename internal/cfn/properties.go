package cfn

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
)

// Properties are evaluated and checked: string, json.Number, bool, []any and
// map[string]any.
type Properties map[string]any

// LoadProperties reads what json.Marshal wrote.
func LoadProperties(b []byte) (Properties, error) {
	if len(b) == 0 {
		return Properties{}, nil
	}
	dec := json.NewDecoder(bytes.NewReader(b))
	dec.UseNumber()
	var p Properties
	if err := dec.Decode(&p); err != nil {
		return nil, fmt.Errorf("cfn: stored properties: %w", err)
	}
	return p, nil
}

// Text returns a text, "" where the property is not given.
func (p Properties) Text(name string) string {
	s, _ := p[name].(string)
	return s
}

// Has reports whether the property is given.
func (p Properties) Has(name string) bool {
	_, ok := p[name]
	return ok
}

// Optional is a text as the generated inputs want it: nil where it is not given.
func (p Properties) Optional(name string) *string {
	if s, ok := p[name].(string); ok {
		return &s
	}
	return nil
}

// Into fills a generated input, whose members bear the names of the
// properties. A property that is no member is a mistake of the handler and an
// error: it would be dropped.
func (p Properties) Into(in any) error { return decode(map[string]any(p), in) }

// Part fills a value from one property; it reports false where that is not
// given.
func (p Properties) Part(name string, v any) (bool, error) {
	value, ok := p[name]
	if !ok {
		return false, nil
	}
	return true, decode(value, v)
}

func decode(from, to any) error {
	b, err := json.Marshal(from)
	if err != nil {
		return err
	}
	dec := json.NewDecoder(bytes.NewReader(b))
	dec.DisallowUnknownFields()
	if err := dec.Decode(to); err != nil {
		return fmt.Errorf("cfn: properties do not fit %T: %w", to, err)
	}
	return nil
}

// Without returns p without the named properties.
func (p Properties) Without(names ...string) Properties {
	out := maps.Clone(p)
	for _, name := range names {
		delete(out, name)
	}
	return out
}

// Document returns a free-form property as JSON text: policies, schemas.
func (p Properties) Document(name string) (*string, error) {
	switch v := p[name].(type) {
	case nil:
		return nil, nil
	case string:
		return &v, nil
	default:
		var b bytes.Buffer
		enc := json.NewEncoder(&b)
		enc.SetEscapeHTML(false)
		if err := enc.Encode(v); err != nil {
			return nil, err
		}
		return new(string(bytes.TrimSpace(b.Bytes()))), nil
	}
}

// MergedTags returns a property of the kind TagList with those of the stack, which
// the resource's own override.
func (r *Request) MergedTags(property string) map[string]string {
	return mergeTags(r.Tags, r.Properties[property])
}

func mergeTags(stack map[string]string, own any) map[string]string {
	out := maps.Clone(stack)
	if out == nil {
		out = map[string]string{}
	}
	switch own := own.(type) {
	case []any:
		for _, item := range own {
			if tag, ok := item.(map[string]any); ok {
				key, _ := tag["Key"].(string)
				out[key], _ = tag["Value"].(string)
			}
		}
	case map[string]any:
		for key, v := range own {
			out[key], _ = v.(string)
		}
	}
	return out
}

// Changed lists the properties that differ, in order.
func Changed(a, b Properties) []string {
	var out []string
	for name := range a {
		if !reflect.DeepEqual(a[name], b[name]) {
			out = append(out, name)
		}
	}
	for name := range b {
		if _, ok := a[name]; !ok {
			out = append(out, name)
		}
	}
	slices.Sort(out)
	return out
}

// Changed reports whether one of the properties differs from what is deployed.
func (r *Request) Changed(names ...string) bool {
	return slices.ContainsFunc(names, func(n string) bool { return !reflect.DeepEqual(r.Properties[n], r.Old[n]) })
}
