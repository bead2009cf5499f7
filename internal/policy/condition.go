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

// holds decides the condition for a request.
func (c *condition) holds(keys Keys) bool {
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
		return c.all(values, keys)
	case forAnyValue:
		// IfExists does not help here: AWS was seen to refuse
		// ForAnyValue:StringEqualsIfExists for a key that is absent.
		if !present || isNullSet(values) {
			return false
		}
		for _, v := range values {
			if c.satisfied(v, keys) {
				return true
			}
		}
		return false
	}
	if !present {
		return c.ifExists || c.negated
	}
	if c.negated {
		return c.all(values, keys)
	}
	for _, v := range values {
		if c.satisfied(v, keys) {
			return true
		}
	}
	return false
}

func (c *condition) all(values []string, keys Keys) bool {
	for _, v := range values {
		if !c.satisfied(v, keys) {
			return false
		}
	}
	return true
}

// satisfied compares one value of the request with the operands: one of them
// must match or, negated, none. An operand whose variable has no value matches
// nothing ("Policy variables with no value").
func (c *condition) satisfied(value string, keys Keys) bool {
	for i := range c.operands {
		if c.operands[i].match(c.comparison, value, keys) {
			return !c.negated
		}
	}
	return c.negated
}

// isNullSet reports whether the set operators see no values: "a null data
// set, such as an empty string".
func isNullSet(values []string) bool { return len(values) == 1 && values[0] == "" }
