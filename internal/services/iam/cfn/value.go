package iamcfn

import (
	"maps"
	"slices"

	api "github.com/gatehouse-dev/gatehouse/internal/api/iam"
	"github.com/gatehouse-dev/gatehouse/internal/awserr"
)

func missing(err error) bool { return awserr.HasCode(err, "NoSuchEntity") }

func exists(err error) bool { return awserr.HasCode(err, "EntityAlreadyExists") }

// texts reads a list property.
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

func tagList(tags map[string]string) []api.Tag {
	var out []api.Tag
	for _, key := range slices.Sorted(maps.Keys(tags)) {
		out = append(out, api.Tag{Key: &key, Value: new(tags[key])})
	}
	return out
}
