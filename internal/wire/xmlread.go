package wire

import (
	"bytes"
	"encoding/base64"
	"encoding/xml"
	"io"
	"reflect"
	"strings"
)

// node is a parsed XML element.
type node struct {
	name     string
	attrs    []xml.Attr
	text     string
	children []*node
}

const maxXMLNodes = 200_000

// parseXML reads one document, bounded in depth and number of elements.
// Directives (and so entities) are refused.
func parseXML(b []byte) (*node, error) {
	dec := xml.NewDecoder(bytes.NewReader(b))
	root := &node{}
	stack := []*node{root}
	var text []strings.Builder
	text = append(text, strings.Builder{})
	count := 0
	for {
		tok, err := dec.Token()
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, malformed("The XML you provided was not well-formed")
		}
		switch t := tok.(type) {
		case xml.StartElement:
			if count++; count > maxXMLNodes || len(stack) > maxDepth {
				return nil, malformed("The XML you provided is too large")
			}
			n := &node{name: t.Name.Local, attrs: t.Copy().Attr}
			top := stack[len(stack)-1]
			top.children = append(top.children, n)
			stack = append(stack, n)
			text = append(text, strings.Builder{})
		case xml.EndElement:
			n := stack[len(stack)-1]
			n.text = text[len(text)-1].String()
			stack, text = stack[:len(stack)-1], text[:len(text)-1]
		case xml.CharData:
			text[len(text)-1].Write(t)
		case xml.Directive:
			return nil, malformed("The XML you provided has a document type declaration")
		}
	}
	if len(root.children) != 1 || len(stack) != 1 {
		return nil, malformed("The XML you provided was not well-formed")
	}
	return root.children[0], nil
}

// readXMLBody reads the members of a structure that are in the body.
func readXMLBody(s *Service, ref Ref, body []byte, v reflect.Value) error {
	if len(bytes.TrimSpace(body)) == 0 {
		return nil
	}
	n, err := parseXML(body)
	if err != nil {
		return err
	}
	return xmlStructure(s, s.Shape(ref), n, v)
}

func xmlStructure(s *Service, sh *Shape, n *node, v reflect.Value) error {
	for i := range sh.Members {
		m := &sh.Members[i]
		if m.Location != InBody {
			continue
		}
		f := v.Field(i)
		if m.Has(Attribute) {
			for _, a := range n.attrs {
				if a.Name.Local == m.WireName() || strings.HasSuffix(m.WireName(), ":"+a.Name.Local) {
					if err := setText(s, m, f, a.Value); err != nil {
						return err
					}
				}
			}
			continue
		}
		ms := s.Shape(m.Ref)
		flat := m.Has(Flattened) || ms.Has(Flattened)
		var found []*node
		for _, c := range n.children {
			if c.name == m.WireName() {
				found = append(found, c)
			}
		}
		if len(found) == 0 {
			continue
		}
		if flat && (ms.Kind == List || ms.Kind == Map) {
			if err := xmlCollection(s, ms, found, f); err != nil {
				return err
			}
			continue
		}
		if err := xmlValue(s, m, found[0], f); err != nil {
			return err
		}
	}
	return nil
}

// xmlCollection fills a list or map from the elements of its entries.
func xmlCollection(s *Service, sh *Shape, entries []*node, f reflect.Value) error {
	if sh.Kind == List {
		out := reflect.MakeSlice(f.Type(), len(entries), len(entries))
		for i, c := range entries {
			if err := xmlValue(s, &Member{Name: "member", Ref: sh.Elem}, c, out.Index(i)); err != nil {
				return err
			}
		}
		f.Set(out)
		return nil
	}
	kn, vn := sh.KeyName, sh.ElemName
	if kn == "" {
		kn = "key"
	}
	if vn == "" {
		vn = "value"
	}
	out := reflect.MakeMap(f.Type())
	for _, entry := range entries {
		key := ""
		val := reflect.New(f.Type().Elem()).Elem()
		for _, c := range entry.children {
			switch c.name {
			case kn:
				key = c.text
			case vn:
				if err := xmlValue(s, &Member{Name: vn, Ref: sh.Elem}, c, val); err != nil {
					return err
				}
			}
		}
		out.SetMapIndex(reflect.ValueOf(key), val)
	}
	f.Set(out)
	return nil
}

func xmlValue(s *Service, m *Member, n *node, f reflect.Value) error {
	sh := s.Shape(m.Ref)
	switch sh.Kind {
	case Structure:
		if f.Kind() == reflect.Pointer {
			f.Set(reflect.New(f.Type().Elem()))
			f = f.Elem()
		}
		return xmlStructure(s, sh, n, f)
	case List:
		en := sh.ElemName
		if en == "" {
			en = "member"
		}
		var entries []*node
		for _, c := range n.children {
			if c.name == en {
				entries = append(entries, c)
			}
		}
		return xmlCollection(s, sh, entries, f)
	case Map:
		var entries []*node
		for _, c := range n.children {
			if c.name == "entry" {
				entries = append(entries, c)
			}
		}
		return xmlCollection(s, sh, entries, f)
	case Blob:
		b, err := base64.StdEncoding.DecodeString(strings.TrimSpace(n.text))
		if err != nil {
			return malformed("Invalid base64 in a blob")
		}
		f.SetBytes(b)
		return nil
	case String:
		return setText(s, m, f, n.text)
	}
	return setText(s, m, f, strings.TrimSpace(n.text))
}
