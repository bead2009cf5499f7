package execute

import (
	"net/url"
	"strings"
)

// node is a resource in the tree of those that have methods.
type node struct {
	literals  map[string]*node
	param     *node // {name}
	paramName string
	proxy     *node // {name+}
	proxyName string
	target    *resource
}

// param is a path parameter as it was sent, percent encodings included.
type param struct{ name, value string }

// insert adds the resource under its path: "/", "/a/{b}/{proxy+}".
func (n *node) insert(path string, r *resource) {
	for _, part := range strings.Split(strings.Trim(path, "/"), "/") {
		switch {
		case part == "":
		case strings.HasPrefix(part, "{") && strings.HasSuffix(part, "+}"):
			if n.proxy == nil {
				n.proxy, n.proxyName = &node{}, part[1:len(part)-2]
			}
			n = n.proxy
		case strings.HasPrefix(part, "{") && strings.HasSuffix(part, "}"):
			if n.param == nil {
				n.param, n.paramName = &node{}, part[1:len(part)-1]
			}
			n = n.param
		default:
			if n.literals == nil {
				n.literals = map[string]*node{}
			}
			if n.literals[part] == nil {
				n.literals[part] = &node{}
			}
			n = n.literals[part]
		}
	}
	n.target = r
}

// find returns the resource of a path and appends its parameters. A literal
// goes before a parameter, a parameter before a proxy; a branch that leads
// nowhere is left again. One trailing slash does not count.
//
// A node is visited once at most, so the work is bounded by the tree.
func (n *node) find(path string, params []param) (*resource, []param) {
	path = strings.TrimPrefix(path, "/")
	if path == "/" {
		return nil, params // "//" is not the root
	}
	return n.walk(strings.TrimSuffix(path, "/"), params)
}

func (n *node) walk(path string, params []param) (*resource, []param) {
	if path == "" {
		return n.target, params
	}
	segment, rest, more := strings.Cut(path, "/")
	if more && rest == "" {
		return nil, params // "a//"
	}
	if segment != "" {
		if next := n.literals[decodeSegment(segment)]; next != nil {
			if r, found := next.walk(rest, params); r != nil {
				return r, found
			}
		}
		if n.param != nil {
			if r, found := n.param.walk(rest, append(params, param{n.paramName, segment})); r != nil {
				return r, found
			}
		}
	}
	if n.proxy != nil && n.proxy.target != nil {
		return n.proxy.target, append(params, param{n.proxyName, path})
	}
	return nil, params
}

// decodeSegment decodes percent encodings; what is not one stays.
func decodeSegment(s string) string {
	if strings.IndexByte(s, '%') < 0 {
		return s
	}
	if d, err := url.PathUnescape(s); err == nil {
		return d
	}
	return s
}

// route finds the method. Unknown paths and unknown methods are answered
// alike, as AWS does.
func (x *exchange) route() error {
	r, params := x.stage.root.find(x.path, x.paramSpace[:0])
	if r == nil {
		return faultMissingAuthenticationToken
	}
	x.params = params
	m := r.methods[x.r.Method]
	if m == nil {
		m = r.any
	}
	if m == nil {
		return faultMissingAuthenticationToken
	}
	x.resource, x.method = r, m
	return nil
}

// pathParam returns a path parameter, decoded.
func (x *exchange) pathParam(name string) (string, bool) {
	for _, p := range x.params {
		if p.name == name {
			return decodeSegment(p.value), true
		}
	}
	return "", false
}
