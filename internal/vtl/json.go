package vtl

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"math"
	"strconv"
	"unicode/utf8"
)

var errJSON = errors.New("invalid JSON")

// ParseJSON reads one JSON value; objects keep the order of their members, of
// members of the same name the last counts.
func ParseJSON(text []byte) (any, error) {
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	v, err := parseJSON(d, 0)
	if err != nil {
		return nil, err
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, errJSON
	}
	return v, nil
}

func parseJSON(d *json.Decoder, depth int) (any, error) {
	if depth > maxDepth {
		return nil, errJSON
	}
	t, err := d.Token()
	if err != nil {
		return nil, errJSON
	}
	switch t := t.(type) {
	case json.Number:
		return jsonNumber(t), nil
	case json.Delim:
		if t == '[' {
			return parseJSONList(d, depth)
		}
		return parseJSONMap(d, depth)
	}
	return t, nil // string, bool, nil
}

func parseJSONList(d *json.Decoder, depth int) (any, error) {
	list := &List{}
	for d.More() {
		v, err := parseJSON(d, depth+1)
		if err != nil {
			return nil, err
		}
		list.Items = append(list.Items, v)
	}
	if _, err := d.Token(); err != nil {
		return nil, errJSON
	}
	return list, nil
}

func parseJSONMap(d *json.Decoder, depth int) (any, error) {
	m := NewMap()
	for d.More() {
		key, err := d.Token()
		if err != nil {
			return nil, errJSON
		}
		v, err := parseJSON(d, depth+1)
		if err != nil {
			return nil, err
		}
		m.Put(key.(string), v)
	}
	if _, err := d.Token(); err != nil {
		return nil, errJSON
	}
	return m, nil
}

func jsonNumber(n json.Number) any {
	if i, err := n.Int64(); err == nil {
		return i
	}
	f, err := n.Float64()
	if err != nil {
		return n.String()
	}
	return f
}

// JSON is a value as JSON text. Objects have no JSON and are null.
func JSON(v any) string { return string(appendJSON(nil, v, 0)) }

func appendJSON(out []byte, v any, depth int) []byte {
	if depth > maxDepth || len(out) > maxOutput {
		return append(out, "null"...)
	}
	switch v := v.(type) {
	case string:
		return AppendQuoted(out, v)
	case bool:
		return strconv.AppendBool(out, v)
	case int64:
		return strconv.AppendInt(out, v, 10)
	case float64:
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return append(out, "null"...)
		}
		return append(out, formatDouble(v)...)
	case *List:
		out = append(out, '[')
		for i, e := range v.Items {
			if i > 0 {
				out = append(out, ',')
			}
			out = appendJSON(out, e, depth+1)
		}
		return append(out, ']')
	case *Map:
		out = append(out, '{')
		for i, k := range v.keys {
			if i > 0 {
				out = append(out, ',')
			}
			out = append(AppendQuoted(out, k), ':')
			out = appendJSON(out, v.values[k], depth+1)
		}
		return append(out, '}')
	}
	return append(out, "null"...)
}

const hexDigits = "0123456789abcdef"

// AppendQuoted appends s as a JSON string. Bytes that are not UTF-8 become
// U+FFFD. HTML characters stay as they are, unlike with encoding/json.
func AppendQuoted(out []byte, s string) []byte {
	out = append(out, '"')
	start := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c < utf8.RuneSelf {
			if c >= ' ' && c != '"' && c != '\\' {
				i++
				continue
			}
			out = append(out, s[start:i]...)
			switch c {
			case '"', '\\':
				out = append(out, '\\', c)
			case '\n':
				out = append(out, '\\', 'n')
			case '\r':
				out = append(out, '\\', 'r')
			case '\t':
				out = append(out, '\\', 't')
			default:
				out = append(out, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&15])
			}
			i++
			start = i
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		if r == utf8.RuneError && size == 1 {
			out = append(append(out, s[start:i]...), "\ufffd"...)
			i++
			start = i
			continue
		}
		i += size
	}
	out = append(out, s[start:]...)
	return append(out, '"')
}
