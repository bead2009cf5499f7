package conformance

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/gatehouse-dev/gatehouse/internal/wire"
)

// filler gives every member of a generated struct a value of its shape.
type filler struct {
	s *wire.Service
	// odd strings are hard to carry; the others are what the model allows.
	odd bool
	// whole times have no fraction of a second.
	whole bool
	n     int
	rand  *rand.Rand
	stack []wire.Ref
}

func newFiller(s *wire.Service, odd bool, seed uint64) *filler {
	return &filler{s: s, odd: odd, n: int(seed), rand: rand.New(rand.NewPCG(seed, 7))}
}

// fill fills the struct that v points to.
func (f *filler) fill(ref wire.Ref, v any) {
	f.structure(ref, reflect.ValueOf(v).Elem())
}

func (f *filler) structure(ref wire.Ref, v reflect.Value) {
	sh := f.s.Shape(ref)
	if slices.Contains(f.stack, ref) {
		return // a shape within itself ends here
	}
	f.stack = append(f.stack, ref)
	defer func() { f.stack = f.stack[:len(f.stack)-1] }()
	f.n++
	only := -1
	if sh.Has(wire.Union) && len(sh.Members) > 0 {
		only = f.n % len(sh.Members)
	}
	for i := range sh.Members {
		m := &sh.Members[i]
		if only >= 0 && i != only || f.s.Shape(m.Ref).Has(wire.EventStream) {
			continue
		}
		if slices.Contains(f.stack, f.core(m.Ref)) {
			continue
		}
		f.value(m.Ref, v.Field(i), m)
	}
}

// core is the shape at the bottom of lists and maps.
func (f *filler) core(ref wire.Ref) wire.Ref {
	for range 5 {
		if sh := f.s.Shape(ref); sh.Kind == wire.List || sh.Kind == wire.Map {
			ref = sh.Elem
		}
	}
	return ref
}

func (f *filler) value(ref wire.Ref, v reflect.Value, m *wire.Member) {
	f.n++
	if v.Kind() == reflect.Pointer {
		v.Set(reflect.New(v.Type().Elem()))
		v = v.Elem()
	}
	sh := f.s.Shape(ref)
	switch sh.Kind {
	case wire.Structure:
		f.structure(ref, v)
	case wire.List:
		n := f.count(sh)
		v.Set(reflect.MakeSlice(v.Type(), n, n))
		for i := range n {
			f.value(sh.Elem, v.Index(i), m)
		}
		if m.Location == wire.InQuery { // the SDK's signer sorts equal parameters
			slices.SortFunc(v.Interface().([]string), strings.Compare)
		}
	case wire.Map:
		v.Set(reflect.MakeMap(v.Type()))
		for range 50 {
			k, e := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
			f.value(sh.Key, k, m)
			if m.Location == wire.InHeaders { // the end of a header's name
				k.SetString(fmt.Sprintf("key-%d", f.n))
			}
			f.value(sh.Elem, e, m)
			if v.SetMapIndex(k, e); v.Len() >= f.count(sh) {
				break
			}
		}
	case wire.String:
		v.SetString(f.text(sh, m))
	case wire.Blob:
		n := 9
		if sh.Has(wire.HasMin) {
			n = max(n, int(sh.Min))
		}
		if sh.Has(wire.HasMax) {
			n = min(n, int(sh.Max))
		}
		b := bytes.Repeat([]byte{0, 1, '<', '"', 0xff, 0xfe, '\n', '+', byte(f.n)}, n/9+1)[:n]
		if v.Kind() == reflect.Interface {
			v.Set(reflect.ValueOf(io.NopCloser(bytes.NewReader(b))))
		} else {
			v.SetBytes(b)
		}
	case wire.Boolean:
		v.SetBool(true)
	case wire.Integer, wire.Long:
		v.SetInt(int64(f.number(sh)))
		if m.Location == wire.InStatus {
			v.SetInt(202)
		}
	case wire.Float, wire.Double:
		x := float64(f.number(sh))
		if !sh.Has(wire.HasMax) || x+0.5 <= sh.Max {
			x += 0.5
		}
		v.SetFloat(x)
	case wire.Timestamp:
		t := time.Unix(1_700_000_000+int64(f.n), 0).UTC()
		if m.Location != wire.InHeader && !f.whole && f.n%2 == 0 {
			t = t.Add(123 * time.Millisecond)
		}
		v.Set(reflect.ValueOf(t))
	case wire.Document:
		v.SetBytes(fmt.Appendf(nil, `{"number":%d.5,"text":"<é\"","list":[true,null]}`, f.n))
	default:
		panic("no value for " + sh.Name)
	}
}

func (f *filler) count(sh *wire.Shape) int {
	n := 2
	if sh.Has(wire.HasMin) {
		n = max(n, int(sh.Min))
	}
	if sh.Has(wire.HasMax) {
		n = min(n, int(sh.Max))
	}
	return n
}

func (f *filler) number(sh *wire.Shape) int {
	lo, hi := 1, 1000
	if sh.Has(wire.HasMin) {
		lo = max(lo, int(sh.Min))
		hi = max(lo, hi)
	}
	if sh.Has(wire.HasMax) {
		hi = min(hi, int(sh.Max))
		lo = min(lo, hi)
	}
	return lo + f.n%(hi-lo+1)
}

func (f *filler) text(sh *wire.Shape, m *wire.Member) string {
	if len(sh.Enum) > 0 {
		return sh.Enum[f.n%len(sh.Enum)]
	}
	if f.odd {
		odd := fmt.Sprintf("%d a\"b'<c>&d%%2F+e=f;~/g?#[]{}\\,|@:!$()*", f.n)
		if m.Location == wire.InHeader || m.Location == wire.InHeaders {
			return strings.NewReplacer(",", "", "{", "", "}", "").Replace(odd)
		}
		return odd + "\u00e9\u4e16\U0001F600\n\ttab "
	}
	return f.allowed(sh)
}

// allowed returns a string that the model allows.
func (f *filler) allowed(sh *wire.Shape) string {
	lo, hi := 0, 1<<20
	if sh.Has(wire.HasMin) {
		lo = int(sh.Min)
	}
	if sh.Has(wire.HasMax) {
		hi = int(sh.Max)
	}
	if sh.Pattern == "" {
		s := fmt.Sprintf("value %d", f.n)
		return (s + strings.Repeat("x", max(0, lo-len(s))))[:min(max(len(s), lo), hi)]
	}
	p := compile(sh)
	for try := range 400 {
		s := p.sample(f.rand, 1+try/4)
		if n := utf8.RuneCountInString(s); n >= lo && n <= hi && p.matches(s) && (n > 0 || try > 200) {
			return s
		}
	}
	panic(fmt.Sprintf("no string found for %s %q of %d to %d characters", sh.Name, sh.Pattern, lo, hi))
}
