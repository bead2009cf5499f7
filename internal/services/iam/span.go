package iam

import (
	"bytes"
	"encoding/json"
	"strings"
	"unicode/utf8"

	api "github.com/gatehouse-dev/gatehouse/internal/api/iam"
)

// span is a JSON value where it stands in the text of a policy.
type span struct {
	start int
	raw   []byte
}

func (s span) end() int { return s.start + len(s.raw) }

func whole(text string) span { return span{0, []byte(text)} }

// members are the values of an object under a name; none if it is no object.
func (s span) members(name string) []span {
	var out []span
	s.each('{', func(key any, v span) {
		if key == name {
			out = append(out, v)
		}
	})
	return out
}

// items are the elements of an array, or the value itself if it is none.
func (s span) items() []span {
	if len(s.raw) == 0 || s.raw[0] != '[' {
		return []span{s}
	}
	var out []span
	s.each('[', func(_ any, v span) { out = append(out, v) })
	return out
}

// each yields what an object or array holds, up to the first mistake.
func (s span) each(open json.Delim, fn func(key any, v span)) {
	d := json.NewDecoder(bytes.NewReader(s.raw))
	if t, err := d.Token(); err != nil || t != open {
		return
	}
	for d.More() {
		var key any
		if open == '{' {
			var err error
			if key, err = d.Token(); err != nil {
				return
			}
		}
		var raw json.RawMessage
		if err := d.Decode(&raw); err != nil {
			return
		}
		fn(key, span{s.start + int(d.InputOffset()) - len(raw), raw})
	}
}

// statements are the statements of a policy.
func statements(text string) []span {
	var out []span
	for _, list := range whole(text).members("Statement") {
		out = append(out, list.items()...)
	}
	return out
}

// position is a place in a text, lines and columns from 1.
func position(text string, offset int) *api.Position {
	before := text[:offset]
	line := strings.Count(before, "\n")
	column := utf8.RuneCountInString(before[strings.LastIndexByte(before, '\n')+1:])
	return &api.Position{Line: new(int32(line + 1)), Column: new(int32(column + 1))}
}
