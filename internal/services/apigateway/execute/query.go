package execute

import (
	"net/url"
	"slices"
	"strings"
)

// query is the query string, parsed when it is first asked for.
type query struct {
	raw    string
	parsed bool
	names  []string // sorted
	values map[string][]string
}

func (q *query) parse() {
	if q.parsed {
		return
	}
	q.parsed = true
	if q.raw == "" {
		return
	}
	q.values = map[string][]string{}
	for rest := q.raw; rest != ""; {
		var pair string
		pair, rest, _ = strings.Cut(rest, "&")
		if pair == "" {
			continue
		}
		name, value, _ := strings.Cut(pair, "=")
		name, value = decodeQuery(name), decodeQuery(value)
		if _, seen := q.values[name]; !seen {
			q.names = append(q.names, name)
		}
		q.values[name] = append(q.values[name], value)
	}
	slices.Sort(q.names)
}

// decodeQuery decodes a part; what cannot be decoded stays as it was sent.
func decodeQuery(s string) string {
	if strings.IndexByte(s, '%') < 0 && strings.IndexByte(s, '+') < 0 {
		return s
	}
	if d, err := url.QueryUnescape(s); err == nil {
		return d
	}
	return s
}

// get returns the last value of a name.
func (q *query) get(name string) (string, bool) {
	q.parse()
	v := q.values[name]
	if len(v) == 0 {
		return "", false
	}
	return v[len(v)-1], true
}

func (q *query) all(name string) []string {
	q.parse()
	return q.values[name]
}
