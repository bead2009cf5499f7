package conformance

import (
	"reflect"
	"regexp"
	"testing"

	"github.com/gatehouse-dev/gatehouse/internal/wire"
)

// TestTables checks what the codecs take for granted of generated packages:
// field i of a struct is member i of its shape, operations are sorted, each
// pattern compiles.
func TestTables(t *testing.T) {
	for _, p := range append(peers(), samples()...) {
		s := p.service
		for i := range s.Shapes {
			sh := &s.Shapes[i]
			if _, err := regexp.Compile(`^(?:` + sh.Pattern + `)\z`); err != nil {
				t.Errorf("%s.%s: %v", s.Name, sh.Name, err)
			}
			if _, err := regexp.Compile(sh.Not); err != nil {
				t.Errorf("%s.%s: %v", s.Name, sh.Name, err)
			}
		}
		for i := range s.Operations {
			op := &s.Operations[i]
			if i > 0 && s.Operations[i-1].Name >= op.Name {
				t.Errorf("%s.%s is out of order", s.Name, op.Name)
			}
			if s.Operation(op.Name) != op {
				t.Errorf("%s.%s is not found by its name", s.Name, op.Name)
			}
			aligned(t, s, op.Input, reflect.TypeOf(op.NewInput()).Elem(), map[wire.Ref]bool{})
			aligned(t, s, op.Output, reflect.TypeOf(newOutput(t, p, op)).Elem(), map[wire.Ref]bool{})
		}
		if s.Operation("NoSuchOperation") != nil {
			t.Errorf("%s finds an operation that is not there", s.Name)
		}
	}
}

func aligned(t *testing.T, s *wire.Service, ref wire.Ref, typ reflect.Type, seen map[wire.Ref]bool) {
	t.Helper()
	for typ.Kind() == reflect.Pointer {
		typ = typ.Elem()
	}
	sh := s.Shape(ref)
	switch sh.Kind {
	case wire.List:
		aligned(t, s, sh.Elem, typ.Elem(), seen)
	case wire.Map:
		aligned(t, s, sh.Elem, typ.Elem(), seen)
	case wire.Structure:
		if seen[ref] || sh.Has(wire.Exception) || sh.Has(wire.EventStream) {
			return
		}
		seen[ref] = true
		if typ.NumField() != len(sh.Members) {
			t.Errorf("%s.%s has %d members and %d fields", s.Name, sh.Name, len(sh.Members), typ.NumField())
			return
		}
		for i := range sh.Members {
			if m := &sh.Members[i]; plain(typ.Field(i).Name) != plain(m.Name) {
				t.Errorf("%s.%s: member %s is field %s", s.Name, sh.Name, m.Name, typ.Field(i).Name)
			} else {
				aligned(t, s, m.Ref, typ.Field(i).Type, seen)
			}
		}
	}
}
