package wire

import (
	"net/url"
	"sort"
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
}

type routeNode struct {
	literal map[string]*routeNode
	label   *routeNode
	greedy  *routeNode
	routes  []route // most query literals first
}

// NewRouter compiles the templates of a service's operations.
func NewRouter(s *Service) *Router {
	r := &Router{methods: map[string]*routeNode{}}
	for i := range s.Operations {
		r.add(&s.Operations[i])
	}
	return r
}

func (r *Router) add(op *Operation) {
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
	n.routes = append(n.routes, rt)
	sort.SliceStable(n.routes, func(i, j int) bool { return len(n.routes[i].query) > len(n.routes[j].query) })
}

// Find returns the operation for a request and its decoded path labels; nil
// if there is none. path is the escaped path.
func (r *Router) Find(method, path string, query url.Values) (*Operation, map[string]string) {
	n := r.methods[method]
	if n == nil {
		return nil, nil
	}
	var segs []string
	if trimmed := strings.Trim(path, "/"); trimmed != "" {
		segs = strings.Split(trimmed, "/")
	}
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
		for k := len(segs); k >= 1; k-- {
			*values = append(*values, strings.Join(segs[:k], "/"))
			if rt := n.greedy.find(segs[k:], query, values); rt != nil {
				return rt
			}
			*values = (*values)[:mark]
		}
	}
	return nil
}

func (n *routeNode) pick(query url.Values) *route {
next:
	for i := range n.routes {
		for _, q := range n.routes[i].query {
			vs, ok := query[q[0]]
			if !ok || q[1] != "" && (len(vs) == 0 || vs[0] != q[1]) {
				continue next
			}
		}
		return &n.routes[i]
	}
	return nil
}
