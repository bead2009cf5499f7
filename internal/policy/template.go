package policy

import "strings"

// template is a policy value that may have wildcards and variables.
type template struct {
	text  string // the whole pattern, where parts is nil
	parts []part
}

// part is a literal pattern or a variable.
type part struct {
	literal  string
	variable string // key in lower case
	name     string // key as written
	fallback string
	optional bool // has a fallback
}

// compileTemplate reads a value. Variables are read only where the version of
// the language has them. It fails for a variable that is not closed or empty.
func compileTemplate(s string, wildcards, variables bool) (template, bool) {
	encode := func(s string) string {
		if wildcards {
			return encodeWildcards(s)
		}
		return s
	}
	if !variables || !strings.Contains(s, "${") {
		return template{text: encode(s)}, true
	}
	var t template
	var literal strings.Builder
	flush := func() {
		if literal.Len() > 0 {
			t.parts = append(t.parts, part{literal: literal.String()})
			literal.Reset()
		}
	}
	for {
		before, rest, found := strings.Cut(s, "${")
		literal.WriteString(encode(before))
		if !found {
			break
		}
		inner, after, closed := strings.Cut(rest, "}")
		if !closed {
			return template{}, false
		}
		s = after
		if inner == "*" || inner == "?" || inner == "$" {
			literal.WriteString(inner)
			continue
		}
		p, ok := parseVariable(inner)
		if !ok {
			return template{}, false
		}
		flush()
		t.parts = append(t.parts, p)
	}
	if t.parts == nil {
		return template{text: literal.String()}, true
	}
	flush()
	return t, true
}

// parseVariable reads "key" or "key, 'fallback'".
func parseVariable(s string) (part, bool) {
	key, fallback, optional := strings.Cut(s, ",")
	key = strings.TrimSpace(key)
	p := part{variable: strings.ToLower(key), name: key, optional: optional}
	if optional {
		fallback = strings.TrimSpace(fallback)
		if len(fallback) < 2 || fallback[0] != '\'' || fallback[len(fallback)-1] != '\'' {
			return p, false
		}
		p.fallback = fallback[1 : len(fallback)-1]
	}
	return p, key != ""
}

// expand appends the pattern with its variables' values to buf. It reports
// false when a variable has no value, or more than one: a key with several
// values is no variable.
func (t *template) expand(buf []byte, keys Keys) ([]byte, bool) {
	for i := range t.parts {
		p := &t.parts[i]
		if p.variable == "" {
			buf = append(buf, p.literal...)
			continue
		}
		value := p.fallback
		if values, ok := lookup(keys, p.variable); ok && len(values) == 1 {
			value = values[0]
		} else if !p.optional {
			return buf, false
		}
		for j := range len(value) {
			// A value must not bring wildcards of its own.
			if c := value[j]; c < anyChar {
				buf = append(buf, c)
			} else {
				buf = append(buf, "\uFFFD"...)
			}
		}
	}
	return buf, true
}

// match reports whether s matches, and whether all variables had values.
func (t *template) match(s string, keys Keys) (matched, resolved bool) {
	if t.parts == nil {
		return glob(t.text, s), true
	}
	var stack [256]byte
	pattern, ok := t.expand(stack[:0], keys)
	if !ok {
		return false, false
	}
	return glob(pattern, s), true
}

func encodeWildcards(s string) string {
	if !strings.ContainsAny(s, "*?") {
		return s
	}
	b := []byte(s)
	for i, c := range b {
		switch c {
		case '*':
			b[i] = anyRun
		case '?':
			b[i] = anyChar
		}
	}
	return string(b)
}
