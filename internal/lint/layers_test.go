package lint

import (
	"fmt"
	"strings"
	"testing"
)

// layers is the house from the ground up. A package may use what is on its own
// floor or below. A directory stands for all below it.
var layers = [][]string{
	{"internal/apigen", "internal/arn", "internal/awserr", "internal/clock", "internal/ids", "internal/jwt", "internal/logline",
		"internal/paging", "internal/sigv4sign", "internal/trace", "internal/tuple", "internal/version", "internal/vtl"},
	{"internal/kv", "internal/policy", "internal/upstream", "internal/wire"},
	{"internal/api", "internal/blob", "internal/identity", "internal/jobs"},
	{"internal/front", "internal/runner"},
	{"internal/assets", "internal/cfn", "internal/edge"},
	{"internal/services"},
	{"internal/server"},
	{".", "internal/testkit", "internal/up"},
	{"internal/cli"},
	{"cmd"},
	{"internal/lint", "stacks", "test", "bench"},
}

// floor is the layer of a package; -1 where the table does not say.
func floor(dir string) int {
	for i, dirs := range layers {
		for _, d := range dirs {
			if dir == d || d != "." && below(dir, d) {
				return i
			}
		}
	}
	return -1
}

const layersWhy = "a package that knows only what is below it can be read, tested and replaced alone; services that imported one another would soon be one service"

// serviceOf is the service that a package belongs to, "" for none.
func serviceOf(dir string) string {
	rest, ok := strings.CutPrefix(dir, "internal/services/")
	if !ok {
		return ""
	}
	name, _, _ := strings.Cut(rest, "/")
	return name
}

func localDir(importPath string) (string, bool) {
	if importPath == modulePath {
		return ".", true
	}
	return strings.CutPrefix(importPath, modulePath+"/")
}

var layersRule = rule{why: layersWhy, check: func(m *module, report reporter) {
	for _, p := range m.pkgs {
		from := floor(p.dir)
		if from < 0 {
			report(m.at(p.files[0].ast.Package), p.dir, p.dir+" has no place in the table of layers (internal/lint/layers_test.go)")
			continue
		}
		for _, f := range p.files {
			for _, i := range f.imports() {
				dir, ok := localDir(i.path)
				if !ok {
					continue
				}
				if why := forbidden(p.dir, dir, f.test, from); why != "" {
					report(m.at(i.pos), dir, fmt.Sprintf("%s imports %s: %s", p.dir, dir, why))
				}
			}
		}
	}
}, except: []exception{}}

// forbidden says why one package must not import another; "" if it may. Tests
// may use stores, engines and other services: they put together what
// internal/server puts together.
func forbidden(from, to string, test bool, fromFloor int) string {
	mine, theirs := serviceOf(from), serviceOf(to)
	switch {
	case floor(to) < 0:
		return "it has no place in the table of layers"
	case test:
		return ""
	case to == "internal/testkit" || to == "internal/lint" || below(to, "internal/kv/kvtest") || below(to, "internal/kv/pgkv/pgtest"):
		return "only tests use it"
	case theirs != "" && mine == "" && from != "internal/server":
		return "only internal/server imports services"
	case theirs != "" && mine != "" && mine != theirs:
		return "services do not import one another; declare the small interface that you need, internal/server wires it"
	case floor(to) > fromFloor:
		return "it is a higher layer"
	}
	return ""
}

func TestLayers(t *testing.T) { hold(t, layersRule) }

var sdkRule = rule{
	why: "the server must not depend on its clients' library: it would inherit its mistakes, and check itself against itself",
	check: func(m *module, report reporter) {
		for _, p := range m.pkgs {
			for _, f := range p.files {
				if f.test {
					continue
				}
				for _, i := range f.imports() {
					if strings.HasPrefix(i.path, "github.com/aws/") {
						report(m.at(i.pos), i.path, p.dir+" imports "+i.path)
					}
				}
			}
		}
	},
	except: []exception{
		{"bench", "", "benchmarks are clients"},
		{"internal/testkit", "", "it makes clients for tests, and only tests import it"},
		{"stacks", "", "functions of the example stacks are clients"},
	},
}

func TestOnlyTestsUseTheSDK(t *testing.T) { hold(t, sdkRule) }
