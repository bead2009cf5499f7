package vtl

import (
	"fmt"
)

// call calls a method on a value. Methods are those of the Java types that a
// template sees: String, Integer, Double, Boolean, ArrayList, LinkedHashMap and
// Map.Entry. A method that does not exist, or not with such arguments, is null,
// as in Velocity.
func (s *state) call(v any, name string, args []any) (any, error) {
	if err := s.step(); err != nil {
		return nil, err
	}
	if o, ok := v.(Object); ok {
		result, known, err := o.Call(name, args)
		if err != nil {
			return nil, fmt.Errorf("%w: %s: %w", ErrTemplate, name, err)
		}
		if known {
			if text, ok := result.(string); ok {
				return result, s.made(len(text))
			}
			return result, nil
		}
		return nil, nil
	}
	switch {
	case name == "toString" && len(args) == 0:
		text := Text(v)
		return text, s.made(len(text))
	case name == "equals" && len(args) == 1:
		return sameType(v, args[0]) && equal(v, args[0]), nil
	}
	switch v := v.(type) {
	case string:
		return s.callString(v, name, args)
	case *List:
		return s.callList(v, name, args)
	case *Map:
		return s.callMap(v, name, args)
	case entry:
		switch name {
		case "getKey":
			return v.key, nil
		case "getValue":
			return v.value, nil
		}
	case int64, float64, bool:
		return callNumber(v, name, args), nil
	}
	return nil, nil
}

// sameType is what Java's equals begins with.
func sameType(a, b any) bool {
	switch a.(type) {
	case string:
		_, ok := b.(string)
		return ok
	case int64:
		_, ok := b.(int64)
		return ok
	case float64:
		_, ok := b.(float64)
		return ok
	case bool:
		_, ok := b.(bool)
		return ok
	}
	return true
}

func (s *state) callList(l *List, name string, args []any) (any, error) {
	switch len(args) {
	case 0:
		switch name {
		case "size":
			return int64(len(l.Items)), nil
		case "isEmpty":
			return len(l.Items) == 0, nil
		case "clear":
			l.Items = nil
		}
		return nil, nil
	case 1:
		return s.callList1(l, name, args[0])
	case 2:
		return s.callList2(l, name, args[0], args[1])
	}
	return nil, nil
}

func (s *state) callList1(l *List, name string, arg any) (any, error) {
	switch name {
	case "get":
		i, ok := arg.(int64)
		if !ok {
			return nil, nil
		}
		if i < 0 || i >= int64(len(l.Items)) {
			return nil, fmt.Errorf("%w: index out of bounds", ErrTemplate)
		}
		return l.Items[i], nil
	case "contains":
		return l.index(arg) >= 0, nil
	case "indexOf":
		return int64(l.index(arg)), nil
	case "add":
		if err := s.guard(arg, l); err != nil {
			return nil, err
		}
		l.Items = append(l.Items, arg)
		return true, s.step()
	case "addAll":
		if err := s.guard(arg, l); err != nil {
			return nil, err
		}
		for _, e := range elements(arg) {
			if err := s.step(); err != nil {
				return nil, err
			}
			l.Items = append(l.Items, e)
		}
		return true, nil
	case "remove":
		i, ok := arg.(int64)
		if !ok {
			at := l.index(arg)
			if at < 0 {
				return false, nil
			}
			l.Items = append(l.Items[:at:at], l.Items[at+1:]...)
			return true, nil
		}
		if i < 0 || i >= int64(len(l.Items)) {
			return nil, fmt.Errorf("%w: index out of bounds", ErrTemplate)
		}
		old := l.Items[i]
		l.Items = append(l.Items[:i:i], l.Items[i+1:]...)
		return old, nil
	}
	return nil, nil
}

func (s *state) callList2(l *List, name string, a, b any) (any, error) {
	i, ok := a.(int64)
	if !ok {
		return nil, nil
	}
	n := int64(len(l.Items))
	switch name {
	case "set", "add":
		if i < 0 || i > n || name == "set" && i == n {
			return nil, fmt.Errorf("%w: index out of bounds", ErrTemplate)
		}
		if err := s.guard(b, l); err != nil {
			return nil, err
		}
		if name == "set" {
			old := l.Items[i]
			l.Items[i] = b
			return old, nil
		}
		l.Items = append(l.Items[:i:i], append([]any{b}, l.Items[i:]...)...)
		return nil, nil
	case "subList":
		to, ok := b.(int64)
		if !ok || i < 0 || to < i || to > n {
			return nil, fmt.Errorf("%w: index out of bounds", ErrTemplate)
		}
		return &List{Items: append([]any(nil), l.Items[i:to]...)}, nil
	}
	return nil, nil
}

func (l *List) index(v any) int {
	for i, e := range l.Items {
		if sameType(e, v) && equal(e, v) {
			return i
		}
	}
	return -1
}

func (s *state) callMap(m *Map, name string, args []any) (any, error) {
	switch len(args) {
	case 0:
		return s.callMap0(m, name)
	case 1:
		key := Text(args[0])
		switch name {
		case "get":
			v, _ := m.Get(key)
			return v, nil
		case "containsKey":
			_, ok := m.Get(key)
			return ok, nil
		case "containsValue":
			return (&List{Items: elements(m)}).index(args[0]) >= 0, nil
		case "remove":
			old, _ := m.Get(key)
			m.Remove(key)
			return old, nil
		case "putAll":
			return nil, s.putAll(m, args[0])
		}
	case 2:
		key := Text(args[0])
		switch name {
		case "put":
			if err := s.guard(args[1], m); err != nil {
				return nil, err
			}
			old, _ := m.Get(key)
			m.Put(key, args[1])
			return old, s.step()
		case "getOrDefault":
			if v, ok := m.Get(key); ok {
				return v, nil
			}
			return args[1], nil
		}
	}
	return nil, nil
}

func (s *state) callMap0(m *Map, name string) (any, error) {
	switch name {
	case "size":
		return int64(m.Len()), nil
	case "isEmpty":
		return m.Len() == 0, nil
	case "values":
		return &List{Items: elements(m)}, nil
	case "keySet":
		out := &List{}
		for _, k := range m.keys {
			out.Items = append(out.Items, k)
		}
		return out, s.step()
	case "entrySet":
		out := &List{}
		for _, k := range m.keys {
			out.Items = append(out.Items, entry{k, m.values[k]})
		}
		return out, s.step()
	case "clear":
		m.keys, m.values = nil, map[string]any{}
	}
	return nil, nil
}

func (s *state) putAll(m *Map, arg any) error {
	from, ok := arg.(*Map)
	if !ok {
		return nil
	}
	if err := s.guard(from, m); err != nil {
		return err
	}
	for _, k := range from.keys {
		if err := s.step(); err != nil {
			return err
		}
		m.Put(k, from.values[k])
	}
	return nil
}
