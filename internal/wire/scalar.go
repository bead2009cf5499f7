package wire

import (
	"encoding/base64"
	"reflect"
	"strconv"
	"strings"
	"time"
)

// setText sets a scalar, or a pointer to one, from its text form.
func setText(s *Service, m *Member, f reflect.Value, text string) error {
	if f.Kind() == reflect.Pointer {
		f.Set(reflect.New(f.Type().Elem()))
		f = f.Elem()
	}
	switch sh := s.Shape(m.Ref); sh.Kind {
	case String:
		f.SetString(text)
	case Boolean:
		switch strings.ToLower(text) {
		case "true":
			f.SetBool(true)
		case "false":
			f.SetBool(false)
		default:
			return malformed("%.64q can not be converted to Boolean", text)
		}
	case Integer, Long:
		n, err := strconv.ParseInt(text, 10, f.Type().Bits())
		if err != nil {
			return malformed("%.64q can not be converted to %s", text, map[Kind]string{Integer: "Integer", Long: "Long"}[sh.Kind])
		}
		f.SetInt(n)
	case Float, Double:
		x, err := strconv.ParseFloat(text, f.Type().Bits())
		if err != nil {
			return malformed("%.64q can not be converted to Double", text)
		}
		f.SetFloat(x)
	case Timestamp:
		t, err := parseTime(text)
		if err != nil {
			return err
		}
		f.Set(reflect.ValueOf(t))
	case Blob:
		b, err := base64.StdEncoding.DecodeString(text)
		if err != nil {
			return malformed("Invalid base64 in a blob")
		}
		f.SetBytes(b)
	default:
		return malformed("%s has no text form", m.Name)
	}
	return nil
}

// textOf is the text form of a scalar outside a body.
func textOf(s *Service, m *Member, v reflect.Value, tf TimeFormat) string {
	if v.Kind() == reflect.Pointer {
		v = v.Elem()
	}
	switch sh := s.Shape(m.Ref); sh.Kind {
	case Boolean:
		return strconv.FormatBool(v.Bool())
	case Integer, Long:
		return strconv.FormatInt(v.Int(), 10)
	case Float, Double:
		return string(appendFloat(nil, v.Float(), v.Type().Bits(), false))
	case Timestamp:
		if m.Time != DefaultTime {
			tf = m.Time
		} else if sh.Time != DefaultTime {
			tf = sh.Time
		}
		return formatTime(v.Interface().(time.Time), tf)
	case Blob:
		return base64.StdEncoding.EncodeToString(v.Bytes())
	}
	return v.String()
}
