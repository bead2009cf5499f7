package policy

import (
	"errors"
	"strings"
	"testing"
	"unicode/utf8"
)

// slowGlob is what glob means, in the plainest form.
func slowGlob(p, s string) bool {
	if p == "" {
		return s == ""
	}
	switch p[0] {
	case anyRun:
		if slowGlob(p[1:], s) {
			return true
		}
		if s == "" {
			return false
		}
		_, n := utf8.DecodeRuneInString(s)
		return slowGlob(p, s[n:])
	case anyChar:
		if s == "" {
			return false
		}
		_, n := utf8.DecodeRuneInString(s)
		return slowGlob(p[1:], s[n:])
	}
	return s != "" && s[0] == p[0] && slowGlob(p[1:], s[1:])
}

func FuzzGlob(f *testing.F) {
	for _, c := range []struct{ p, s string }{
		{"", ""}, {"*", ""}, {"a*b?c", "axxbyc"}, {"**a", "ba"}, {"?", "ü"}, {"*?", "日本"}, {"a*a*a", "aaa"}, {"*b", "abab"}, {"x", "y"},
	} {
		f.Add(c.p, c.s)
	}
	f.Fuzz(func(t *testing.T, p, s string) {
		if len(p) > 12 || len(s) > 40 || !utf8.ValidString(p) || !utf8.ValidString(s) {
			return
		}
		pattern := encodeWildcards(p)
		want := slowGlob(pattern, s)
		if got := glob(pattern, s); got != want {
			t.Errorf("glob(%q, %q) = %v", p, s, got)
		}
		if got := glob([]byte(pattern), s); got != want {
			t.Errorf("glob of bytes (%q, %q) = %v", p, s, got)
		}
		a := compileAction(p)
		if got := a.match(s); got != slowGlob(encodeWildcards(lowerASCII(p)), lowerASCII(s)) {
			t.Errorf("action %q matches %q: %v", p, s, got)
		}
	})
}

// FuzzParse: a text is refused with a MalformedError or gives a document that
// decides without failing, and never allows beyond its own Allow statements.
func FuzzParse(f *testing.F) {
	for _, text := range []string{
		``, `{}`, `[]`, `{"Version":"2012-10-17","Statement":[]}`,
		`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::${aws:username, 'x'}/*"}}`,
		`{"Version":"2012-10-17","Statement":[{"Sid":"a","Effect":"Deny","NotAction":["a:b"],"NotResource":"*","Condition":{"ForAllValues:StringLikeIfExists":{"aws:TagKeys":["a*","${*}"]},"Null":{"a:b":true}}}]}`,
		`{"Statement":{"Effect":"Allow","Principal":{"AWS":["*","111111111111"],"Service":"a.amazonaws.com"},"Action":"sts:AssumeRole"}}`,
		`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"DateLessThan":{"a":"2026"},"IpAddress":{"a":"::/0"},"NumericEquals":{"a":1e9},"ArnLike":{"a":"arn:*:${a:b}"},"BinaryEquals":{"a":"AA=="}}}}`,
	} {
		for k := range Trust + 1 {
			f.Add(uint8(k), text, "s3:GetObject", "arn:aws:s3:::b/k", "x")
		}
	}
	f.Fuzz(func(t *testing.T, kind uint8, text, action, resource, value string) {
		k := Kind(kind % uint8(Trust+1))
		doc, err := Parse(k, []byte(text))
		if err != nil {
			var malformed *MalformedError
			if !errors.As(err, &malformed) || malformed.Message == "" {
				t.Fatalf("not a MalformedError: %v", err)
			}
			return
		}
		keys := KeyMap{}
		for _, name := range ContextKeys(doc) {
			keys.Set(name, value)
		}
		req := &Request{Action: action, Resource: resource, Keys: keys,
			Principal: Principal{Type: User, Account: "111111111111", ARN: "arn:aws:iam::111111111111:user/bob"}}
		set := &Set{Identity: []Source{{Doc: doc}}}
		if k.namesPrincipal() {
			set = &Set{Resource: set.Identity}
		}
		d := Evaluate(req, set)
		if d.Allowed && (d.Statement < 0 || doc.statements[d.Statement].deny) {
			t.Fatalf("allowed by no statement: %+v", d)
		}
		applies := map[bool]bool{}
		for _, m := range Explain(req, set) {
			applies[m.Deny] = applies[m.Deny] || m.Applies
		}
		if d.Explicit != applies[true] || d.Allowed && !applies[false] {
			t.Fatalf("Evaluate says %+v, Explain %v", d, applies)
		}
		if strings.Contains(d.Message(req), "\xff") && !strings.Contains(action+resource, "\xff") {
			t.Fatal("a pattern's inside is shown")
		}
	})
}
