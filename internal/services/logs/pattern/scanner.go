package pattern

import (
	"regexp"
	"strings"
)

// scanner reads a pattern from left to right.
type scanner struct {
	text string
	at   int
}

func isSpace(c byte) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\r' }

func isAlnum(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}

func (s *scanner) end() bool { return s.at >= len(s.text) }

// peek returns the next byte, 0 at the end.
func (s *scanner) peek() byte {
	if s.end() {
		return 0
	}
	return s.text[s.at]
}

func (s *scanner) next() { s.at++ }

func (s *scanner) space() {
	for !s.end() && isSpace(s.text[s.at]) {
		s.at++
	}
}

// take reads a word if it is next.
func (s *scanner) take(word string) bool {
	if !strings.HasPrefix(s.text[min(s.at, len(s.text)):], word) {
		return false
	}
	s.at += len(word)
	return true
}

// until reads up to the first byte that stops, or the end.
func (s *scanner) until(stop func(byte) bool) string {
	start := s.at
	for !s.end() && !stop(s.text[s.at]) {
		s.at++
	}
	return s.text[start:s.at]
}

// quoted reads a string in double quotes, in which a backslash keeps the
// character after it.
func (s *scanner) quoted() (string, error) {
	s.next()
	var b strings.Builder
	for !s.end() {
		c := s.peek()
		s.next()
		switch {
		case c == '"':
			return b.String(), nil
		case c == '\\' && !s.end():
			c = s.peek()
			s.next()
			if c != '"' && c != '\\' {
				b.WriteByte('\\')
			}
		}
		b.WriteByte(c)
	}
	return "", syntax("a quote is not closed")
}

// regexp reads a regular expression between percent signs.
func (s *scanner) regexp() (*regexp.Regexp, error) {
	s.next()
	text := s.until(func(c byte) bool { return c == '%' })
	if s.end() {
		return nil, syntax("a regular expression is not closed")
	}
	s.next()
	if strings.ContainsAny(text, "\"") || text == "" {
		return nil, syntax("the regular expression %q is not valid", text)
	}
	re, err := regexp.Compile(text)
	if err != nil {
		return nil, syntax("the regular expression %q is not valid", text)
	}
	return re, nil
}
