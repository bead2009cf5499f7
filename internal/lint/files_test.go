package lint

import (
	"fmt"
	"go/ast"
	"path"
	"regexp"
	"strings"
	"testing"
)

const maxLines = 500

var lengthRule = rule{
	why: "a file is about one noun of the domain; one that is longer is about two",
	check: func(m *module, report reporter) {
		m.each(func(p *pkg, f *file) {
			if f.lines > maxLines {
				report(line(f.name, maxLines), "", fmt.Sprintf("%d lines, at most %d", f.lines, maxLines))
			}
		})
	},
}

func TestFilesAreShort(t *testing.T) { hold(t, lengthRule) }

// unfinishedWork is spelled so that this file does not match itself.
var unfinishedWork = regexp.MustCompile(`\b(TO` + `DO|FIX` + `ME|XX` + `X|HA` + `CK)\b`)

var marksRule = rule{
	why: "what is not finished is said in the service's page or an issue, where users see it, not in the code",
	check: func(m *module, report reporter) {
		m.each(func(p *pkg, f *file) {
			for _, group := range f.ast.Comments {
				for _, c := range group.List {
					if mark := unfinishedWork.FindString(c.Text); mark != "" {
						report(m.at(c.Pos()), mark, "a comment marked "+mark)
					}
				}
			}
		})
		for _, x := range m.texts {
			for i, l := range strings.Split(x.content, "\n") {
				if mark := unfinishedWork.FindString(l); mark != "" {
					report(line(x.name, i+1), mark, "marked "+mark)
				}
			}
		}
	},
}

func TestNoMarksOfUnfinishedWork(t *testing.T) { hold(t, marksRule) }

var skipRule = rule{
	why: "a test that was left out must say what was missing",
	check: func(m *module, report reporter) {
		m.each(func(p *pkg, f *file) {
			if !f.test {
				return
			}
			ast.Inspect(f.ast, func(n ast.Node) bool {
				call, ok := n.(*ast.CallExpr)
				if !ok {
					return true
				}
				if sel, ok := call.Fun.(*ast.SelectorExpr); ok && (sel.Sel.Name == "Skip" && len(call.Args) == 0 || sel.Sel.Name == "SkipNow") {
					report(m.at(call.Pos()), sel.Sel.Name, "a skip without a reason")
				}
				return true
			})
		})
	},
}

func TestSkipsHaveReasons(t *testing.T) { hold(t, skipRule) }

var packageDocRule = rule{
	why: "a reader learns from the package comment what a package is for and what it promises, and looks for it in doc.go",
	check: func(m *module, report reporter) {
		for _, p := range m.pkgs {
			var hand, documented []*file
			generated := 0
			for _, f := range p.files {
				if f.test {
					continue
				}
				if f.generated {
					generated++
				} else {
					hand = append(hand, f)
				}
				if f.ast.Doc != nil && strings.TrimSpace(f.ast.Doc.Text()) != "" {
					documented = append(documented, f)
				}
			}
			inPlace := func(f *file) bool {
				base := path.Base(f.name)
				return base == "doc.go" || p.isMain() && base == "main.go"
			}
			switch {
			case len(hand)+generated == 0:
			case len(documented) == 0:
				report(line(p.files[0].name, 1), "", "package "+p.files[0].ast.Name.Name+" has no package comment")
			case len(documented) > 1:
				report(line(documented[1].name, 1), "", "a second package comment, beside "+documented[0].name)
			case len(hand) > 1 && !inPlace(documented[0]):
				report(line(documented[0].name, 1), "", "the comment of a package of several files belongs into doc.go")
			}
		}
	},
}

func TestPackagesAreDocumented(t *testing.T) { hold(t, packageDocRule) }
