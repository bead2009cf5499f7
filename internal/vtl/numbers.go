package vtl

import (
	"math"
	"strconv"
	"strings"
)

// callNumber has the methods of Integer, Double and Boolean. The static ones
// (parseInt...) are reached through any instance, which is how templates do it.
func callNumber(v any, name string, args []any) any {
	if len(args) == 0 {
		f, i, isInt, ok := number(v)
		if !ok {
			return nil
		}
		switch name {
		case "intValue", "longValue":
			if isInt {
				return i
			}
			return clamp(f)
		case "doubleValue", "floatValue":
			return f
		case "hashCode":
			if isInt {
				return int64(int32(i ^ i>>32))
			}
		}
		return nil
	}
	if len(args) != 1 {
		return nil
	}
	switch name {
	case "compareTo":
		if !sameType(v, args[0]) {
			return nil
		}
		switch {
		case compare("<", v, args[0]):
			return int64(-1)
		case compare(">", v, args[0]):
			return int64(1)
		}
		return int64(0)
	case "parseInt", "parseLong", "valueOf":
		if i, err := strconv.ParseInt(strings.TrimPrefix(Text(args[0]), "+"), 10, 64); err == nil {
			return i
		}
	case "parseDouble", "parseFloat":
		if f, err := strconv.ParseFloat(strings.TrimSpace(Text(args[0])), 64); err == nil {
			return f
		}
	case "parseBoolean":
		return strings.EqualFold(Text(args[0]), "true")
	case "toString":
		return Text(args[0])
	}
	return nil
}

// clamp narrows as Java does.
func clamp(f float64) int64 {
	switch {
	case f != f:
		return 0
	case f >= math.MaxInt64:
		return math.MaxInt64
	case f <= math.MinInt64:
		return math.MinInt64
	}
	return int64(f)
}
