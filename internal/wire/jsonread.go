package wire

import (
	"bytes"
	"encoding/base64"
	"math"
	"reflect"
	"strconv"
	"time"
)

// jsonReader reads one JSON text (RFC 8259) into a value, guided by its shape.
type jsonReader struct {
	s     *Service
	b     []byte
	i     int
	depth int
	// body leaves out members that travel elsewhere than in the body.
	body bool
}

// readJSONBody reads the members of a structure that are in the body. An
// empty body is an empty structure.
func readJSONBody(s *Service, ref Ref, body []byte, into any) error {
	if len(bytes.TrimSpace(body)) == 0 {
		return nil
	}
	r := &jsonReader{s: s, b: body, body: true}
	if err := r.value(ref, reflect.ValueOf(into).Elem(), DefaultTime); err != nil {
		return err
	}
	r.space()
	if r.i != len(r.b) {
		return malformed("Unexpected characters after the JSON text")
	}
	return nil
}

func (r *jsonReader) space() {
	for r.i < len(r.b) {
		switch r.b[r.i] {
		case ' ', '\t', '\n', '\r':
			r.i++
		default:
			return
		}
	}
}

func (r *jsonReader) peek() byte {
	r.space()
	if r.i < len(r.b) {
		return r.b[r.i]
	}
	return 0
}

func (r *jsonReader) literal(word string) bool {
	if len(r.b)-r.i >= len(word) && string(r.b[r.i:r.i+len(word)]) == word {
		r.i += len(word)
		return true
	}
	return false
}

// mismatch is AWS's sentence for a value of the wrong type.
func (r *jsonReader) mismatch(want string) error {
	have := "Unexpected token"
	switch c := r.peek(); {
	case c == '"':
		have = "STRING_VALUE"
	case c == '{':
		have = "START_OBJECT"
	case c == '[':
		have = "START_ARRAY"
	case c == 't':
		have = "TRUE_VALUE"
	case c == 'f':
		have = "FALSE_VALUE"
	case c == 'n':
		have = "NULL_VALUE"
	case c == '-' || c >= '0' && c <= '9':
		have = "NUMBER_VALUE"
	case c == 0:
		return malformed("Unexpected end of the JSON text")
	}
	return malformed("%s can not be converted to %s", have, want)
}

// value reads one value into v. A pointer is allocated unless the value is null.
func (r *jsonReader) value(ref Ref, v reflect.Value, tf TimeFormat) error {
	if r.depth++; r.depth > maxDepth {
		return malformed("The JSON text is nested too deeply")
	}
	defer func() { r.depth-- }()
	c := r.peek()
	if c == 'n' {
		if !r.literal("null") {
			return malformed("Unexpected token in the JSON text")
		}
		v.SetZero() // the last of two equal keys counts
		return nil
	}
	sh := r.s.Shape(ref)
	if v.Kind() == reflect.Pointer {
		v.Set(reflect.New(v.Type().Elem()))
		v = v.Elem()
	}
	switch sh.Kind {
	case Structure:
		return r.structure(sh, v)
	case List:
		return r.list(sh, v)
	case Map:
		return r.dict(sh, v)
	case String:
		if c != '"' {
			return r.mismatch("String")
		}
		s, err := r.str()
		if err != nil {
			return err
		}
		v.SetString(s)
	case Blob:
		if c != '"' {
			return r.mismatch("Blob")
		}
		s, err := r.text()
		if err != nil {
			return err
		}
		b, err := base64.StdEncoding.AppendDecode(make([]byte, 0, base64.StdEncoding.DecodedLen(len(s))), s)
		if err != nil {
			return malformed("Invalid base64 in a blob")
		}
		if v.Kind() == reflect.Slice {
			v.SetBytes(b)
		}
	case Boolean:
		switch {
		case r.literal("true"):
			v.SetBool(true)
		case r.literal("false"):
			v.SetBool(false)
		default:
			return r.mismatch("Boolean")
		}
	case Integer, Long:
		return r.integer(sh, v)
	case Float, Double:
		return r.float(v)
	case Timestamp:
		return r.timestamp(v)
	case Document:
		start := r.i
		if err := r.skip(); err != nil {
			return err
		}
		v.SetBytes(bytes.Clone(r.b[start:r.i]))
	}
	return nil
}

func (r *jsonReader) structure(sh *Shape, v reflect.Value) error {
	if r.peek() != '{' {
		return r.mismatch("Structure")
	}
	top := r.body
	r.body = false
	next := 0 // clients send members in the model's order more often than not
	return r.object(func(key []byte) error {
		for range sh.Members {
			i := next
			if next++; next == len(sh.Members) {
				next = 0
			}
			m := &sh.Members[i]
			if m.WireName() == string(key) && (!top || m.Location == InBody) {
				return r.value(m.Ref, v.Field(i), m.Time)
			}
		}
		return r.skip()
	})
}

func (r *jsonReader) list(sh *Shape, v reflect.Value) error {
	if r.peek() != '[' {
		return r.mismatch("List")
	}
	if r.i++; r.peek() == ']' {
		r.i++
		v.Set(reflect.MakeSlice(v.Type(), 0, 0))
		return nil
	}
	v.Set(reflect.MakeSlice(v.Type(), 0, 4))
	for n := 1; ; n++ {
		if r.peek() == 'n' && r.s.Shape(sh.Elem).Kind != Document {
			return r.mismatch(r.s.Shape(sh.Elem).Kind.String())
		}
		v.Grow(1)
		v.SetLen(n)
		if err := r.value(sh.Elem, v.Index(n-1), DefaultTime); err != nil {
			return err
		}
		switch r.peek() {
		case ',':
			r.i++
		case ']':
			r.i++
			return nil
		default:
			return malformed("Unexpected token in a JSON array")
		}
	}
}

func (r *jsonReader) dict(sh *Shape, v reflect.Value) error {
	if r.peek() != '{' {
		return r.mismatch("Map")
	}
	out := reflect.MakeMap(v.Type())
	err := r.object(func(name []byte) error {
		key := string(name) // name is the reader's
		if r.peek() == 'n' && r.s.Shape(sh.Elem).Kind != Document {
			out.SetMapIndex(reflect.ValueOf(key), reflect.Value{}) // AWS drops null values of a map
			return r.skip()
		}
		e := reflect.New(v.Type().Elem()).Elem()
		if err := r.value(sh.Elem, e, DefaultTime); err != nil {
			return err
		}
		out.SetMapIndex(reflect.ValueOf(key), e)
		return nil
	})
	if err == nil {
		v.Set(out)
	}
	return err
}

// object reads the members of an object; member reads one value. The key is
// the member's to read until it moves on.
func (r *jsonReader) object(member func(key []byte) error) error {
	r.i++
	if r.peek() == '}' {
		r.i++
		return nil
	}
	for {
		if r.peek() != '"' {
			return malformed("Unexpected token in a JSON object")
		}
		key, err := r.text()
		if err != nil {
			return err
		}
		if r.peek() != ':' {
			return malformed("Unexpected token in a JSON object")
		}
		r.i++
		if err := member(key); err != nil {
			return err
		}
		switch r.peek() {
		case ',':
			r.i++
		case '}':
			r.i++
			return nil
		default:
			return malformed("Unexpected token in a JSON object")
		}
	}
}

// number returns the text of a number that is well-formed.
func (r *jsonReader) number() (string, bool) {
	start := r.i
	digits := func() bool {
		n := r.i
		for r.i < len(r.b) && r.b[r.i] >= '0' && r.b[r.i] <= '9' {
			r.i++
		}
		return r.i > n
	}
	at := func(c byte) bool { return r.i < len(r.b) && r.b[r.i] == c }
	if at('-') {
		r.i++
	}
	if at('0') {
		r.i++
	} else if !digits() {
		return "", false
	}
	if at('.') {
		r.i++
		if !digits() {
			return "", false
		}
	}
	if at('e') || at('E') {
		r.i++
		if at('+') || at('-') {
			r.i++
		}
		if !digits() {
			return "", false
		}
	}
	return string(r.b[start:r.i]), true
}

func (r *jsonReader) isNumber() bool {
	c := r.peek()
	return c == '-' || c >= '0' && c <= '9'
}

func (r *jsonReader) integer(sh *Shape, v reflect.Value) error {
	want, bits := "Integer", 32
	if sh.Kind == Long {
		want, bits = "Long", 64
	}
	if !r.isNumber() {
		return r.mismatch(want)
	}
	text, ok := r.number()
	if !ok {
		return malformed("Malformed number in the JSON text")
	}
	n, err := strconv.ParseInt(text, 10, bits)
	if err != nil {
		f, ferr := strconv.ParseFloat(text, 64)
		if ferr != nil || f != math.Trunc(f) || math.Abs(f) >= math.Ldexp(1, bits-1) {
			return malformed("%s is not a valid %s", text, want)
		}
		n = int64(f)
	}
	v.SetInt(n)
	return nil
}

func (r *jsonReader) float(v reflect.Value) error {
	if r.peek() == '"' {
		s, err := r.str()
		if err != nil {
			return err
		}
		switch s {
		case "NaN":
			v.SetFloat(math.NaN())
		case "Infinity":
			v.SetFloat(math.Inf(1))
		case "-Infinity":
			v.SetFloat(math.Inf(-1))
		default:
			return malformed("STRING_VALUE can not be converted to Double")
		}
		return nil
	}
	if !r.isNumber() {
		return r.mismatch("Double")
	}
	text, ok := r.number()
	f, err := strconv.ParseFloat(text, 64)
	if !ok || err != nil {
		return malformed("Malformed number in the JSON text")
	}
	v.SetFloat(f)
	return nil
}

func (r *jsonReader) timestamp(v reflect.Value) error {
	var t time.Time
	var err error
	if r.peek() == '"' {
		var s string
		if s, err = r.str(); err != nil {
			return err
		}
		t, err = parseTime(s)
	} else {
		if !r.isNumber() {
			return r.mismatch("Timestamp")
		}
		text, ok := r.number()
		if !ok {
			return malformed("Malformed number in the JSON text")
		}
		t, err = parseTime(text)
	}
	if err != nil {
		return err
	}
	v.Set(reflect.ValueOf(t))
	return nil
}

// skip passes over one value.
func (r *jsonReader) skip() error {
	if r.depth++; r.depth > maxDepth {
		return malformed("The JSON text is nested too deeply")
	}
	defer func() { r.depth-- }()
	switch c := r.peek(); {
	case c == '{':
		return r.object(func([]byte) error { return r.skip() })
	case c == '[':
		r.i++
		if r.peek() == ']' {
			r.i++
			return nil
		}
		for {
			if err := r.skip(); err != nil {
				return err
			}
			switch r.peek() {
			case ',':
				r.i++
			case ']':
				r.i++
				return nil
			default:
				return malformed("Unexpected token in a JSON array")
			}
		}
	case c == '"':
		_, err := r.text()
		return err
	case r.literal("true"), r.literal("false"), r.literal("null"):
		return nil
	case r.isNumber():
		if _, ok := r.number(); ok {
			return nil
		}
	}
	return malformed("Unexpected token in the JSON text")
}
