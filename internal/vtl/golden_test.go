package vtl_test

import (
	"bytes"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/gatehouse-dev/gatehouse/internal/vtl"
)

var rewrite = flag.Bool("rewrite", false, "write what templates render now into testdata")

// roots are $input's body as $in, and $util.
type roots struct{ in any }

func (r roots) Root(name string) (any, bool) {
	switch name {
	case "in":
		return r.in, r.in != nil
	case "util":
		return vtl.Util{}, true
	}
	return nil, false
}

// TestGolden renders each NAME.vtl of an archive with its in.json and compares
// with NAME.out; an error is written as "error: ".
func TestGolden(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no test data: %v", err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) { golden(t, file) })
	}
}

func golden(t *testing.T, file string) {
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	archive := txtar.Parse(text)
	outputs := map[string]string{}
	var in any
	for _, f := range archive.Files {
		switch {
		case f.Name == "in.json":
			if in, err = vtl.ParseJSON(f.Data); err != nil {
				t.Fatal(err)
			}
		case strings.HasSuffix(f.Name, ".out"):
			outputs[f.Name] = string(f.Data)
		}
	}
	next := &txtar.Archive{Comment: archive.Comment}
	for _, f := range archive.Files {
		if strings.HasSuffix(f.Name, ".out") {
			continue
		}
		next.Files = append(next.Files, f)
		name, isTemplate := strings.CutSuffix(f.Name, ".vtl")
		if !isTemplate {
			continue
		}
		got := render(strings.TrimSuffix(string(f.Data), "\n"), in) + "\n"
		next.Files = append(next.Files, txtar.File{Name: name + ".out", Data: []byte(got)})
		if want := outputs[name+".out"]; got != want && !*rewrite {
			t.Errorf("%s renders\n%swant\n%s", name, got, want)
		}
	}
	if *rewrite {
		if out := txtar.Format(next); !bytes.Equal(out, text) {
			if err := os.WriteFile(file, out, 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
}

func render(template string, in any) string {
	tpl, err := vtl.Parse(template)
	if err != nil {
		return "error: " + err.Error()
	}
	out, err := tpl.Render(roots{in})
	if err != nil {
		return "error: " + err.Error()
	}
	return string(out)
}

func TestLimits(t *testing.T) {
	double := strings.Repeat(`#set($s = "$s$s")`, 60)
	tests := map[string]string{
		"nested loops":       `#foreach($a in [1..1000])#foreach($b in [1..1000])#foreach($c in [1..1000])x#end#end#end`,
		"huge range":         `#foreach($a in [1..9000000000000000000])#end`,
		"doubling":           `#set($s = "xxxxxxxx")` + double,
		"doubling by concat": `#set($s = "xxxxxxxx")` + strings.Repeat(`#set($s = $s.concat($s))`, 60),
		"doubling by plus":   `#set($s = "xxxxxxxx")` + strings.Repeat(`#set($s = $s + $s)`, 60),
		"growing replace":    `#set($s = "aaaaaaaa")` + strings.Repeat(`#set($s = $s.replace("a", "aaaaaaaa"))`, 30),
		"doubling list":      `#set($l = [1,2,3,4])` + strings.Repeat(`#set($m = $l.subList(0, $l.size()))#set($x = $l.addAll($m))`, 60),
		"output":             `#set($s = "0123456789")#foreach($i in [1..17])#set($s = "$s$s")#end#foreach($i in [1..20])$s#end`,
	}
	for name, template := range tests {
		tpl, err := vtl.Parse(template)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if out, err := tpl.Render(roots{}); !errors.Is(err, vtl.ErrLimit) {
			t.Errorf("%s: %d bytes, error %v", name, len(out), err)
		}
	}
}

func TestRefusedByParse(t *testing.T) {
	tests := map[string]string{
		"large":            strings.Repeat("x", vtl.MaxTemplate+1),
		"deep if":          strings.Repeat("#if(true)", 1000),
		"deep parentheses": "#set($x = " + strings.Repeat("(", 1000) + "1" + strings.Repeat(")", 1000) + ")",
		"deep list":        "#set($x = " + strings.Repeat("[", 1000) + strings.Repeat("]", 1000) + ")",
		"deep not":         "#if(" + strings.Repeat("!", 1000) + "true)#end",
		"if without end":   "#if(true) x",
		"end alone":        "x #end",
		"else alone":       "#else",
		"unclosed set":     "#set($x = 1",
		"set of nothing":   "#set(x = 1)",
		"foreach of path":  "#foreach($x.y in [1])#end",
		"unclosed string":  `#set($x = "a)`,
		"unclosed comment": "#* a",
		"macro":            "#macro(x)#end",
		"two elses":        "#if(true)#else#else#end",
	}
	for name, template := range tests {
		if _, err := vtl.Parse(template); !errors.Is(err, vtl.ErrTemplate) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestPathErrors(t *testing.T) {
	for _, path := range []string{"$.", "$[", "$['a", "$[?(@.a)]", "$[a]", "$.a b", "$['a',", "$..", "$.length().x", strings.Repeat("$.a", 100)} {
		if _, err := vtl.ParsePath(path); err == nil {
			t.Errorf("%q was accepted", path)
		}
	}
}

func TestPaths(t *testing.T) {
	in, err := vtl.ParseJSON([]byte(`{"a":{"b":[{"c":1},{"c":2},{"d":3}],"x y":"z"},"n":null,"l":"text"}`))
	if err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		"$": vtl.JSON(in), "$.a.b[0].c": "1", "$.a.b[-1].d": "3", "$['a']['x y']": `"z"`, "$.a.b[*].c": "[1,2]", "$..c": "[1,2]",
		"$.a.b[0:2]": `[{"c":1},{"c":2}]`, "$.a.b[0,2]": `[{"c":1},{"d":3}]`, "$.a.b.length()": "3", "$.l.length()": "4",
		"$.missing": "absent", "$.a.b[9]": "absent", "$.n": "null", "a.b[1].c": "2", "$..[0].c": "[1]", "$.l.x": "absent",
		"$.a.*": `[[{"c":1},{"c":2},{"d":3}],"z"]`, "$['l','n']": `["text",null]`,
	} {
		p, err := vtl.ParsePath(path)
		if err != nil {
			t.Errorf("%s: %v", path, err)
			continue
		}
		got := "absent"
		if v, ok := p.Find(in); ok {
			got = vtl.JSON(v)
		}
		if got != want {
			t.Errorf("%s is %s, want %s", path, got, want)
		}
	}
}

func FuzzTemplate(f *testing.F) {
	for _, seed := range []string{`$x ${x.y} $!{x}`, `#set($x = [1..3])#foreach($i in $x)$i#if($foreach.hasNext),#end#end`,
		`$util.parseJson("{}").put("a", 1)`, `#if($a == "b" && !$c)x#elseif(1 < 2)y#else z#end`, `"$a.b('c')" \$x \#if #[[ $a ]]# #* c *# ## d`,
		`#set($m = {"a": 1})#set($m.b = $m)$m`, `$in.a[0].replaceAll("(a)", "$1").split(",")`, `#{if}(true)#{else}#{end}`} {
		f.Add(seed, `{"a":["b"]}`)
	}
	f.Fuzz(func(t *testing.T, template, body string) {
		tpl, err := vtl.Parse(template)
		if err != nil {
			if !errors.Is(err, vtl.ErrTemplate) {
				t.Fatal(err)
			}
			return
		}
		in, _ := vtl.ParseJSON([]byte(body))
		if _, err := tpl.Render(roots{in}); err != nil && !errors.Is(err, vtl.ErrTemplate) && !errors.Is(err, vtl.ErrLimit) {
			t.Fatal(err)
		}
	})
}

func FuzzPath(f *testing.F) {
	for _, seed := range []string{"$.a.b", "$..c[0:2]", "$['a','b'][*]", "$[-1,2].length()"} {
		f.Add(seed)
	}
	in, _ := vtl.ParseJSON([]byte(`{"a":{"b":[{"c":1}]}}`))
	f.Fuzz(func(t *testing.T, path string) {
		if p, err := vtl.ParsePath(path); err == nil {
			v, _ := p.Find(in)
			vtl.JSON(v)
		}
	})
}

func BenchmarkRender(b *testing.B) {
	tpl, err := vtl.Parse(`#set($root = $in){"id": "$root.id", "names": [#foreach($n in $root.names)"$util.escapeJavaScript($n)"#if($foreach.hasNext),#end#end]}`)
	if err != nil {
		b.Fatal(err)
	}
	in, _ := vtl.ParseJSON([]byte(`{"id":"7","names":["a","b'c"]}`))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := tpl.Render(roots{in}); err != nil {
			b.Fatal(err)
		}
	}
}
