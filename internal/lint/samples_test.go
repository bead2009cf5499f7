package lint

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"golang.org/x/tools/txtar"
)

// Each tree in testdata breaks one rule wherever a line says "want" with a
// part of the complaint, and nowhere else.
func TestRulesFindWhatBreaksThem(t *testing.T) {
	for name, r := range map[string]rule{
		"docs": docsRule, "exit": exitRule, "exported": exportedRule, "init": initRule, "layers": layersRule, "marks": marksRule, "output": outputRule,
		"packagedoc": packageDocRule, "random": randomRule, "sdk": sdkRule, "skips": skipRule, "state": stateRule, "time": timeRule,
	} {
		t.Run(name, func(t *testing.T) {
			a, err := txtar.ParseFile(filepath.Join("testdata", name+".txtar"))
			if err != nil {
				t.Fatal(err)
			}
			tree := fstest.MapFS{}
			want := map[string]string{}
			for _, f := range a.Files {
				content := strings.ReplaceAll(string(f.Data), "~", "")
				tree[f.Name] = &fstest.MapFile{Data: []byte(content)}
				for i, l := range strings.Split(content, "\n") {
					if _, text, ok := strings.Cut(l, "want "); ok {
						want[fmt.Sprintf("%s:%d", f.Name, i+1)] = strings.Trim(text, `")`)
					}
				}
			}
			if len(want) == 0 {
				t.Fatal("the tree breaks nothing")
			}
			judge(t, r, tree, want)
		})
	}
}

func judge(t *testing.T, r rule, tree fs.FS, want map[string]string) {
	t.Helper()
	imports, err := houseImports()
	if err != nil {
		t.Fatal(err)
	}
	m, err := load(tree, treeImports{tree, imports})
	if err != nil {
		t.Fatal(err)
	}
	found, _ := r.breaches(m)
	for _, b := range found {
		at := fmt.Sprintf("%s:%d", b.pos.Filename, b.pos.Line)
		if part, ok := want[at]; !ok || !strings.Contains(b.text, part) {
			t.Errorf("%s: unexpected: %s", at, b.text)
		}
		delete(want, at)
	}
	for at, part := range want {
		t.Errorf("%s: not found: %s", at, part)
	}
}

// treeImports lets the packages of a small tree import one another.
type treeImports struct {
	tree fs.FS
	base types.Importer
}

func (i treeImports) Import(importPath string) (*types.Package, error) {
	dir, ok := localDir(importPath)
	if !ok {
		return i.base.Import(importPath)
	}
	names, err := fs.Glob(i.tree, dir+"/*.go")
	if err != nil || len(names) == 0 {
		return nil, fmt.Errorf("no package %s", importPath)
	}
	fset, trees := token.NewFileSet(), []*ast.File(nil)
	for _, name := range names {
		content, err := fs.ReadFile(i.tree, name)
		if err != nil {
			return nil, err
		}
		tree, err := parser.ParseFile(fset, name, content, 0)
		if err != nil {
			return nil, err
		}
		trees = append(trees, tree)
	}
	conf := types.Config{Importer: i.base}
	return conf.Check(importPath, fset, trees, nil)
}

func TestLongFilesAreFound(t *testing.T) {
	lines := func(n int) *fstest.MapFile {
		return &fstest.MapFile{Data: []byte("package a\n" + strings.Repeat("\n", n-1))}
	}
	judge(t, lengthRule, fstest.MapFS{"a/a.go": lines(maxLines), "a/b.go": lines(maxLines + 1)}, map[string]string{"a/b.go:500": "501 lines"})
}

// An exception covers what it names, at its place and nowhere else.
func TestExceptions(t *testing.T) {
	r := timeRule
	r.except = []exception{{"a", "Now", "reason"}, {"b/b.go", "", "reason"}, {"unused", "", "reason"}}
	source := &fstest.MapFile{Data: []byte("package p\n\nimport \"time\"\n\nvar a = time.Now()\n\nvar b = time.After(1)\n")}
	m, err := load(fstest.MapFS{"a/x.go": source, "ab/x.go": source, "b/b.go": source}, nil)
	if err != nil {
		t.Fatal(err)
	}
	found, used := r.breaches(m)
	var at []string
	for _, b := range found {
		at = append(at, fmt.Sprintf("%s:%d", b.pos.Filename, b.pos.Line))
	}
	if want := []string{"a/x.go:7", "ab/x.go:5", "ab/x.go:7"}; !slices.Equal(at, want) {
		t.Errorf("found %q, want %q", at, want)
	}
	if want := []bool{true, true, false}; !slices.Equal(used, want) {
		t.Errorf("used %v, want %v", used, want)
	}
}
