package vtl

import (
	"fmt"
)

// expression has a value.
type expression interface {
	eval(s *state) (any, error)
}

// reference is $name followed by properties, calls and indexes.
type reference struct {
	name  string
	links []link
}

// link is .name, .name(args) or [index].
type link struct {
	name  string
	call  bool
	args  []expression
	index expression
}

func (r *reference) eval(s *state) (any, error) { return r.follow(s, r.links) }

func (r *reference) follow(s *state, links []link) (any, error) {
	v := s.variable(r.name)
	for i := range links {
		if v == nil {
			return nil, nil
		}
		if err := s.step(); err != nil {
			return nil, err
		}
		var err error
		if v, err = links[i].follow(s, v); err != nil {
			return nil, err
		}
	}
	return v, nil
}

// ofObject reports whether the reference begins at an Object.
func (r *reference) ofObject(s *state) bool {
	_, ok := s.variable(r.name).(Object)
	return ok
}

func (l *link) follow(s *state, v any) (any, error) {
	switch {
	case l.index != nil:
		i, err := l.index.eval(s)
		if err != nil {
			return nil, err
		}
		return element(v, i), nil
	case !l.call:
		return property(v, l.name), nil
	}
	args := make([]any, len(l.args))
	for i, a := range l.args {
		var err error
		if args[i], err = a.eval(s); err != nil {
			return nil, err
		}
	}
	return s.call(v, l.name, args)
}

func property(v any, name string) any {
	switch v := v.(type) {
	case Object:
		return v.Get(name)
	case *Map:
		if found, ok := v.Get(name); ok {
			return found
		}
		if name == "empty" {
			return v.Len() == 0
		}
	case *List:
		if name == "empty" {
			return len(v.Items) == 0
		}
	case string:
		if name == "empty" {
			return v == ""
		}
	case entry:
		switch name {
		case "key":
			return v.key
		case "value":
			return v.value
		}
	}
	return nil
}

// element is v[i]; a negative index counts from the end.
func element(v, i any) any {
	switch v := v.(type) {
	case *List:
		n, ok := i.(int64)
		if !ok {
			return nil
		}
		if n < 0 {
			n += int64(len(v.Items))
		}
		if n < 0 || n >= int64(len(v.Items)) {
			return nil
		}
		return v.Items[n]
	case *Map:
		found, _ := v.Get(Text(i))
		return found
	case Object:
		return v.Get(Text(i))
	}
	return nil
}

// assign is the left side of #set.
func (r *reference) assign(s *state, v any) error {
	if len(r.links) == 0 {
		s.variables[r.name] = v
		return nil
	}
	last := r.links[len(r.links)-1]
	owner, err := r.follow(s, r.links[:len(r.links)-1])
	if err != nil {
		return err
	}
	if last.call {
		return fmt.Errorf("%w: a call cannot be assigned to", ErrTemplate)
	}
	key := any(last.name)
	if last.index != nil {
		if key, err = last.index.eval(s); err != nil {
			return err
		}
	}
	switch owner := owner.(type) {
	case *Map:
		if err := s.guard(v, owner); err != nil {
			return err
		}
		owner.Put(Text(key), v)
	case *List:
		i, ok := key.(int64)
		if i < 0 {
			i += int64(len(owner.Items))
		}
		if !ok || i < 0 || i >= int64(len(owner.Items)) {
			return fmt.Errorf("%w: index out of bounds", ErrTemplate)
		}
		if err := s.guard(v, owner); err != nil {
			return err
		}
		owner.Items[i] = v
	}
	return nil
}

// guard refuses to put v into owner when that would make a cycle.
func (s *state) guard(v, owner any) error {
	switch v.(type) {
	case *List, *Map, entry:
	default:
		return nil
	}
	found, err := s.contains(v, owner, 0)
	if err != nil {
		return err
	}
	if found {
		return fmt.Errorf("%w: a value cannot contain itself", ErrTemplate)
	}
	return nil
}

// contains reports whether inner is v or within it.
func (s *state) contains(v, inner any, depth int) (bool, error) {
	if err := s.step(); err != nil {
		return false, err
	}
	if depth > maxDepth {
		return false, ErrLimit
	}
	var parts []any
	switch v := v.(type) {
	case *List:
		if v == inner {
			return true, nil
		}
		parts = v.Items
	case *Map:
		if v == inner {
			return true, nil
		}
		parts = elements(v)
	case entry:
		parts = []any{v.value}
	}
	for _, part := range parts {
		if found, err := s.contains(part, inner, depth+1); found || err != nil {
			return found, err
		}
	}
	return false, nil
}
