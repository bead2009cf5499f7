package policy

import (
	"slices"
	"strings"
)

// Keys is the request context: condition keys and their values. An
// implementation may compute values when it is asked. The key is always in
// lower case. The caller does not change the values. No values, or false,
// mean that the key is not in the request.
type Keys interface {
	Lookup(key string) (values []string, ok bool)
}

// KeyMap is Keys held in a map whose keys are in lower case; use Set to fill it.
type KeyMap map[string][]string

// Set gives a key its values, whatever the case of its letters.
func (m KeyMap) Set(key string, values ...string) { m[strings.ToLower(key)] = values }

// Lookup implements Keys.
func (m KeyMap) Lookup(key string) ([]string, bool) {
	v, ok := m[key]
	return v, ok
}

// KeyChain is Keys in layers: the first that has a key gives its values.
type KeyChain []Keys

// Lookup implements Keys.
func (c KeyChain) Lookup(key string) ([]string, bool) {
	for _, keys := range c {
		if v, ok := keys.Lookup(key); ok {
			return v, true
		}
	}
	return nil, false
}

func lookup(keys Keys, key string) ([]string, bool) {
	if keys == nil {
		return nil, false
	}
	v, ok := keys.Lookup(key)
	return v, ok && len(v) > 0
}

// ContextKeys gives the condition keys and variables that the document uses,
// as it spells them first, sorted: what GetContextKeysForCustomPolicy answers.
// The caller must not change the slice.
func ContextKeys(d *Document) []string { return d.keys }

func collectKeys(d *Document) []string {
	spelled := map[string]string{}
	add := func(name string) {
		if _, ok := spelled[strings.ToLower(name)]; !ok {
			spelled[strings.ToLower(name)] = name
		}
	}
	for i := range d.statements {
		d.statements[i].eachKey(add)
	}
	out := make([]string, 0, len(spelled))
	for _, name := range spelled {
		out = append(out, name)
	}
	slices.Sort(out)
	return out
}

func (s *statement) eachKey(add func(name string)) {
	eachVariable(s.resources, add)
	for i := range s.conditions {
		add(s.conditions[i].name)
		for j := range s.conditions[i].operands {
			eachVariable(s.conditions[i].operands[j].templates, add)
		}
	}
}

func eachVariable(templates []template, add func(name string)) {
	for _, t := range templates {
		for _, p := range t.parts {
			if p.variable != "" {
				add(p.name)
			}
		}
	}
}
