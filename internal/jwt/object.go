package jwt

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"unicode/utf8"
)

const maxDepth = 16

var (
	errDepth     = errors.New("JSON too deep")
	errDuplicate = errors.New("duplicate JSON member")
	errObject    = errors.New("not one JSON object")
	errUTF8      = errors.New("not UTF-8")
)

// parseObject decodes one JSON object and refuses what two parsers could
// understand differently: duplicate members, invalid UTF-8, trailing bytes.
func parseObject(text []byte) (map[string]any, error) {
	if !utf8.Valid(text) {
		return nil, errUTF8
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	v, err := parseValue(d, 0)
	if errors.Is(err, errDepth) || errors.Is(err, errDuplicate) {
		return nil, err
	}
	if err != nil {
		return nil, errObject // the decoder's own text quotes its input
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, errObject
	}
	m, ok := v.(map[string]any)
	if !ok {
		return nil, errObject
	}
	return m, nil
}

func parseValue(d *json.Decoder, depth int) (any, error) {
	if depth > maxDepth {
		return nil, errDepth
	}
	t, err := d.Token()
	if err != nil {
		return nil, err
	}
	switch t {
	case json.Delim('{'):
		m := map[string]any{}
		for d.More() {
			name, err := d.Token()
			if err != nil {
				return nil, err
			}
			key := name.(string) // the decoder allows no other
			if _, twice := m[key]; twice {
				return nil, errDuplicate
			}
			if m[key], err = parseValue(d, depth+1); err != nil {
				return nil, err
			}
		}
		_, err = d.Token()
		return m, err
	case json.Delim('['):
		list := []any{}
		for d.More() {
			v, err := parseValue(d, depth+1)
			if err != nil {
				return nil, err
			}
			list = append(list, v)
		}
		_, err = d.Token()
		return list, err
	}
	return t, nil
}
