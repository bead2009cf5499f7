package template

import (
	"encoding/json"
	"fmt"
)

// Kind is the type of a node.
type Kind uint8

const (
	Null Kind = iota
	String
	Number // Text is a JSON number
	Bool   // Text is true or false
	List
	Map
)

// Node is a value of a template with the line that it stands on.
type Node struct {
	Kind   Kind
	Line   int
	Text   string // of scalars
	Items  []*Node
	Fields []Field // in their order; each name once
}

// Field is a member of a Map.
type Field struct {
	Name  string
	Line  int
	Value *Node
}

// Get returns the value of a member, nil if there is none.
func (n *Node) Get(name string) *Node {
	if n != nil {
		for i := range n.Fields {
			if n.Fields[i].Name == name {
				return n.Fields[i].Value
			}
		}
	}
	return nil
}

// scalar reports whether n is a text, a number or a boolean.
func (n *Node) scalar() bool {
	return n != nil && (n.Kind == String || n.Kind == Number || n.Kind == Bool)
}

// MarshalJSON writes the node with its members in their order.
func (n *Node) MarshalJSON() ([]byte, error) {
	switch n.Kind {
	case Null:
		return []byte("null"), nil
	case Number, Bool:
		return []byte(n.Text), nil
	case String:
		return json.Marshal(n.Text)
	case List:
		if n.Items == nil {
			return []byte("[]"), nil
		}
		return json.Marshal(n.Items)
	}
	out := []byte{'{'}
	for i, f := range n.Fields {
		if i > 0 {
			out = append(out, ',')
		}
		name, err := json.Marshal(f.Name)
		if err != nil {
			return nil, err
		}
		value, err := f.Value.MarshalJSON()
		if err != nil {
			return nil, err
		}
		out = append(append(append(out, name...), ':'), value...)
	}
	return append(out, '}'), nil
}

// Error is what is wrong with a template or its parameters, in
// CloudFormation's words.
type Error struct{ Message string }

func (e *Error) Error() string { return e.Message }

func errf(format string, args ...any) error { return &Error{fmt.Sprintf(format, args...)} }

func formatError(format string, args ...any) error {
	return errf("Template format error: "+format, args...)
}
