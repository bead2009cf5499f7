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
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == '<':
			w.raw("&lt;")
		case r == '>':
			w.raw("&gt;")
		case r == '&':
			w.raw("&amp;")
		case r == '"':
			w.raw("&quot;")
		case r == '\r':
			w.raw("&#xD;")
		case r == utf8.RuneError && n == 1, r < ' ' && r != '\n' && r != '\t', r == 0xfffe, r == 0xffff:
			w.raw("\ufffd")
		default:
			w.b = append(w.b, s[i:i+n]...)
		}
		i += n
	}
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
