package vtl

import "strings"

// directiveName returns the directive at the number sign and where it ends; ""
// if there is none.
func (p *parser) directiveName(at int) (name string, end int) {
	rest := p.text[at+1:]
	braces := strings.HasPrefix(rest, "{")
	if braces {
		rest = rest[1:]
	}
	n := 0
	for n < len(rest) && rest[n] >= 'a' && rest[n] <= 'z' {
		n++
	}
	name, end = rest[:n], at+1+n
	if braces {
		if n >= len(rest) || rest[n] != '}' {
			return "", at
		}
		end += 2
	}
	switch name {
	case "set", "if", "elseif", "else", "end", "foreach", "break", "stop":
		return name, end
	}
	// #else and #end need no blank after them: "#elsetext", "#endtext".
	if !braces {
		for _, short := range [...]string{"else", "end"} {
			if strings.HasPrefix(name, short) && !strings.HasPrefix(name, "elseif") {
				return short, at + 1 + len(short)
			}
		}
	}
	return "", at
}

// directive reads what begins at a number sign: known is false where that is
// text. A directive that ends a block is returned as end.
func (p *parser) directive(level int) (n node, end string, known bool, err error) {
	rest := p.text[p.at:]
	switch {
	case strings.HasPrefix(rest, "##"):
		if i := strings.IndexByte(rest, '\n'); i >= 0 {
			p.at += i + 1
		} else {
			p.at = len(p.text)
		}
		return nil, endOfText, true, nil
	case strings.HasPrefix(rest, "#*"):
		i := strings.Index(rest[2:], "*#")
		if i < 0 {
			return nil, "", false, p.errorf("unclosed comment")
		}
		p.at += i + 4
		return nil, endOfText, true, nil
	case strings.HasPrefix(rest, "#[["):
		i := strings.Index(rest[3:], "]]#")
		if i < 0 {
			return nil, "", false, p.errorf("unclosed #[[")
		}
		p.at += i + 6
		return text(rest[3 : 3+i]), endOfText, true, nil
	}
	name, after := p.directiveName(p.at)
	if name == "" {
		return nil, "", false, p.unsupported(rest)
	}
	p.at = after
	switch name {
	case "end":
		p.lineEnd()
		return nil, endEnd, true, nil
	case "else", "elseif":
		return nil, name, true, nil
	case "stop":
		return stop{}, endOfText, true, nil
	case "break":
		return breakLoop{}, endOfText, true, nil
	case "set":
		n, err = p.set()
	case "if":
		n, err = p.condition(level)
	case "foreach":
		n, err = p.foreach(level)
	}
	return n, endOfText, true, err
}

// unsupported refuses directives of Velocity that API Gateway does not have,
// rather than to print them.
func (p *parser) unsupported(rest string) error {
	for _, name := range [...]string{"#macro", "#parse", "#include", "#evaluate", "#define"} {
		if strings.HasPrefix(rest, name+"(") {
			return p.errorf("%s is not supported", name)
		}
	}
	return nil
}

// open reads the parenthesis before a directive's arguments.
func (p *parser) open(directive string) error {
	p.space()
	if p.peek() != '(' {
		return p.errorf("#%s without its parenthesis", directive)
	}
	p.at++
	p.space()
	return nil
}

func (p *parser) close(directive string) error {
	p.space()
	if p.peek() != ')' {
		return p.errorf("#%s is not closed", directive)
	}
	p.at++
	p.lineEnd()
	return nil
}

func (p *parser) set() (node, error) {
	if err := p.open("set"); err != nil {
		return nil, err
	}
	if p.peek() != '$' {
		return nil, p.errorf("#set without a reference")
	}
	target, _, err := p.reference()
	if err != nil {
		return nil, err
	}
	if target == nil {
		return nil, p.errorf("#set without a reference")
	}
	p.space()
	if p.peek() != '=' {
		return nil, p.errorf("#set without =")
	}
	p.at++
	value, err := p.expression()
	if err != nil {
		return nil, err
	}
	return &set{target, value}, p.close("set")
}

func (p *parser) test(directive string) (expression, error) {
	if err := p.open(directive); err != nil {
		return nil, err
	}
	e, err := p.expression()
	if err != nil {
		return nil, err
	}
	return e, p.close(directive)
}

func (p *parser) condition(level int) (node, error) {
	c := &condition{}
	test, err := p.test("if")
	if err != nil {
		return nil, err
	}
	for {
		body, end, err := p.block(level + 1)
		if err != nil {
			return nil, err
		}
		if test != nil {
			c.tests, c.bodies = append(c.tests, test), append(c.bodies, body)
		} else {
			c.orElse = body
		}
		switch {
		case end == endEnd:
			return c, nil
		case end == endOfText:
			return nil, p.errorf("#if without #end")
		case test == nil:
			return nil, p.errorf("#%s after #else", end)
		case end == endElse:
			test = nil
		default:
			if test, err = p.test("elseif"); err != nil {
				return nil, err
			}
		}
	}
}

func (p *parser) foreach(level int) (node, error) {
	if err := p.open("foreach"); err != nil {
		return nil, err
	}
	if p.peek() != '$' {
		return nil, p.errorf("#foreach without a reference")
	}
	item, _, err := p.reference()
	if err != nil {
		return nil, err
	}
	if item == nil || len(item.links) > 0 {
		return nil, p.errorf("#foreach without a plain reference")
	}
	p.space()
	if p.identifier() != "in" {
		return nil, p.errorf("#foreach without in")
	}
	over, err := p.expression()
	if err != nil {
		return nil, err
	}
	if err := p.close("foreach"); err != nil {
		return nil, err
	}
	body, end, err := p.block(level + 1)
	if err != nil {
		return nil, err
	}
	if end != endEnd {
		return nil, p.errorf("#foreach without #end")
	}
	return &foreach{item.name, over, body}, nil
}
