package wire

import (
	"bytes"
	"encoding/json"
	"math"
	"net/http"
	"net/url"
	"reflect"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/gatehouse-dev/gatehouse/internal/awserr"
)

// refused fails unless err is what a client is told about a bad request.
func refused(t *testing.T, err error) {
	t.Helper()
	if e := awserr.As(err); e == nil || e.Kind != awserr.Malformed || e.Message == "" {
		t.Fatalf("%v is no malformed request", err)
	}
}

// FuzzJSON reads a text as a document: it must be accepted if and only if
// encoding/json accepts it, and mean the same.
func FuzzJSON(f *testing.F) {
	for _, seed := range []string{
		`{}`, `{"a":1}`, ` [1, 2.5e-3, -0] `, `"\u00e9\ud83d\ude00\ud800\u0041\"\\\/\b\f\n\r\t"`, `[[[]]]`, `{"a":{"b":[null,true,false]}}`,
		`nul`, `{"a":1,}`, `[1,]`, `01`, `1.`, `-`, `"`, `"\x"`, `{"a":1,"a":null}`, "\"\x01\"", `1e400`, `[1]2`,
	} {
		f.Add([]byte(seed))
	}
	s := toy(JSON11)
	f.Fuzz(func(t *testing.T, text []byte) {
		if !utf8.Valid(text) || bytes.Count(text, []byte("["))+bytes.Count(text, []byte("{")) >= maxDepth {
			return // we refuse what is not UTF-8, encoding/json mends it
		}
		var doc RawDocument
		r := &jsonReader{s: s, b: text}
		err := r.value(12, reflect.ValueOf(&doc).Elem(), DefaultTime)
		if err == nil {
			if r.space(); r.i != len(r.b) {
				err = malformed("more")
			}
		}
		if valid := json.Valid(text); valid != (err == nil) {
			t.Fatalf("encoding/json says %v, we say %v", valid, err)
		}
		if err != nil {
			refused(t, err)
			return
		}
		var str string
		if json.Unmarshal(text, &str) == nil && bytes.HasPrefix(bytes.TrimSpace(text), []byte(`"`)) {
			var ours string
			if err := (&jsonReader{s: s, b: text}).value(2, reflect.ValueOf(&ours).Elem(), DefaultTime); err != nil || ours != str {
				t.Fatalf("encoding/json reads %q, we %q (%v)", str, ours, err)
			}
		}
	})
}

// plainToy has encoding/json read the toy's members that both know alike.
type plainToy struct {
	Text   *string
	Number *int32
	Big    *int64
	Real   *float64
	Flag   *bool
	Blob   []byte
	List   []string
	Map    map[string]string
	Self   *plainToy
	Many   []plainToy
}

// FuzzJSONInput reads a text as a typed input, and writes it again.
func FuzzJSONInput(f *testing.F) {
	for _, seed := range []string{
		`{"Text":"x","Number":1,"Big":9007199254740993,"Real":1e300,"Flag":true,"Blob":"AAE=","When":1.5e9,"List":["a","b"],"Map":{"k":"v"},"Self":{"Text":"y"},"Many":[{},{"Number":-1}],"Any":{"x":[1]}}`,
		`{"Number":1.0,"Big":1e3,"When":"2020-01-01T00:00:00Z","Real":"NaN"}`, `{"Number":2147483648}`, `{"Text":null,"List":[null]}`, `{"Map":{"a":null}}`, ``, `{"text":"x"}`,
	} {
		f.Add([]byte(seed))
	}
	s := toy(JSON11)
	op := &s.Operations[0]
	f.Fuzz(func(t *testing.T, text []byte) {
		in, err := Decode(s, op, &Request{Body: text})
		if err != nil {
			refused(t, err)
			return
		}
		resp, err := Encode(s, op, in, "id")
		if err != nil {
			t.Fatal(err)
		}
		if !json.Valid(resp.Body) {
			t.Fatalf("we write %s", resp.Body)
		}
		again, err := Decode(s, op, &Request{Body: resp.Body})
		if err != nil {
			t.Fatalf("%s: %v", resp.Body, err)
		}
		second, err := Encode(s, op, again, "id")
		if err != nil || !bytes.Equal(resp.Body, second.Body) {
			t.Fatalf("%s\nbecame\n%s (%v)", resp.Body, second.Body, err)
		}
		var theirs plainToy
		if !utf8.Valid(text) || json.Unmarshal(resp.Body, &theirs) != nil {
			return
		}
		ours := in.(*toyInput)
		if !reflect.DeepEqual(ours.Text, theirs.Text) || !reflect.DeepEqual(ours.Big, theirs.Big) || !reflect.DeepEqual(ours.List, theirs.List) ||
			!reflect.DeepEqual(ours.Map, theirs.Map) || !bytes.Equal(ours.Blob, theirs.Blob) || ours.Real != nil && !math.IsInf(*ours.Real, 0) && *ours.Real != *theirs.Real {
			t.Fatalf("encoding/json reads %+v from %s", theirs, resp.Body)
		}
	})
}

// FuzzXML reads a text as a typed input, and writes it again.
func FuzzXML(f *testing.F) {
	for _, seed := range []string{
		`<Toy xmlns="urn:toy"><Text>a &lt;b&gt; &amp; &#xD; c</Text><Number>1</Number><List><member>x</member><member/></List><Map><entry><key>k</key><value>v</value></entry></Map><Self><Flag>true</Flag></Self><Blob>AAE=</Blob><When>2020-01-01T00:00:00Z</When></Toy>`,
		`<?xml version="1.0" encoding="UTF-8"?><Toy/>`, `<!DOCTYPE a [<!ENTITY x "y">]><Toy>&x;</Toy>`, `<a><b></a></b>`, `<Toy><Number>x</Number></Toy>`, `<Toy><![CDATA[x]]></Toy>`, ``, `<a/><b/>`,
	} {
		f.Add([]byte(seed))
	}
	s := toy(RestXML)
	op := &s.Operations[0]
	f.Fuzz(func(t *testing.T, text []byte) {
		in, err := Decode(s, op, &Request{Body: text})
		if err != nil {
			refused(t, err)
			return
		}
		in.(*toyInput).Any = nil
		resp, err := Encode(s, op, in, "id")
		if err != nil {
			t.Fatal(err)
		}
		again, err := Decode(s, op, &Request{Body: resp.Body})
		if err != nil {
			t.Fatalf("%s: %v", resp.Body, err)
		}
		second, err := Encode(s, op, again, "id")
		if err != nil || !bytes.Equal(resp.Body, second.Body) {
			t.Fatalf("%s\nbecame\n%s (%v)", resp.Body, second.Body, err)
		}
	})
}

// FuzzQuery reads a form as the input of a query and of an ec2 operation.
func FuzzQuery(f *testing.F) {
	for _, seed := range []string{
		`Action=Play&Version=2020-01-01&Text=a+b%20c&Number=1&List.member.1=x&List.member.2=y&Map.entry.1.key=k&Map.entry.1.value=v&Self.Self.Flag=true&Many.member.1.Text=z`,
		`List.member.10=b&List.member.2=a`, `List=`, `List.member.x=1`, `Map.entry.1.value=v`, `Number=x`, `%zz`, `a;b`, `.=1`, `..`, `List.1=a&Many.1.Text=b`, `List.member.1=a&List.member.01=b`,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, form string) {
		for _, p := range []Protocol{Query, EC2} {
			s := toy(p)
			op := &s.Operations[0]
			in, err := Decode(s, op, &Request{Body: []byte(form), Query: url.Values{}, Header: http.Header{}})
			if err != nil {
				refused(t, err)
				continue
			}
			again, err := Decode(s, op, &Request{Body: []byte(form), Query: url.Values{}})
			if err != nil || !reflect.DeepEqual(normalFloat(in), normalFloat(again)) {
				t.Fatalf("read twice, two inputs: %+v and %+v (%v)", in, again, err)
			}
			in.(*toyInput).Any = nil
			if _, err := Encode(s, op, in, "id"); err != nil {
				t.Fatal(err)
			}
		}
	})
}

// normalFloat makes NaN equal to itself.
func normalFloat(in any) string {
	b, _ := appendJSON(toy(JSON11), nil, 1, in)
	return string(b)
}

// FuzzRouter finds operations: a path that a template makes of values must
// give the values back.
func FuzzRouter(f *testing.F) {
	for _, seed := range [][2]string{{"a", "b/c"}, {"a b", "%2F"}, {"ü/", "/x//y/"}, {"", ""}, {"..", "."}, {"list", "play"}} {
		f.Add(seed[0], seed[1])
	}
	ops := []Operation{
		{Name: "Get", Method: "GET", URI: "/toys/{Id}"}, {Name: "GetPart", Method: "GET", URI: "/toys/{Id}/{Part+}"},
		{Name: "List", Method: "GET", URI: "/toys"}, {Name: "Tail", Method: "GET", URI: "/tails/{Path+}/end"},
	}
	r := NewRouter(&Service{Operations: ops, Shapes: []Shape{{Kind: Structure}}})
	f.Fuzz(func(t *testing.T, id, part string) {
		r.Find("GET", id, nil)
		r.Find(id, part, url.Values{id: {part}})
		if id == "" || part == "" {
			return
		}
		op, labels := r.Find("GET", "/toys/"+url.PathEscape(id), nil)
		if op == nil || op.Name != "Get" || labels["Id"] != id {
			t.Fatalf("%q: %v %v", id, op, labels)
		}
		escaped := make([]string, 0, 4)
		for seg := range strings.SplitSeq(part, "/") {
			escaped = append(escaped, url.PathEscape(seg))
		}
		op, labels = r.Find("GET", "/toys/"+url.PathEscape(id)+"/"+strings.Join(escaped, "/"), nil)
		if op == nil || op.Name != "GetPart" || labels["Id"] != id || labels["Part"] != part {
			t.Fatalf("%q %q: %v %q", id, part, op, labels)
		}
	})
}

// FuzzREST reads members from labels, query and headers.
func FuzzREST(f *testing.F) {
	f.Add("1", "true", "2020-01-01T00:00:00Z", "a,b")
	f.Add("x", "", "Wed, 01 Jan 2020 00:00:00 GMT", `"q, r", s`)
	type input struct {
		Id   *int32
		Flag *bool
		When *time.Time
		List []string
		Meta map[string]string
	}
	s := &Service{Protocol: RestJSON, Shapes: []Shape{
		{Kind: Structure},
		{Name: "In", Kind: Structure, Members: []Member{
			{Name: "Id", Ref: 2, Location: InURI}, {Name: "Flag", Ref: 3, Location: InQuery}, {Name: "When", Ref: 4, Location: InHeader},
			{Name: "List", Ref: 5, Location: InHeader}, {Name: "Meta", Wire: "x-meta-", Ref: 6, Location: InHeaders},
		}},
		{Kind: Integer}, {Kind: Boolean}, {Kind: Timestamp}, {Kind: List, Elem: 7}, {Kind: Map, Key: 7, Elem: 7}, {Kind: String},
	}, Operations: []Operation{{Name: "Get", Method: "GET", URI: "/{Id}", Input: 1, Output: 1, NewInput: func() any { return new(input) }}}}
	f.Fuzz(func(t *testing.T, id, flag, when, list string) {
		in, err := Decode(s, &s.Operations[0], &Request{
			Labels: map[string]string{"Id": id}, Query: url.Values{"Flag": {flag}},
			Header: http.Header{"When": {when}, "List": {list}, "X-Meta-A": {list}},
		})
		if err != nil {
			refused(t, err)
			return
		}
		if _, err := Encode(s, &s.Operations[0], in, "id"); err != nil {
			t.Fatal(err)
		}
	})
}
