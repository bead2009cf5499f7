package main

import (
	"bytes"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
)

var kinds = map[string]string{
	"structure": "Structure", "list": "List", "map": "Map", "string": "String", "blob": "Blob",
	"boolean": "Boolean", "integer": "Integer", "long": "Long", "float": "Float", "double": "Double", "timestamp": "Timestamp",
}

var timeFormats = map[string]string{"": "", "iso8601": "wire.ISO8601", "rfc822": "wire.RFC822", "unixTimestamp": "wire.UnixTime"}

var locations = map[string]string{"": "", "uri": "wire.InURI", "querystring": "wire.InQuery", "header": "wire.InHeader", "headers": "wire.InHeaders", "statusCode": "wire.InStatus"}

func (g *generator) schema(b *bytes.Buffer) error {
	var body bytes.Buffer
	md := g.m.Metadata
	signing := md.SigningName
	if signing == "" {
		signing = md.EndpointPrefix
	}
	proto, err := protocol(md)
	if err != nil {
		return err
	}
	fmt.Fprintf(&body, "\n// Service describes %s.\nvar Service = wire.Service{\n", md.ServiceID)
	fmt.Fprintf(&body, "Name: %q, ID: %q, SigningName: %q, EndpointPrefix: %q,\nTargetPrefix: %q, APIVersion: %q,\nXMLNamespace: %q,\nProtocol: wire.%s,\n",
		g.t.dir, md.ServiceID, signing, md.EndpointPrefix, md.TargetPrefix, md.APIVersion, g.namespace(), proto)
	if len(md.QueryCompatible) > 0 {
		body.WriteString("QueryCompatible: true,\n")
	}
	if g.t.elementsNotNull {
		body.WriteString("ElementsNotNull: true,\n")
	}
	body.WriteString("Shapes: []wire.Shape{\n")
	for _, name := range g.shapes {
		g.shape(&body, name)
	}
	body.WriteString("},\nOperations: []wire.Operation{\n")
	for _, op := range g.ops {
		g.operation(&body, op)
	}
	body.WriteString("},\n}\n")
	g.packageDoc(b)
	g.packageClause(b, body.String())
	return nil
}

// namespace is the service's XML namespace. The rest-xml models name theirs
// with the inputs only; answers have the same.
func (g *generator) namespace() string {
	if ns := g.m.Metadata.XMLNamespace; ns != "" || g.m.Metadata.Protocol != "rest-xml" {
		return ns
	}
	for _, op := range g.ops {
		in := g.m.Operations[op].Input
		if in == nil {
			continue
		}
		if in.XMLNamespace != nil {
			return in.XMLNamespace.URI
		}
		for _, m := range g.m.Shapes[in.Shape].Members {
			if m.XMLNamespace != nil && m.XMLNamespace.Prefix == "" {
				return m.XMLNamespace.URI
			}
		}
	}
	return ""
}

func protocol(md metadata) (string, error) {
	switch md.Protocol {
	case "json":
		return "JSON" + strings.ReplaceAll(md.JSONVersion, ".", ""), nil
	case "rest-json":
		return "RestJSON", nil
	case "rest-xml":
		return "RestXML", nil
	case "query":
		return "Query", nil
	case "ec2":
		return "EC2", nil
	}
	return "", fmt.Errorf("unknown protocol %q", md.Protocol)
}

// fields collects the non-zero fields of a composite literal.
type fields []string

func (f *fields) add(name, value string) {
	if value != "" {
		*f = append(*f, name+": "+value)
	}
}
func (f *fields) str(name, value string) {
	if value != "" {
		f.add(name, strconv.Quote(value))
	}
}

func (g *generator) shape(b *bytes.Buffer, name string) {
	s := g.m.Shapes[name]
	if name == emptyShape {
		s.Type = "structure"
	}
	var f fields
	f.str("Name", name)
	kind := kinds[s.Type]
	if s.Document {
		kind = "Document"
	}
	f.add("Kind", "wire."+kind)
	var flags []string
	flag := func(on bool, n string) {
		if on {
			flags = append(flags, "wire."+n)
		}
	}
	flag(s.Flattened, "Flattened")
	flag(s.Streaming, "Streaming")
	flag(s.Sensitive, "Sensitive")
	flag(s.Union, "Union")
	flag(s.EventStream, "EventStream")
	flag(s.Min != nil, "HasMin")
	flag(s.Max != nil, "HasMax")
	flag(s.Exception, "Exception")
	f.add("Flags", strings.Join(flags, " | "))
	f.add("Time", timeFormats[s.TimestampFormat])
	if s.Payload != "" {
		i := slices.IndexFunc(s.Members, func(m member) bool { return m.name == s.Payload })
		f.add("Payload", strconv.Itoa(i+1))
	}
	switch s.Type {
	case "list":
		f.add("Elem", strconv.Itoa(g.index[s.Member.Shape]))
		f.str("ElemName", s.Member.LocationName)
	case "map":
		f.add("Elem", strconv.Itoa(g.index[s.Value.Shape]))
		f.str("ElemName", s.Value.LocationName)
		f.add("Key", strconv.Itoa(g.index[s.Key.Shape]))
		f.str("KeyName", s.Key.LocationName)
	}
	if s.Min != nil {
		f.add("Min", strconv.FormatFloat(*s.Min, 'g', -1, 64))
	}
	if s.Max != nil {
		f.add("Max", strconv.FormatFloat(*s.Max, 'g', -1, 64))
	}
	if e, err := translate(s); err != nil {
		fmt.Fprintf(os.Stderr, "apigen: %s: pattern of %s is left out: %v\n", g.t.model, name, err)
	} else if e.pattern != "" {
		f.str("Pattern", e.pattern)
		f.str("Not", e.not)
		if e.pattern != s.Pattern {
			f.str("Stated", s.Pattern)
		}
	}
	if len(s.Enum) > 0 {
		f.add("Enum", fmt.Sprintf("%#v", s.Enum))
	}
	if s.XMLNamespace != nil {
		f.str("XMLNS", s.XMLNamespace.URI)
		f.str("XMLPrefix", s.XMLNamespace.Prefix)
	}
	if s.Exception {
		code, status := errorCode(name, s)
		f.str("Code", code)
		f.add("Status", strconv.Itoa(status))
	}
	fmt.Fprintf(b, "{ // %d\n%s", g.index[name], strings.Join(f, ", "))
	if len(s.Members) > 0 {
		b.WriteString(", Members: []wire.Member{\n")
		for _, m := range s.Members {
			g.member(b, s, m)
		}
		b.WriteString("}")
	}
	b.WriteString(",\n},\n")
}

func (g *generator) member(b *bytes.Buffer, s shape, m member) {
	var f fields
	f.str("Name", m.name)
	if m.LocationName != m.name {
		f.str("Wire", m.LocationName)
	}
	f.str("Query", m.QueryName)
	f.add("Ref", strconv.Itoa(g.index[m.Shape]))
	f.add("Location", locations[m.Location])
	var flags []string
	for _, x := range []struct {
		on bool
		n  string
	}{
		{slices.Contains(s.Required, m.name), "Required"}, {m.Flattened, "Flattened"}, {m.XMLAttribute, "Attribute"},
		{m.IdempotencyToken, "IdempotencyToken"}, {m.Streaming, "Streaming"},
	} {
		if x.on {
			flags = append(flags, "wire."+x.n)
		}
	}
	f.add("Flags", strings.Join(flags, " | "))
	f.add("Time", timeFormats[m.TimestampFormat])
	if m.XMLNamespace != nil && m.XMLNamespace.Prefix == "" { // a prefix is declared by its shape
		f.str("XMLNS", m.XMLNamespace.URI)
	}
	fmt.Fprintf(b, "{%s},\n", strings.Join(f, ", "))
}

func (g *generator) operation(b *bytes.Buffer, name string) {
	o := g.m.Operations[name]
	var f fields
	f.str("Name", name)
	f.str("Method", o.HTTP.Method)
	f.str("URI", o.HTTP.RequestURI)
	if o.HTTP.ResponseCode != 0 && o.HTTP.ResponseCode != 200 {
		f.add("Status", strconv.Itoa(o.HTTP.ResponseCode))
	}
	if o.Input != nil {
		f.add("Input", strconv.Itoa(g.index[o.Input.Shape]))
		f.str("InputName", o.Input.LocationName)
		if o.Input.XMLNamespace != nil {
			f.str("InputNS", o.Input.XMLNamespace.URI)
		}
	}
	if o.Output != nil {
		f.add("Output", strconv.Itoa(g.index[o.Output.Shape]))
		f.str("ResultWrapper", o.Output.ResultWrapper)
	}
	if o.AuthType == "none" || (len(o.Auth) == 1 && o.Auth[0] == "smithy.api#noAuth") {
		f.add("Unsigned", "true")
	}
	var errs []string
	for _, e := range o.Errors {
		errs = append(errs, strconv.Itoa(g.index[e.Shape]))
	}
	if len(errs) > 0 {
		f.add("Errors", "[]wire.Ref{"+strings.Join(errs, ", ")+"}")
	}
	in, _ := g.signature(name)
	fmt.Fprintf(b, "{\n%s,\nNewInput: func() any { return new(%s) },\n", strings.Join(f, ", "), in)
	fmt.Fprintf(b, "Call: func(ctx context.Context, server, in any) (any, error) { return server.(Server).%s(ctx, in.(*%s)) },\n},\n", name, in)
}
