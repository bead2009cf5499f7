package pattern

import (
	"encoding/json"
	"strconv"
	"strings"
)

// maxDepth bounds parentheses.
const maxDepth = 32

// node is a condition on a JSON object.
type node interface{ holds(object any) bool }

type both struct{ a, b node }
type one struct{ a, b node }

func (n both) holds(v any) bool { return n.a.holds(v) && n.b.holds(v) }
func (n one) holds(v any) bool  { return n.a.holds(v) || n.b.holds(v) }

// condition is one on the field that a selector finds.
type condition struct {
	path  selector
	test  func(v any) bool
	isNot bool // it holds where the field is not there
}

func (c condition) holds(object any) bool {
	found := false
	held := c.path.each(object, func(v any) bool {
		found = true
		return c.test != nil && c.test(v)
	})
	if c.isNot {
		return !found
	}
	return held
}

// jsonParser reads what is between the braces.
type jsonParser struct {
	scanner
	paths map[string]selector
}

func parseJSON(text string) (*Pattern, error) {
	if !strings.HasSuffix(text, "}") {
		return nil, syntax("the brace is not closed")
	}
	p := &jsonParser{scanner: scanner{text: text[1 : len(text)-1]}, paths: map[string]selector{}}
	n, err := p.or(0)
	if err != nil {
		return nil, err
	}
	if p.space(); !p.end() {
		return nil, syntax("%q is left over", p.text[p.at:])
	}
	return &Pattern{
		match: func(line string) bool {
			v, ok := object(line)
			return ok && n.holds(v)
		},
		extract: func(line string) map[string]string {
			out := map[string]string{}
			v, _ := object(line)
			for text, path := range p.paths {
				path.each(v, func(v any) bool {
					out[text] = textOf(v)
					return true
				})
			}
			return out
		},
	}, nil
}

// object reads a line that is a JSON object or array.
func object(line string) (any, bool) {
	line = strings.TrimSpace(line)
	if line == "" || line[0] != '{' && line[0] != '[' {
		return nil, false
	}
	d := json.NewDecoder(strings.NewReader(line))
	d.UseNumber()
	var v any
	if d.Decode(&v) != nil || d.More() {
		return nil, false
	}
	return v, true
}

func (p *jsonParser) or(depth int) (node, error) {
	a, err := p.and(depth)
	for err == nil {
		if p.space(); !p.take("||") {
			break
		}
		var b node
		b, err = p.and(depth)
		a = one{a, b}
	}
	return a, err
}

func (p *jsonParser) and(depth int) (node, error) {
	a, err := p.simple(depth)
	for err == nil {
		if p.space(); !p.take("&&") {
			break
		}
		var b node
		b, err = p.simple(depth)
		a = both{a, b}
	}
	return a, err
}

func (p *jsonParser) simple(depth int) (node, error) {
	p.space()
	if p.peek() != '(' {
		return p.condition()
	}
	if depth == maxDepth {
		return nil, syntax("there are too many parentheses")
	}
	p.next()
	n, err := p.or(depth + 1)
	if err != nil {
		return nil, err
	}
	if p.space(); !p.take(")") {
		return nil, syntax("a parenthesis is not closed")
	}
	return n, nil
}

func (p *jsonParser) condition() (node, error) {
	start := p.at
	path, err := p.selector()
	if err != nil {
		return nil, err
	}
	p.paths[p.text[start:p.at]] = path
	p.space()
	for words, test := range map[string]func(any) bool{
		"IS TRUE": func(v any) bool { return v == true }, "IS FALSE": func(v any) bool { return v == false },
		"IS NULL": func(v any) bool { return v == nil },
	} {
		if p.words(words) {
			return condition{path: path, test: test}, nil
		}
	}
	if p.words("NOT EXISTS") {
		return condition{path: path, isNot: true}, nil
	}
	c, err := p.comparison(func(b byte) bool { return b == ')' || b == '&' || b == '|' })
	if err != nil {
		return nil, err
	}
	return condition{path: path, test: func(v any) bool { return c.holdsFor(v) }}, nil
}

// words reads words with any space between them.
func (p *jsonParser) words(list string) bool {
	start := p.at
	for word := range strings.FieldsSeq(list) {
		p.space()
		if !strings.EqualFold(p.text[p.at:min(len(p.text), p.at+len(word))], word) {
			p.at = start
			return false
		}
		p.at += len(word)
	}
	return true
}

// holdsFor decides for a JSON value; objects and arrays equal nothing.
func (c *comparison) holdsFor(v any) bool {
	switch v := v.(type) {
	case string:
		// A number in the pattern is none of a text in the event.
		if c.numeric && (c.operator == "=" || c.operator == "!=") {
			return (v == c.text) == (c.operator == "=")
		}
		return (c.operator == "=" || c.operator == "!=") && c.holds(v)
	case json.Number:
		return c.holds(v.String())
	case bool:
		return c.holds(strconv.FormatBool(v))
	}
	return false
}

func textOf(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case json.Number:
		return v.String()
	}
	b, _ := json.Marshal(v)
	return string(b)
}
