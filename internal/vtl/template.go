package vtl

import (
	"fmt"
	"regexp"
	"sync"
)

// Template is a parsed template.
type Template struct {
	body []node

	mu      sync.Mutex
	regexps map[string]*regexp.Regexp // compiled so far, bounded
}

// Roots gives the variables that a template starts with: $input, $context...
type Roots interface {
	Root(name string) (value any, ok bool)
}

// Parse compiles a template. Its error wraps ErrTemplate.
func Parse(text string) (*Template, error) {
	if len(text) > MaxTemplate {
		return nil, fmt.Errorf("%w: larger than %d bytes", ErrTemplate, MaxTemplate)
	}
	p := &parser{text: text}
	body, end, err := p.block(0)
	if err != nil {
		return nil, err
	}
	if end != endOfText {
		return nil, p.errorf("#%s without its #if or #foreach", end)
	}
	return &Template{body: body}, nil
}

// Constant returns the text of a template that has no references and no
// directives.
func (t *Template) Constant() (string, bool) {
	switch len(t.body) {
	case 0:
		return "", true
	case 1:
		text, ok := t.body[0].(text)
		return string(text), ok
	}
	return "", false
}

// Render runs the template. Its error wraps ErrTemplate or ErrLimit.
func (t *Template) Render(roots Roots) ([]byte, error) {
	s := &state{template: t, roots: roots, variables: map[string]any{}}
	err := s.run(t.body)
	if err != nil && err != errStop {
		return nil, err
	}
	return s.out, nil
}

// state is one rendering.
type state struct {
	template  *Template
	roots     Roots
	variables map[string]any
	out       []byte
	steps     int
	bytes     int
}

func (s *state) step() error {
	if s.steps++; s.steps > maxSteps {
		return ErrLimit
	}
	return nil
}

// made accounts for a string of n bytes.
func (s *state) made(n int) error {
	if s.bytes += n; s.bytes > maxBytes {
		return ErrLimit
	}
	return nil
}

func (s *state) write(text string) error {
	if len(s.out)+len(text) > maxOutput {
		return ErrLimit
	}
	s.out = append(s.out, text...)
	return nil
}

func (s *state) run(body []node) error {
	for _, n := range body {
		if err := s.step(); err != nil {
			return err
		}
		if err := n.render(s); err != nil {
			return err
		}
	}
	return nil
}

// variable looks a name up: what the template has set goes first.
func (s *state) variable(name string) any {
	if v, ok := s.variables[name]; ok {
		return v
	}
	if s.roots != nil {
		if v, ok := s.roots.Root(name); ok {
			return v
		}
	}
	return nil
}

// maxRegexps is how many patterns a template keeps compiled.
const maxRegexps = 64

// regexp compiles a Java pattern, as far as RE2 has it.
func (s *state) regexp(pattern string) (*regexp.Regexp, error) {
	if len(pattern) > maxRegexp {
		return nil, ErrLimit
	}
	t := s.template
	t.mu.Lock()
	defer t.mu.Unlock()
	if re, ok := t.regexps[pattern]; ok {
		return re, nil
	}
	re, err := regexp.Compile(pattern)
	if err != nil {
		return nil, fmt.Errorf("%w: %v", ErrTemplate, err)
	}
	if t.regexps == nil {
		t.regexps = map[string]*regexp.Regexp{}
	}
	if len(t.regexps) < maxRegexps {
		t.regexps[pattern] = re
	}
	return re, nil
}
