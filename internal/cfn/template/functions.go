package template

import (
	"encoding/base64"
	"strconv"
	"strings"
)

func (e *Env) call(name string, arg *Node) (any, error) {
	switch name {
	case "Ref":
		return e.ref(arg.Text)
	case "Fn::GetAtt":
		if len(arg.Items) != 2 {
			return nil, errf("Template error: every Fn::GetAtt object requires two non-empty parameters, the resource name and the resource attribute")
		}
		return e.GetAtt(arg.Items[0].Text, arg.Items[1].Text)
	case "Fn::Sub":
		return e.substitute(arg)
	case "Fn::If":
		if len(arg.Items) != 3 {
			return nil, errf("Template error: Fn::If requires a list argument with three parameters: the condition name, value if true and value if false")
		}
		holds, err := e.Holds(arg.Items[0].Text)
		if err != nil {
			return nil, err
		}
		if holds {
			return e.Evaluate(arg.Items[1])
		}
		return e.Evaluate(arg.Items[2])
	case "Fn::And", "Fn::Or", "Fn::Not", "Fn::Equals":
		return e.boolean(&Node{Kind: Map, Fields: []Field{{name, arg.Line, arg}}}, 0)
	}
	v, err := e.Evaluate(arg)
	if err != nil {
		return nil, err
	}
	switch name {
	case "Fn::Join":
		return join(v)
	case "Fn::Select":
		return selectOne(v)
	case "Fn::Split":
		return split(v)
	case "Fn::FindInMap":
		return e.find(v)
	case "Fn::Base64":
		if _, unknown := v.(Unknown); unknown {
			return v, nil
		}
		s, ok := textOf(v)
		if !ok {
			return nil, errf("Template error: every Fn::Base64 object must have a String-typed value.")
		}
		return base64.StdEncoding.EncodeToString([]byte(s)), nil
	}
	return nil, errf("Template error: %s is not supported by Gatehouse", name)
}

// pair splits the two arguments of a function.
func pair(v any) (first, second any, ok bool) {
	args, ok := v.([]any)
	if !ok || len(args) != 2 {
		return nil, nil, false
	}
	return args[0], args[1], true
}

func anyUnknown(vs ...any) bool {
	for _, v := range vs {
		switch v := v.(type) {
		case Unknown:
			return true
		case []any:
			if anyUnknown(v...) {
				return true
			}
		}
	}
	return false
}

func join(v any) (any, error) {
	sep, list, ok := pair(v)
	if ok && anyUnknown(sep, list) {
		return Unknown{}, nil
	}
	glue, isText := sep.(string)
	items, isList := list.([]any)
	if !ok || !isText || !isList {
		return nil, errf("Template error: every Fn::Join object requires two parameters, (1) a string delimiter and (2) a list of strings to be joined or a function that returns a list of strings (such as Fn::GetAZs) to be joined.")
	}
	var parts []string
	for _, item := range items {
		s, ok := textOf(item)
		if !ok {
			return nil, errf("Template error: every Fn::Join object requires two parameters, (1) a string delimiter and (2) a list of strings to be joined or a function that returns a list of strings (such as Fn::GetAZs) to be joined.")
		}
		parts = append(parts, s)
	}
	return strings.Join(parts, glue), nil
}

func selectOne(v any) (any, error) {
	index, list, ok := pair(v)
	if ok {
		if _, unknown := list.(Unknown); unknown {
			return Unknown{}, nil
		}
	}
	text, isText := textOf(index)
	items, isList := list.([]any)
	n, err := strconv.Atoi(text)
	if !ok || !isText || !isList || err != nil {
		return nil, errf("Template error: Fn::Select requires a list argument with two elements: an integer index and a list")
	}
	if n < 0 || n >= len(items) {
		return nil, errf("Template error: Fn::Select cannot select nonexistent value at index %d", n)
	}
	return items[n], nil
}

func split(v any) (any, error) {
	sep, text, ok := pair(v)
	if ok && anyUnknown(sep, text) {
		return Unknown{}, nil
	}
	by, isSep := sep.(string)
	s, isText := textOf(text)
	if !ok || !isSep || !isText || by == "" {
		return nil, errf("Template error: every Fn::Split object requires two parameters, (1) a string delimiter and (2) a string to be split or a function that returns a string to be split.")
	}
	out := []any{}
	for part := range strings.SplitSeq(s, by) {
		out = append(out, part)
	}
	return out, nil
}

func (e *Env) find(v any) (any, error) {
	args, ok := v.([]any)
	var names [3]string
	if ok = ok && len(args) == 3; ok {
		for i := range names {
			var isText bool
			if names[i], isText = textOf(args[i]); !isText {
				ok = false
			}
		}
	}
	if !ok {
		return nil, errf("Template error: every Fn::FindInMap object requires three parameters, the map name, map key and the attribute for return value")
	}
	m := e.Template.Mappings.Get(names[0])
	if m == nil {
		return nil, errf("Template error: Mapping named '%s' is not present in the 'Mappings' section of template.", names[0])
	}
	found := m.Get(names[1]).Get(names[2])
	if found == nil {
		return nil, errf("Template error: Unable to get mapping for %s::%s::%s", names[0], names[1], names[2])
	}
	return e.Evaluate(found)
}
