package pattern

import (
	"errors"
	"maps"
	"strings"
	"testing"
)

func TestMatch(t *testing.T) {
	apache := `127.0.0.1 Prod frank [10/Oct/2000:13:25:15 -0700] "GET /index.html HTTP/1.0" 404 1534`
	event := `{"eventType":"UpdateTrail","ip":"123.123.4.5","arrayKey":["a","value"],"objectList":[{"id":1},{"id":2}],"ok":true,"nil":null,"n":75.5,"s":"75.5","code":404,"a.b":1,"deep":{"x":"y z"}}`
	for _, c := range []struct {
		pattern, line string
		want          bool
	}{
		{"", "anything", true},
		{"ERROR", "an ERROR came", true},
		{"ERROR", "an error came", false},
		{"ERROR ARGUMENTS", "[ERROR] bad ARGUMENTS", true},
		{"ERROR ARGUMENTS", "[ERROR] bad", false},
		{`"INTERNAL SERVER ERROR"`, "[ERROR 500] INTERNAL SERVER ERROR", true},
		{`"INTERNAL SERVER ERROR"`, "INTERNAL ERROR", false},
		{`"say \"hi\""`, `they say "hi"`, true},
		{"?ERROR ?WARN", "a WARN", true},
		{"?ERROR ?WARN", "an INFO", false},
		{"ERROR -EXITING", "ERROR here", true},
		{"ERROR -EXITING", "ERROR EXITING", false},
		{"ERROR ?WARN", "WARN only", false},
		{"-EXITING", "fine", true},
		{`%4[0-9]{2}%`, "status 404", true},
		{`%4[0-9]{2}%`, "status 504", false},

		{`{ $.eventType = "UpdateTrail" }`, event, true},
		{`{$.eventType="Update*"}`, event, true},
		{`{ $.eventType != "UpdateTrail" }`, event, false},
		{`{ $.missing != "x" }`, event, false},
		{`{ $.eventType = UpdateTrail }`, event, true},
		{`{ $.ip = 123.123.* }`, event, true},
		{`{ $.ip != 123.123.* }`, event, false},
		{`{ $.ip = %123\.123\.[0-9]% }`, event, true},
		{`{ $.arrayKey[0] = "a" }`, event, true},
		{`{ $.arrayKey[*] = "value" }`, event, true},
		{`{ $.arrayKey[5] = "a" }`, event, false},
		{`{ $.objectList[1].id = 2 }`, event, true},
		{`{ $.objectList[*].id = 3 }`, event, false},
		{`{ $.ok IS TRUE }`, event, true},
		{`{ $.ok IS FALSE }`, event, false},
		{`{ $.nil IS NULL }`, event, true},
		{`{ $.eventType IS NULL }`, event, false},
		{`{ $.missing NOT EXISTS }`, event, true},
		{`{ $.ok NOT EXISTS }`, event, false},
		{`{ $.code = * }`, event, true},
		{`{ $.n > 75 }`, event, true},
		{`{ $.n <= 75 }`, event, false},
		{`{ $.n = 7.55e1 }`, event, true},
		{`{ $.s > 75 }`, event, false},
		{`{ $.code = 4* }`, event, true},
		{`{ $.code >= 400 && $.code < 500 }`, event, true},
		{`{ ($.code = 500 || $.ok IS TRUE) && $.eventType = "Up*" }`, event, true},
		{`{ $.code = 500 || $.ok IS TRUE && $.eventType = "x" }`, event, false},
		{`{ $.['a.b'] = 1 }`, event, true},
		{`{ $.deep.x = "y z" }`, event, true},
		{`{ $.deep = "y" }`, event, false},
		{`{ $.x = 1 }`, "no json", false},
		{`{ $[1].a = 1 }`, `[{"a":2},{"a":1}]`, true},

		{"[ip, server, user, time, request, status_code, bytes]", apache, true},
		{"[ip, server, user, time, request, status_code]", apache, false},
		{"[..., status_code=4*, bytes]", apache, true},
		{"[ip=127.*, ...]", apache, true},
		{"[..., status_code=5*, bytes]", apache, false},
		{"[ip, ..., status_code=404 || status_code=410, bytes>1000]", apache, true},
		{"[..., bytes>1000 && bytes<1500]", apache, false},
		{`[..., request="GET *", status_code, bytes]`, apache, true},
		{`[..., request=%^POST%, status_code, bytes]`, apache, false},
		{"[w1=ERROR, w2]", "ERROR here", true},
		{"[w1!=ERROR, w2]", "ERROR here", false},
		{"[...]", "", true},
		{"[w1, ..., w2]", "one", false},
	} {
		p, err := Parse(c.pattern)
		if err != nil {
			t.Errorf("%s: %v", c.pattern, err)
			continue
		}
		if got := p.Match(c.line); got != c.want {
			t.Errorf("%s on %s: %v", c.pattern, c.line, got)
		}
	}
}

func TestExtract(t *testing.T) {
	for _, c := range []struct {
		pattern, line string
		want          map[string]string
	}{
		{"ERROR", "ERROR", map[string]string{}},
		{"[ip, =x, ...]", "1.2.3.4 x y", map[string]string{"$ip": "1.2.3.4", "$2": "x"}},
		{`{ $.a.b = 1 && $.c = "d" }`, `{"a":{"b":1},"c":"d"}`, map[string]string{"$.a.b": "1", "$.c": "d"}},
	} {
		p, err := Parse(c.pattern)
		if err != nil {
			t.Fatal(c.pattern, err)
		}
		if got := p.Extract(c.line); !maps.Equal(got, c.want) {
			t.Errorf("%s: %v", c.pattern, got)
		}
	}
}

func TestSyntax(t *testing.T) {
	for _, text := range []string{"a.b", `"open`, "?", "-", "%open", "%(%", "{", "{}", "{ $.a }", "{ $.a = }", "{ .a = 1 }", "{ $.a = 1", "{ ($.a = 1 }",
		"{ $.a > x }", "{ $.a[x] = 1 }", "{ $ = 1 }", "{ $.a = 1 $.b = 2 }", "{ $.a = 1 && }", "[", "[]", "[a,]", "[a, ..., ...]", "[a=]", "[a b]",
		"[a=1 || b=2]", "[a>x]", "{" + strings.Repeat("(", 100) + "}", strings.Repeat("a", MaxLength+1)} {
		if _, err := Parse(text); !errors.Is(err, ErrSyntax) {
			t.Errorf("%.40s: %v", text, err)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, text := range []string{"a -b ?c", `{ $.a[*].['b'] = "x*y" && ($.c IS TRUE || $.d NOT EXISTS) }`, `[a, b=1* || b=%x%, ..., c>3]`, "%[a-z]%"} {
		f.Add(text, `{"a":[{"b":"xy"}]}`)
		f.Add(text, `a "b c" [d e] 4`)
	}
	f.Fuzz(func(t *testing.T, text, line string) {
		p, err := Parse(text)
		if err != nil {
			if !errors.Is(err, ErrSyntax) {
				t.Fatal(err)
			}
			return
		}
		p.Match(line)
		p.Extract(line)
	})
}
