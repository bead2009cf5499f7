package lint

import (
	"go/ast"
	"go/token"
	"strings"
	"testing"
)

var exportedRule = rule{
	why: "what a package offers is a promise; its comment gives units, limits, errors and who may call",
	check: func(m *module, report reporter) {
		m.each(func(p *pkg, f *file) {
			if f.test || p.isMain() {
				return
			}
			missing := func(name *ast.Ident, docs ...*ast.CommentGroup) {
				for _, d := range docs {
					if d != nil {
						return
					}
				}
				if name.IsExported() {
					report(m.at(name.Pos()), name.Name, name.Name+" is exported and has no comment")
				}
			}
			for _, d := range f.ast.Decls {
				switch d := d.(type) {
				case *ast.FuncDecl:
					if d.Recv == nil || ast.IsExported(receiver(d.Recv.List[0].Type)) && !selfEvident(d) && !f.operation(d) {
						missing(d.Name, d.Doc)
					}
				case *ast.GenDecl:
					var kind ast.Expr // of a constant: its own, or the one above's
					for _, s := range d.Specs {
						switch s := s.(type) {
						case *ast.TypeSpec:
							missing(s.Name, d.Doc, s.Doc, s.Comment)
						case *ast.ValueSpec:
							if s.Type != nil || s.Values != nil {
								kind = s.Type
							}
							if _, local := kind.(*ast.Ident); local && d.Tok == token.CONST && ast.IsExported(kind.(*ast.Ident).Name) {
								continue // an enumeration, which its type's comment explains
							}
							for _, n := range s.Names {
								missing(n, d.Doc, s.Doc, s.Comment)
							}
						}
					}
				}
			}
		})
	},
}

// receiver is the name of a method's type.
func receiver(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.StarExpr:
		return receiver(e.X)
	case *ast.IndexExpr:
		return receiver(e.X)
	case *ast.IndexListExpr:
		return receiver(e.X)
	case *ast.Ident:
		return e.Name
	}
	return ""
}

// selfEvident are the methods whose meaning the standard library fixes.
func selfEvident(d *ast.FuncDecl) bool {
	switch d.Name.Name {
	case "Error", "String", "Unwrap", "Is", "As", "ServeHTTP", "Len", "Less", "Swap":
		return true
	}
	return false
}

// operation reports whether a method is an operation of a generated Server
// interface, which AWS documents.
func (f *file) operation(d *ast.FuncDecl) bool {
	params := d.Type.Params.List
	if len(params) != 2 {
		return false
	}
	pointer, ok := params[1].Type.(*ast.StarExpr)
	if !ok {
		return false
	}
	input, ok := pointer.X.(*ast.SelectorExpr)
	if !ok {
		return false
	}
	from, ok := input.X.(*ast.Ident)
	if !ok {
		return false
	}
	for _, i := range f.imports() {
		if i.name == from.Name {
			return strings.HasPrefix(i.path, modulePath+"/internal/api/")
		}
	}
	return false
}

func TestExportedNamesAreDocumented(t *testing.T) { hold(t, exportedRule) }
