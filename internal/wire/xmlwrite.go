package wire

import (
	"encoding/base64"
	"fmt"
	"reflect"
	"strconv"
	"unicode/utf8"
)

const xmlHeader = `<?xml version="1.0" encoding="UTF-8"?>` + "\n"

// xmlWriter appends XML elements. Names come from the model and need no escape.
type xmlWriter struct {
	s   *Service
	b   []byte
	ec2 bool
	err error
}

func newXMLWriter(s *Service) *xmlWriter {
	return &xmlWriter{s: s, b: make([]byte, 0, 1024), ec2: s.Protocol == EC2}
}

func (w *xmlWriter) raw(s string) { w.b = append(w.b, s...) }

func (w *xmlWriter) open(name, ns string) {
	w.b = append(append(w.b, '<'), name...)
	w.namespace("xmlns", ns)
	w.b = append(w.b, '>')
}

func (w *xmlWriter) namespace(attribute, uri string) {
	if uri == "" {
		return
	}
	w.raw(" ")
	w.raw(attribute)
	w.raw(`="`)
	w.text(uri)
	w.raw(`"`)
}

func (w *xmlWriter) close(name string) {
	w.b = append(append(append(w.b, '<', '/'), name...), '>')
}

// leaf writes an element that holds text.
func (w *xmlWriter) leaf(name, text string) {
	w.open(name, "")
	w.text(text)
	w.close(name)
}

// text escapes character data and attribute values. Characters that XML 1.0
// cannot hold become U+FFFD.
func (w *xmlWriter) text(s string) {
	start := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c >= ' ' && c < utf8.RuneSelf && c != '<' && c != '>' && c != '&' && c != '"' {
			i++
			continue
		}
		r, n := utf8.DecodeRuneInString(s[i:])
		if escape := xmlEscape(r, n); escape != "" {
			w.b = append(append(w.b, s[start:i]...), escape...)
			start = i + n
		}
		i += n
	}
	w.b = append(w.b, s[start:]...)
}

// xmlEscape is what stands for a character of n bytes, "" for itself.
func xmlEscape(r rune, n int) string {
	switch {
	case r == '<':
		return "&lt;"
	case r == '>':
		return "&gt;"
	case r == '&':
		return "&amp;"
	case r == '"':
		return "&quot;"
	case r == '\r':
		return "&#xD;"
	case r == utf8.RuneError && n == 1, r < ' ' && r != '\n' && r != '\t', r == 0xfffe, r == 0xffff:
		return "\ufffd"
	}
	return ""
}

// structure writes an element with the members of v. With body set, members
// outside the body are left out.
func (w *xmlWriter) structure(name, ns string, sh *Shape, v reflect.Value, body bool) {
	w.b = append(append(w.b, '<'), name...)
	w.namespace("xmlns", ns)
	if sh.XMLPrefix != "" {
		w.namespace("xmlns:"+sh.XMLPrefix, sh.XMLNS)
	}
	for i := range sh.Members {
		m := &sh.Members[i]
		if f := v.Field(i); m.Has(Attribute) && !absent(f) {
			w.raw(" " + m.WireName() + `="`)
			w.text(textOf(w.s, m, f, ISO8601))
			w.raw(`"`)
		}
	}
	w.b = append(w.b, '>')
	w.members(sh, v, body)
	w.close(name)
}

func (w *xmlWriter) members(sh *Shape, v reflect.Value, body bool) {
	for i := range sh.Members {
		m := &sh.Members[i]
		f := v.Field(i)
		if m.Has(Attribute) || absent(f) || body && m.Location != InBody {
			continue
		}
		w.value(m.WireName(), m, f)
	}
}

func (w *xmlWriter) value(name string, m *Member, f reflect.Value) {
	sh := w.s.Shape(m.Ref)
	flat := m.Has(Flattened) || sh.Has(Flattened)
	if f.Kind() == reflect.Pointer {
		f = f.Elem()
	}
	switch sh.Kind {
	case Structure:
		w.structure(name, m.XMLNS, sh, f, false)
	case List:
		elem := &Member{Ref: sh.Elem}
		if flat {
			for i := range f.Len() {
				w.value(name, elem, f.Index(i))
			}
			return
		}
		en := sh.ElemName
		if en == "" {
			en = "member"
		}
		w.open(name, m.XMLNS)
		for i := range f.Len() {
			w.value(en, elem, f.Index(i))
		}
		w.close(name)
	case Map:
		kn, vn := sh.KeyName, sh.ElemName
		if kn == "" {
			kn = "key"
		}
		if vn == "" {
			vn = "value"
		}
		en := "entry"
		if flat {
			en = name
		} else {
			w.open(name, m.XMLNS)
		}
		for _, k := range sortedKeys(f) {
			w.open(en, "")
			w.leaf(kn, k)
			w.value(vn, &Member{Ref: sh.Elem}, f.MapIndex(reflect.ValueOf(k)))
			w.close(en)
		}
		if !flat {
			w.close(name)
		}
	case Blob:
		if f.Kind() != reflect.Slice {
			w.err = fmt.Errorf("wire: a stream inside an XML body of %s", w.s.Name)
			return
		}
		w.leaf(name, base64.StdEncoding.EncodeToString(f.Bytes()))
	case Boolean:
		w.leaf(name, strconv.FormatBool(f.Bool()))
	default:
		w.open(name, m.XMLNS)
		w.text(textOf(w.s, m, f, ISO8601))
		w.close(name)
	}
}
