package vtl

import (
	"math"
	"math/big"
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

type literal struct{ value any }

func (l literal) eval(*state) (any, error) { return l.value, nil }

type interpolated struct{ body []node }

func (i *interpolated) eval(s *state) (any, error) {
	outer := s.out
	s.out = nil
	err := s.run(i.body)
	made := string(s.out)
	s.out = outer
	if err != nil {
		return nil, err
	}
	return made, s.made(len(made))
}

type listLiteral struct{ items []expression }

func (l *listLiteral) eval(s *state) (any, error) {
	out := &List{Items: make([]any, 0, len(l.items))}
	for _, e := range l.items {
		v, err := e.eval(s)
		if err != nil {
			return nil, err
		}
		out.Items = append(out.Items, v)
	}
	return out, s.step()
}

type mapLiteral struct{ keys, values []expression }

func (l *mapLiteral) eval(s *state) (any, error) {
	out := NewMap()
	for i := range l.keys {
		k, err := l.keys[i].eval(s)
		if err != nil {
			return nil, err
		}
		v, err := l.values[i].eval(s)
		if err != nil {
			return nil, err
		}
		out.Put(Text(k), v)
	}
	return out, s.step()
}

type rangeLiteral struct{ first, last expression }

func (l *rangeLiteral) eval(s *state) (any, error) {
	a, err := l.first.eval(s)
	if err != nil {
		return nil, err
	}
	b, err := l.last.eval(s)
	if err != nil {
		return nil, err
	}
	from, ok := a.(int64)
	to, ok2 := b.(int64)
	if !ok || !ok2 {
		return nil, nil
	}
	span := new(big.Int).Sub(big.NewInt(to), big.NewInt(from))
	if !span.IsInt64() || span.Int64() > maxSteps || span.Int64() < -maxSteps {
		return nil, ErrLimit
	}
	out := &List{}
	step := int64(1)
	if to < from {
		step = -1
	}
	for i := from; ; i += step {
		if err := s.step(); err != nil {
			return nil, err
		}
		out.Items = append(out.Items, i)
		if i == to {
			return out, nil
		}
	}
}

type not struct{ operand expression }

func (n *not) eval(s *state) (any, error) {
	v, err := n.operand.eval(s)
	return !truth(v), err
}

type operation struct {
	sign        string
	left, right expression
}

func (o *operation) eval(s *state) (any, error) {
	if err := s.step(); err != nil {
		return nil, err
	}
	a, err := o.left.eval(s)
	if err != nil {
		return nil, err
	}
	switch {
	case o.sign == "&&" && !truth(a):
		return false, nil
	case o.sign == "||" && truth(a):
		return true, nil
	}
	b, err := o.right.eval(s)
	if err != nil {
		return nil, err
	}
	switch o.sign {
	case "&&", "||":
		return truth(b), nil
	case "==":
		return equal(a, b), nil
	case "!=":
		return !equal(a, b), nil
	case "<", "<=", ">", ">=":
		return compare(o.sign, a, b), nil
	}
	return s.arithmetic(o.sign, a, b)
}

// compare compares numbers; anything else compares false.
func compare(sign string, a, b any) bool {
	fa, ia, inta, oka := number(a)
	fb, ib, intb, okb := number(b)
	if !oka || !okb {
		return false
	}
	less, same := fa < fb, fa == fb
	if inta && intb {
		less, same = ia < ib, ia == ib
	}
	switch sign {
	case "<":
		return less
	case "<=":
		return less || same
	case ">":
		return !less && !same && fa == fa && fb == fb
	}
	return !less && fa == fa && fb == fb
}

// arithmetic is Velocity's: integers stay integers, strings are joined by +,
// and what cannot be computed is null.
func (s *state) arithmetic(sign string, a, b any) (any, error) {
	_, texta := a.(string)
	_, textb := b.(string)
	if sign == "+" && (texta || textb) && a != nil && b != nil {
		joined := Text(a) + Text(b)
		return joined, s.made(len(joined))
	}
	fa, ia, inta, oka := number(a)
	fb, ib, intb, okb := number(b)
	if !oka || !okb {
		return nil, nil
	}
	if !inta || !intb {
		return floatArithmetic(sign, fa, fb), nil
	}
	switch sign {
	case "/", "%":
		if ib == 0 {
			return nil, nil
		}
		if sign == "%" {
			return ia % ib, nil
		}
		return ia / ib, nil
	}
	x, y, z := big.NewInt(ia), big.NewInt(ib), new(big.Int)
	switch sign {
	case "+":
		z.Add(x, y)
	case "-":
		z.Sub(x, y)
	case "*":
		z.Mul(x, y)
	}
	if z.IsInt64() {
		return z.Int64(), nil
	}
	f, _ := new(big.Float).SetInt(z).Float64()
	return f, nil
}

func floatArithmetic(sign string, a, b float64) any {
	switch sign {
	case "+":
		return a + b
	case "-":
		return a - b
	case "*":
		return a * b
	case "/":
		if b != 0 {
			return a / b
		}
	case "%":
		if b != 0 {
			return math.Mod(a, b)
		}
	}
	return nil
}
