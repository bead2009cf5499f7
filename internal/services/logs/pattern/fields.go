package pattern

import (
	"strconv"
	"strings"
)

// maxFields bounds a space-delimited pattern.
const maxFields = 128

// field is one of a space-delimited pattern: alternatives of conditions that
// hold together.
type field struct {
	name string
	any  [][]comparison
	rest bool // "...", any number of words
}

func (f *field) holds(word string) bool {
	if len(f.any) == 0 {
		return true
	}
	for _, all := range f.any {
		held := true
		for i := range all {
			held = held && all[i].holds(word)
		}
		if held {
			return true
		}
	}
	return false
}

func parseFields(text string) (*Pattern, error) {
	if !strings.HasSuffix(text, "]") {
		return nil, syntax("the bracket is not closed")
	}
	s := &scanner{text: text[1 : len(text)-1]}
	var fields []field
	rest := -1
	for {
		f, err := s.field()
		if err != nil {
			return nil, err
		}
		if f.rest {
			if rest >= 0 {
				return nil, syntax("there is more than one ellipsis")
			}
			rest = len(fields)
		}
		if fields = append(fields, f); len(fields) > maxFields {
			return nil, syntax("there are more than %d fields", maxFields)
		}
		if s.space(); s.end() {
			break
		}
		if !s.take(",") {
			return nil, syntax("a comma is missing at %q", s.text[s.at:])
		}
	}
	return &Pattern{
		match: func(line string) bool {
			return align(fields, rest, words(line), func(f *field, word string) bool { return f.holds(word) })
		},
		extract: func(line string) map[string]string {
			out, n := map[string]string{}, 0
			align(fields, rest, words(line), func(f *field, word string) bool {
				n++
				if f.name == "" {
					out["$"+strconv.Itoa(n)] = word
				} else {
					out["$"+f.name] = word
				}
				return true
			})
			return out
		},
	}, nil
}

// field reads a name with conditions, or an ellipsis.
func (s *scanner) field() (f field, err error) {
	if s.space(); s.take("...") {
		return field{rest: true}, nil
	}
	f.name = s.until(func(c byte) bool { return !isAlnum(c) && c != '_' && c != '-' && c != '.' })
	var all []comparison
	for {
		if s.space(); s.end() || s.peek() == ',' {
			break
		}
		switch {
		case s.take("&&"):
		case s.take("||"):
			f.any, all = append(f.any, all), nil
		case len(all) > 0:
			return f, syntax("&& or || is missing at %q", s.text[s.at:])
		}
		s.space()
		// The name may be said again: w1=ERROR || w1=WARN.
		if again := s.until(func(c byte) bool { return !isAlnum(c) && c != '_' && c != '-' && c != '.' }); again != "" && again != f.name {
			return f, syntax("a condition on %q is in the place of %q", again, f.name)
		}
		s.space()
		c, err := s.comparison(func(b byte) bool { return b == ',' || b == '&' || b == '|' })
		if err != nil {
			return f, err
		}
		all = append(all, c)
	}
	if all != nil {
		f.any = append(f.any, all)
	}
	if f.name == "" && f.any == nil {
		return f, syntax("a field is empty")
	}
	return f, nil
}

// align goes through fields and words side by side. Without an ellipsis, which
// rest is the place of, there are as many of both.
func align(fields []field, rest int, words []string, fn func(*field, string) bool) bool {
	skip := len(words) - len(fields)
	if rest < 0 && skip != 0 || rest >= 0 && skip < -1 {
		return false
	}
	at := 0
	for i := range fields {
		if i == rest {
			at += skip + 1
			continue
		}
		if !fn(&fields[i], words[at]) {
			return false
		}
		at++
	}
	return true
}

// words splits a line at spaces; what is in quotes or brackets is one word,
// without them.
func words(line string) []string {
	var out []string
	s := &scanner{text: line}
	for s.space(); !s.end(); s.space() {
		closing := byte(0)
		switch s.peek() {
		case '"':
			closing = '"'
		case '[':
			closing = ']'
		}
		if closing != 0 && strings.IndexByte(line[s.at+1:], closing) >= 0 {
			s.next()
			out = append(out, s.until(func(c byte) bool { return c == closing }))
			s.next()
			continue
		}
		out = append(out, s.until(isSpace))
	}
	return out
}
