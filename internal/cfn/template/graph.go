package template

import (
	"slices"
	"strings"
)

// Graph returns for each resource the others that it needs, sorted. Resources
// whose condition is false are in it too. A circle is an error.
func (t *Template) Graph() (map[string][]string, error) {
	g := map[string][]string{}
	for i := range t.Resources {
		r := &t.Resources[i]
		refs, err := references(r.Properties)
		if err != nil {
			return nil, err
		}
		needs := slices.Clone(r.DependsOn)
		for _, ref := range refs {
			if t.Resource(ref.name) != nil {
				needs = append(needs, ref.name)
			}
		}
		slices.Sort(needs)
		g[r.ID] = slices.Compact(needs)
	}
	if circle := circular(g); circle != nil {
		return nil, errf("Circular dependency between resources: [%s]", strings.Join(circle, ", "))
	}
	return g, nil
}

// circular returns the resources that remain when all that need none of the
// others are taken away, and then those that no other needs.
func circular(g map[string][]string) []string {
	left := map[string]bool{}
	for id := range g {
		left[id] = true
	}
	for changed := true; changed; {
		changed = false
		for id := range left {
			if !slices.ContainsFunc(g[id], func(d string) bool { return left[d] }) {
				delete(left, id)
				changed = true
			}
		}
	}
	for changed := true; changed; {
		changed = false
		for id := range left {
			needed := false
			for other := range left {
				needed = needed || slices.Contains(g[other], id)
			}
			if !needed {
				delete(left, id)
				changed = true
			}
		}
	}
	out := make([]string, 0, len(left))
	for id := range left {
		out = append(out, id)
	}
	slices.Sort(out)
	if len(out) == 0 {
		return nil
	}
	return out
}
