package pattern

import (
	"regexp"
	"strings"
)

// term is something that a line has or has not.
type term struct {
	text   string
	regexp *regexp.Regexp
}

func (t *term) in(line string) bool {
	if t.regexp != nil {
		return t.regexp.MatchString(line)
	}
	return strings.Contains(line, t.text)
}

// terms is an unstructured pattern.
type terms struct {
	required, optional, excluded []term
}

func (t *terms) match(line string) bool {
	for i := range t.excluded {
		if t.excluded[i].in(line) {
			return false
		}
	}
	for i := range t.required {
		if !t.required[i].in(line) {
			return false
		}
	}
	if len(t.required) > 0 || len(t.optional) == 0 {
		return true
	}
	for i := range t.optional {
		if t.optional[i].in(line) {
			return true
		}
	}
	return false
}

func parseTerms(text string) (*Pattern, error) {
	var all terms
	s := &scanner{text: text}
	for s.space(); !s.end(); s.space() {
		list := &all.required
		switch s.peek() {
		case '?':
			list = &all.optional
			s.next()
		case '-':
			list = &all.excluded
			s.next()
		}
		t, err := s.term()
		if err != nil {
			return nil, err
		}
		*list = append(*list, t)
	}
	return &Pattern{match: all.match}, nil
}

// term reads a word, a quoted phrase or a regular expression.
func (s *scanner) term() (term, error) {
	switch s.peek() {
	case '"':
		text, err := s.quoted()
		return term{text: text}, err
	case '%':
		re, err := s.regexp()
		return term{regexp: re}, err
	}
	word := s.until(func(c byte) bool { return isSpace(c) || c == '"' })
	for i := range len(word) {
		if c := word[i]; c < 0x80 && !isAlnum(c) && c != '_' {
			return term{}, syntax("the term %q must be quoted", word)
		}
	}
	if word == "" {
		return term{}, syntax("a term is missing")
	}
	return term{text: word}, nil
}
