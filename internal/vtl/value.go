package vtl

import (
	"math"
	"strconv"
	"strings"
)

// Values are nil, string, bool, int64, float64, *List, *Map and Object.

// Object is a value that the caller provides, such as $input. Objects without
// a value render as nothing, where a plain reference renders as it is written.
type Object interface {
	// Get returns a property, nil if there is none.
	Get(name string) any
	// Call calls a method; known is false if there is none of that name.
	Call(name string, args []any) (result any, known bool, err error)
}

// List is a list that templates can change.
type List struct{ Items []any }

// Map is a map that keeps the order of insertion, as Java's LinkedHashMap.
type Map struct {
	keys   []string
	values map[string]any
}

// NewMap returns an empty map.
func NewMap() *Map { return &Map{values: map[string]any{}} }

// Len is the number of entries.
func (m *Map) Len() int { return len(m.keys) }

// Keys are the keys in order; the caller does not change them.
func (m *Map) Keys() []string { return m.keys }

// Get returns the value of a key.
func (m *Map) Get(key string) (any, bool) {
	v, ok := m.values[key]
	return v, ok
}

// Put sets the value of a key.
func (m *Map) Put(key string, v any) {
	if _, ok := m.values[key]; !ok {
		m.keys = append(m.keys, key)
	}
	m.values[key] = v
}

// Remove takes a key out.
func (m *Map) Remove(key string) {
	if _, ok := m.values[key]; !ok {
		return
	}
	delete(m.values, key)
	for i, k := range m.keys {
		if k == key {
			m.keys = append(m.keys[:i:i], m.keys[i+1:]...)
			return
		}
	}
}

// entry is an element of Map.entrySet().
type entry struct {
	key   string
	value any
}

// Text is a value as Java's toString writes it.
func Text(v any) string {
	if s, ok := v.(string); ok {
		return s
	}
	var out strings.Builder
	writeText(&out, v, 0)
	return out.String()
}

func writeText(out *strings.Builder, v any, depth int) {
	if depth > maxDepth || out.Len() > maxOutput {
		return
	}
	switch v := v.(type) {
	case nil:
		out.WriteString("null")
	case string:
		out.WriteString(v)
	case bool:
		out.WriteString(strconv.FormatBool(v))
	case int64:
		out.WriteString(strconv.FormatInt(v, 10))
	case float64:
		out.WriteString(formatDouble(v))
	case *List:
		out.WriteByte('[')
		for i, e := range v.Items {
			if i > 0 {
				out.WriteString(", ")
			}
			writeText(out, e, depth+1)
		}
		out.WriteByte(']')
	case *Map:
		out.WriteByte('{')
		for i, k := range v.keys {
			if i > 0 {
				out.WriteString(", ")
			}
			out.WriteString(k)
			out.WriteByte('=')
			writeText(out, v.values[k], depth+1)
		}
		out.WriteByte('}')
	case entry:
		out.WriteString(v.key)
		out.WriteByte('=')
		writeText(out, v.value, depth+1)
	}
}

// formatDouble follows Double.toString: at least one digit after the point,
// and an exponent from 10^7 on and below 10^-3.
func formatDouble(f float64) string {
	a := math.Abs(f)
	switch {
	case math.IsNaN(f):
		return "NaN"
	case math.IsInf(f, 1):
		return "Infinity"
	case math.IsInf(f, -1):
		return "-Infinity"
	case a != 0 && (a >= 1e7 || a < 1e-3):
		s := strconv.FormatFloat(f, 'E', -1, 64)
		mantissa, exponent, _ := strings.Cut(s, "E")
		if !strings.Contains(mantissa, ".") {
			mantissa += ".0"
		}
		n, _ := strconv.Atoi(exponent)
		return mantissa + "E" + strconv.Itoa(n)
	}
	s := strconv.FormatFloat(f, 'f', -1, 64)
	if !strings.Contains(s, ".") {
		s += ".0"
	}
	return s
}

// truth is Velocity's: null and false are false, all else is true.
func truth(v any) bool {
	b, ok := v.(bool)
	return v != nil && (!ok || b)
}

func number(v any) (f float64, i int64, isInt, ok bool) {
	switch v := v.(type) {
	case int64:
		return float64(v), v, true, true
	case float64:
		return v, 0, false, true
	}
	return 0, 0, false, false
}

// equal is Velocity 1.7's ==: numbers by value, values of different types by
// their text.
func equal(a, b any) bool {
	if a == nil || b == nil {
		return a == nil && b == nil
	}
	fa, ia, inta, oka := number(a)
	fb, ib, intb, okb := number(b)
	switch {
	case oka && okb && inta && intb:
		return ia == ib
	case oka && okb:
		return fa == fb
	}
	return Text(a) == Text(b)
}
