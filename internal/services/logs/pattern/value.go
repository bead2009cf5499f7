package pattern

import (
	"regexp"
	"strconv"
	"strings"
)

// comparison is what a field is compared with.
type comparison struct {
	operator string // "=", "!=", "<", "<=", ">", ">="
	text     string
	pieces   []string // of the text, between its stars; one where there is none
	number   float64
	numeric  bool
	regexp   *regexp.Regexp
}

// comparison reads an operator and a value, which ends where stop says.
func (s *scanner) comparison(stop func(byte) bool) (comparison, error) {
	var c comparison
	for _, op := range []string{"!=", "<=", ">=", "=", "<", ">"} {
		if s.take(op) {
			c.operator = op
			break
		}
	}
	if c.operator == "" {
		return c, syntax("an operator is missing at %q", s.text[min(s.at, len(s.text)):])
	}
	s.space()
	ordered := c.operator != "=" && c.operator != "!="
	var err error
	switch s.peek() {
	case '%':
		c.regexp, err = s.regexp()
		if err == nil && ordered {
			err = syntax("a regular expression is neither less nor greater")
		}
		return c, err
	case '"':
		c.text, err = s.quoted()
	default:
		c.text = s.until(func(b byte) bool { return isSpace(b) || stop(b) })
		c.number, err = strconv.ParseFloat(c.text, 64)
		c.numeric, err = err == nil && !strings.ContainsAny(c.text, "xXnNiIpP_"), nil
		if c.text == "" {
			err = syntax("a value is missing")
		}
	}
	if err == nil && ordered && !c.numeric {
		err = syntax("%q is not a number", c.text)
	}
	c.pieces = strings.Split(c.text, "*")
	return c, err
}

// holds decides the comparison for the text of a field.
func (c *comparison) holds(field string) bool {
	if c.operator == "=" || c.operator == "!=" {
		return c.equals(field) == (c.operator == "=")
	}
	n, err := strconv.ParseFloat(field, 64)
	if err != nil {
		return false
	}
	switch c.operator {
	case "<":
		return n < c.number
	case "<=":
		return n <= c.number
	case ">":
		return n > c.number
	}
	return n >= c.number
}

func (c *comparison) equals(field string) bool {
	if c.regexp != nil {
		return c.regexp.MatchString(field)
	}
	if c.numeric {
		if n, err := strconv.ParseFloat(field, 64); err == nil {
			return n == c.number
		}
	}
	return c.glob(field)
}

// glob compares with a text in which a star stands for any characters.
func (c *comparison) glob(field string) bool {
	last := len(c.pieces) - 1
	if last == 0 {
		return field == c.text
	}
	rest, ok := strings.CutPrefix(field, c.pieces[0])
	if !ok {
		return false
	}
	for _, piece := range c.pieces[1:last] {
		i := strings.Index(rest, piece)
		if i < 0 {
			return false
		}
		rest = rest[i+len(piece):]
	}
	return strings.HasSuffix(rest, c.pieces[last])
}
