package wire

import (
	"encoding/json"
	"net/http"
	"reflect"
	"slices"
	"time"

	"github.com/gatehouse-dev/gatehouse/internal/awserr"
)

// exception is the shape of a modelled error, or one without members.
func exception(s *Service, code string) *Shape {
	for i := range s.Shapes {
		if sh := &s.Shapes[i]; sh.Code == code && sh.Has(Exception) {
			return sh
		}
	}
	return &Shape{Kind: Structure}
}

func memberNames(e *awserr.Error) []string {
	names := make([]string, 0, len(e.Members))
	for k := range e.Members {
		names = append(names, k)
	}
	slices.Sort(names)
	return names
}

// faultMember finds a member of an exception by its modelled name.
func faultMember(sh *Shape, name string) *Member {
	for i := range sh.Members {
		if sh.Members[i].Name == name {
			return &sh.Members[i]
		}
	}
	return nil
}

// writeFaultHeaders writes the members that the model puts in headers.
func writeFaultHeaders(s *Service, sh *Shape, e *awserr.Error, h http.Header) {
	for k, v := range e.Members {
		m := faultMember(sh, k)
		if m == nil || m.Location != InHeader {
			continue
		}
		if f := reflect.ValueOf(v); f.IsValid() && !absent(f) && fits(s, m.Ref, f) {
			h.Set(m.WireName(), textOf(s, m, f, RFC822))
		}
	}
}

// appendFaultMember writes a member of an error body, with the comma before
// it. A member that the model does not know, or knows as another type, is
// written as encoding/json would.
func appendFaultMember(s *Service, b []byte, sh *Shape, name string, value any) []byte {
	m := faultMember(sh, name)
	if m != nil && m.Location != InBody {
		return b
	}
	f := reflect.ValueOf(value)
	if !f.IsValid() || absent(f) {
		return b
	}
	var text []byte
	var err error
	if m != nil && fits(s, m.Ref, f) {
		name = m.WireName()
		text, err = jsonValue(s, nil, m.Ref, f, m.Time)
	} else {
		text, err = json.Marshal(value)
	}
	if err != nil {
		return b // a member that JSON cannot hold is our own slip, and no reason to hide the error
	}
	b = append(b, ',')
	b = AppendJSONString(b, name)
	return append(append(b, ':'), text...)
}

func (w *xmlWriter) faultMember(sh *Shape, name string, value any) {
	f := reflect.ValueOf(value)
	if !f.IsValid() || absent(f) {
		return
	}
	m := faultMember(sh, name)
	switch {
	case m == nil || !fits(w.s, m.Ref, f):
		if text, ok := value.(string); ok {
			w.leaf(name, text)
		}
	case m.Location == InBody:
		w.value(m.WireName(), m, f)
	}
}

// fits reports whether a value has the Go type that the generator would give
// a member of the shape: handlers put members into errors by hand.
func fits(s *Service, ref Ref, f reflect.Value) bool {
	if f.Kind() == reflect.Pointer && !f.IsNil() {
		f = f.Elem()
	}
	sh := s.Shape(ref)
	switch sh.Kind {
	case String:
		return f.Kind() == reflect.String
	case Boolean:
		return f.Kind() == reflect.Bool
	case Integer, Long:
		return f.CanInt()
	case Float, Double:
		return f.CanFloat()
	case Timestamp:
		return f.Type() == reflect.TypeFor[time.Time]()
	case Blob:
		return f.Type() == reflect.TypeFor[[]byte]()
	case List:
		return f.Kind() == reflect.Slice && (f.Len() == 0 || fits(s, sh.Elem, f.Index(0)))
	case Map:
		return f.Kind() == reflect.Map && f.Type().Key().Kind() == reflect.String &&
			(f.Len() == 0 || fits(s, sh.Elem, f.MapIndex(f.MapKeys()[0])))
	case Structure:
		return f.Kind() == reflect.Struct && f.NumField() == len(sh.Members)
	}
	return false
}
