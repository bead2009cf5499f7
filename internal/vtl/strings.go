package vtl

import (
	"fmt"
	"regexp"
	"strings"
	"unicode/utf16"
)

// callString has the methods of String. Positions count UTF-16 code units, as
// Java's do.
func (s *state) callString(v, name string, args []any) (any, error) {
	texts := make([]string, 0, len(args))
	for _, a := range args {
		if a == nil {
			return nil, nil
		}
		texts = append(texts, Text(a))
	}
	var result any
	var err error
	switch len(args) {
	case 0:
		result = string0(v, name)
	case 1:
		result, err = s.string1(v, name, args[0], texts[0])
	case 2:
		result, err = s.string2(v, name, args, texts)
	}
	if err != nil {
		return nil, err
	}
	if t, ok := result.(string); ok {
		return result, s.made(len(t))
	}
	return result, nil
}

func string0(v, name string) any {
	switch name {
	case "length":
		return int64(length(v))
	case "isEmpty":
		return v == ""
	case "trim":
		return strings.TrimFunc(v, func(r rune) bool { return r <= ' ' })
	case "toLowerCase":
		return strings.ToLower(v)
	case "toUpperCase":
		return strings.ToUpper(v)
	case "hashCode":
		var h int32
		for _, u := range utf16.Encode([]rune(v)) {
			h = 31*h + int32(u)
		}
		return int64(h)
	}
	return nil
}

func (s *state) string1(v, name string, arg any, text string) (any, error) {
	switch name {
	case "contains":
		return strings.Contains(v, text), nil
	case "startsWith":
		return strings.HasPrefix(v, text), nil
	case "endsWith":
		return strings.HasSuffix(v, text), nil
	case "equalsIgnoreCase":
		return strings.EqualFold(v, text), nil
	case "compareTo":
		return int64(strings.Compare(v, text)), nil
	case "indexOf":
		return position(v, strings.Index(v, text)), nil
	case "lastIndexOf":
		return position(v, strings.LastIndex(v, text)), nil
	case "concat":
		return v + text, nil
	case "valueOf":
		return text, nil
	case "charAt":
		i, ok := arg.(int64)
		if !ok {
			return nil, nil
		}
		return substring(v, i, i+1)
	case "substring":
		i, ok := arg.(int64)
		if !ok {
			return nil, nil
		}
		return substring(v, i, int64(length(v)))
	case "matches":
		re, err := s.regexp("^(?:" + text + ")$")
		if err != nil {
			return nil, err
		}
		return re.MatchString(v), nil
	case "split":
		return s.split(v, text, 0)
	}
	return nil, nil
}

func (s *state) string2(v, name string, args []any, texts []string) (any, error) {
	switch name {
	case "substring":
		from, ok := args[0].(int64)
		to, ok2 := args[1].(int64)
		if !ok || !ok2 {
			return nil, nil
		}
		return substring(v, from, to)
	case "replace":
		if n := strings.Count(v, texts[0]); n > 0 && len(texts[1]) > 0 {
			if err := s.made(n * len(texts[1])); err != nil {
				return nil, err
			}
		}
		return strings.ReplaceAll(v, texts[0], texts[1]), nil
	case "replaceAll":
		return s.replace(v, texts[0], texts[1], -1)
	case "replaceFirst":
		return s.replace(v, texts[0], texts[1], 1)
	case "indexOf":
		from, ok := args[1].(int64)
		if !ok {
			return nil, nil
		}
		from = min(max(from, 0), int64(length(v)))
		rest, err := substring(v, from, int64(length(v)))
		if err != nil {
			return nil, err
		}
		at := strings.Index(rest, texts[0])
		if at < 0 {
			return int64(-1), nil
		}
		return from + int64(length(rest[:at])), nil
	case "split":
		limit, ok := args[1].(int64)
		if !ok {
			return nil, nil
		}
		return s.split(v, texts[0], int(min(max(limit, -1), maxSteps)))
	}
	return nil, nil
}

func ascii(v string) bool {
	for i := range len(v) {
		if v[i] >= 0x80 {
			return false
		}
	}
	return true
}

func length(v string) int {
	if ascii(v) {
		return len(v)
	}
	n := 0
	for _, r := range v {
		n += max(utf16.RuneLen(r), 1)
	}
	return n
}

// position turns a byte offset into a position, -1 stays.
func position(v string, at int) int64 {
	if at < 0 {
		return -1
	}
	return int64(length(v[:at]))
}

func substring(v string, from, to int64) (string, error) {
	if from < 0 || to < from || to > int64(length(v)) {
		return "", fmt.Errorf("%w: string index out of range", ErrTemplate)
	}
	if ascii(v) {
		return v[from:to], nil
	}
	return string(utf16.Decode(utf16.Encode([]rune(v))[from:to])), nil
}

// replace follows Matcher.replaceAll: $1 is a group, a backslash quotes.
func (s *state) replace(v, pattern, by string, limit int) (any, error) {
	re, err := s.regexp(pattern)
	if err != nil {
		return nil, err
	}
	matches := re.FindAllStringSubmatchIndex(v, min(limit, maxSteps))
	if limit < 0 {
		matches = re.FindAllStringSubmatchIndex(v, maxSteps)
	}
	var out strings.Builder
	last := 0
	for _, m := range matches {
		out.WriteString(v[last:m[0]])
		if err := expand(&out, v, by, m); err != nil {
			return nil, err
		}
		last = m[1]
		if out.Len() > maxOutput {
			return nil, ErrLimit
		}
	}
	out.WriteString(v[last:])
	return out.String(), nil
}

func expand(out *strings.Builder, v, by string, match []int) error {
	for i := 0; i < len(by); i++ {
		switch c := by[i]; {
		case c == '\\' && i+1 < len(by):
			i++
			out.WriteByte(by[i])
		case c == '$':
			if i+1 >= len(by) || by[i+1] < '0' || by[i+1] > '9' {
				return fmt.Errorf("%w: illegal group reference", ErrTemplate)
			}
			i++
			group := int(by[i] - '0')
			if 2*group+1 >= len(match) {
				return fmt.Errorf("%w: no group %d", ErrTemplate, group)
			}
			if match[2*group] >= 0 {
				out.WriteString(v[match[2*group]:match[2*group+1]])
			}
		default:
			out.WriteByte(c)
		}
	}
	return nil
}

// split follows String.split: without a limit, empty strings at the end are
// left out.
func (s *state) split(v, pattern string, limit int) (any, error) {
	re, err := s.regexp(pattern)
	if err != nil {
		return nil, err
	}
	n := limit
	if limit <= 0 {
		n = maxSteps
	}
	parts := splitBy(re, v, n)
	if limit == 0 {
		for len(parts) > 1 && parts[len(parts)-1] == "" {
			parts = parts[:len(parts)-1]
		}
	}
	out := &List{Items: make([]any, len(parts))}
	for i, p := range parts {
		if err := s.step(); err != nil {
			return nil, err
		}
		out.Items[i] = p
	}
	return out, s.made(len(v))
}

func splitBy(re *regexp.Regexp, v string, n int) []string {
	var out []string
	last := 0
	for _, m := range re.FindAllStringIndex(v, n-1) {
		if m[1] == 0 { // Java: no empty string before a match of no width
			continue
		}
		if m[0] == len(v) && m[1] == m[0] {
			continue
		}
		out = append(out, v[last:m[0]])
		last = m[1]
	}
	return append(out, v[last:])
}
