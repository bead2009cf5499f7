package vtl

import (
	"fmt"
	"strings"
)

// parser reads a template from left to right.
type parser struct {
	text  string
	at    int
	depth int
}

// What ends a block.
const (
	endOfText = ""
	endEnd    = "end"
	endElse   = "else"
	endElseIf = "elseif"
)

func (p *parser) errorf(format string, args ...any) error {
	line := 1 + strings.Count(p.text[:min(p.at, len(p.text))], "\n")
	return fmt.Errorf("%w: line %d: %s", ErrTemplate, line, fmt.Sprintf(format, args...))
}

func (p *parser) enter() error {
	if p.depth++; p.depth > maxDepth {
		return p.errorf("nested too deep")
	}
	return nil
}

// block reads up to the directive that ends it, which it also reads.
func (p *parser) block(level int) (body []node, end string, err error) {
	if level > maxDepth {
		return nil, "", p.errorf("nested too deep")
	}
	start := p.at
	flush := func(to int) {
		if start < to {
			body = append(body, text(p.text[start:to]))
		}
	}
	for p.at < len(p.text) {
		switch p.text[p.at] {
		case '\\':
			flush(p.at)
			body = append(body, p.escape())
			start = p.at
		case '$':
			from := p.at
			n, err := p.output(false)
			if err != nil {
				return nil, "", err
			}
			if n == nil {
				p.at = from + 1
				continue
			}
			flush(from)
			body = append(body, n)
			start = p.at
		case '#':
			from := p.at
			n, end, known, err := p.directive(level)
			if err != nil {
				return nil, "", err
			}
			if !known {
				p.at = from + 1
				continue
			}
			if _, isSet := n.(*set); isSet {
				flush(from - trailingBlanks(p.text[start:from]))
			} else {
				flush(from)
			}
			start = p.at
			if n != nil {
				body = append(body, n)
			}
			if end != endOfText {
				return body, end, nil
			}
		default:
			p.at++
		}
	}
	flush(p.at)
	return body, endOfText, nil
}

func trailingBlanks(s string) int { return len(s) - len(strings.TrimRight(s, " \t")) }

// escape reads a backslash: before a reference or a directive it takes their
// meaning away, elsewhere it is text.
func (p *parser) escape() node {
	from := p.at
	p.at++
	if p.at < len(p.text) && p.text[p.at] == '$' {
		if n, err := p.output(true); err == nil && n != nil {
			return n
		}
		p.at = from + 1
		return text(`\`)
	}
	if p.at < len(p.text) && p.text[p.at] == '#' {
		if name, _ := p.directiveName(p.at); name != "" {
			p.at++
			return text("#")
		}
	}
	return text(`\`)
}

// output reads a reference in the text; nil where the dollar sign begins none.
func (p *parser) output(escaped bool) (node, error) {
	from := p.at
	ref, quiet, err := p.reference()
	if err != nil || ref == nil {
		return nil, err
	}
	return &output{ref: ref, source: p.text[from:p.at], quiet: quiet, escaped: escaped}, nil
}

// reference reads $name, $!name, ${name}, $!{name} and what follows. It returns
// nil, at any position, where there is none.
func (p *parser) reference() (ref *reference, quiet bool, err error) {
	p.at++ // $
	if quiet = p.peek() == '!'; quiet {
		p.at++
	}
	braces := p.peek() == '{'
	if braces {
		p.at++
	}
	name := p.identifier()
	if name == "" {
		return nil, false, nil
	}
	ref = &reference{name: name}
	for {
		l, ok, err := p.link(braces)
		if err != nil {
			return nil, false, err
		}
		if !ok {
			break
		}
		ref.links = append(ref.links, l)
	}
	if braces {
		if p.peek() != '}' {
			return nil, false, nil // "${a b}" is text
		}
		p.at++
	}
	return ref, quiet, nil
}

// link reads .name, .name(...) or [...].
func (p *parser) link(braces bool) (l link, ok bool, err error) {
	switch p.peek() {
	case '.':
		from := p.at
		p.at++
		name := p.identifier()
		if name == "" {
			p.at = from // the full stop of a sentence
			return link{}, false, nil
		}
		l.name = name
		if p.peek() != '(' {
			return l, true, nil
		}
		p.at++
		l.call = true
		l.args, err = p.list(')')
		return l, true, err
	case '[':
		from := p.at
		p.at++
		p.space()
		e, err := p.expression()
		if err == nil {
			p.space()
		}
		if err != nil || p.peek() != ']' {
			if braces {
				return link{}, false, p.errorf("malformed index")
			}
			p.at = from // "$list[text" is a reference and text
			return link{}, false, nil
		}
		p.at++
		l.index = e
		return l, true, nil
	}
	return link{}, false, nil
}

func (p *parser) peek() byte {
	if p.at < len(p.text) {
		return p.text[p.at]
	}
	return 0
}

func (p *parser) space() {
	for p.at < len(p.text) && strings.IndexByte(" \t\r\n", p.text[p.at]) >= 0 {
		p.at++
	}
}

// identifier reads a VTL identifier: a letter or underscore, then also digits
// and hyphens.
func (p *parser) identifier() string {
	from := p.at
	for p.at < len(p.text) {
		c := p.text[p.at]
		letter := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_'
		if !letter && (p.at == from || c != '-' && (c < '0' || c > '9')) {
			break
		}
		p.at++
	}
	return p.text[from:p.at]
}

// lineEnd skips blanks and a line break after a directive; without a line break
// it skips nothing.
func (p *parser) lineEnd() {
	i := p.at
	for i < len(p.text) && (p.text[i] == ' ' || p.text[i] == '\t') {
		i++
	}
	if strings.HasPrefix(p.text[i:], "\r\n") {
		p.at = i + 2
	} else if i < len(p.text) && (p.text[i] == '\n' || p.text[i] == '\r') {
		p.at = i + 1
	}
}
