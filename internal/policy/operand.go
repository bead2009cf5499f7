package policy

import (
	"bytes"
	"encoding/base64"
	"math"
	"net/netip"
	"strconv"
	"strings"
	"time"
)

// operand is one value of a condition, read as its operator wants it.
type operand struct {
	// templates is one pattern for the string operators, six for the ARN
	// operators (one a colon-separated part), none for the others.
	templates []template
	number    number
	date      time.Time
	network   netip.Prefix
	bytes     []byte
	truth     bool
}

// compileOperand fails for a value that its operator cannot read.
func compileOperand(c comparison, value string, variables bool) (operand, bool) {
	var o operand
	var ok bool
	switch c {
	case stringEquals, stringEqualsIgnoreCase, stringLike:
		var t template
		t, ok = compileTemplate(value, c == stringLike, variables)
		o.templates = []template{t}
	case arnLike:
		o.templates, ok = compileARN(value, variables)
	case numericEquals, numericLess, numericLessEquals, numericGreater, numericGreaterEquals:
		o.number, ok = parseNumber(value)
	case dateEquals, dateLess, dateLessEquals, dateGreater, dateGreaterEquals:
		o.date, ok = parseDate(value)
	case boolean, null:
		o.truth, ok = parseBool(value)
	case binaryEquals:
		var err error
		o.bytes, err = base64.StdEncoding.DecodeString(value)
		ok = err == nil
	case ipAddress:
		o.network, ok = parseNetwork(value)
	}
	return o, ok
}

// match compares a value of the request. What cannot be read does not match.
func (o *operand) match(c comparison, value string, keys Keys) bool {
	switch c {
	case stringEquals, stringLike:
		matched, _ := o.templates[0].match(value, keys)
		return matched
	case stringEqualsIgnoreCase:
		t := &o.templates[0]
		if t.parts == nil {
			return strings.EqualFold(t.text, value)
		}
		b, ok := t.expand(nil, keys)
		return ok && strings.EqualFold(string(b), value)
	case arnLike:
		return matchARN(o.templates, value, keys)
	case numericEquals, numericLess, numericLessEquals, numericGreater, numericGreaterEquals:
		n, ok := parseNumber(value)
		return ok && ordered(c-numericEquals, n.compare(o.number))
	case dateEquals, dateLess, dateLessEquals, dateGreater, dateGreaterEquals:
		t, ok := parseDate(value)
		return ok && ordered(c-dateEquals, t.Compare(o.date))
	case boolean:
		b, ok := parseBool(value)
		return ok && b == o.truth
	case binaryEquals:
		b, err := base64.StdEncoding.DecodeString(value)
		return err == nil && bytes.Equal(b, o.bytes)
	case ipAddress:
		a, err := netip.ParseAddr(value)
		return err == nil && o.network.Contains(a.WithZone("").Unmap())
	}
	return false
}

// ordered reads the place of an operator within its family: equals, less,
// less or equal, greater, greater or equal.
func ordered(place comparison, sign int) bool {
	switch place {
	case 0:
		return sign == 0
	case 1:
		return sign < 0
	case 2:
		return sign <= 0
	case 3:
		return sign > 0
	}
	return sign >= 0
}

// number keeps integers exact: byte counts and epoch milliseconds go beyond
// what a float64 tells apart.
type number struct {
	whole   int64
	float   float64
	isWhole bool
}

func parseNumber(s string) (number, bool) {
	if n, err := strconv.ParseInt(s, 10, 64); err == nil {
		return number{n, float64(n), true}, true
	}
	if strings.Trim(s, "+-.0123456789eE") != "" {
		return number{}, false // ParseFloat also reads hexadecimal, Inf, NaN and 1_0
	}
	f, err := strconv.ParseFloat(s, 64)
	return number{float: f}, err == nil && !math.IsInf(f, 0)
}

func (n number) compare(m number) int {
	if n.isWhole && m.isWhole {
		switch {
		case n.whole < m.whole:
			return -1
		case n.whole > m.whole:
			return 1
		}
		return 0
	}
	switch {
	case n.float < m.float:
		return -1
	case n.float > m.float:
		return 1
	}
	return 0
}

// parseDate reads the forms of ISO 8601 that the W3C note on date and time
// formats has, and whole epoch seconds of five digits or more (four digits
// are a year).
func parseDate(s string) (time.Time, bool) {
	if n, err := strconv.ParseInt(s, 10, 64); err == nil && len(s) != 4 {
		return time.Unix(n, 0).UTC(), true
	}
	for _, layout := range [...]string{
		time.RFC3339, "2006-01-02", "2006-01-02T15:04Z07:00", "2006-01-02T15:04:05Z0700", "2006-01", "2006",
	} {
		if t, err := time.Parse(layout, s); err == nil {
			return t, true
		}
	}
	return time.Time{}, false
}

func parseBool(s string) (value, ok bool) {
	switch {
	case strings.EqualFold(s, "true"):
		return true, true
	case strings.EqualFold(s, "false"):
		return false, true
	}
	return false, false
}

// parseNetwork reads an address or a CIDR range, whose host bits may be set.
func parseNetwork(s string) (netip.Prefix, bool) {
	if p, err := netip.ParsePrefix(s); err == nil {
		return p.Masked(), true
	}
	a, err := netip.ParseAddr(s)
	if err != nil || a.Zone() != "" {
		return netip.Prefix{}, false
	}
	a = a.Unmap()
	return netip.PrefixFrom(a, a.BitLen()), true
}
