package vtl

import (
	"strconv"
	"strings"
)

// expression reads an expression with Velocity's precedence: || && equality,
// relation, sum, product, !.
func (p *parser) expression() (expression, error) {
	if err := p.enter(); err != nil {
		return nil, err
	}
	defer func() { p.depth-- }()
	return p.binary(0)
}

// levels are the operators from the loosest to the tightest; words stand for
// signs.
var levels = [...][]operator{
	{{"||", "||"}, {"or", "||"}},
	{{"&&", "&&"}, {"and", "&&"}},
	{{"==", "=="}, {"eq", "=="}, {"!=", "!="}, {"ne", "!="}},
	{{"<=", "<="}, {"le", "<="}, {">=", ">="}, {"ge", ">="}, {"<", "<"}, {"lt", "<"}, {">", ">"}, {"gt", ">"}},
	{{"+", "+"}, {"-", "-"}},
	{{"*", "*"}, {"/", "/"}, {"%", "%"}},
}

type operator struct{ spelling, sign string }

func (p *parser) binary(level int) (expression, error) {
	if level == len(levels) {
		return p.unary()
	}
	left, err := p.binary(level + 1)
	if err != nil {
		return nil, err
	}
	for n := 0; ; n++ {
		if n > maxDepth*10 {
			return nil, p.errorf("expression too long")
		}
		sign := p.operator(levels[level])
		if sign == "" {
			return left, nil
		}
		right, err := p.binary(level + 1)
		if err != nil {
			return nil, err
		}
		left = &operation{sign, left, right}
	}
}

func (p *parser) operator(list []operator) string {
	p.space()
	rest := p.text[p.at:]
	for _, o := range list {
		if !strings.HasPrefix(rest, o.spelling) {
			continue
		}
		if o.spelling[0] >= 'a' {
			if after := rest[len(o.spelling):]; after == "" || after[0] >= 'a' && after[0] <= 'z' || after[0] >= '0' && after[0] <= '9' {
				continue
			}
		}
		p.at += len(o.spelling)
		return o.sign
	}
	return ""
}

func (p *parser) unary() (expression, error) {
	p.space()
	negate := p.peek() == '!'
	if negate {
		p.at++
	} else if rest := p.text[p.at:]; strings.HasPrefix(rest, "not ") || strings.HasPrefix(rest, "not(") {
		negate = true
		p.at += 3
	}
	if !negate {
		return p.primary()
	}
	if err := p.enter(); err != nil {
		return nil, err
	}
	defer func() { p.depth-- }()
	e, err := p.unary()
	if err != nil {
		return nil, err
	}
	return &not{e}, nil
}

func (p *parser) primary() (expression, error) {
	p.space()
	switch c := p.peek(); {
	case c == '(':
		p.at++
		e, err := p.expression()
		if err != nil {
			return nil, err
		}
		p.space()
		if p.peek() != ')' {
			return nil, p.errorf("missing )")
		}
		p.at++
		return e, nil
	case c == '$':
		ref, _, err := p.reference()
		if err != nil {
			return nil, err
		}
		if ref == nil {
			return nil, p.errorf("malformed reference")
		}
		return ref, nil
	case c == '\'' || c == '"':
		return p.quoted(c)
	case c == '[':
		return p.listOrRange()
	case c == '{':
		return p.mapLiteral()
	case c == '-' || c >= '0' && c <= '9':
		return p.number()
	}
	switch word := p.identifier(); word {
	case "true":
		return literal{true}, nil
	case "false":
		return literal{false}, nil
	case "null":
		return literal{nil}, nil
	}
	return nil, p.errorf("malformed expression")
}

func (p *parser) number() (expression, error) {
	from := p.at
	if p.peek() == '-' {
		p.at++
		if p.peek() == '$' || p.peek() == '(' {
			e, err := p.primary()
			return &operation{"-", literal{int64(0)}, e}, err
		}
	}
	digits := func() {
		for p.peek() >= '0' && p.peek() <= '9' {
			p.at++
		}
	}
	digits()
	float := false
	if p.peek() == '.' && p.at+1 < len(p.text) && p.text[p.at+1] >= '0' && p.text[p.at+1] <= '9' {
		float = true
		p.at++
		digits()
	}
	if e := p.exponent(); e > 0 {
		float = true
		p.at += e
	}
	s := p.text[from:p.at]
	if !float {
		if i, err := strconv.ParseInt(s, 10, 64); err == nil {
			return literal{i}, nil
		}
	}
	f, err := strconv.ParseFloat(s, 64)
	if err != nil {
		return nil, p.errorf("malformed number")
	}
	return literal{f}, nil
}

// exponent is the length of an exponent at this place.
func (p *parser) exponent() int {
	rest := p.text[p.at:]
	if rest == "" || rest[0] != 'e' && rest[0] != 'E' {
		return 0
	}
	n := 1
	if n < len(rest) && (rest[n] == '+' || rest[n] == '-') {
		n++
	}
	digits := n
	for n < len(rest) && rest[n] >= '0' && rest[n] <= '9' {
		n++
	}
	if n == digits {
		return 0
	}
	return n
}

// quoted reads a string: in double quotes it is a template of its own.
func (p *parser) quoted(quote byte) (expression, error) {
	p.at++
	var content strings.Builder
	for {
		i := strings.IndexByte(p.text[p.at:], quote)
		if i < 0 {
			return nil, p.errorf("unclosed string")
		}
		content.WriteString(p.text[p.at : p.at+i])
		p.at += i + 1
		if p.peek() != quote { // a doubled quote is one
			break
		}
		content.WriteByte(quote)
		p.at++
	}
	s := content.String()
	if quote == '\'' || !strings.ContainsAny(s, "$#") {
		return literal{s}, nil
	}
	inner := &parser{text: s, depth: p.depth}
	if err := inner.enter(); err != nil {
		return nil, err
	}
	body, end, err := inner.block(inner.depth)
	if err != nil {
		return nil, err
	}
	if end != endOfText {
		return nil, p.errorf("#%s in a string", end)
	}
	return &interpolated{body}, nil
}

// list reads expressions up to the closing byte, which it also reads.
func (p *parser) list(closing byte) ([]expression, error) {
	p.space()
	if p.peek() == closing {
		p.at++
		return nil, nil
	}
	first, err := p.expression()
	if err != nil {
		return nil, err
	}
	return p.rest(first, closing)
}

// rest reads what follows the first expression of a list.
func (p *parser) rest(first expression, closing byte) ([]expression, error) {
	out := []expression{first}
	for {
		p.space()
		switch p.peek() {
		case ',':
			p.at++
		case closing:
			p.at++
			return out, nil
		default:
			return nil, p.errorf("malformed list")
		}
		e, err := p.expression()
		if err != nil {
			return nil, err
		}
		out = append(out, e)
	}
}

func (p *parser) listOrRange() (expression, error) {
	p.at++ // [
	p.space()
	if p.peek() == ']' {
		p.at++
		return &listLiteral{}, nil
	}
	first, err := p.expression()
	if err != nil {
		return nil, err
	}
	p.space()
	if !strings.HasPrefix(p.text[p.at:], "..") {
		items, err := p.rest(first, ']')
		return &listLiteral{items}, err
	}
	p.at += 2
	last, err := p.expression()
	if err != nil {
		return nil, err
	}
	p.space()
	if p.peek() != ']' {
		return nil, p.errorf("malformed range")
	}
	p.at++
	return &rangeLiteral{first, last}, nil
}

func (p *parser) mapLiteral() (expression, error) {
	p.at++ // {
	m := &mapLiteral{}
	p.space()
	if p.peek() == '}' {
		p.at++
		return m, nil
	}
	for {
		k, err := p.expression()
		if err != nil {
			return nil, err
		}
		p.space()
		if p.peek() != ':' {
			return nil, p.errorf("malformed map")
		}
		p.at++
		v, err := p.expression()
		if err != nil {
			return nil, err
		}
		m.keys, m.values = append(m.keys, k), append(m.values, v)
		p.space()
		switch p.peek() {
		case ',':
			p.at++
		case '}':
			p.at++
			return m, nil
		default:
			return nil, p.errorf("malformed map")
		}
	}
}
