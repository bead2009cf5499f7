package policy

import "strings"

// condition is one key of one operator. All conditions of a statement must
// hold.
type condition struct {
	operator
	key      string // lower case
	name     string // as written
	text     string // the operator as written, for Explain
	operands []operand
}

func compileCondition(src sourceCondition, variables bool) (condition, bool) {
	op, ok := parseOperator(src.operator)
	if !ok {
		return condition{}, false
	}
	c := condition{operator: op, key: strings.ToLower(src.key), name: src.key, text: src.operator,
		operands: make([]operand, 0, len(src.values))}
	for _, v := range src.values {
		o, ok := compileOperand(op.comparison, v, variables)
		if !ok {
			return condition{}, false
		}
		c.operands = append(c.operands, o)
	}
	return c, true
}

// holds decides the condition for a request. deny is the statement's effect:
// see satisfied.
func (c *condition) holds(keys Keys, deny bool) bool {
	values, present := lookup(keys, c.key)
	if c.comparison == null {
		for i := range c.operands {
			if c.operands[i].truth != present {
				return true
			}
		}
		return false
	}
	switch c.quantifier {
	case forAllValues:
		if !present || isNullSet(values) {
			return true
		}
		return c.all(values, keys, deny)
	case forAnyValue:
		if !present {
			return c.ifExists
		}
		if isNullSet(values) {
			return false
		}
		for _, v := range values {
			if c.satisfied(v, keys, deny) {
				return true
			}
		}
		return false
	}
	if !present {
		return c.ifExists || c.negated
	}
	if c.negated {
		return c.all(values, keys, deny)
	}
	for _, v := range values {
		if c.satisfied(v, keys, deny) {
			return true
		}
	}
	return false
}

func (c *condition) all(values []string, keys Keys, deny bool) bool {
	for _, v := range values {
		if !c.satisfied(v, keys, deny) {
			return false
		}
	}
	return true
}

// satisfied compares one value of the request with the operands: one of them
// must match or, negated, none. Where a variable without a value leaves a
// negated comparison open, it is settled against the caller: an Allow does
// not apply, a Deny does.
func (c *condition) satisfied(value string, keys Keys, deny bool) bool {
	open := false
	for i := range c.operands {
		matched, resolved := c.operands[i].match(c.comparison, value, keys)
		if matched {
			return !c.negated
		}
		open = open || !resolved
	}
	return c.negated && (deny || !open)
}

// isNullSet reports whether the set operators see no values: "a null data
// set, such as an empty string".
func isNullSet(values []string) bool { return len(values) == 1 && values[0] == "" }
