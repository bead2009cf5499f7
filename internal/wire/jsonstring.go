package wire

import (
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

// str reads a string that starts at the current quote.
func (r *jsonReader) str() (string, error) {
	b, err := r.text()
	return string(b), err
}

// text reads a string as bytes: those of the input where it has no escapes.
func (r *jsonReader) text() ([]byte, error) {
	r.i++
	start := r.i
	for r.i < len(r.b) {
		switch c := r.b[r.i]; {
		case c == '"':
			s := r.b[start:r.i]
			r.i++
			if !utf8.Valid(s) {
				return nil, malformed("The JSON text is not valid UTF-8")
			}
			return s, nil
		case c == '\\':
			return r.escaped(start)
		case c < ' ':
			return nil, malformed("Illegal unquoted character in a JSON string")
		}
		r.i++
	}
	return nil, malformed("Unexpected end of the JSON text")
}

// escaped reads the rest of a string that has escapes.
func (r *jsonReader) escaped(start int) ([]byte, error) {
	out := append(make([]byte, 0, 2*(r.i-start)+16), r.b[start:r.i]...)
	for r.i < len(r.b) {
		c := r.b[r.i]
		r.i++
		switch {
		case c == '"':
			if !utf8.Valid(out) {
				return nil, malformed("The JSON text is not valid UTF-8")
			}
			return out, nil
		case c < ' ':
			return nil, malformed("Illegal unquoted character in a JSON string")
		case c != '\\':
			out = append(out, c)
			continue
		}
		if r.i >= len(r.b) {
			break
		}
		c = r.b[r.i]
		r.i++
		switch c {
		case '"', '\\', '/':
			out = append(out, c)
		case 'b':
			out = append(out, '\b')
		case 'f':
			out = append(out, '\f')
		case 'n':
			out = append(out, '\n')
		case 'r':
			out = append(out, '\r')
		case 't':
			out = append(out, '\t')
		case 'u':
			u, ok := r.hex4()
			if !ok {
				return nil, malformed("Malformed escape in a JSON string")
			}
			if utf16.IsSurrogate(u) {
				if u, ok = r.pair(u); !ok {
					return nil, malformed("Malformed escape in a JSON string")
				}
			}
			out = utf8.AppendRune(out, u)
		default:
			return nil, malformed("Malformed escape in a JSON string")
		}
	}
	return nil, malformed("Unexpected end of the JSON text")
}

// pair reads what follows the escape of a surrogate. One that has no partner
// is U+FFFD, and what follows it stands for itself.
func (r *jsonReader) pair(high rune) (rune, bool) {
	mark := r.i
	if !r.literal(`\u`) {
		return utf8.RuneError, true
	}
	low, ok := r.hex4()
	if !ok {
		return 0, false
	}
	u := utf16.DecodeRune(high, low)
	if u == utf8.RuneError {
		r.i = mark
	}
	return u, true
}

func (r *jsonReader) hex4() (rune, bool) {
	if len(r.b)-r.i < 4 {
		return 0, false
	}
	n, err := strconv.ParseUint(string(r.b[r.i:r.i+4]), 16, 16)
	if err != nil {
		return 0, false
	}
	r.i += 4
	return rune(n), true
}
