package lint

import (
	"go/ast"
	"go/token"
	"go/types"
	"strings"
	"testing"
)

var initRule = rule{
	why: "what runs before main cannot be ordered, configured or tested; wiring is spelled out in internal/server",
	check: func(m *module, report reporter) {
		m.each(func(p *pkg, f *file) {
			for _, d := range f.ast.Decls {
				if fn, ok := d.(*ast.FuncDecl); ok && fn.Recv == nil && fn.Name.Name == "init" {
					report(m.at(fn.Pos()), "init", "an init function")
				}
			}
		})
	},
	except: []exception{
		{"internal/runner/inner/boot_linux.go", "init", "the sandbox starts this very program again as process 1 of a function: whatever program embeds Gatehouse must then become that process before its own main"},
	},
}

func TestNoInit(t *testing.T) { hold(t, initRule) }

var stateRule = rule{
	why: "state of a package is shared by all servers and tests of the process; two of them must not meet in it",
	check: func(m *module, report reporter) {
		writes := map[string]token.Pos{} // by "import path.name"
		for _, p := range m.pkgs {
			if p.info != nil {
				p.writes(writes)
			}
		}
		for _, p := range m.pkgs {
			if p.types == nil || p.isMain() {
				continue
			}
			for _, name := range p.types.Scope().Names() {
				v, ok := p.types.Scope().Lookup(name).(*types.Var)
				if !ok {
					continue
				}
				if kind := synchronised(v.Type(), nil); kind != "" {
					report(m.at(v.Pos()), name, "the package variable "+name+" holds a "+kind)
				} else if pos, ok := writes[symbol(v)]; ok {
					report(m.at(v.Pos()), name, "the package variable "+name+" is changed at "+m.at(pos).String())
				}
			}
		}
	},
	except: []exception{},
}

func symbol(v *types.Var) string { return v.Pkg().Path() + "." + v.Name() }

// packageVar is the package-level variable that an expression is a part of:
// v, v.field, v[i], *v; nil for others.
func (p *pkg) packageVar(e ast.Expr) *types.Var {
	for {
		switch x := e.(type) {
		case *ast.ParenExpr:
			e = x.X
		case *ast.StarExpr:
			e = x.X
		case *ast.IndexExpr:
			e = x.X
		case *ast.SliceExpr:
			e = x.X
		case *ast.SelectorExpr:
			if v := packageLevel(p.info.Uses[x.Sel]); v != nil {
				return v // another package's
			}
			e = x.X
		case *ast.Ident:
			return packageLevel(p.info.Uses[x])
		default:
			return nil
		}
	}
}

func packageLevel(o types.Object) *types.Var {
	v, ok := o.(*types.Var)
	if !ok || v.IsField() || v.Pkg() == nil || v.Parent() != v.Pkg().Scope() {
		return nil
	}
	return v
}

// writes notes each package-level variable that code of the package changes:
// by assignment, increment, delete, clear or copy, or through a method of a
// pointer to it. What an address that was taken is used for is not followed.
func (p *pkg) writes(into map[string]token.Pos) {
	note := func(e ast.Expr) {
		if v := p.packageVar(e); v != nil {
			into[symbol(v)] = e.Pos()
		}
	}
	for _, f := range p.files {
		if f.test || f.generated || !f.built {
			continue
		}
		ast.Inspect(f.ast, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.AssignStmt:
				if n.Tok != token.DEFINE {
					for _, e := range n.Lhs {
						note(e)
					}
				}
			case *ast.IncDecStmt:
				note(n.X)
			case *ast.RangeStmt:
				if n.Tok == token.ASSIGN {
					note(n.Key)
					note(n.Value)
				}
			case *ast.CallExpr:
				if name, ok := n.Fun.(*ast.Ident); ok && len(n.Args) > 0 && p.info.Uses[name] != nil && p.info.Uses[name].Parent() == types.Universe {
					if name.Name == "delete" || name.Name == "clear" || name.Name == "copy" {
						note(n.Args[0])
					}
				}
				if sel, ok := n.Fun.(*ast.SelectorExpr); ok && p.addresses(sel) {
					note(sel.X)
				}
			}
			return true
		})
	}
}

// addresses reports whether a method call takes the address of its receiver.
func (p *pkg) addresses(sel *ast.SelectorExpr) bool {
	s := p.info.Selections[sel]
	if s == nil || s.Kind() != types.MethodVal {
		return false
	}
	fn := s.Obj().(*types.Func)
	_, pointer := fn.Signature().Recv().Type().(*types.Pointer)
	_, already := s.Recv().(*types.Pointer)
	return pointer && !already
}

// synchronised finds what a type holds that only changing state needs: locks,
// atomics, pools, channels. It looks through pointers within the module.
func synchronised(t types.Type, seen []types.Type) string {
	for _, s := range seen {
		if types.Identical(s, t) {
			return ""
		}
	}
	seen = append(seen, t)
	if n, ok := t.(*types.Named); ok && n.Obj().Pkg() != nil {
		switch path := n.Obj().Pkg().Path(); {
		case path == "sync" || path == "sync/atomic":
			return path + "." + n.Obj().Name()
		case !strings.HasPrefix(path, modulePath):
			return "" // others' types are theirs to judge
		}
	}
	switch u := t.Underlying().(type) {
	case *types.Chan:
		return "channel"
	case *types.Pointer:
		return synchronised(u.Elem(), seen)
	case *types.Array:
		return synchronised(u.Elem(), seen)
	case *types.Slice:
		return synchronised(u.Elem(), seen)
	case *types.Map:
		return synchronised(u.Elem(), seen)
	case *types.Struct:
		for f := range u.Fields() {
			if kind := synchronised(f.Type(), seen); kind != "" {
				return kind
			}
		}
	}
	return ""
}

func TestNoMutableState(t *testing.T) { hold(t, stateRule) }
