package cfn

import (
	"maps"
	"slices"
)

// TagChange is what makes one set of tags of another.
func TagChange(from, to map[string]string) (set map[string]string, remove []string) {
	set = map[string]string{}
	for k, v := range to {
		if old, ok := from[k]; !ok || old != v {
			set[k] = v
		}
	}
	for _, k := range slices.Sorted(maps.Keys(from)) {
		if _, ok := to[k]; !ok {
			remove = append(remove, k)
		}
	}
	return set, remove
}

// OldTags are the resource's own tags as deployed, with those that the stack
// has now: a change of the stack's tags alone touches no resource.
func (r *Request) OldTags(property string) map[string]string {
	return mergeTags(r.Tags, r.Old[property])
}
