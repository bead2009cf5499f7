package template

import (
	"encoding/json"
	"strings"
)

// Env gives the names of a template their values. Evaluate yields string,
// json.Number, bool, []any, map[string]any, or Unknown.
type Env struct {
	Template *Template
	Params   map[string]any    // of Template.Resolve
	Pseudo   map[string]string // AWS::Region, AWS::StackName, ...
	// Ref and GetAtt give the value of a resource.
	Ref    func(id string) (any, error)
	GetAtt func(id, attr string) (any, error)
}

// Unknown is a value that is known only once a resource was made.
type Unknown struct{}

// Absent is AWS::NoValue: the member or item that has it is left out.
type absent struct{}

// Evaluate computes n.
func (e *Env) Evaluate(n *Node) (any, error) {
	if n == nil {
		return nil, nil
	}
	if name, arg := intrinsic(n); name != "" {
		return e.call(name, arg)
	}
	switch n.Kind {
	case String:
		return n.Text, nil
	case Number:
		return json.Number(n.Text), nil
	case Bool:
		return n.Text == "true", nil
	case List:
		out := []any{}
		for _, item := range n.Items {
			v, err := e.Evaluate(item)
			if err != nil {
				return nil, err
			}
			if _, gone := v.(absent); !gone {
				out = append(out, v)
			}
		}
		return out, nil
	case Map:
		out := map[string]any{}
		for _, f := range n.Fields {
			v, err := e.Evaluate(f.Value)
			if err != nil {
				return nil, err
			}
			if _, gone := v.(absent); !gone {
				out[f.Name] = v
			}
		}
		return out, nil
	}
	return nil, nil
}

// Text computes n, which must be a text; known is false where it contains an
// Unknown.
func (e *Env) Text(n *Node) (text string, known bool, err error) {
	v, err := e.Evaluate(n)
	if err != nil {
		return "", false, err
	}
	if _, unknown := v.(Unknown); unknown {
		return "", false, nil
	}
	s, ok := textOf(v)
	if !ok {
		return "", false, errf("Template format error: a text was expected (line %d)", n.Line)
	}
	return s, true, nil
}

// textOf is a scalar as text.
func textOf(v any) (string, bool) {
	switch v := v.(type) {
	case string:
		return v, true
	case json.Number:
		return v.String(), true
	case bool:
		if v {
			return "true", true
		}
		return "false", true
	}
	return "", false
}

func (e *Env) ref(name string) (any, error) {
	if v, ok := e.Params[name]; ok {
		return v, nil
	}
	switch name {
	case "AWS::NoValue":
		return absent{}, nil
	case "AWS::NotificationARNs":
		return []any{}, nil
	}
	if v, ok := e.Pseudo[name]; ok {
		return v, nil
	}
	if e.Template.Resource(name) != nil {
		return e.Ref(name)
	}
	return nil, formatError("Unresolved resource dependencies [%s] in the Resources block of the template", name)
}

func (e *Env) substitute(arg *Node) (any, error) {
	text, vars, ok := subArguments(arg)
	if !ok {
		return nil, errf("Template error: One or more Fn::Sub intrinsic functions don't specify expected arguments.")
	}
	parts, err := splitSub(text)
	if err != nil {
		return nil, err
	}
	var b strings.Builder
	unknown := false
	for _, p := range parts {
		b.WriteString(p.literal)
		if p.variable == "" {
			continue
		}
		v, err := e.variable(p.variable, vars)
		if err != nil {
			return nil, err
		}
		if _, u := v.(Unknown); u {
			unknown = true
			continue
		}
		s, ok := textOf(v)
		if !ok {
			return nil, errf("Template error: Fn::Sub expression does not resolve to a string: %s", p.variable)
		}
		b.WriteString(s)
	}
	if unknown {
		return Unknown{}, nil
	}
	return b.String(), nil
}

func (e *Env) variable(name string, vars *Node) (any, error) {
	if n := vars.Get(name); n != nil {
		return e.Evaluate(n)
	}
	if id, attr, ok := strings.Cut(name, "."); ok {
		return e.GetAtt(id, attr)
	}
	return e.ref(name)
}
