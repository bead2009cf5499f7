package apigatewaycfn

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	api "github.com/gatehouse-dev/gatehouse/internal/api/apigateway"
	"github.com/gatehouse-dev/gatehouse/internal/cfn"
)

// patch collects the operations of an update.
type patch []api.PatchOperation

func (p *patch) add(op, path, value string) {
	o := api.PatchOperation{Op: &op, Path: &path}
	if op != "remove" {
		o.Value = &value
	}
	*p = append(*p, o)
}

// scalar is a property's value as a patch writes it.
func scalar(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case json.Number:
		return v.String()
	}
	return fmt.Sprint(v)
}

// replace patches each of the scalar properties that differs; paths gives the
// path of each. A property that is no longer given becomes empty, or its
// fallback.
func (p *patch) replace(r *cfn.Request, paths map[string]string, fallback map[string]string) {
	for _, name := range slices.Sorted(maps.Keys(paths)) {
		if !r.Changed(name) {
			continue
		}
		value := fallback[name]
		if v, ok := r.Properties[name]; ok {
			value = scalar(v)
		}
		p.add("replace", paths[name], value)
	}
}

// items patches a list of texts that are part of the path, each an item.
func (p *patch) items(path string, from, to any) {
	before, after := texts(from), texts(to)
	for _, s := range before {
		if !slices.Contains(after, s) {
			p.add("remove", path+"/"+escape(s), "")
		}
	}
	for _, s := range after {
		if !slices.Contains(before, s) {
			p.add("add", path+"/"+escape(s), "")
		}
	}
}

// members patches a map whose keys are part of the path.
func (p *patch) members(path string, from, to any) {
	before, _ := from.(map[string]any)
	after, _ := to.(map[string]any)
	for _, key := range slices.Sorted(maps.Keys(before)) {
		if _, ok := after[key]; !ok {
			p.add("remove", path+"/"+escape(key), "")
		}
	}
	for _, key := range slices.Sorted(maps.Keys(after)) {
		if old, ok := before[key]; !ok || !reflect.DeepEqual(old, after[key]) {
			p.add("replace", path+"/"+escape(key), scalar(after[key]))
		}
	}
}

// escape writes a key as a part of a JSON pointer (RFC 6901, section 3).
func escape(s string) string {
	return strings.ReplaceAll(strings.ReplaceAll(s, "~", "~0"), "/", "~1")
}

func texts(v any) []string {
	var out []string
	items, _ := v.([]any)
	for _, item := range items {
		if s, ok := item.(string); ok {
			out = append(out, s)
		}
	}
	return out
}
