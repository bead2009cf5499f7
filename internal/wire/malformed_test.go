package wire

import (
	"net/http"
	"net/url"
	"reflect"
	"strings"
	"testing"
)

// TestMalformed sends what cannot be read: the answer says what is wrong.
func TestMalformed(t *testing.T) {
	for _, tc := range []struct {
		p          Protocol
		body, want string
	}{
		{JSON11, `{"Text":1}`, "NUMBER_VALUE can not be converted to String"},
		{JSON11, `{"Text":true}`, "TRUE_VALUE can not be converted to String"},
		{JSON11, `{"Text":["a"]}`, "START_ARRAY can not be converted to String"},
		{JSON11, `{"Number":"1"}`, "STRING_VALUE can not be converted to Integer"},
		{JSON11, `{"Number":1.5}`, "1.5 is not a valid Integer"},
		{JSON11, `{"Number":2147483648}`, "2147483648 is not a valid Integer"},
		{JSON11, `{"Big":9223372036854775808}`, "9223372036854775808 is not a valid Long"},
		{JSON11, `{"Flag":"true"}`, "STRING_VALUE can not be converted to Boolean"},
		{JSON11, `{"List":{}}`, "START_OBJECT can not be converted to List"},
		{JSON11, `{"List":["a",null]}`, "NULL_VALUE can not be converted to String"},
		{JSON11, `{"Map":[]}`, "START_ARRAY can not be converted to Map"},
		{JSON11, `{"Self":"x"}`, "STRING_VALUE can not be converted to Structure"},
		{JSON11, `{"Blob":"%"}`, "Invalid base64 in a blob"},
		{JSON11, `{"When":"soon"}`, `"soon" is not a valid timestamp`},
		{JSON11, `[]`, "START_ARRAY can not be converted to Structure"},
		{JSON11, `{`, "Unexpected token in a JSON object"},
		{JSON11, `{} x`, "Unexpected characters after the JSON text"},
		{JSON11, "{\"Text\":\"\xff\"}", "The JSON text is not valid UTF-8"},
		{JSON11, strings.Repeat(`{"Self":`, 200), "The JSON text is nested too deeply"},
		{JSON11, `{"Other":` + strings.Repeat(`[`, 200), "The JSON text is nested too deeply"},
		{RestXML, `<Toy>`, "The XML you provided was not well-formed"},
		{RestXML, `<!DOCTYPE x><Toy/>`, "The XML you provided has a document type declaration"},
		{RestXML, strings.Repeat(`<Self>`, 200), "The XML you provided is too large"},
		{RestXML, `<Toy><Number>x</Number></Toy>`, `"x" can not be converted to Integer`},
		{Query, `Number=x`, `"x" can not be converted to Integer`},
		{Query, `Flag=yes`, `"yes" can not be converted to Boolean`},
		{Query, `List.member.a=1`, `"a" is not a list index`},
		{Query, `List.member.01=1`, `"01" is not a list index`},
		{Query, `List.member.99999=1`, `"99999" is not a list index`},
		{Query, strings.Repeat("Self.", 200) + "Text=x", "The parameters are nested too deeply"},
		{Query, `%zz=1`, "The request body is not a well-formed form"},
		{Query, `Map.entry.1.value=v`, "A map entry has no key"},
	} {
		s := toy(tc.p)
		_, err := Decode(s, &s.Operations[0], &Request{Body: []byte(tc.body), Query: url.Values{}, Header: http.Header{}})
		if err == nil {
			t.Errorf("%s %.60s: accepted", tc.p, tc.body)
			continue
		}
		refused(t, err)
		if err.Error() != tc.want {
			t.Errorf("%s %.60s: %q, want %q", tc.p, tc.body, err, tc.want)
		}
	}
}

// TestLenient sends odd things that AWS reads.
func TestLenient(t *testing.T) {
	for _, tc := range []struct {
		p    Protocol
		body string
		want toyInput
	}{
		{JSON11, ``, toyInput{}},
		{JSON11, " {} \n", toyInput{}},
		{JSON11, `{"Unknown":{"a":[1,2]},"Text":"x"}`, toyInput{Text: new("x")}},
		{JSON11, `{"text":"case counts"}`, toyInput{}},
		{JSON11, `{"Text":null,"List":null}`, toyInput{}},
		{JSON11, `{"Text":"a","Text":"b"}`, toyInput{Text: new("b")}},
		{JSON11, `{"Text":"a","Text":null}`, toyInput{}},
		{JSON11, `{"List":[],"Map":{}}`, toyInput{List: []string{}, Map: map[string]string{}}},
		{JSON11, `{"Map":{"a":null,"b":""}}`, toyInput{Map: map[string]string{"b": ""}}},
		{JSON11, `{"Number":1.0,"Big":1e3}`, toyInput{Number: new(int32(1)), Big: new(int64(1000))}},
		{JSON11, `{"Any":{"a": [null, 1e400]}}`, toyInput{Any: RawDocument(`{"a": [null, 1e400]}`)}},
		{Query, `List.member.10=b&List.member.9=a`, toyInput{List: []string{"a", "b"}}},
		{Query, `List=`, toyInput{List: []string{}}},
		{Query, `Text=&Action=Play`, toyInput{Text: new("")}},
		{Query, `Self.Text=x+y`, toyInput{Self: &toyInput{Text: new("x y")}}},
		{EC2, `List.1=a&List.2=b`, toyInput{List: []string{"a", "b"}}},
		{RestXML, `<?xml version="1.0"?><Any xmlns="urn:x"><Text> a </Text><Flag> true </Flag></Any>`, toyInput{Text: new(" a "), Flag: new(true)}},
		{RestXML, `<Toy><List/></Toy>`, toyInput{List: []string{}}},
	} {
		s := toy(tc.p)
		in, err := Decode(s, &s.Operations[0], &Request{Body: []byte(tc.body), Query: url.Values{}, Header: http.Header{}})
		if err != nil {
			t.Errorf("%s %s: %v", tc.p, tc.body, err)
		} else if !reflect.DeepEqual(in, &tc.want) {
			t.Errorf("%s %s: %+v", tc.p, tc.body, in)
		}
	}
}
