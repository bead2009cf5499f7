package lint

import (
	"path"
	"regexp"
	"strings"
	"testing"
)

const architecture = "docs/ARCHITECTURE.md"

var link = regexp.MustCompile(`\]\(([^)\s#]+)(#[^)\s]*)?\)`)

var docsRule = rule{
	why: "a page that leaves out a part of the house, or points to nothing, is believed all the same",
	check: func(m *module, report reporter) {
		page := ""
		for _, x := range m.texts {
			if path.Ext(x.name) != ".md" {
				continue
			}
			if x.name == architecture {
				page = x.content
			}
			for i, l := range strings.Split(x.content, "\n") {
				for _, target := range link.FindAllStringSubmatch(l, -1) {
					if !strings.Contains(target[1], ":") && !m.names[path.Join(path.Dir(x.name), target[1])] {
						report(line(x.name, i+1), target[1], "a link to "+target[1]+", which is not there")
					}
				}
			}
		}
		for _, p := range m.pkgs {
			if part := partOf(p.dir); part == p.dir && part != "." && !strings.Contains(page, "`"+part+"`") {
				report(m.at(p.files[0].ast.Package), part, architecture+" does not name "+part)
			}
		}
	},
}

// partOf is the folder that stands for a package in the description of the
// house: internal/kv for internal/kv/pebblekv.
func partOf(dir string) string {
	parts := strings.Split(dir, "/")
	depth := 2
	switch {
	case below(dir, "internal/services"):
		depth = 3
	case parts[0] == "bench" || parts[0] == "stacks":
		depth = 1
	}
	return strings.Join(parts[:min(depth, len(parts))], "/")
}

func TestDocsAreWhole(t *testing.T) { hold(t, docsRule) }
