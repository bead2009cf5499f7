package wire

import (
	"fmt"
	"io"
	"net/http"
	"reflect"
	"strings"
)

// decodeREST reads labels, query, headers and the body.
func decodeREST(s *Service, op *Operation, r *Request, in any) error {
	sh := s.Shape(op.Input)
	v := reflect.ValueOf(in).Elem()
	hasBody := false
	for i := range sh.Members {
		m := &sh.Members[i]
		var err error
		switch m.Location {
		case InBody:
			hasBody = true
		case InURI:
			if text, ok := r.Labels[m.WireName()]; ok {
				err = setText(s, m, v.Field(i), text)
			}
		case InQuery:
			err = readQueryMember(s, op, m, r, v.Field(i))
		case InHeader:
			err = readHeaderMember(s, m, r.Header, v.Field(i))
		case InHeaders:
			readHeaderMap(m, r.Header, v.Field(i))
		}
		if err != nil {
			return err
		}
	}
	if sh.Payload > 0 {
		m := &sh.Members[sh.Payload-1]
		return readPayload(s, m, r, v.Field(int(sh.Payload-1)))
	}
	if !hasBody {
		return nil
	}
	if s.Protocol == RestJSON {
		return readJSONBody(s, op.Input, r.Body, in)
	}
	return readXMLBody(s, op.Input, r.Body, v)
}

func readPayload(s *Service, m *Member, r *Request, f reflect.Value) error {
	sh := s.Shape(m.Ref)
	switch sh.Kind {
	case Blob:
		if f.Kind() == reflect.Interface {
			body := r.Stream
			if body == nil {
				body = http.NoBody
			}
			f.Set(reflect.ValueOf(&body).Elem())
			return nil
		}
		if r.Body != nil {
			f.SetBytes(r.Body)
		}
		return nil
	case String:
		if len(r.Body) > 0 {
			text := string(r.Body)
			f.Set(reflect.ValueOf(&text))
		}
		return nil
	}
	if len(r.Body) == 0 {
		return nil
	}
	if s.Protocol == RestJSON {
		jr := &jsonReader{s: s, b: r.Body}
		if err := jr.value(m.Ref, f, m.Time); err != nil {
			return err
		}
		if jr.space(); jr.i != len(jr.b) {
			return malformed("Unexpected characters after the JSON text")
		}
		return nil
	}
	if f.Kind() == reflect.Pointer {
		f.Set(reflect.New(f.Type().Elem()))
		f = f.Elem()
	}
	return readXMLBody(s, m.Ref, r.Body, f)
}

func readQueryMember(s *Service, op *Operation, m *Member, r *Request, f reflect.Value) error {
	sh := s.Shape(m.Ref)
	switch sh.Kind {
	case Map: // every query parameter that no other member claims
		out := reflect.MakeMap(f.Type())
		for k, vs := range r.Query {
			if claimed(s, op, k) {
				continue
			}
			if f.Type().Elem().Kind() == reflect.String {
				if len(vs) > 0 {
					out.SetMapIndex(reflect.ValueOf(k), reflect.ValueOf(vs[0]))
				}
			} else {
				out.SetMapIndex(reflect.ValueOf(k), reflect.ValueOf(vs))
			}
		}
		if out.Len() > 0 {
			f.Set(out)
		}
		return nil
	case List:
		vs, ok := r.Query[m.WireName()]
		if !ok {
			return nil
		}
		out := reflect.MakeSlice(f.Type(), len(vs), len(vs))
		for i, text := range vs {
			e := &Member{Name: m.Name, Ref: sh.Elem, Time: m.Time}
			if err := setText(s, e, out.Index(i), text); err != nil {
				return err
			}
		}
		f.Set(out)
		return nil
	}
	vs, ok := r.Query[m.WireName()]
	if !ok || len(vs) == 0 {
		return nil
	}
	return setText(s, m, f, vs[0])
}

// claimed reports whether a member or the template itself has a query
// parameter of that name.
func claimed(s *Service, op *Operation, name string) bool {
	sh := s.Shape(op.Input)
	for i := range sh.Members {
		if m := &sh.Members[i]; m.Location == InQuery && m.WireName() == name && s.Shape(m.Ref).Kind != Map {
			return true
		}
	}
	_, rawQuery, _ := strings.Cut(op.URI, "?")
	for lit := range strings.SplitSeq(rawQuery, "&") {
		if k, _, _ := strings.Cut(lit, "="); k == name {
			return true
		}
	}
	return false
}

// encodeREST writes status, headers and the body.
func encodeREST(s *Service, op *Operation, out any, resp *Response) error {
	v := reflect.ValueOf(out)
	sh := s.Shape(op.Output)
	if !v.IsValid() || v.IsNil() {
		v = reflect.ValueOf(&Empty{})
		sh = &Shape{Kind: Structure}
	}
	v = v.Elem()
	bodyMembers := false
	for i := range sh.Members {
		m := &sh.Members[i]
		f := v.Field(i)
		if m.Location == InBody {
			bodyMembers = true
			continue
		}
		if absent(f) {
			continue
		}
		switch m.Location {
		case InStatus:
			resp.Status = int(f.Elem().Int())
		case InHeader:
			if es := s.Shape(m.Ref); es.Kind == List {
				parts := make([]string, f.Len())
				for j := range parts {
					parts[j] = quoteHeader(textOf(s, &Member{Ref: es.Elem, Time: m.Time}, f.Index(j), RFC822))
				}
				resp.Header.Set(m.WireName(), strings.Join(parts, ","))
			} else {
				resp.Header.Set(m.WireName(), textOf(s, m, f, RFC822))
			}
		case InHeaders:
			for _, k := range sortedKeys(f) {
				// Not Set: clients take the name as it stands for the key.
				resp.Header[m.Wire+k] = []string{f.MapIndex(reflect.ValueOf(k)).String()}
			}
		}
	}
	if sh.Payload > 0 {
		return writePayload(s, &sh.Members[sh.Payload-1], v.Field(int(sh.Payload-1)), resp)
	}
	if !bodyMembers {
		return nil
	}
	var err error
	if s.Protocol == RestJSON {
		resp.Header.Set("Content-Type", "application/json")
		resp.Body, err = appendJSON(s, make([]byte, 0, 512), op.Output, out)
		return err
	}
	resp.Header.Set("Content-Type", "application/xml")
	w := newXMLWriter(s)
	w.raw(xmlHeader)
	w.structure(sh.Name, namespaceOf(s, sh), sh, v, true)
	resp.Body = w.b
	return w.err
}

func namespaceOf(s *Service, sh *Shape) string {
	if sh.XMLNS != "" && sh.XMLPrefix == "" {
		return sh.XMLNS
	}
	return s.XMLNamespace
}

func writePayload(s *Service, m *Member, f reflect.Value, resp *Response) error {
	if absent(f) {
		return nil
	}
	sh := s.Shape(m.Ref)
	switch sh.Kind {
	case Blob:
		if resp.Header.Get("Content-Type") == "" {
			resp.Header.Set("Content-Type", "application/octet-stream")
		}
		if f.Kind() == reflect.Interface {
			resp.Stream = f.Interface().(io.ReadCloser)
		} else {
			resp.Body = f.Bytes()
		}
		return nil
	case String:
		resp.Body = []byte(f.Elem().String())
		return nil
	}
	var err error
	if s.Protocol == RestJSON {
		resp.Header.Set("Content-Type", "application/json")
		resp.Body, err = jsonValue(s, nil, m.Ref, f, m.Time)
		return err
	}
	if sh.Kind != Structure {
		return fmt.Errorf("wire: payload %s of %s is no structure", m.Name, s.Name)
	}
	resp.Header.Set("Content-Type", "application/xml")
	name := m.Wire
	if name == "" {
		name = sh.Name
	}
	ns := m.XMLNS
	if ns == "" {
		ns = namespaceOf(s, sh)
	}
	w := newXMLWriter(s)
	w.raw(xmlHeader)
	w.structure(name, ns, sh, f.Elem(), false)
	resp.Body = w.b
	return w.err
}
