package execute

import "strings"

// substitution is a text with variables and no logic, as gateway responses and
// access logs have it: $context.name, $stageVariables.name, with or without
// braces.
type substitution struct {
	parts []part
}

// part is literal text, or a variable by its source.
type part struct {
	literal string
	source  source // nil for literal text
}

func compileSubstitution(text string) substitution {
	var s substitution
	literal := 0
	for i := 0; i < len(text); {
		if text[i] != '$' {
			i++
			continue
		}
		name, end := variableAt(text, i)
		src := variableSource(name)
		if src == nil {
			i++
			continue
		}
		if literal < i {
			s.parts = append(s.parts, part{literal: text[literal:i]})
		}
		s.parts = append(s.parts, part{literal: text[i:end], source: src})
		i, literal = end, end
	}
	if literal < len(text) {
		s.parts = append(s.parts, part{literal: text[literal:]})
	}
	return s
}

// variableAt returns the variable that begins at the dollar sign, and its end.
func variableAt(text string, i int) (name string, end int) {
	j := i + 1
	if j < len(text) && text[j] == '{' {
		closing := strings.IndexByte(text[j:], '}')
		if closing < 0 {
			return "", i
		}
		return text[j+1 : j+closing], j + closing + 1
	}
	for j < len(text) && isNameByte(text[j]) {
		j++
	}
	for j > i && text[j-1] == '.' { // the full stop of a sentence
		j--
	}
	return text[i+1 : j], j
}

func isNameByte(c byte) bool {
	return c == '.' || c == '_' || c == '-' || c == ':' || c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z'
}

func variableSource(name string) source {
	if rest, ok := strings.CutPrefix(name, "context."); ok {
		return contextSource(rest)
	}
	if rest, ok := strings.CutPrefix(name, "stageVariables."); ok {
		return stageVariableSource(rest)
	}
	return nil
}

// render appends the text; a variable without a value is written as missing
// says, given the text that stood there.
func (s substitution) render(out []byte, x *exchange, missing func(string) string) []byte {
	for _, p := range s.parts {
		if p.source == nil {
			out = append(out, p.literal...)
			continue
		}
		if v, ok := p.source.one(x); ok {
			out = append(out, v...)
		} else {
			out = append(out, missing(p.literal)...)
		}
	}
	return out
}
