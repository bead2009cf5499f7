package wire

import (
	"net/http"
	"reflect"
	"strings"
)

func readHeaderMember(s *Service, m *Member, h http.Header, f reflect.Value) error {
	vs := h.Values(m.WireName())
	if len(vs) == 0 {
		return nil
	}
	sh := s.Shape(m.Ref)
	if sh.Kind == List {
		out := reflect.MakeSlice(f.Type(), 0, len(vs))
		for _, part := range splitHeader(strings.Join(vs, ",")) {
			e := reflect.New(f.Type().Elem()).Elem()
			if err := setText(s, &Member{Name: m.Name, Ref: sh.Elem, Time: m.Time}, e, part); err != nil {
				return err
			}
			out = reflect.Append(out, e)
		}
		f.Set(out)
		return nil
	}
	return setText(s, m, f, vs[0])
}

// splitHeader splits the list in a header. A value in double quotes may hold
// commas (RFC 9110, section 5.6.4; Smithy, "httpHeader").
func splitHeader(list string) []string {
	var parts []string
	for list != "" {
		list = strings.TrimLeft(list, " \t")
		if strings.HasPrefix(list, `"`) {
			part, rest := unquote(list[1:])
			_, rest, _ = strings.Cut(rest, ",")
			parts, list = append(parts, part), rest
			continue
		}
		part, rest, _ := strings.Cut(list, ",")
		parts, list = append(parts, strings.TrimSpace(part)), rest
	}
	return parts
}

// unquote reads up to the closing quote, or to the end if there is none.
func unquote(s string) (text, rest string) {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '"':
			return b.String(), s[i+1:]
		case s[i] == '\\' && i+1 < len(s):
			i++
		}
		b.WriteByte(s[i])
	}
	return b.String(), ""
}

// quoteHeader writes an element of a list so that splitHeader finds it again.
func quoteHeader(s string) string {
	if !strings.ContainsAny(s, `,"`) {
		return s
	}
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s) + `"`
}

func readHeaderMap(m *Member, h http.Header, f reflect.Value) {
	out := map[string]string{}
	prefix := http.CanonicalHeaderKey(m.Wire)
	for k, vs := range h {
		if name, ok := strings.CutPrefix(k, prefix); ok && name != "" {
			out[strings.ToLower(name)] = strings.Join(vs, ",")
		}
	}
	if len(out) > 0 {
		f.Set(reflect.ValueOf(out))
	}
}
