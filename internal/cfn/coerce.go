package cfn

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
)

// PropertyError is a property that the type cannot take, in CloudFormation's
// words.
type PropertyError struct{ Message string }

func (e *PropertyError) Error() string { return e.Message }

func propertyError(format string, args ...any) error {
	return &PropertyError{fmt.Sprintf(format, args...)}
}

// Coerce checks evaluated properties against the schema and gives each scalar
// the type that the schema says: templates may write numbers and booleans as
// texts and the reverse.
func (s Schema) Coerce(props map[string]any) (Properties, error) {
	out, err := s.coerce(props)
	return Properties(out), err
}

func (s Schema) coerce(props map[string]any) (map[string]any, error) {
	out := map[string]any{}
	for _, name := range slices.Sorted(maps.Keys(props)) {
		p, ok := s[name]
		if !ok {
			return nil, propertyError("Encountered unsupported property %s", name)
		}
		v, err := p.coerce(name, props[name])
		if err != nil {
			return nil, err
		}
		out[name] = v
	}
	for _, name := range s.names() {
		if _, given := out[name]; s[name].Required && !given {
			return nil, propertyError("Property %s cannot be empty.", name)
		}
	}
	return out, nil
}

func (p *Property) coerce(name string, v any) (any, error) {
	switch p.Kind {
	case ListOf:
		items, ok := v.([]any)
		if !ok {
			return nil, propertyError("Value of property %s must be of type List", name)
		}
		out := make([]any, len(items))
		for i, item := range items {
			var err error
			if out[i], err = p.Elem.coerce(name, item); err != nil {
				return nil, err
			}
		}
		return out, nil
	case MapOf:
		members, ok := v.(map[string]any)
		if !ok {
			return nil, propertyError("Value of property %s must be an object", name)
		}
		out := map[string]any{}
		for key, member := range members {
			var err error
			if out[key], err = p.Elem.coerce(name, member); err != nil {
				return nil, err
			}
		}
		return out, nil
	case Object:
		members, ok := v.(map[string]any)
		if !ok {
			return nil, propertyError("Value of property %s must be an object", name)
		}
		return p.Fields.coerce(members)
	case Document:
		switch v.(type) {
		case map[string]any, string:
			return v, nil
		}
		return nil, propertyError("Value of property %s must be an object", name)
	}
	return p.scalar(name, v)
}

func (p *Property) scalar(name string, v any) (any, error) {
	var text string
	switch v := v.(type) {
	case string:
		text = v
	case json.Number:
		text = v.String()
	case bool:
		text = strconv.FormatBool(v)
	default:
		return nil, propertyError("Value of property %s must be of type %s", name, p.typeName())
	}
	switch p.Kind {
	case Integer:
		if _, err := strconv.ParseInt(text, 10, 64); err != nil {
			return nil, propertyError("Value of property %s must be of type %s", name, p.typeName())
		}
		return json.Number(text), nil
	case Decimal:
		if _, err := strconv.ParseFloat(text, 64); err != nil || !json.Valid([]byte(text)) {
			return nil, propertyError("Value of property %s must be of type %s", name, p.typeName())
		}
		return json.Number(text), nil
	case Boolean:
		switch text {
		case "true", "True", "TRUE":
			return true, nil
		case "false", "False", "FALSE":
			return false, nil
		}
		return nil, propertyError("Value of property %s must be of type %s", name, p.typeName())
	}
	return text, nil
}

func (p *Property) typeName() string {
	switch p.Kind {
	case Integer:
		return "Integer"
	case Decimal:
		return "Number"
	case Boolean:
		return "Boolean"
	}
	return "String"
}
