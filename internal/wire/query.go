package wire

import (
	"net/url"
	"reflect"
	"sort"
	"strconv"
	"strings"
)

// maxQueryParams bounds the parameters of one query request.
const maxQueryParams = 20_000

// param is a form as a tree: "Tags.member.1.Key=a" is Tags, member, 1, Key.
type param struct {
	text     string
	set      bool
	children map[string]*param
}

func paramTree(form url.Values) (*param, error) {
	if len(form) > maxQueryParams {
		return nil, malformed("Too many parameters")
	}
	root := &param{}
	for key, vs := range form {
		if len(vs) == 0 {
			continue
		}
		n, depth := root, 0
		for part := range strings.SplitSeq(key, ".") {
			if depth++; depth > maxDepth {
				return nil, malformed("The parameters are nested too deeply")
			}
			if n.children == nil {
				n.children = map[string]*param{}
			}
			c := n.children[part]
			if c == nil {
				c = &param{}
				n.children[part] = c
			}
			n = c
		}
		n.text, n.set = vs[0], true
	}
	return root, nil
}

// numbered returns the children 1, 2, … in order.
func (p *param) numbered() ([]*param, error) {
	type entry struct {
		n int
		p *param
	}
	var es []entry
	for name, c := range p.children {
		n, err := strconv.Atoi(name)
		if err != nil || n < 0 || n > maxQueryParams || strconv.Itoa(n) != name { // 1 and 01 would be one place
			return nil, malformed("%.64q is not a list index", name)
		}
		es = append(es, entry{n, c})
	}
	sort.Slice(es, func(i, j int) bool { return es[i].n < es[j].n })
	out := make([]*param, len(es))
	for i, e := range es {
		out[i] = e.p
	}
	return out, nil
}

func decodeQuery(s *Service, op *Operation, r *Request, in any) error {
	form, err := url.ParseQuery(string(r.Body))
	if err != nil {
		return malformed("The request body is not a well-formed form")
	}
	for k, v := range r.Query {
		if _, ok := form[k]; !ok {
			form[k] = v
		}
	}
	root, err := paramTree(form)
	if err != nil {
		return err
	}
	d := queryDecoder{s: s, ec2: s.Protocol == EC2}
	return d.structure(s.Shape(op.Input), root, reflect.ValueOf(in).Elem())
}

type queryDecoder struct {
	s   *Service
	ec2 bool
}

// name is the key of a member. EC2 capitalises it (Smithy, "ec2QueryName").
func (d *queryDecoder) name(m *Member) string {
	if !d.ec2 {
		return m.WireName()
	}
	if m.Query != "" {
		return m.Query
	}
	n := m.WireName()
	return strings.ToUpper(n[:1]) + n[1:]
}

func (d *queryDecoder) structure(sh *Shape, p *param, v reflect.Value) error {
	for i := range sh.Members {
		m := &sh.Members[i]
		name := d.name(m)
		ms := d.s.Shape(m.Ref)
		flat := d.ec2 || m.Has(Flattened) || ms.Has(Flattened)
		if flat && !d.ec2 && ms.Kind == List && ms.ElemName != "" {
			name = ms.ElemName // a flattened list is named by its elements
		}
		c := p.children[name]
		if c == nil {
			continue
		}
		if err := d.value(m, c, v.Field(i), flat); err != nil {
			return err
		}
	}
	return nil
}

func (d *queryDecoder) value(m *Member, p *param, f reflect.Value, flat bool) error {
	sh := d.s.Shape(m.Ref)
	switch sh.Kind {
	case Structure:
		if f.Kind() == reflect.Pointer {
			f.Set(reflect.New(f.Type().Elem()))
			f = f.Elem()
		}
		return d.structure(sh, p, f)
	case List:
		return d.list(sh, p, f, flat)
	case Map:
		return d.dict(sh, p, f, flat)
	}
	if !p.set {
		return nil
	}
	return setText(d.s, m, f, p.text)
}

func (d *queryDecoder) list(sh *Shape, p *param, f reflect.Value, flat bool) error {
	entries := p
	if !flat {
		en := sh.ElemName
		if en == "" {
			en = "member"
		}
		if entries = p.children[en]; entries == nil {
			entries = p.children["member"]
		}
	}
	out := reflect.MakeSlice(f.Type(), 0, 4)
	if entries != nil {
		ps, err := entries.numbered()
		if err != nil {
			return err
		}
		for _, c := range ps {
			e := reflect.New(f.Type().Elem()).Elem()
			if err := d.value(&Member{Name: "member", Ref: sh.Elem}, c, e, d.ec2); err != nil {
				return err
			}
			out = reflect.Append(out, e)
		}
	}
	f.Set(out) // "Name=" alone is an empty list
	return nil
}

func (d *queryDecoder) dict(sh *Shape, p *param, f reflect.Value, flat bool) error {
	kn, vn := sh.KeyName, sh.ElemName
	if kn == "" {
		kn = "key"
	}
	if vn == "" {
		vn = "value"
	}
	entries := p
	if !flat {
		entries = p.children["entry"]
	}
	out := reflect.MakeMap(f.Type())
	if entries != nil {
		ps, err := entries.numbered()
		if err != nil {
			return err
		}
		for _, c := range ps {
			key, val := c.children[kn], c.children[vn]
			if key == nil {
				return malformed("A map entry has no key")
			}
			e := reflect.New(f.Type().Elem()).Elem()
			if val != nil {
				if err := d.value(&Member{Name: vn, Ref: sh.Elem}, val, e, d.ec2); err != nil {
					return err
				}
			}
			out.SetMapIndex(reflect.ValueOf(key.text), e)
		}
	}
	f.Set(out)
	return nil
}

// encodeQuery writes the XML answer of a query or ec2 operation.
func encodeQuery(s *Service, op *Operation, out any, requestID string) ([]byte, error) {
	w := newXMLWriter(s)
	root := op.Name + "Response"
	v := reflect.ValueOf(out)
	sh := s.Shape(op.Output)
	empty := !v.IsValid() || v.IsNil()
	if w.ec2 {
		w.raw(xmlHeader)
		w.open(root, s.XMLNamespace+"/")
		w.leaf("requestId", requestID)
		if !empty {
			w.members(sh, v.Elem(), false)
		}
		if op.Output == 0 {
			w.leaf("return", "true") // what EC2 says where it has nothing to say
		}
		w.close(root)
		return w.b, w.err
	}
	w.open(root, s.XMLNamespace)
	if op.ResultWrapper != "" {
		w.open(op.ResultWrapper, "")
		if !empty {
			w.members(sh, v.Elem(), false)
		}
		w.close(op.ResultWrapper)
	}
	w.open("ResponseMetadata", "")
	w.leaf("RequestId", requestID)
	w.close("ResponseMetadata")
	w.close(root)
	return w.b, w.err
}
