package pattern

import (
	"errors"
	"fmt"
	"strings"
)

// MaxLength is the longest pattern, in characters ("FilterLogEvents").
const MaxLength = 1024

// ErrSyntax is wrapped by Parse's errors.
var ErrSyntax = errors.New("pattern: invalid filter pattern")

// Pattern is a compiled filter pattern.
type Pattern struct {
	match   func(line string) bool
	extract func(line string) map[string]string
}

// Match reports whether a line fits.
func (p *Pattern) Match(line string) bool { return p.match(line) }

// Extract returns the values of the fields that the pattern names, for a line
// that fits.
func (p *Pattern) Extract(line string) map[string]string {
	if p.extract == nil {
		return map[string]string{}
	}
	return p.extract(line)
}

// Parse compiles a pattern. An empty one fits every line.
func Parse(text string) (*Pattern, error) {
	text = strings.TrimSpace(text)
	switch {
	case len(text) > MaxLength:
		return nil, fmt.Errorf("%w: it is longer than %d characters", ErrSyntax, MaxLength)
	case text == "":
		return &Pattern{match: func(string) bool { return true }}, nil
	case text[0] == '{':
		return parseJSON(text)
	case text[0] == '[':
		return parseFields(text)
	}
	return parseTerms(text)
}

func syntax(format string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrSyntax, fmt.Sprintf(format, args...))
}
