package apigateway

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	api "github.com/gatehouse-dev/gatehouse/internal/api/apigateway"
)

// The slots of the common kinds of members. field gives the member's place.

// textSlot replaces a text; an empty or missing value takes it away.
func textSlot[T any](path string, field func(*T) **string) slot[T] {
	return slot[T]{path, onlyReplace, func(t *T, e edit) error {
		*field(t) = filled(e.value)
		return nil
	}}
}

// removableText is a textSlot that can also be removed.
func removableText[T any](path string, field func(*T) **string) slot[T] {
	return slot[T]{path, []string{api.OpReplace, api.OpRemove}, func(t *T, e edit) error {
		*field(t) = nil
		if e.op == api.OpReplace {
			*field(t) = filled(e.value)
		}
		return nil
	}}
}

// enumSlot replaces a text by one of the values; an empty one takes it away
// where optional.
func enumSlot[T any](path, name string, optional bool, values []string, field func(*T) **string) slot[T] {
	return slot[T]{path, onlyReplace, func(t *T, e edit) error {
		switch {
		case slices.Contains(values, e.text()):
			*field(t) = new(e.text())
		case optional && e.text() == "":
			*field(t) = nil
		default:
			return api.BadRequestException("Invalid %s specified. Valid options are %s", name, strings.Join(values, ","))
		}
		return nil
	}}
}

// boolSlot replaces a boolean. As AWS does, anything but true is false.
func boolSlot[T any](path string, field func(*T) **bool) slot[T] {
	return slot[T]{path, onlyReplace, func(t *T, e edit) error {
		*field(t) = new(isTrue(e.value))
		return nil
	}}
}

// The sentences for an entry that is not there.
const (
	noParameter = "Invalid parameter name specified"
	noContent   = "Content-Type specified was not found"
)

// textEntry adds, replaces and removes the entries of a map of texts.
func textEntry[T any](path, missing string, field func(*T) *map[string]string) slot[T] {
	return slot[T]{path, addReplaceRemove, func(t *T, e edit) error {
		return putEntry(field(t), e, e.text(), missing)
	}}
}

// putEntry performs an edit on a map whose key is the edit's argument. What is
// to be replaced or removed must be there; an empty map becomes an absent one.
func putEntry[V any](m *map[string]V, e edit, value V, missing string) error {
	if _, ok := (*m)[e.arg()]; !ok && e.op != api.OpAdd {
		return api.NotFoundException("%s", missing)
	}
	if e.op == api.OpRemove {
		delete(*m, e.arg())
		if len(*m) == 0 {
			*m = nil
		}
		return nil
	}
	if *m == nil {
		*m = map[string]V{}
	}
	(*m)[e.arg()] = value
	return nil
}

// listEntry adds and removes the items of a list that are named in the path.
func listEntry[T any](path string, field func(*T) *[]string) slot[T] {
	return slot[T]{path, addReplaceRemove, func(t *T, e edit) error {
		editList(field(t), e.op, e.arg(), e.text())
		return nil
	}}
}

// listValue adds and removes the items of a list that are the value.
func listValue[T any](path string, field func(*T) *[]string) slot[T] {
	return slot[T]{path, []string{api.OpAdd, api.OpRemove}, func(t *T, e edit) error {
		if e.text() == "" {
			return api.BadRequestException("Invalid null or empty value for patch path %s", e.at())
		}
		editList(field(t), e.op, e.text(), "")
		return nil
	}}
}

// editList keeps a list free of repetitions. What is replaced goes to the end.
func editList(list *[]string, op, item, replacement string) {
	if op != api.OpAdd {
		*list = slices.DeleteFunc(*list, func(x string) bool { return x == item })
	}
	if op == api.OpReplace {
		item = replacement
	}
	if op != api.OpRemove && item != "" && !slices.Contains(*list, item) {
		*list = append(*list, item)
	}
	if len(*list) == 0 {
		*list = nil
	}
}

// integer reads the value of an edit as a number within bounds.
func integer(e edit, name string, lo, hi int32) (*int32, error) {
	n, err := strconv.ParseInt(strings.TrimSpace(e.text()), 10, 32)
	if err != nil || int32(n) < lo || int32(n) > hi {
		return nil, api.BadRequestException("Invalid value for %s, must be between %d and %d", name, lo, hi)
	}
	return new(int32(n)), nil
}

// decimal reads the value of an edit as a finite number that is not negative,
// or -1 for "no limit".
func decimal(e edit, name string) (*float64, error) {
	f, err := strconv.ParseFloat(strings.TrimSpace(e.text()), 64)
	if err != nil || f != f || f > 1e15 || f < 0 && f != -1 {
		return nil, api.BadRequestException("Invalid value for %s: %s", name, e.text())
	}
	return &f, nil
}

func isTrue(value *string) bool { return strings.EqualFold(str(value), "true") }

// str is the text that p points to, "" for nil.
func str(p *string) string {
	if p == nil {
		return ""
	}
	return *p
}

// val is the value that p points to, the zero value for nil.
func val[T any](p *T) T {
	if p == nil {
		var zero T
		return zero
	}
	return *p
}

// filled is nil for an empty text.
func filled(p *string) *string {
	if str(p) == "" {
		return nil
	}
	return p
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
