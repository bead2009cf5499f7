package execute

import "strings"

// mediaTypes are an API's binary media types.
type mediaTypes struct {
	all   bool
	types map[string]bool
}

func newMediaTypes(list []string) mediaTypes {
	m := mediaTypes{types: make(map[string]bool, len(list))}
	for _, t := range list {
		if t == "*/*" {
			m.all = true
		}
		m.types[strings.ToLower(t)] = true
	}
	return m
}

// match reports whether a Content-Type or Accept header is binary. Of several
// types the first counts, parameters don't.
func (m mediaTypes) match(header string) bool {
	if m.all {
		return true
	}
	if header == "" || len(m.types) == 0 {
		return false
	}
	t := mediaType(header)
	if m.types[t] {
		return true
	}
	kind, _, ok := strings.Cut(t, "/")
	return ok && m.types[kind+"/*"]
}

// mediaType is the first media type of a header, in lower case, without its
// parameters.
func mediaType(header string) string {
	if i := strings.IndexAny(header, ",;"); i >= 0 {
		header = header[:i]
	}
	return strings.ToLower(strings.TrimSpace(header))
}
