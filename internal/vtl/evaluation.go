package vtl

import (
	"math"
	"math/big"
)

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
