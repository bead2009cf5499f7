package lint

import (
	"go/token"
	"slices"
	"strings"
	"testing"
)

// rule is one house rule. check reports what breaks it, exceptions included.
type rule struct {
	why   string
	check func(m *module, report reporter)
	// except are the places that may break it.
	except []exception
}

// reporter takes one breach. what is the thing that an exception may name.
type reporter func(pos token.Position, what, text string)

// exception allows what, or everything where it is empty, at a file or in a
// directory and below.
type exception struct {
	where, what, reason string
}

func (e exception) covers(b breach) bool {
	return below(b.pos.Filename, e.where) && (e.what == "" || slices.Contains(strings.Fields(e.what), b.what))
}

// breach is one place that breaks a rule.
type breach struct {
	pos        token.Position
	what, text string
}

// breaches applies the rule. used tells which exceptions were needed.
func (r rule) breaches(m *module) (found []breach, used []bool) {
	used = make([]bool, len(r.except))
	r.check(m, func(pos token.Position, what, text string) {
		b := breach{pos, what, text}
		excepted := false
		for i, e := range r.except {
			if e.covers(b) {
				used[i], excepted = true, true
			}
		}
		if !excepted {
			found = append(found, b)
		}
	})
	return found, used
}

// hold fails the test for each breach of the rule in the house.
func hold(t *testing.T, r rule) {
	t.Helper()
	found, used := r.breaches(house(t))
	for _, b := range found {
		complain := t.Errorf
		if unfinished(b.pos.Filename) {
			complain = t.Logf
		}
		complain("%v: %s", b.pos, b.text)
	}
	if len(found) > 0 {
		t.Logf("why: %s", r.why)
	}
	for i, e := range r.except {
		if e.reason == "" {
			t.Errorf("the exception for %s %s has no reason", e.where, e.what)
		}
		if !used[i] {
			t.Errorf("nothing needs the exception for %s %s any more; remove it", e.where, e.what)
		}
	}
}

func unfinished(name string) bool {
	return slices.ContainsFunc(beingWritten, func(dir string) bool { return below(name, dir) })
}

// each calls fn for each file that someone wrote.
func (m *module) each(fn func(p *pkg, f *file)) {
	for _, p := range m.pkgs {
		for _, f := range p.files {
			if !f.generated {
				fn(p, f)
			}
		}
	}
}

func (m *module) at(pos token.Pos) token.Position { return m.fset.Position(pos) }

// line is a place in a file without a finer position.
func line(name string, n int) token.Position { return token.Position{Filename: name, Line: n} }
