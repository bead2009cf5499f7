package main

import (
	"regexp"
	"strings"
	"testing"
)

func TestTranslate(t *testing.T) {
	limit := func(n float64) *float64 { return &n }
	for _, tc := range []struct {
		pattern string
		max     *float64
		good    []string
		bad     []string
	}{
		{`^(?!\s*$).+`, nil, []string{"a", " a "}, []string{"", " ", "\t \t", "a\nb"}},
		{`(?!^[0-9]+$)([a-zA-Z0-9-_]+)`, nil, []string{"live", "1a", "a1"}, []string{"1", "12345", "a b", ""}},
		{`((?!^\d+$)^[0-9a-zA-Z-_]+$)`, nil, []string{"live", "1a"}, []string{"1", "12", ""}},
		{`(^(?!(system\x2e)))(^[_a-zA-Z0-9])([^$]*)`, nil, []string{"orders", "system", "systems."}, []string{"system.users", "$x", "a$"}},
		{`^[0-9A-Za-z\.\-_]*(?<!\.)$`, nil, []string{"a", "a.b", ""}, []string{"a.", ".", "a/b"}},
		{`[0-9A-Za-z\.\-_]*(?<!\.)`, nil, []string{"a", "a.b"}, []string{"a."}},
		{`^[a-z0-9]([a-z0-9]|-(?!-)){1,61}[a-z0-9]$`, nil, []string{"abc", "a-b", "a-b-c"}, []string{"a--b", "-ab", "ab-", "ab"}},
		{`(\*\.)?(((?!-)[A-Za-z0-9-]{0,62}[A-Za-z0-9])\.)+((?!-)[A-Za-z0-9-]{1,62}[A-Za-z0-9])`, nil,
			[]string{"example.com", "*.example.com", "a-b.example.com"}, []string{"-a.example.com", "a.-example.com", "example", "*.-a.com"}},
		{`^.{1,100000}$`, limit(100000), []string{"a", strings.Repeat("a", 5000)}, []string{"", "\n"}},
		{`x{1,2000}y`, nil, []string{"xy", strings.Repeat("x", 1000) + "y", strings.Repeat("x", 2000) + "y"}, []string{"y", strings.Repeat("x", 2001) + "y"}},
		{`[ab]{1500}`, nil, []string{strings.Repeat("ab", 750)}, []string{strings.Repeat("a", 1499), strings.Repeat("a", 1501)}},
		{`[ab]{1500,2500}`, nil, []string{strings.Repeat("a", 1500), strings.Repeat("b", 2500)}, []string{strings.Repeat("a", 1499), strings.Repeat("a", 2501)}},
		{`\p{Alnum}+`, nil, []string{"a1"}, []string{"", ":", "-"}},
		{`[\p{Alnum}_]+`, nil, []string{"a_1"}, []string{"", ":", "p{"}},
		{`[\u0009\u0020-\u00FF]*`, nil, []string{"", "\t é"}, []string{"\n", "世"}},
	} {
		e, err := translate(shape{Pattern: tc.pattern, Max: tc.max})
		if err != nil {
			t.Errorf("%s: %v", tc.pattern, err)
			continue
		}
		whole := regexp.MustCompile(`^(?:` + e.pattern + `)\z`)
		matches := func(s string) bool {
			return whole.MatchString(s) && (e.not == "" || !regexp.MustCompile(e.not).MatchString(s))
		}
		for _, s := range tc.good {
			if !matches(s) {
				t.Errorf("%s refuses %.40q", tc.pattern, s)
			}
		}
		for _, s := range tc.bad {
			if matches(s) {
				t.Errorf("%s accepts %.40q", tc.pattern, s)
			}
		}
	}
}

func TestTranslateLeavesOut(t *testing.T) {
	for _, pattern := range []string{
		`(a)\1`,              // a reference back
		`a(?!b)c`,            // a look-ahead in the middle
		`(?!a)b|c`,           // a look-ahead that binds one branch only
		`((?=^.{1,9}$)^a)|b`, // the same, looking for something
		`a|b(?<!b)`,          // a look-behind that binds one branch only
		`x{1,99999}y`,        // a repeat that is too large, with no maximum to imply it
		`(?!(a)b`,            // no pattern at all
	} {
		if e, err := translate(shape{Pattern: pattern}); err == nil {
			t.Errorf("%s became %+v", pattern, e)
		}
	}
}
