package lint

import (
	"bytes"
	"go/ast"
	"go/build"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
)

const modulePath = "github.com/gatehouse-dev/gatehouse"

// module is a source tree, parsed. Rules only read it.
type module struct {
	fset  *token.FileSet
	pkgs  []*pkg          // by directory
	texts []text          // files that are not Go
	names map[string]bool // of all files and folders
}

// pkg is one directory with Go files.
type pkg struct {
	dir   string // below the root, with slashes; "." for the root
	files []*file
	// types and info are of the files written by hand that this system builds,
	// without tests; nil where there are none.
	types *types.Package
	info  *types.Info
}

// file is one Go file.
type file struct {
	name      string // below the root, with slashes
	ast       *ast.File
	lines     int
	test      bool
	generated bool
	built     bool // on this system
}

// text is a file in another language.
type text struct {
	name, content string
}

// load parses what is below root and finds the types of it. imports finds the
// packages from outside and may be nil; what it does not find has no type.
func load(root fs.FS, imports types.Importer) (*module, error) {
	m := &module{fset: token.NewFileSet(), names: map[string]bool{}}
	byDir := map[string]*pkg{}
	err := fs.WalkDir(root, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		base := d.Name()
		m.names[name] = true
		if d.IsDir() {
			if name != "." && (strings.HasPrefix(base, ".") || base == "testdata" || base == "build" || base == "dist" || base == "node_modules") {
				return fs.SkipDir
			}
			return nil
		}
		if !d.Type().IsRegular() || !isSource(base) {
			return nil
		}
		content, err := fs.ReadFile(root, name)
		if err != nil {
			return err
		}
		if path.Ext(base) != ".go" {
			m.texts = append(m.texts, text{name, string(content)})
			return nil
		}
		f, err := m.parse(name, content)
		if err != nil {
			return err
		}
		dir := path.Dir(name)
		if byDir[dir] == nil {
			byDir[dir] = &pkg{dir: dir}
			m.pkgs = append(m.pkgs, byDir[dir])
		}
		byDir[dir].files = append(byDir[dir].files, f)
		return nil
	})
	if err != nil {
		return nil, err
	}
	slices.SortFunc(m.pkgs, func(a, b *pkg) int { return strings.Compare(a.dir, b.dir) })
	for _, p := range m.pkgs {
		m.check(p, imports)
	}
	return m, nil
}

func isSource(base string) bool {
	switch path.Ext(base) {
	case ".go", ".md", ".tf", ".yaml", ".yml", ".js", ".mjs", ".py", ".sh", ".txtar":
		return true
	}
	return base == "Makefile"
}

func (m *module) parse(name string, content []byte) (*file, error) {
	tree, err := parser.ParseFile(m.fset, name, content, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	f := &file{name: name, ast: tree, test: strings.HasSuffix(name, "_test.go"), generated: ast.IsGenerated(tree)}
	f.lines = bytes.Count(content, []byte("\n"))
	if !bytes.HasSuffix(content, []byte("\n")) {
		f.lines++
	}
	f.built = builtHere(name, content)
	return f, nil
}

// builtHere reports whether this system's builds include a file.
func builtHere(name string, content []byte) bool {
	ctx := build.Default
	ctx.OpenFile = func(string) (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(content)), nil }
	ok, err := ctx.MatchFile(path.Dir(name), path.Base(name))
	return ok && err == nil
}

// check finds the types of a package, as far as they can be found: another
// developer's half-written package must not hide what is wrong in this one.
func (m *module) check(p *pkg, imports types.Importer) {
	var trees []*ast.File
	for _, f := range p.files {
		if !f.test && !f.generated && f.built {
			trees = append(trees, f.ast)
		}
	}
	if len(trees) == 0 {
		return
	}
	p.info = &types.Info{Defs: map[*ast.Ident]types.Object{}, Uses: map[*ast.Ident]types.Object{}, Types: map[ast.Expr]types.TypeAndValue{},
		Selections: map[*ast.SelectorExpr]*types.Selection{}}
	conf := types.Config{Importer: imports, FakeImportC: true, Error: func(error) {}}
	p.types, _ = conf.Check(p.importPath(), m.fset, trees, p.info)
}

func (p *pkg) importPath() string { return path.Join(modulePath, p.dir) }

// below reports whether a name is dir or in it.
func below(name, dir string) bool { return name == dir || strings.HasPrefix(name, dir+"/") }

// isMain reports whether the package is a program.
func (p *pkg) isMain() bool { return p.files[0].ast.Name.Name == "main" }

// imported is one import of a file: its path, and its name in the file, which
// is "." or "_" for imports of that kind.
type imported struct {
	path, name string
	pos        token.Pos
}

func (f *file) imports() []imported {
	var list []imported
	for _, s := range f.ast.Imports {
		p, err := strconv.Unquote(s.Path.Value)
		if err != nil {
			continue
		}
		name := path.Base(p)
		if name == "v2" {
			name = path.Base(path.Dir(p))
		}
		if s.Name != nil {
			name = s.Name.Name
		}
		list = append(list, imported{p, name, s.Pos()})
	}
	return list
}

// selections calls fn with each X of the file that is written pkg.X, where pkg
// is the import of importPath.
func (f *file) selections(importPath string, fn func(name string, pos token.Pos)) {
	for _, i := range f.imports() {
		if i.path != importPath {
			continue
		}
		ast.Inspect(f.ast, func(n ast.Node) bool {
			if sel, ok := n.(*ast.SelectorExpr); ok {
				if x, ok := sel.X.(*ast.Ident); ok && x.Name == i.name {
					fn(sel.Sel.Name, sel.Pos())
				}
			}
			return true
		})
	}
}

// houseModule is the tree that this test is in, loaded once for all rules.
var houseModule = sync.OnceValues(func() (*module, error) {
	root, err := filepath.Abs(filepath.Join("..", ".."))
	if err != nil {
		return nil, err
	}
	imports, err := houseImports()
	if err != nil {
		return nil, err
	}
	return load(os.DirFS(root), imports)
})

func house(t *testing.T) *module {
	t.Helper()
	m, err := houseModule()
	if err != nil {
		t.Fatal(err)
	}
	return m
}
