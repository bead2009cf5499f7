package policy

import "strings"

const arnParts = 6

// compileARN splits a value of an ARN operator at the colons outside of
// variables: a wildcard never reaches beyond its part. The last part keeps its
// colons. "*" alone stands for every ARN. A value with fewer parts is kept
// and matches nothing.
func compileARN(value string, variables bool) ([]template, bool) {
	if value == "*" {
		return nil, true
	}
	pieces := splitARN(value, variables)
	out := make([]template, 0, len(pieces))
	for _, piece := range pieces {
		t, ok := compileTemplate(piece, true, variables)
		if !ok {
			return nil, false
		}
		out = append(out, t)
	}
	return out, true
}

// splitARN cuts at the first five colons, those within ${...} not counted
// where there are variables.
func splitARN(s string, variables bool) []string {
	var out []string
	start, inVariable := 0, false
	for i := 0; i < len(s) && len(out) < arnParts-1; i++ {
		switch {
		case variables && s[i] == '$' && i+1 < len(s) && s[i+1] == '{':
			inVariable = true
		case s[i] == '}':
			inVariable = false
		case s[i] == ':' && !inVariable:
			out = append(out, s[start:i])
			start = i + 1
		}
	}
	return append(out, s[start:])
}

func matchARN(parts []template, value string, keys Keys) bool {
	if strings.Count(value, ":") < arnParts-1 || !strings.HasPrefix(value, "arn:") {
		return false
	}
	if parts == nil {
		return true
	}
	if len(parts) != arnParts {
		return false
	}
	for i := range parts {
		piece := value
		if i < arnParts-1 {
			piece, value, _ = strings.Cut(value, ":")
		}
		if matched, _ := parts[i].match(piece, keys); !matched {
			return false
		}
	}
	return true
}
