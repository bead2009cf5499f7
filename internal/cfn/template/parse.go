package template

import "bytes"

const (
	// MaxBody is the largest template, bytes (CloudFormation quotas).
	MaxBody = 51_200
	// maxDepth bounds nesting.
	maxDepth = 64
)

// Parse reads a template's text into nodes, short intrinsics in their long
// form. A text that begins with a brace is JSON, any other is YAML.
func Parse(body []byte) (*Node, error) {
	trimmed := bytes.TrimSpace(body)
	if len(trimmed) == 0 {
		return nil, formatError("Template is empty")
	}
	var n *Node
	var err error
	if trimmed[0] == '{' {
		n, err = parseJSON(body)
	} else {
		n, err = parseYAML(body)
	}
	if err != nil {
		return nil, err
	}
	if n.Kind != Map {
		return nil, formatError("unsupported structure.")
	}
	return n, nil
}

// add appends a member; a name that is there already is an error.
func (n *Node) add(name string, line int, value *Node) error {
	if n.Get(name) != nil {
		return formatError("Duplicate key %q (line %d)", name, line)
	}
	n.Fields = append(n.Fields, Field{name, line, value})
	return nil
}
