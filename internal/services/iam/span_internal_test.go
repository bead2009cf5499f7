package iam

import (
	"encoding/json"
	"testing"

	"github.com/gatehouse-dev/gatehouse/internal/policy"
)

// FuzzTrust: what is taken out of a policy stands where it is said to stand,
// and a name put in its place leaves a policy that trusts the new one.
func FuzzTrust(f *testing.F) {
	for _, seed := range []string{
		`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::000000000000:user/bob"},"Action":"sts:AssumeRole"}]}`,
		`{ "Statement" : { "Effect":"Allow", "Principal":{"AWS":[ "000000000000" , "AIDAAAAAAAAAAAAAAAAAA" ]},"Action":["sts:AssumeRole"]} }`,
		`{"Statement":[{"Principal":{"AWS":["ü\u0061","*"]}},{}]}`, `[`, `{"Statement":1}`, ``, `{"Statement":[`,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		named := awsPrincipals(text)
		for _, p := range named {
			if text[p.start:p.end()] != string(p.raw) || !json.Valid(p.raw) {
				t.Fatalf("%q is not at %d of %q", p.raw, p.start, text)
			}
		}
		for _, s := range statements(text) {
			position(text, s.start)
			position(text, s.end())
		}
		if _, err := policy.Parse(policy.Trust, []byte(text)); err != nil || len(named) == 0 {
			return
		}
		const gone = "AIDAGONEGONEGONEGONE1"
		rec := &roleRecord{Trust: text, Trusted: map[string]string{named[0].name: gone}}
		now, ok := currentTrust(rec, nil)
		if !ok {
			t.Fatalf("%q does not name %q", text, named[0].name)
		}
		if _, err := policy.Parse(policy.Trust, []byte(now)); err != nil {
			t.Fatalf("%q became %q: %v", text, now, err)
		}
		for _, p := range awsPrincipals(now) {
			if p.name == named[0].name && p.name != gone {
				t.Fatalf("%q still names %q", now, p.name)
			}
		}
	})
}
