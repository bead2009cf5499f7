package wire

import (
	"cmp"
	"net/url"
	"slices"
	"strings"
)

// Router finds the operation of a REST request by method, path and the query
// parameters that a template asks for. It is immutable once built.
type Router struct {
	methods map[string]*routeNode
}

// route is an operation's template at a node.
type route struct {
	op     *Operation
	labels []string
	query  [][2]string // literals; an empty value asks for presence
	needs  []string    // query parameters of required members
}

type routeNode struct {
	literal map[string]*routeNode
	label   *routeNode
	greedy  *routeNode
	routes  []route // most query literals first, then most needs
}

// NewRouter compiles the templates of a service's operations.
func NewRouter(s *Service) *Router {
	r := &Router{methods: map[string]*routeNode{}}
	for i := range s.Operations {
		r.add(s, &s.Operations[i])
	}
	return r
}

func (r *Router) add(s *Service, op *Operation) {
	path, rawQuery, _ := strings.Cut(op.URI, "?")
	n := r.methods[op.Method]
	if n == nil {
		n = &routeNode{}
		r.methods[op.Method] = n
	}
	rt := route{op: op}
	for seg := range strings.SplitSeq(strings.Trim(path, "/"), "/") {
		if seg == "" {
			continue
		}
		if !strings.HasPrefix(seg, "{") {
			if n.literal == nil {
				n.literal = map[string]*routeNode{}
			}
			if n.literal[seg] == nil {
				n.literal[seg] = &routeNode{}
			}
			n = n.literal[seg]
			continue
		}
		name := strings.Trim(seg, "{}")
		next := &n.label
		if strings.HasSuffix(name, "+") {
			name, next = name[:len(name)-1], &n.greedy
		}
		rt.labels = append(rt.labels, name)
		if *next == nil {
			*next = &routeNode{}
		}
		n = *next
	}
	for lit := range strings.SplitSeq(rawQuery, "&") {
		if k, v, _ := strings.Cut(lit, "="); k != "" {
			rt.query = append(rt.query, [2]string{k, v})
		}
	}
	in := s.Shape(op.Input)
	for i := range in.Members {
		if m := &in.Members[i]; m.Location == InQuery && m.Has(Required) {
			rt.needs = append(rt.needs, m.WireName())
		}
	}
	n.routes = append(n.routes, rt)
	slices.SortStableFunc(n.routes, func(a, b route) int {
		return cmp.Or(cmp.Compare(len(b.query), len(a.query)), cmp.Compare(len(b.needs), len(a.needs)))
	})
}

// Find returns the operation for a request and its decoded path labels; nil
// if there is none. path is the escaped path.
func (r *Router) Find(method, path string, query url.Values) (*Operation, map[string]string) {
	n := r.methods[method]
	if n == nil {
		return nil, nil
	}
	segs := strings.Split(strings.TrimPrefix(path, "/"), "/")
	var values []string
	rt := n.find(segs, query, &values)
	if rt == nil {
		return nil, nil
	}
	labels := make(map[string]string, len(rt.labels))
	for i, name := range rt.labels {
		text, err := url.PathUnescape(values[i])
		if err != nil {
			return nil, nil
		}
		labels[name] = text
	}
	return rt.op, labels
}

// find walks literals before labels before greedy labels, and backs out of a
// branch that leads nowhere.
func (n *routeNode) find(segs []string, query url.Values, values *[]string) *route {
	if len(segs) == 0 {
		return n.pick(query)
	}
	if len(segs) == 1 && segs[0] == "" { // a slash at the end
		if rt := n.pick(query); rt != nil {
			return rt
		}
	}
	if c := n.literal[segs[0]]; c != nil {
		if rt := c.find(segs[1:], query, values); rt != nil {
			return rt
		}
	}
	mark := len(*values)
	if n.label != nil {
		*values = append(*values, segs[0])
		if rt := n.label.find(segs[1:], query, values); rt != nil {
			return rt
		}
		*values = (*values)[:mark]
	}
	if n.greedy != nil {
		// A greedy label may be followed by literals: try the longest first.
		last := 1
		if g := n.greedy; g.literal == nil && g.label == nil && g.greedy == nil {
			last = len(segs)
		}
		for k := len(segs); k >= last; k-- {
			*values = append(*values, strings.Join(segs[:k], "/"))
			if rt := n.greedy.find(segs[k:], query, values); rt != nil {
				return rt
			}
			*values = (*values)[:mark]
		}
	}
	return nil
}

// pick chooses among the operations of one template: the one whose literals
// and required parameters the query has, else one whose literals it has. So
// GET /bucket/key is GetObject, and with uploadId it is ListParts.
func (n *routeNode) pick(query url.Values) *route {
	var fallback *route
	for i := range n.routes {
		rt := &n.routes[i]
		if !rt.literals(query) {
			continue
		}
		if rt.satisfied(query) {
			return rt
		}
		fallback = rt
	}
	return fallback
}

func (rt *route) literals(query url.Values) bool {
	for _, q := range rt.query {
		vs, ok := query[q[0]]
		if !ok || q[1] != "" && (len(vs) == 0 || vs[0] != q[1]) {
			return false
		}
	}
	return true
}

func (rt *route) satisfied(query url.Values) bool {
	for _, name := range rt.needs {
		if _, ok := query[name]; !ok {
			return false
		}
	}
	return true
}
