package template

import (
	"regexp"
	"strings"
)

// reference is a use of a name in a template.
type reference struct {
	name string // parameter, pseudo parameter or resource
	attr string // of Fn::GetAtt; "" for Ref
	line int
}

// intrinsic splits {"Fn::Name": argument}; name is "" for plain data.
func intrinsic(n *Node) (name string, arg *Node) {
	if n.Kind != Map || len(n.Fields) != 1 {
		return "", nil
	}
	if f := n.Fields[0]; f.Name == "Ref" || strings.HasPrefix(f.Name, "Fn::") {
		return f.Name, f.Value
	}
	return "", nil
}

// walk calls fn with each intrinsic function below n, outer ones first.
func walk(n *Node, fn func(name string, arg *Node, line int) error) error {
	if n == nil {
		return nil
	}
	if name, arg := intrinsic(n); name != "" {
		if err := fn(name, arg, n.Line); err != nil {
			return err
		}
	}
	for _, item := range n.Items {
		if err := walk(item, fn); err != nil {
			return err
		}
	}
	for _, f := range n.Fields {
		if strings.HasPrefix(f.Name, "Fn::") && len(n.Fields) > 1 {
			return formatError("%s must be the only member of its object (line %d)", f.Name, f.Line)
		}
		if err := walk(f.Value, fn); err != nil {
			return err
		}
	}
	return nil
}

var functions = map[string]bool{
	"Ref": true, "Fn::GetAtt": true, "Fn::Sub": true, "Fn::Join": true, "Fn::Select": true, "Fn::Split": true,
	"Fn::FindInMap": true, "Fn::If": true, "Fn::And": true, "Fn::Or": true, "Fn::Not": true, "Fn::Equals": true, "Fn::Base64": true,
}

// references lists what n refers to, in both branches of each Fn::If.
func references(n *Node) (out []reference, err error) {
	err = walk(n, func(name string, arg *Node, line int) error {
		switch name {
		case "Ref":
			if arg.Kind != String {
				return errf("Template error: every Ref object must have a single String value (line %d)", line)
			}
			out = append(out, reference{arg.Text, "", line})
		case "Fn::GetAtt":
			if arg.Kind != List || len(arg.Items) != 2 || arg.Items[0].Kind != String || arg.Items[1].Kind != String {
				return errf("Template error: every Fn::GetAtt object requires two non-empty parameters, the resource name and the resource attribute (line %d)", line)
			}
			out = append(out, reference{arg.Items[0].Text, arg.Items[1].Text, line})
		case "Fn::Sub":
			refs, err := subReferences(arg, line)
			out = append(out, refs...)
			return err
		default:
			if !functions[name] {
				return errf("Template error: %s is not supported by Gatehouse (line %d)", name, line)
			}
		}
		return nil
	})
	return out, err
}

// subPart is a piece of Fn::Sub's text: literal, or a variable.
type subPart struct {
	literal  string
	variable string
}

var subVariable = regexp.MustCompile(`^[A-Za-z0-9_.:]+$`)

// splitSub cuts the text of Fn::Sub; ${!x} stands for ${x}.
func splitSub(text string) ([]subPart, error) {
	var out []subPart
	for {
		before, rest, found := strings.Cut(text, "${")
		if !found {
			return append(out, subPart{literal: text}), nil
		}
		name, after, closed := strings.Cut(rest, "}")
		if !closed {
			return append(out, subPart{literal: text}), nil
		}
		out = append(out, subPart{literal: before})
		if literal, ok := strings.CutPrefix(name, "!"); ok {
			out = append(out, subPart{literal: "${" + literal + "}"})
		} else if name = strings.TrimSpace(name); subVariable.MatchString(name) {
			out = append(out, subPart{variable: name})
		} else {
			return nil, errf("Template error: variable names in Fn::Sub syntax must contain only alphanumeric characters, underscores, periods, and colons")
		}
		text = after
	}
}

// subArguments splits Fn::Sub's two forms.
func subArguments(arg *Node) (text string, vars *Node, ok bool) {
	if arg.Kind == String {
		return arg.Text, nil, true
	}
	if arg.Kind == List && len(arg.Items) == 2 && arg.Items[0].Kind == String && arg.Items[1].Kind == Map {
		return arg.Items[0].Text, arg.Items[1], true
	}
	return "", nil, false
}

func subReferences(arg *Node, line int) (out []reference, err error) {
	text, vars, ok := subArguments(arg)
	if !ok {
		return nil, errf("Template error: One or more Fn::Sub intrinsic functions don't specify expected arguments. Specify a string as first argument, and an optional second argument to specify a mapping of values to replace in the string")
	}
	parts, err := splitSub(text)
	for _, p := range parts {
		if p.variable == "" || vars.Get(p.variable) != nil {
			continue
		}
		name, attr, _ := strings.Cut(p.variable, ".")
		out = append(out, reference{name, attr, line})
	}
	return out, err
}
