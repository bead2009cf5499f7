package policy

import "strings"

// actionPattern is an Action element's value in lower case: actions are
// compared without regard to case.
type actionPattern struct {
	form actionForm
	text string // without the trailing wildcard where form is actionPrefix
}

type actionForm uint8

const (
	actionExact actionForm = iota
	actionPrefix
	actionGlob
)

func compileAction(s string) actionPattern {
	s = lowerASCII(s)
	i := strings.IndexAny(s, "*?")
	switch {
	case i < 0:
		return actionPattern{actionExact, s}
	case i == len(s)-1 && s[i] == '*':
		return actionPattern{actionPrefix, s[:i]}
	}
	return actionPattern{actionGlob, encodeWildcards(s)}
}

// lowerASCII leaves other letters alone, some of which are lower-cased into
// ASCII: matching does not look at their case either.
func lowerASCII(s string) string {
	b := []byte(s)
	for i := range b {
		b[i] = lower(b[i])
	}
	return string(b)
}

func (p *actionPattern) match(action string) bool {
	switch p.form {
	case actionExact:
		return len(action) == len(p.text) && hasPrefixFold(action, p.text)
	case actionPrefix:
		return hasPrefixFold(action, p.text)
	}
	return globFold(p.text, action)
}

// hasPrefixFold reports whether s starts with prefix, which is in lower case.
func hasPrefixFold(s, prefix string) bool {
	if len(s) < len(prefix) {
		return false
	}
	for i := range len(prefix) {
		if lower(s[i]) != prefix[i] {
			return false
		}
	}
	return true
}

func matchActions(patterns []actionPattern, action string) bool {
	for i := range patterns {
		if patterns[i].match(action) {
			return true
		}
	}
	return false
}
