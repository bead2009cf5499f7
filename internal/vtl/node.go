package vtl

import (
	"errors"
)

// node is a part of a template's body.
type node interface {
	render(s *state) error
}

var (
	errStop  = errors.New("#stop")
	errBreak = errors.New("#break")
)

type text string

func (t text) render(s *state) error { return s.write(string(t)) }

type stop struct{}

func (stop) render(*state) error { return errStop }

type breakLoop struct{}

func (breakLoop) render(*state) error { return errBreak }

// output is a reference in the text.
type output struct {
	ref    *reference
	source string // as written
	quiet  bool
	// escaped is set after a backslash: a reference that has a value is then
	// written as it stands.
	escaped bool
}

func (o *output) render(s *state) error {
	v, err := o.ref.eval(s)
	if err != nil {
		return err
	}
	switch {
	case o.escaped && v != nil:
		return s.write(o.source)
	case o.escaped:
		return s.write(`\` + o.source)
	case v != nil:
		if _, object := v.(Object); object {
			return nil
		}
		t := Text(v)
		if err := s.made(len(t)); err != nil {
			return err
		}
		return s.write(t)
	case o.quiet || o.ref.ofObject(s):
		return nil
	}
	return s.write(o.source)
}

// set is #set. A null value leaves its target as it is (Velocity's
// directive.set.null.allowed is off).
type set struct {
	target *reference
	value  expression
}

func (d *set) render(s *state) error {
	v, err := d.value.eval(s)
	if err != nil || v == nil {
		return err
	}
	return d.target.assign(s, v)
}

// condition is #if with its #elseif and #else.
type condition struct {
	tests  []expression
	bodies [][]node
	orElse []node
}

func (c *condition) render(s *state) error {
	for i, test := range c.tests {
		v, err := test.eval(s)
		if err != nil {
			return err
		}
		if truth(v) {
			return s.run(c.bodies[i])
		}
	}
	return s.run(c.orElse)
}

// foreach is #foreach.
type foreach struct {
	name string
	over expression
	body []node
}

func (f *foreach) render(s *state) error {
	v, err := f.over.eval(s)
	if err != nil {
		return err
	}
	items := elements(v)
	outer, had := s.variables[f.name]
	outerLoop, hadLoop := s.variables["foreach"]
	outerCount, hadCount := s.variables["velocityCount"]
	defer func() {
		restore(s, f.name, outer, had)
		restore(s, "foreach", outerLoop, hadLoop)
		restore(s, "velocityCount", outerCount, hadCount)
	}()
	for i, item := range items {
		if err := s.step(); err != nil {
			return err
		}
		s.variables[f.name] = item
		s.variables["velocityCount"] = int64(i + 1)
		s.variables["foreach"] = loop{index: i, length: len(items), parent: outerLoop}
		err := s.run(f.body)
		if err == errBreak {
			break
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func restore(s *state, name string, v any, had bool) {
	if had {
		s.variables[name] = v
	} else {
		delete(s.variables, name)
	}
}

// elements are what a loop over a value visits: of a map, its values. The list
// is a copy, so that the body may change the original.
func elements(v any) []any {
	switch v := v.(type) {
	case *List:
		return append([]any(nil), v.Items...)
	case *Map:
		out := make([]any, len(v.keys))
		for i, k := range v.keys {
			out[i] = v.values[k]
		}
		return out
	}
	return nil
}

// loop is $foreach.
type loop struct {
	index, length int
	parent        any
}

func (l loop) Get(name string) any {
	switch name {
	case "index":
		return int64(l.index)
	case "count":
		return int64(l.index + 1)
	case "hasNext":
		return l.index+1 < l.length
	case "first":
		return l.index == 0
	case "last":
		return l.index+1 == l.length
	case "parent":
		return l.parent
	}
	return nil
}

func (l loop) Call(name string, args []any) (any, bool, error) {
	if name == "hasNext" && len(args) == 0 {
		return l.index+1 < l.length, true, nil
	}
	return nil, false, nil
}
