//go:build e2e

package terraform

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// untold are attributes that nothing can read back after an import.
type untold struct {
	attributes []string
	reason     string
}

// configuration is a directory of testdata and what is special about it. Its
// variable "changed" is false at first and then true.
type configuration struct {
	name   string
	files  map[string][]byte // further ones, that testdata does not keep
	fixed  map[string]string // by address or type: why the change leaves it alone
	anew   map[string]string // by address: why the change replaces it
	untold map[string]untold // by type
	left   []string          // AWS CLI commands that print 0 or None after the destruction
}

// run takes the configuration through its life. The steps, where there are any,
// are given the workspace after the first apply and after the change.
func (c configuration) run(t *testing.T, applied, changed func(*workspace)) {
	t.Parallel()
	w := newWorkspace(t, c.name)
	for name, content := range c.files {
		w.write(name, string(content))
	}
	w.must("apply", "-auto-approve", "-input=false", "-no-color")
	w.wantNoChanges("after the first apply")
	if applied != nil {
		applied(w)
	}

	actions := w.actions("apply", "-auto-approve", "-input=false", "-var=changed=true")
	w.wantNoChanges("after the change", "-var=changed=true")
	resources := w.resources()
	c.checkActions(t, resources, actions)
	if changed != nil {
		changed(w)
	}

	c.importAnew(w, resources)
	w.must("destroy", "-auto-approve", "-input=false", "-no-color", "-var=changed=true")
	for _, command := range c.left {
		if out := w.aws(strings.Fields(command)...); out != "0" && out != "None" {
			t.Errorf("left after the destruction: aws %s: %s", command, out)
		}
	}
}

// wantOutput compares an output with a JSON text.
func (w *workspace) wantOutput(name, want string) {
	w.t.Helper()
	var got, wanted any
	w.value(&got, "output", "-json", name)
	if err := json.Unmarshal([]byte(want), &wanted); err != nil {
		w.t.Fatal(err)
	}
	if !reflect.DeepEqual(got, wanted) {
		text, _ := json.Marshal(got)
		w.t.Errorf("output %s:\n%s\nnot\n%s", name, text, want)
	}
}

// checkActions fails unless each resource was updated in place, or says why not.
func (c configuration) checkActions(t *testing.T, resources []resource, actions map[string]string) {
	t.Helper()
	used := map[string]bool{}
	allowed := func(table map[string]string, r resource) bool {
		for _, name := range []string{r.Address, r.Type} {
			if _, ok := table[name]; ok {
				used[name] = true
				return true
			}
		}
		return false
	}
	for _, r := range resources {
		action, planned := actions[r.Address]
		switch {
		case !planned:
			if !allowed(c.fixed, r) {
				t.Errorf("%s: the change does not touch it", r.Address)
			}
		case action != "update":
			if !allowed(c.anew, r) {
				t.Errorf("%s: %s, not an update in place", r.Address, action)
			}
		}
	}
	for _, table := range []map[string]string{c.fixed, c.anew} {
		for name := range table {
			if !used[name] {
				t.Errorf("%s: an exception that nothing needs", name)
			}
		}
	}
}

// importAnew forgets all that can be imported, imports it, and compares: the
// plan changes nothing but what AWS cannot tell. Then it applies the plan.
func (c configuration) importAnew(w *workspace, resources []resource) {
	w.t.Helper()
	forget := []string{"state", "rm"}
	var blocks strings.Builder
	for _, r := range resources {
		if id := r.importID(w.t); id != "" {
			forget = append(forget, r.Address)
			fmt.Fprintf(&blocks, "import {\n  to = %s\n  id = %q\n}\n", r.Address, id)
		}
	}
	w.must(forget...)
	w.write("imports.tf", blocks.String())
	w.must("plan", "-input=false", "-no-color", "-var=changed=true", "-out=imports")
	var plan struct {
		Changes []struct {
			Address string
			Mode    string
			Type    string
			Change  struct {
				Actions       []string
				Before, After map[string]any
				Forced        [][]any `json:"replace_paths"`
			}
		} `json:"resource_changes"`
	}
	w.value(&plan, "show", "-json", "imports")
	used := map[string]bool{}
	for _, r := range plan.Changes {
		if r.Mode == "data" || slices.Equal(r.Change.Actions, []string{"no-op"}) {
			continue
		}
		changes := r.Change.After
		if !slices.Equal(r.Change.Actions, []string{"update"}) {
			// What is made anew changes as a whole: ask what forces it.
			changes = map[string]any{}
			for _, path := range r.Change.Forced {
				name := fmt.Sprint(path[0])
				changes[name] = r.Change.After[name]
			}
			if len(changes) == 0 {
				w.t.Errorf("%s: after the import: %v", r.Address, r.Change.Actions)
			}
		}
		for name, after := range changes {
			before := r.Change.Before[name]
			if reflect.DeepEqual(before, after) {
				continue
			}
			used[r.Type+"."+name] = true
			if !slices.Contains(c.untold[r.Type].attributes, name) {
				w.t.Errorf("%s: after the import: %s changes from %v to %v", r.Address, name, before, after)
			}
		}
	}
	for kind, u := range c.untold {
		for _, name := range u.attributes {
			if !used[kind+"."+name] {
				w.t.Errorf("%s: %s is told, although %s", kind, name, u.reason)
			}
		}
	}
	w.must("apply", "-input=false", "-no-color", "imports")
	w.write("imports.tf", "")
	w.wantNoChanges("after the import", "-var=changed=true")
}
