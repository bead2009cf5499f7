package openapi

import (
	"strings"
	"testing"
)

func FuzzRead(f *testing.F) {
	f.Add([]byte(`{"swagger":"2.0","info":{"title":"x"},"paths":{"/a":{"get":{"parameters":[{"$ref":"#/parameters/p"}]}}},"parameters":{"p":{"$ref":"#/parameters/p"}}}`))
	f.Add([]byte("openapi: 3.0.0\npaths:\n  /a:\n    get: {responses: {200: {content: {a/b: {schema: {type: object}}}}}}\n"))
	f.Add([]byte("a: &a [*a]\nswagger: '2.0'"))
	f.Add([]byte("swagger: 2.0\n1: 2\n? [a]\n: b"))
	f.Fuzz(func(t *testing.T, text []byte) {
		doc, err := Read("abc", text)
		if err != nil {
			if doc != nil {
				t.Error("an error and a document")
			}
			return
		}
		for _, op := range doc.Operations {
			if !strings.HasPrefix(op.Path, "/") {
				t.Errorf("path %q", op.Path)
			}
		}
	})
}

func TestDepthIsBounded(t *testing.T) {
	deep := `{"swagger":"2.0","x":` + strings.Repeat("[", 500) + strings.Repeat("]", 500) + "}"
	if _, err := Read("abc", []byte(deep)); err != ErrForm {
		t.Errorf("got %v", err)
	}
	if _, err := Read("abc", []byte(`{"swagger":"2.0","x":[[[]]]}`)); err != nil {
		t.Errorf("got %v", err)
	}
}

func TestReferencesInACircle(t *testing.T) {
	doc, err := Read("abc", []byte(`{"swagger":"2.0","paths":{"/a":{"get":{"parameters":[{"$ref":"#/parameters/p"}]}}},"parameters":{"p":{"$ref":"#/parameters/p"}}}`))
	if err != nil || len(doc.Operations) != 1 || len(doc.Operations[0].Method.RequestParameters) != 0 {
		t.Errorf("got %+v %v", doc, err)
	}
}
