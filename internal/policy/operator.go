package policy

import "strings"

// operator is a condition operator taken apart:
// [ForAllValues:|ForAnyValue:] comparison [IfExists].
type operator struct {
	comparison comparison
	negated    bool
	ifExists   bool
	quantifier quantifier
}

type quantifier uint8

const (
	single quantifier = iota
	forAllValues
	forAnyValue
)

type comparison uint8

const (
	stringEquals comparison = iota
	stringEqualsIgnoreCase
	stringLike
	numericEquals
	numericLess
	numericLessEquals
	numericGreater
	numericGreaterEquals
	dateEquals
	dateLess
	dateLessEquals
	dateGreater
	dateGreaterEquals
	boolean
	binaryEquals
	ipAddress
	arnLike
	null
)

func parseOperator(name string) (operator, bool) {
	var op operator
	if rest, ok := strings.CutPrefix(name, "ForAllValues:"); ok {
		op.quantifier, name = forAllValues, rest
	} else if rest, ok := strings.CutPrefix(name, "ForAnyValue:"); ok {
		op.quantifier, name = forAnyValue, rest
	}
	name, op.ifExists = strings.CutSuffix(name, "IfExists")
	switch name {
	case "StringEquals":
		op.comparison = stringEquals
	case "StringNotEquals":
		op.comparison, op.negated = stringEquals, true
	case "StringEqualsIgnoreCase":
		op.comparison = stringEqualsIgnoreCase
	case "StringNotEqualsIgnoreCase":
		op.comparison, op.negated = stringEqualsIgnoreCase, true
	case "StringLike":
		op.comparison = stringLike
	case "StringNotLike":
		op.comparison, op.negated = stringLike, true
	case "NumericEquals":
		op.comparison = numericEquals
	case "NumericNotEquals":
		op.comparison, op.negated = numericEquals, true
	case "NumericLessThan":
		op.comparison = numericLess
	case "NumericLessThanEquals":
		op.comparison = numericLessEquals
	case "NumericGreaterThan":
		op.comparison = numericGreater
	case "NumericGreaterThanEquals":
		op.comparison = numericGreaterEquals
	case "DateEquals":
		op.comparison = dateEquals
	case "DateNotEquals":
		op.comparison, op.negated = dateEquals, true
	case "DateLessThan":
		op.comparison = dateLess
	case "DateLessThanEquals":
		op.comparison = dateLessEquals
	case "DateGreaterThan":
		op.comparison = dateGreater
	case "DateGreaterThanEquals":
		op.comparison = dateGreaterEquals
	case "Bool":
		op.comparison = boolean
	case "BinaryEquals":
		op.comparison = binaryEquals
	case "IpAddress":
		op.comparison = ipAddress
	case "NotIpAddress":
		op.comparison, op.negated = ipAddress, true
	case "ArnEquals", "ArnLike":
		op.comparison = arnLike
	case "ArnNotEquals", "ArnNotLike":
		op.comparison, op.negated = arnLike, true
	case "Null":
		op.comparison = null
		return op, !op.ifExists && op.quantifier == single
	default:
		return op, false
	}
	return op, true
}
