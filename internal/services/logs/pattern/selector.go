package pattern

import (
	"strconv"
	"strings"
)

// selector is the way to a field: names and places in arrays.
type selector []step

type step struct {
	name  string
	index int
	kind  stepKind
}

type stepKind uint8

const (
	byName stepKind = iota
	byIndex
	everyElement
)

// selector reads one, which begins with a dollar sign.
func (s *scanner) selector() (selector, error) {
	if !s.take("$") {
		return nil, syntax("a selector that begins with $ is missing at %q", s.text[min(s.at, len(s.text)):])
	}
	var path selector
	for {
		var st step
		var err error
		switch s.peek() {
		case '.':
			s.next()
			if s.peek() == '[' {
				continue // $.['name']
			}
			st.name = s.until(func(c byte) bool { return !isAlnum(c) && c < 0x80 && !strings.ContainsRune("_-:@/$#", rune(c)) })
			if st.name == "" {
				err = syntax("a selector has an empty name")
			}
		case '[':
			st, err = s.bracket()
		default:
			if len(path) == 0 {
				return nil, syntax("a selector names no field")
			}
			return path, nil
		}
		if err != nil {
			return nil, err
		}
		path = append(path, st)
	}
}

// bracket reads [3], [*], ['name'] or ["name"].
func (s *scanner) bracket() (st step, err error) {
	s.next()
	switch quote := s.peek(); quote {
	case '\'', '"':
		s.next()
		st.name = s.until(func(c byte) bool { return c == quote })
		s.next()
	default:
		text := s.until(func(c byte) bool { return c == ']' })
		if st.kind = byIndex; text == "*" {
			st.kind = everyElement
		} else if st.index, err = strconv.Atoi(text); err != nil || st.index < 0 {
			return st, syntax("%q is no place in an array", text)
		}
	}
	if !s.take("]") {
		return st, syntax("a bracket of a selector is not closed")
	}
	return st, nil
}

// each calls fn with what the selector finds until fn says true, which it then
// returns.
func (p selector) each(v any, fn func(any) bool) bool {
	if len(p) == 0 {
		return fn(v)
	}
	switch st := p[0]; st.kind {
	case byName:
		m, _ := v.(map[string]any)
		inner, ok := m[st.name]
		return ok && p[1:].each(inner, fn)
	case byIndex:
		list, _ := v.([]any)
		return st.index < len(list) && p[1:].each(list[st.index], fn)
	}
	list, _ := v.([]any)
	for _, inner := range list {
		if p[1:].each(inner, fn) {
			return true
		}
	}
	return false
}
