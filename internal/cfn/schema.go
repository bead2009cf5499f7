package cfn

import (
	"maps"
	"reflect"
	"slices"
)

// Kind is the type of a property.
type Kind uint8

const (
	Text Kind = iota
	Integer
	Decimal
	Boolean
	ListOf   // of Elem
	MapOf    // of texts to Elem
	Object   // with Fields
	Document // any object, or a text that holds one as JSON
)

// Property is what a template may say.
type Property struct {
	Kind     Kind
	Elem     *Property
	Fields   Schema
	Required bool
}

// Schema is the properties of a type or an object by name.
type Schema map[string]Property

// Frequent properties.
var (
	TextProperty = Property{Kind: Text}
	TextList     = Property{Kind: ListOf, Elem: &Property{Kind: Text}}
	// TagList is CloudFormation's usual form of tags.
	TagList = Property{Kind: ListOf, Elem: &Property{Kind: Object, Fields: Schema{
		"Key": {Kind: Text, Required: true}, "Value": {Kind: Text, Required: true}}}}
)

// From makes the schema of a generated input type, whose members mostly bear
// the names that CloudFormation uses too. Members that no template can write,
// such as streams and times, are left out.
func From[T any]() Schema { return fromStruct(reflect.TypeFor[T](), 0) }

// maxNesting ends types that contain themselves.
const maxNesting = 8

func fromStruct(t reflect.Type, depth int) Schema {
	s := Schema{}
	if depth > maxNesting {
		return s
	}
	for f := range t.Fields() {
		if p, ok := fromType(f.Type, depth); ok && f.IsExported() {
			s[f.Name] = p
		}
	}
	return s
}

func fromType(t reflect.Type, depth int) (Property, bool) {
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch t.Kind() {
	case reflect.String:
		return Property{Kind: Text}, true
	case reflect.Int32, reflect.Int64:
		return Property{Kind: Integer}, true
	case reflect.Float32, reflect.Float64:
		return Property{Kind: Decimal}, true
	case reflect.Bool:
		return Property{Kind: Boolean}, true
	case reflect.Slice:
		if t.Elem().Kind() == reflect.Uint8 {
			return Property{}, false
		}
		elem, ok := fromType(t.Elem(), depth+1)
		return Property{Kind: ListOf, Elem: &elem}, ok
	case reflect.Map:
		elem, ok := fromType(t.Elem(), depth+1)
		return Property{Kind: MapOf, Elem: &elem}, ok
	case reflect.Struct:
		if t.PkgPath() == "time" {
			return Property{}, false
		}
		return Property{Kind: Object, Fields: fromStruct(t, depth+1)}, true
	}
	return Property{}, false
}

// Without returns s without the named properties.
func (s Schema) Without(names ...string) Schema {
	out := maps.Clone(s)
	for _, name := range names {
		delete(out, name)
	}
	return out
}

// Only returns the named properties of s.
func (s Schema) Only(names ...string) Schema {
	out := Schema{}
	for _, name := range names {
		if p, ok := s[name]; ok {
			out[name] = p
		}
	}
	return out
}

// With returns s with further properties.
func (s Schema) With(more Schema) Schema {
	out := maps.Clone(s)
	maps.Copy(out, more)
	return out
}

// Require returns s with the named properties required.
func (s Schema) Require(names ...string) Schema {
	out := maps.Clone(s)
	for _, name := range names {
		p := out[name]
		p.Required = true
		out[name] = p
	}
	return out
}

// names returns the property names in order.
func (s Schema) names() []string { return slices.Sorted(maps.Keys(s)) }
