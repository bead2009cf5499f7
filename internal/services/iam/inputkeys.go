package iam

import (
	"reflect"
	"strings"

	api "github.com/gatehouse-dev/gatehouse/internal/api/iam"
)

// inputKeys are the condition keys that an input and the entity that it is
// about bring along. Nothing is computed that no policy asks for.
type inputKeys struct {
	in     reflect.Value // the input's struct
	kind   string
	entity *entity // nil if it does not exist
}

// Lookup implements policy.Keys.
func (k inputKeys) Lookup(key string) ([]string, bool) {
	switch key {
	case "iam:policyarn":
		if k.kind == kindPolicy {
			return nil, false
		}
		return present(text(k.in, "PolicyArn"))
	case "iam:permissionsboundary":
		if asked := text(k.in, "PermissionsBoundary"); asked != "" {
			return []string{asked}, true
		}
		if k.entity == nil {
			return nil, false
		}
		return present(k.entity.boundary)
	case "aws:tagkeys":
		return k.tagKeys()
	}
	if tag, ok := strings.CutPrefix(key, "aws:requesttag/"); ok {
		for _, t := range k.tags() {
			if strings.EqualFold(*t.Key, tag) {
				return []string{*t.Value}, true
			}
		}
		return nil, false
	}
	tag, ok := strings.CutPrefix(key, "aws:resourcetag/")
	if !ok {
		tag, ok = strings.CutPrefix(key, "iam:resourcetag/")
	}
	if ok && k.entity != nil {
		for name, value := range k.entity.tags {
			if strings.EqualFold(name, tag) {
				return []string{value}, true
			}
		}
	}
	return nil, false
}

func present(s string) ([]string, bool) { return []string{s}, s != "" }

func (k inputKeys) tags() []api.Tag {
	f := k.in.FieldByName("Tags")
	if !f.IsValid() {
		return nil
	}
	tags, _ := f.Interface().([]api.Tag)
	return tags
}

func (k inputKeys) tagKeys() ([]string, bool) {
	var names []string
	for _, t := range k.tags() {
		names = append(names, *t.Key)
	}
	if f := k.in.FieldByName("TagKeys"); f.IsValid() {
		removed, _ := f.Interface().([]string)
		names = append(names, removed...)
	}
	return names, len(names) > 0
}

// text is a string member of an input, "" where it has none.
func text(v reflect.Value, member string) string {
	f := v.FieldByName(member)
	if !f.IsValid() || f.Kind() != reflect.Pointer || f.IsNil() || f.Elem().Kind() != reflect.String {
		return ""
	}
	return f.Elem().String()
}
