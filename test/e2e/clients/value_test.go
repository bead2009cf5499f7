//go:build e2e

package clients

import (
	"archive/zip"
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
)

// names are the values that a table has bound so far.
type names map[string]any

var reference = regexp.MustCompile(`\$(\$|[a-z_][a-z0-9_]*)`)

// text replaces the references in s.
func (n names) text(s string) (string, error) {
	var err error
	out := reference.ReplaceAllStringFunc(s, func(r string) string {
		if r == "$$" {
			return "$"
		}
		v, ok := n[r[1:]]
		if !ok {
			err = fmt.Errorf("%s is not bound: no earlier call succeeded in binding it", r)
			return ""
		}
		if text, ok := v.(string); ok {
			return text
		}
		b, _ := json.Marshal(v)
		return string(b)
	})
	return out, err
}

// value is a node as the drivers take it.
func (n names) value(node *yaml.Node) (any, error) {
	switch node.Tag {
	case "!json":
		v, err := n.plain(node)
		if err != nil {
			return nil, err
		}
		b, err := json.Marshal(v)
		return string(b), err
	case "!bytes":
		s, err := n.text(node.Value)
		return map[string]any{"$bytes": base64.StdEncoding.EncodeToString([]byte(s))}, err
	case "!base64":
		s, err := n.text(node.Value)
		return map[string]any{"$bytes": s}, err
	case "!zip":
		b, err := archive(node)
		return map[string]any{"$bytes": base64.StdEncoding.EncodeToString(b)}, err
	case "!time":
		at, err := time.Parse(time.RFC3339, node.Value)
		return map[string]any{"$time": at.Unix()}, err
	case "!now":
		d, err := time.ParseDuration(node.Value)
		return time.Now().Add(d).Unix(), err
	case "!millis":
		d, err := time.ParseDuration(node.Value)
		return time.Now().Add(d).UnixMilli(), err
	case "!repeat":
		unit, count, _ := strings.Cut(node.Value, "*")
		times, err := strconv.Atoi(count)
		return strings.Repeat(unit, times), err
	}
	return n.plain(node)
}

// archive is a zip of the files in a map from name to text.
func archive(node *yaml.Node) ([]byte, error) {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for i := 0; i < len(node.Content); i += 2 {
		w, err := z.Create(node.Content[i].Value)
		if err != nil {
			return nil, err
		}
		if _, err := io.WriteString(w, node.Content[i+1].Value); err != nil {
			return nil, err
		}
	}
	err := z.Close()
	return b.Bytes(), err
}

func (n names) plain(node *yaml.Node) (any, error) {
	switch node.Kind {
	case yaml.MappingNode:
		m := map[string]any{}
		for i := 0; i < len(node.Content); i += 2 {
			key, err := n.text(node.Content[i].Value)
			if err != nil {
				return nil, err
			}
			if m[key], err = n.value(node.Content[i+1]); err != nil {
				return nil, err
			}
		}
		return m, nil
	case yaml.SequenceNode:
		list := []any{}
		for _, c := range node.Content {
			v, err := n.value(c)
			if err != nil {
				return nil, err
			}
			list = append(list, v)
		}
		return list, nil
	}
	var v any
	if err := (&yaml.Node{Kind: node.Kind, Value: node.Value, Style: node.Style}).Decode(&v); err != nil {
		return nil, err
	}
	switch v := v.(type) {
	case string:
		if m := reference.FindStringSubmatch(v); m != nil && m[0] == v && m[1] != "$" {
			if bound, ok := n[m[1]]; ok {
				return bound, nil
			}
		}
		return n.text(v)
	case time.Time: // a date in plain text, such as a policy's version
		return node.Value, nil
	}
	return v, nil
}

// match compares an answer with what the table expects, and binds names. It
// returns nil or says where they differ.
func (n names) match(want *yaml.Node, got any, path string) error {
	differ := func(format string, args ...any) error {
		return fmt.Errorf("%s: %s", path, fmt.Sprintf(format, args...))
	}
	list, _ := got.([]any)
	switch want.Tag {
	case "!any", "!as", "!re":
		if got == nil || got == "" {
			return differ("is absent")
		}
		if want.Tag == "!as" {
			n[want.Value] = got
		}
		if want.Tag != "!re" {
			return nil
		}
		expr, err := n.text(want.Value)
		if err != nil {
			return err
		}
		if ok, err := regexp.MatchString(expr, fmt.Sprint(got)); err != nil || !ok {
			return differ("got %v, want a match of %s (%v)", got, expr, err)
		}
		return nil
	case "!len":
		if l := reflect.ValueOf(got); got == nil && want.Value != "0" || got != nil && strconv.Itoa(l.Len()) != want.Value {
			return differ("got %s, want length %s", show(got), want.Value)
		}
		return nil
	case "!has", "!lacks":
		for i, w := range want.Content {
			found := false
			for _, g := range list {
				found = found || n.match(w, g, path) == nil
			}
			if found != (want.Tag == "!has") {
				return differ("element %d of the expectation: found is %v in %s", i, found, show(got))
			}
		}
		return nil
	}
	return n.matchPlain(want, got, path, differ)
}

func (n names) matchPlain(want *yaml.Node, got any, path string, differ func(string, ...any) error) error {
	switch want.Kind {
	case yaml.MappingNode:
		m, ok := got.(map[string]any)
		if !ok && len(want.Content) > 0 {
			return differ("got %s, want a structure", show(got))
		}
		for i := 0; i < len(want.Content); i += 2 {
			key, err := n.text(want.Content[i].Value)
			if err != nil {
				return err
			}
			if err := n.match(want.Content[i+1], m[key], path+"."+key); err != nil {
				return err
			}
		}
		return nil
	case yaml.SequenceNode:
		list, ok := got.([]any)
		if !ok && got != nil || len(list) != len(want.Content) {
			return differ("got %s, want %d elements", show(got), len(want.Content))
		}
		for i, w := range want.Content {
			if err := n.match(w, list[i], fmt.Sprintf("%s[%d]", path, i)); err != nil {
				return err
			}
		}
		return nil
	}
	v, err := n.value(want)
	if err != nil {
		return err
	}
	if show(v) != show(got) {
		return differ("got %s, want %s", show(got), show(v))
	}
	return nil
}

// show is a value as JSON, which tells 1 from "1".
func show(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprint(v)
	}
	return string(b)
}
