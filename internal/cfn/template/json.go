package template

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strconv"
	"unicode/utf8"
)

type jsonReader struct {
	dec  *json.Decoder
	body []byte
	line int   // of offset
	off  int64 // up to which lines are counted
}

func parseJSON(body []byte) (*Node, error) {
	if !utf8.Valid(body) {
		return nil, formatError("JSON not well-formed. The text is not UTF-8")
	}
	r := &jsonReader{dec: json.NewDecoder(bytes.NewReader(body)), body: body, line: 1}
	r.dec.UseNumber()
	n, err := r.value(0)
	if err == nil {
		if _, end := r.dec.Token(); errors.Is(end, io.EOF) {
			return n, nil
		}
		err = errors.New("text after the template")
	}
	var e *Error
	if errors.As(err, &e) {
		return nil, err
	}
	return nil, formatError("JSON not well-formed. (line %d)", r.at())
}

func (r *jsonReader) at() int {
	to := min(r.dec.InputOffset(), int64(len(r.body)))
	r.line += bytes.Count(r.body[r.off:to], []byte{'\n'})
	r.off = to
	return r.line
}

func (r *jsonReader) value(depth int) (*Node, error) {
	if depth > maxDepth {
		return nil, formatError("Template is nested deeper than %d levels (line %d)", maxDepth, r.at())
	}
	tok, err := r.dec.Token()
	if err != nil {
		return nil, err
	}
	n := &Node{Line: r.at()}
	switch v := tok.(type) {
	case nil:
	case string:
		n.Kind, n.Text = String, v
	case json.Number:
		n.Kind, n.Text = Number, v.String()
	case bool:
		n.Kind, n.Text = Bool, strconv.FormatBool(v)
	case json.Delim:
		if v == '[' {
			n.Kind = List
			for r.dec.More() {
				item, err := r.value(depth + 1)
				if err != nil {
					return nil, err
				}
				n.Items = append(n.Items, item)
			}
		} else {
			n.Kind = Map
			for r.dec.More() {
				key, err := r.dec.Token()
				if err != nil {
					return nil, err
				}
				line := r.at()
				member, err := r.value(depth + 1)
				if err != nil {
					return nil, err
				}
				if err := n.add(key.(string), line, member); err != nil {
					return nil, err
				}
			}
		}
		_, err = r.dec.Token() // the closing bracket
	}
	return n, err
}
