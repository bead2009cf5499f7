package wire

import (
	"encoding/base64"
	"fmt"
	"math"
	"reflect"
	"sort"
	"strconv"
	"time"
	"unicode/utf8"
)

// appendJSON writes the body members of a structure. A nil value is {}.
func appendJSON(s *Service, b []byte, ref Ref, value any) ([]byte, error) {
	v := reflect.ValueOf(value)
	if !v.IsValid() || v.Kind() == reflect.Pointer && v.IsNil() {
		return append(b, "{}"...), nil
	}
	return jsonStructure(s, b, s.Shape(ref), v.Elem(), true)
}

func jsonStructure(s *Service, b []byte, sh *Shape, v reflect.Value, body bool) ([]byte, error) {
	b = append(b, '{')
	first := true
	var err error
	for i := range sh.Members {
		m := &sh.Members[i]
		f := v.Field(i)
		if body && m.Location != InBody || absent(f) {
			continue
		}
		if !first {
			b = append(b, ',')
		}
		first = false
		b = AppendJSONString(b, m.WireName())
		b = append(b, ':')
		if b, err = jsonValue(s, b, m.Ref, f, m.Time); err != nil {
			return nil, err
		}
	}
	return append(b, '}'), nil
}

// absent reports whether a member is not there at all.
func absent(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Map, reflect.Interface:
		return v.IsNil()
	}
	return false
}

func jsonValue(s *Service, b []byte, ref Ref, v reflect.Value, tf TimeFormat) ([]byte, error) {
	sh := s.Shape(ref)
	if v.Kind() == reflect.Pointer {
		v = v.Elem()
	}
	switch sh.Kind {
	case Structure:
		return jsonStructure(s, b, sh, v, false)
	case List:
		b = append(b, '[')
		var err error
		for i := range v.Len() {
			if i > 0 {
				b = append(b, ',')
			}
			if b, err = jsonValue(s, b, sh.Elem, v.Index(i), DefaultTime); err != nil {
				return nil, err
			}
		}
		return append(b, ']'), nil
	case Map:
		b = append(b, '{')
		var err error
		for i, k := range sortedKeys(v) {
			if i > 0 {
				b = append(b, ',')
			}
			b = AppendJSONString(b, k)
			b = append(b, ':')
			if b, err = jsonValue(s, b, sh.Elem, v.MapIndex(reflect.ValueOf(k)), DefaultTime); err != nil {
				return nil, err
			}
		}
		return append(b, '}'), nil
	case String:
		return AppendJSONString(b, v.String()), nil
	case Blob:
		if v.Kind() != reflect.Slice {
			return nil, fmt.Errorf("wire: a stream inside a JSON body of %s", s.Name)
		}
		b = append(b, '"')
		b = base64.StdEncoding.AppendEncode(b, v.Bytes())
		return append(b, '"'), nil
	case Boolean:
		return strconv.AppendBool(b, v.Bool()), nil
	case Integer, Long:
		return strconv.AppendInt(b, v.Int(), 10), nil
	case Float, Double:
		return appendFloat(b, v.Float(), v.Type().Bits(), true), nil
	case Timestamp:
		if tf == DefaultTime {
			tf = sh.Time
		}
		if tf == DefaultTime {
			tf = UnixTime
		}
		t := v.Interface().(time.Time)
		if tf == UnixTime {
			return append(b, formatTime(t, tf)...), nil
		}
		return AppendJSONString(b, formatTime(t, tf)), nil
	case Document:
		if v.Len() == 0 {
			return append(b, "null"...), nil
		}
		return append(b, v.Bytes()...), nil
	}
	return nil, fmt.Errorf("wire: shape %s of %s cannot be written", sh.Name, s.Name)
}

func appendFloat(b []byte, f float64, bits int, quote bool) []byte {
	name := ""
	switch {
	case math.IsNaN(f):
		name = "NaN"
	case math.IsInf(f, 1):
		name = "Infinity"
	case math.IsInf(f, -1):
		name = "-Infinity"
	}
	if name == "" {
		format := byte('f')
		if a := math.Abs(f); a != 0 && (a < 1e-6 || a >= 1e21) {
			format = 'e'
		}
		return strconv.AppendFloat(b, f, format, -1, bits)
	}
	if quote {
		return append(append(append(b, '"'), name...), '"')
	}
	return append(b, name...)
}

func sortedKeys(v reflect.Value) []string {
	keys := make([]string, 0, v.Len())
	for _, k := range v.MapKeys() {
		keys = append(keys, k.String())
	}
	sort.Strings(keys)
	return keys
}

const hexDigits = "0123456789abcdef"

// AppendJSONString appends s as a JSON string. Only what RFC 8259 demands is
// escaped; bytes that are not UTF-8 become U+FFFD.
func AppendJSONString(b []byte, s string) []byte {
	b = append(b, '"')
	start := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c >= utf8.RuneSelf {
			r, n := utf8.DecodeRuneInString(s[i:])
			if r == utf8.RuneError && n == 1 {
				b = append(b, s[start:i]...)
				b = append(b, "\ufffd"...)
				start = i + 1
			}
			i += n
			continue
		}
		if c >= ' ' && c != '"' && c != '\\' {
			i++
			continue
		}
		b = append(b, s[start:i]...)
		switch c {
		case '"', '\\':
			b = append(b, '\\', c)
		case '\n':
			b = append(b, '\\', 'n')
		case '\r':
			b = append(b, '\\', 'r')
		case '\t':
			b = append(b, '\\', 't')
		default:
			b = append(b, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&15])
		}
		i++
		start = i
	}
	b = append(b, s[start:]...)
	return append(b, '"')
}
