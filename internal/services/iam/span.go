package iam

import (
	"bytes"
	"encoding/json"
	"strings"
	"unicode/utf8"

	api "github.com/gatehouse-dev/gatehouse/internal/api/iam"
)

// statementSpans finds where the statements of a policy stand in its text: from
// the opening brace to behind the closing one, lines and columns from 1. It is
// shorter than the list of statements if the text is no policy.
func statementSpans(text string) [][2]api.Position {
	d := json.NewDecoder(strings.NewReader(text))
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return nil
	}
	for d.More() {
		name, err := d.Token()
		if err != nil {
			return nil
		}
		var raw json.RawMessage
		if err := d.Decode(&raw); err != nil {
			return nil
		}
		if name == "Statement" {
			return elementSpans(text, int(d.InputOffset())-len(raw), raw)
		}
	}
	return nil
}

// elementSpans finds the elements of the array, or the one object, that stands
// at an offset of the text.
func elementSpans(text string, offset int, raw []byte) [][2]api.Position {
	if raw[0] != '[' {
		return [][2]api.Position{{position(text, offset), position(text, offset+len(raw))}}
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	if _, err := d.Token(); err != nil {
		return nil
	}
	var out [][2]api.Position
	for d.More() {
		var element json.RawMessage
		if err := d.Decode(&element); err != nil {
			return nil
		}
		end := offset + int(d.InputOffset())
		out = append(out, [2]api.Position{position(text, end-len(element)), position(text, end)})
	}
	return out
}

func position(text string, offset int) api.Position {
	before := text[:offset]
	line := strings.Count(before, "\n")
	column := utf8.RuneCountInString(before[strings.LastIndexByte(before, '\n')+1:])
	return api.Position{Line: new(int32(line + 1)), Column: new(int32(column + 1))}
}
