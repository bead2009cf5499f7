package cloudformation

import (
	"encoding/json"
	"maps"
	"slices"

	"github.com/gatehouse-dev/gatehouse/internal/cfn"
	"github.com/gatehouse-dev/gatehouse/internal/cfn/template"
)

// planned is what an update would do to one resource.
type planned struct {
	ID, Type, PhysicalID string
	Action               string   // Add, Modify, Remove
	Replacement          string   // of Modify: True, False, Conditional
	Changed              []string // properties
	Unknown              []string // those whose value depends on resources not yet made
}

// plan is what an update would do.
type plan struct {
	resources []planned
	rest      bool // tags, outputs or metadata change too
}

func (p *plan) empty() bool { return len(p.resources) == 0 && !p.rest }

// plan compares the world with what its template wants.
func (w *world) plan(st *stack, d *definition) (*plan, error) {
	wanted, err := w.wanted()
	if err != nil {
		return nil, templateFault(err)
	}
	graph, err := w.tpl.Graph()
	if err != nil {
		return nil, templateFault(err)
	}
	p := &plan{rest: !maps.Equal(st.Tags, d.Tags)}
	for _, id := range ordered(wanted, graph) {
		tr, res := w.tpl.Resource(id), w.resources[id]
		if res == nil || res.PhysicalID == "" {
			w.unknown[id] = true
			p.resources = append(p.resources, planned{ID: id, Type: tr.Type, Action: "Add"})
			continue
		}
		if res.Type != tr.Type {
			return nil, invalid("Update of resource type is not permitted. The new template modifies resource type of the following resources: [%s]", id)
		}
		if m := metadata(tr); string(m) != string(res.Metadata) {
			p.rest = true
		}
		c, err := w.compare(tr, res)
		if err != nil {
			return nil, err
		}
		if c != nil {
			p.resources = append(p.resources, *c)
			w.unknown[id] = c.Replacement != "False"
		}
	}
	for _, id := range slices.Sorted(maps.Keys(w.resources)) {
		if res := w.resources[id]; !slices.Contains(wanted, id) && res.PhysicalID != "" {
			p.resources = append(p.resources, planned{ID: id, Type: res.Type, PhysicalID: res.PhysicalID, Action: "Remove"})
		}
	}
	if len(p.resources) == 0 && !p.rest {
		outs, err := w.outputs()
		p.rest = err != nil || !slices.Equal(outs, st.Outputs)
	}
	return p, nil
}

// compare returns how a resource would change, nil if not at all. Properties
// that cannot be evaluated count as changed: the update tells why.
func (w *world) compare(tr *template.Resource, res *resource) (*planned, error) {
	old, err := cfn.LoadProperties(res.Properties)
	if err != nil {
		return nil, err
	}
	c := &planned{ID: tr.ID, Type: tr.Type, PhysicalID: res.PhysicalID, Action: "Modify", Replacement: "False"}
	v, err := w.env.Evaluate(tr.Properties)
	if err != nil {
		return c, nil
	}
	members, _ := v.(map[string]any)
	known := map[string]any{}
	for name, value := range members {
		if hasUnknown(value) {
			c.Unknown = append(c.Unknown, name)
		} else {
			known[name] = value
		}
	}
	slices.Sort(c.Unknown)
	t := w.types[tr.Type]
	optional := cfn.Schema{}
	for name, prop := range t.Properties {
		prop.Required = false
		optional[name] = prop
	}
	props, err := optional.Coerce(known)
	if err != nil {
		return c, nil
	}
	raw, err := json.Marshal(props)
	if err != nil {
		return nil, err
	}
	if props, err = cfn.LoadProperties(raw); err != nil {
		return nil, err
	}
	for _, name := range cfn.Changed(old, props) {
		if !slices.Contains(c.Unknown, name) {
			c.Changed = append(c.Changed, name)
		}
	}
	switch {
	case len(c.Changed)+len(c.Unknown) == 0:
		return nil, nil
	case t.Replaces(c.Changed):
		c.Replacement = "True"
	case t.Replaces(c.Unknown):
		c.Replacement = "Conditional"
	}
	return c, nil
}

func hasUnknown(v any) bool {
	switch v := v.(type) {
	case template.Unknown:
		return true
	case []any:
		return slices.ContainsFunc(v, hasUnknown)
	case map[string]any:
		for _, m := range v {
			if hasUnknown(m) {
				return true
			}
		}
	}
	return false
}

// ordered sorts ids so that each comes after those that it needs.
func ordered(ids []string, needs map[string][]string) []string {
	var out []string
	seen := map[string]bool{}
	var visit func(id string)
	visit = func(id string) {
		if seen[id] {
			return
		}
		seen[id] = true
		for _, n := range needs[id] {
			if slices.Contains(ids, n) {
				visit(n)
			}
		}
		out = append(out, id)
	}
	for _, id := range slices.Sorted(slices.Values(ids)) {
		visit(id)
	}
	return out
}
