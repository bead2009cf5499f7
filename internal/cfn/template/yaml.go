package template

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strings"

	"go.yaml.in/yaml/v3"
)

func parseYAML(body []byte) (*Node, error) {
	dec := yaml.NewDecoder(bytes.NewReader(body))
	var doc yaml.Node
	if err := dec.Decode(&doc); err != nil {
		return nil, formatError("YAML not well-formed. (%s)", strings.TrimPrefix(err.Error(), "yaml: "))
	}
	var second yaml.Node
	if err := dec.Decode(&second); !errors.Is(err, io.EOF) {
		return nil, formatError("YAML not well-formed. (only one document is allowed)")
	}
	if len(doc.Content) != 1 {
		return nil, formatError("unsupported structure.")
	}
	return fromYAML(doc.Content[0], 0)
}

// CloudFormation knows YAML 1.1 but for aliases, merges and a few tags (User
// Guide, "Template format").
func fromYAML(y *yaml.Node, depth int) (*Node, error) {
	if depth > maxDepth {
		return nil, formatError("Template is nested deeper than %d levels (line %d)", maxDepth, y.Line)
	}
	if y.Kind == yaml.AliasNode || y.Anchor != "" {
		return nil, formatError("YAML aliases are not allowed in CloudFormation templates (line %d)", y.Line)
	}
	if tag := y.Tag; strings.HasPrefix(tag, "!") && !strings.HasPrefix(tag, "!!") {
		return shortForm(y, depth)
	}
	return plain(y, depth)
}

// plain reads a node without regard to its tag, unless it is one of YAML's own.
func plain(y *yaml.Node, depth int) (*Node, error) {
	n := &Node{Line: y.Line}
	switch y.Kind {
	case yaml.SequenceNode:
		n.Kind = List
		for _, c := range y.Content {
			item, err := fromYAML(c, depth+1)
			if err != nil {
				return nil, err
			}
			n.Items = append(n.Items, item)
		}
	case yaml.MappingNode:
		n.Kind = Map
		for i := 0; i+1 < len(y.Content); i += 2 {
			key := y.Content[i]
			if key.Kind != yaml.ScalarNode || key.Tag == "!!merge" {
				return nil, formatError("YAML not well-formed. (line %d: a key must be a text)", key.Line)
			}
			value, err := fromYAML(y.Content[i+1], depth+1)
			if err != nil {
				return nil, err
			}
			if err := n.add(key.Value, key.Line, value); err != nil {
				return nil, err
			}
		}
	default:
		return scalarOf(y)
	}
	return n, nil
}

// scalarOf keeps numbers as they are written, so that 000000000000 stays an
// account, and takes dates for texts.
func scalarOf(y *yaml.Node) (*Node, error) {
	n := &Node{Kind: String, Line: y.Line, Text: y.Value}
	if y.Style&(yaml.SingleQuotedStyle|yaml.DoubleQuotedStyle|yaml.LiteralStyle|yaml.FoldedStyle) != 0 {
		return n, nil
	}
	switch y.ShortTag() {
	case "!!null":
		n.Kind = Null
	case "!!int", "!!float":
		if json.Valid([]byte(y.Value)) {
			n.Kind = Number
		}
	case "!!bool":
		n.Kind, n.Text = Bool, strings.ToLower(y.Value)
	case "!!str", "!!timestamp":
		switch strings.ToLower(y.Value) {
		case "yes", "on":
			n.Kind, n.Text = Bool, "true"
		case "no", "off":
			n.Kind, n.Text = Bool, "false"
		}
	default:
		if !strings.HasPrefix(y.Tag, "!!") {
			return n, nil
		}
		return nil, formatError("YAML tag %s is not allowed (line %d)", y.Tag, y.Line)
	}
	return n, nil
}

// shortForm turns !Sub x into {"Fn::Sub": x}.
func shortForm(y *yaml.Node, depth int) (*Node, error) {
	name := y.Tag[1:]
	bare := *y
	bare.Tag = ""
	arg, err := plain(&bare, depth+1)
	if err != nil {
		return nil, err
	}
	long := "Fn::" + name
	switch name {
	case "Ref", "Condition":
		long = name
	case "GetAtt":
		if arg.Kind == String {
			id, attr, ok := strings.Cut(arg.Text, ".")
			if !ok {
				return nil, formatError("every Fn::GetAtt object must name a resource and an attribute (line %d)", y.Line)
			}
			arg = &Node{Kind: List, Line: y.Line, Items: []*Node{{Kind: String, Line: y.Line, Text: id}, {Kind: String, Line: y.Line, Text: attr}}}
		}
	}
	return &Node{Kind: Map, Line: y.Line, Fields: []Field{{long, y.Line, arg}}}, nil
}
