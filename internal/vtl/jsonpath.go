package vtl

import (
	"errors"
	"strconv"
	"strings"
)

// ErrPath is a JSONPath that is malformed or uses what this package does not
// have: filters and scripts.
var ErrPath = errors.New("invalid JSONPath")

// Path is a compiled JSONPath: $, .name, ['name'], [n], [n,m], [n:m], *, .. and
// a length() at the end.
type Path struct {
	steps      []pathStep
	indefinite bool
}

type pathStep struct {
	kind  stepKind
	names []string
	at    []int
	from  *int
	to    *int
}

type stepKind uint8

const (
	stepNames stepKind = iota
	stepIndexes
	stepSlice
	stepAll
	stepDescend // what follows applies at any depth
	stepLength
)

// ParsePath compiles a JSONPath.
func ParsePath(text string) (*Path, error) {
	if len(text) > 4096 {
		return nil, ErrPath
	}
	rest, ok := strings.CutPrefix(strings.TrimSpace(text), "$")
	if !ok {
		rest = "." + rest // Jayway takes "a.b" for "$.a.b"
	}
	p := &Path{}
	for rest != "" {
		var err error
		if rest, err = p.step(rest); err != nil {
			return nil, err
		}
		if len(p.steps) > 64 {
			return nil, ErrPath
		}
	}
	return p, nil
}

func (p *Path) add(s pathStep) {
	if s.kind == stepAll || s.kind == stepSlice || s.kind == stepDescend || len(s.names) > 1 || len(s.at) > 1 {
		p.indefinite = true
	}
	p.steps = append(p.steps, s)
}

func (p *Path) step(rest string) (string, error) {
	switch {
	case strings.HasPrefix(rest, ".."):
		p.add(pathStep{kind: stepDescend})
		rest = rest[2:]
		if strings.HasPrefix(rest, "[") {
			return rest, nil
		}
		return p.name(rest)
	case rest[0] == '.':
		return p.name(rest[1:])
	case rest[0] == '[':
		return p.bracket(rest[1:])
	}
	return "", ErrPath
}

func (p *Path) name(rest string) (string, error) {
	n := strings.IndexAny(rest, ".[")
	if n < 0 {
		n = len(rest)
	}
	name := rest[:n]
	switch {
	case name == "" || strings.ContainsAny(name, " ()?@") && name != "length()":
		return "", ErrPath
	case name == "length()":
		if rest[n:] != "" {
			return "", ErrPath
		}
		p.add(pathStep{kind: stepLength})
	case name == "*":
		p.add(pathStep{kind: stepAll})
	default:
		p.add(pathStep{kind: stepNames, names: []string{name}})
	}
	return rest[n:], nil
}

func (p *Path) bracket(rest string) (string, error) {
	rest = strings.TrimLeft(rest, " ")
	if rest == "" {
		return "", ErrPath
	}
	if rest[0] == '\'' || rest[0] == '"' {
		return p.quotedNames(rest)
	}
	inside, rest, ok := strings.Cut(rest, "]")
	if !ok {
		return "", ErrPath
	}
	inside = strings.TrimSpace(inside)
	if inside == "*" {
		p.add(pathStep{kind: stepAll})
		return rest, nil
	}
	if from, to, ok := strings.Cut(inside, ":"); ok {
		s := pathStep{kind: stepSlice}
		for _, end := range [...]struct {
			text string
			to   **int
		}{{from, &s.from}, {to, &s.to}} {
			if t := strings.TrimSpace(end.text); t != "" {
				n, err := strconv.Atoi(t)
				if err != nil {
					return "", ErrPath
				}
				*end.to = &n
			}
		}
		p.add(s)
		return rest, nil
	}
	s := pathStep{kind: stepIndexes}
	for part := range strings.SplitSeq(inside, ",") {
		n, err := strconv.Atoi(strings.TrimSpace(part))
		if err != nil {
			return "", ErrPath
		}
		s.at = append(s.at, n)
	}
	p.add(s)
	return rest, nil
}

func (p *Path) quotedNames(rest string) (string, error) {
	s := pathStep{kind: stepNames}
	for {
		quote := rest[0]
		if quote != '\'' && quote != '"' {
			return "", ErrPath
		}
		var name strings.Builder
		i := 1
		for ; i < len(rest) && rest[i] != quote; i++ {
			if rest[i] == '\\' && i+1 < len(rest) {
				i++
			}
			name.WriteByte(rest[i])
		}
		if i >= len(rest) {
			return "", ErrPath
		}
		s.names = append(s.names, name.String())
		rest = strings.TrimLeft(rest[i+1:], " ")
		switch {
		case strings.HasPrefix(rest, "]"):
			p.add(s)
			return rest[1:], nil
		case strings.HasPrefix(rest, ","):
			rest = strings.TrimLeft(rest[1:], " ")
			if rest == "" {
				return "", ErrPath
			}
		default:
			return "", ErrPath
		}
	}
}

// Find returns what the path selects: a list for a path that can select
// several values, else the value and whether it exists.
func (p *Path) Find(v any) (any, bool) {
	found := []any{v}
	for i := 0; i < len(p.steps); i++ {
		var next []any
		for _, f := range found {
			next = p.steps[i].apply(next, f)
			if len(next) > maxSteps {
				return nil, false
			}
		}
		found = next
	}
	if p.indefinite {
		return &List{Items: found}, true
	}
	if len(found) == 0 {
		return nil, false
	}
	return found[0], true
}

func (s *pathStep) apply(out []any, v any) []any {
	switch s.kind {
	case stepNames:
		if m, ok := v.(*Map); ok {
			for _, name := range s.names {
				if e, ok := m.Get(name); ok {
					out = append(out, e)
				}
			}
		}
	case stepIndexes:
		for _, at := range s.at {
			if e := element(v, int64(at)); e != nil {
				if _, list := v.(*List); list {
					out = append(out, e)
				}
			}
		}
	case stepSlice:
		if l, ok := v.(*List); ok {
			from, to := bounds(s.from, s.to, len(l.Items))
			out = append(out, l.Items[from:to]...)
		}
	case stepAll:
		out = append(out, elements(v)...)
	case stepDescend:
		out = descend(out, v, 0)
	case stepLength:
		switch v := v.(type) {
		case *List:
			out = append(out, int64(len(v.Items)))
		case *Map:
			out = append(out, int64(v.Len()))
		case string:
			out = append(out, int64(length(v)))
		}
	}
	return out
}

// bounds clips a slice as Python does.
func bounds(from, to *int, n int) (int, int) {
	clip := func(i int) int {
		if i < 0 {
			i += n
		}
		return min(max(i, 0), n)
	}
	a, b := 0, n
	if from != nil {
		a = clip(*from)
	}
	if to != nil {
		b = clip(*to)
	}
	return a, max(a, b)
}

// descend appends v and all containers within it.
func descend(out []any, v any, depth int) []any {
	switch v.(type) {
	case *List, *Map:
	default:
		return out
	}
	if depth > maxDepth || len(out) > maxSteps {
		return out
	}
	out = append(out, v)
	for _, e := range elements(v) {
		out = descend(out, e, depth+1)
	}
	return out
}
