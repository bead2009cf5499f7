package policy

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
)

const (
	// MaxSize is the greatest length of a document in bytes: the limit of
	// policyDocumentType in IAM's model. Quotas below it are the caller's.
	MaxSize = 131072
	// maxDepth is what the grammar needs (document, statements, statement,
	// condition, operator, values) and one to spare.
	maxDepth = 7
)

var errStructure = errors.New("not a JSON document of a policy's form")

// node is a JSON value. Policies want what encoding/json's maps lose: the
// order of members and the knowledge that a name came twice.
type node struct {
	kind    nodeKind
	text    string // of a string, a number or a bool, as written
	items   []node
	members []member
}

type member struct {
	name  string
	value node
}

type nodeKind uint8

const (
	nullNode nodeKind = iota
	stringNode
	numberNode
	boolNode
	arrayNode
	objectNode
)

// decodeJSON reads exactly one object and refuses repeated names, trailing
// text and nesting beyond maxDepth.
func decodeJSON(text []byte) (node, error) {
	if len(text) > MaxSize {
		return node{}, errStructure
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	n, err := decodeValue(d, 0)
	if err != nil {
		return node{}, err
	}
	if _, err := d.Token(); err != io.EOF || n.kind != objectNode {
		return node{}, errStructure
	}
	return n, nil
}

func decodeValue(d *json.Decoder, depth int) (node, error) {
	t, err := d.Token()
	if err != nil {
		return node{}, err
	}
	switch t := t.(type) {
	case string:
		return node{kind: stringNode, text: t}, nil
	case json.Number:
		return node{kind: numberNode, text: t.String()}, nil
	case bool:
		if t {
			return node{kind: boolNode, text: "true"}, nil
		}
		return node{kind: boolNode, text: "false"}, nil
	case json.Delim:
		if depth == maxDepth {
			return node{}, errStructure
		}
		if t == '[' {
			return decodeArray(d, depth+1)
		}
		return decodeObject(d, depth+1)
	}
	return node{kind: nullNode}, nil
}

func decodeArray(d *json.Decoder, depth int) (node, error) {
	n := node{kind: arrayNode}
	for d.More() {
		v, err := decodeValue(d, depth)
		if err != nil {
			return node{}, err
		}
		n.items = append(n.items, v)
	}
	_, err := d.Token()
	return n, err
}

func decodeObject(d *json.Decoder, depth int) (node, error) {
	n := node{kind: objectNode}
	seen := map[string]bool{}
	for d.More() {
		t, err := d.Token()
		if err != nil {
			return node{}, err
		}
		name, ok := t.(string)
		if !ok || seen[name] {
			return node{}, errStructure
		}
		seen[name] = true
		v, err := decodeValue(d, depth)
		if err != nil {
			return node{}, err
		}
		n.members = append(n.members, member{name, v})
	}
	_, err := d.Token()
	return n, err
}

// strings gives the texts of a string or of an array of strings.
func (n node) strings() ([]string, bool) {
	switch n.kind {
	case stringNode:
		return []string{n.text}, true
	case arrayNode:
		out := make([]string, 0, len(n.items))
		for _, item := range n.items {
			if item.kind != stringNode {
				return nil, false
			}
			out = append(out, item.text)
		}
		return out, true
	}
	return nil, false
}

// scalars is strings that also takes numbers and bools, as condition values do.
func (n node) scalars() ([]string, bool) {
	items := []node{n}
	if n.kind == arrayNode {
		items = n.items
	}
	out := make([]string, 0, len(items))
	for _, item := range items {
		if item.kind != stringNode && item.kind != numberNode && item.kind != boolNode {
			return nil, false
		}
		out = append(out, item.text)
	}
	return out, true
}
