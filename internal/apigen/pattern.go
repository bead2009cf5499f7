package main

import (
	"fmt"
	"regexp"
	"regexp/syntax"
	"strconv"
	"strings"
)

// expression is a pattern of the models in RE2's terms: text matches if the
// whole of it matches pattern and nothing in it matches not.
type expression struct{ pattern, not string }

// rewritten are patterns that no rule below translates, each with what it
// says in RE2's terms.
func rewritten() map[string]expression {
	return map[string]expression{
		// No hyphen after a hyphen.
		`^[a-z0-9]([a-z0-9]|-(?!-)){1,61}[a-z0-9]$`: {`^[a-z0-9]([a-z0-9]|-){1,61}[a-z0-9]$`, `--`},
		// No label begins with a hyphen.
		`(\*\.)?(((?!-)[A-Za-z0-9-]{0,62}[A-Za-z0-9])\.)+((?!-)[A-Za-z0-9-]{1,62}[A-Za-z0-9])`: {
			`(\*\.)?(([A-Za-z0-9-]{0,62}[A-Za-z0-9])\.)+([A-Za-z0-9-]{1,62}[A-Za-z0-9])`, `(?:^|\.)-`},
		// A length is part of the pattern.
		`^(?=.{20,2048}$)arn:aws[a-z-]*:secretsmanager:[a-z0-9-]+:\d{12}:secret:[a-zA-Z0-9/_+=.@-]+`: {
			`arn:aws[a-z-]*:secretsmanager:[a-z0-9-]+:\d{12}:secret:[a-zA-Z0-9/_+=.@-]+`, `^(?:.{0,19}|.{1000}.{1000}.{49}.*)$`},
	}
}

// translate gives the pattern of a shape in RE2's terms. The error says why a
// pattern is beyond them; it is then left to the service to check.
func translate(s shape) (expression, error) {
	if s.Pattern == "" {
		return expression{}, nil
	}
	e, known := rewritten()[s.Pattern]
	if !known {
		e = withoutLookaround(s.Pattern)
	}
	max := 0
	if s.Max != nil {
		max = int(*s.Max)
	}
	e = expression{splitRepeats(dialect(e.pattern), max), dialect(e.not)}
	for _, p := range []string{e.pattern, e.not} {
		if _, err := syntax.Parse(p, syntax.Perl); err != nil {
			return expression{}, err
		}
	}
	return e, nil
}

// withoutLookaround takes a negative look-ahead from the front of a pattern
// and a negative look-behind from its end: what either names must not be
// found in that place.
func withoutLookaround(p string) expression {
	var not []string
	for _, open := range []string{"(^(?!", "^(?!", "(?!", "((?!"} {
		rest, ok := strings.CutPrefix(p, open)
		if !ok {
			continue
		}
		end := closing(rest)
		if end < 0 {
			break
		}
		body, tail := rest[:end], rest[end+1:]
		switch open {
		case "(^(?!": // the group around it must hold nothing else
			if tail, ok = strings.CutPrefix(tail, ")"); !ok {
				return expression{pattern: p}
			}
		case "((?!": // the group around it is the whole pattern
			if closing(tail) != len(tail)-1 {
				return expression{pattern: p}
			}
			tail = tail[:len(tail)-1]
		}
		if alternates(tail) {
			return expression{pattern: p}
		}
		not, p = append(not, "^(?:"+body+")"), tail
		break
	}
	bare := strings.TrimSuffix(p, "$")
	if at := strings.LastIndex(bare, "(?<!"); at >= 0 && closing(bare[at+4:]) == len(bare)-at-5 && !alternates(bare) {
		not, p = append(not, "(?:"+bare[at+4:len(bare)-1]+")$"), bare[:at]
	}
	return expression{p, strings.Join(not, "|")}
}

// closing returns the index of the parenthesis that closes the group that p
// is the inside of, -1 if there is none.
func closing(p string) int {
	depth, class := 0, false
	for i := 0; i < len(p); i++ {
		switch c := p[i]; {
		case c == '\\':
			i++
		case class:
			class = c != ']'
		case c == '[':
			class = true
		case c == '(':
			depth++
		case c == ')':
			if depth == 0 {
				return i
			}
			depth--
		}
	}
	return -1
}

// alternates reports whether a pattern has a | outside of groups, so that its
// front and end do not bind all of it.
func alternates(p string) bool {
	depth, class := 0, false
	for i := 0; i < len(p); i++ {
		switch c := p[i]; {
		case c == '\\':
			i++
		case class:
			class = c != ']'
		case c == '[':
			class = true
		case c == '(':
			depth++
		case c == ')':
			depth--
		case c == '|' && depth == 0:
			return true
		}
	}
	return false
}

// javaClasses are the classes that Java's dialect spells in a way that Go
// does not know, as the inside of a bracket expression.
var javaClasses = map[string]string{
	`\p{Alnum}`: `[:alnum:]`, `\p{Alpha}`: `[:alpha:]`, `\p{ASCII}`: `\x00-\x7F`, `\p{Graph}`: `[:graph:]`, `\p{Print}`: `[:print:]`,
	`\p{Punct}`: `[:punct:]`, `\p{IsLetter}`: `\p{L}`, `\p{IsAlphabetic}`: `\p{L}`, `\p{IsDigit}`: `\p{Nd}`,
}

var unicodeEscape = regexp.MustCompile(`\\u([0-9A-Fa-f]{4})`)

// dialect respells what Java and RE2 write differently.
func dialect(p string) string {
	var b strings.Builder
	class := false
	for i := 0; i < len(p); {
		if p[i] == '\\' && i+1 < len(p) {
			end := i + 2
			if at := strings.IndexByte(p[i:], '}'); strings.HasPrefix(p[i:], `\p{`) && at > 0 {
				end = i + at + 1
			}
			respelt, known := javaClasses[p[i:end]]
			switch {
			case known && class:
				b.WriteString(respelt)
			case known:
				b.WriteString("[" + respelt + "]")
			default:
				b.WriteString(p[i:end])
			}
			i = end
			continue
		}
		switch p[i] {
		case '[':
			class = true
		case ']':
			class = false
		}
		b.WriteByte(p[i])
		i++
	}
	q := unicodeEscape.ReplaceAllString(b.String(), `\x{$1}`)
	// Surrogate pairs stand for the supplementary planes in Java.
	q = strings.ReplaceAll(q, `\x{D800}\x{DC00}-\x{DBFF}\x{DFFF}`, `\x{10000}-\x{10FFFF}`)
	return strings.ReplaceAll(q, `\x{D83D}\x{DE00}`, `\x{1F600}`)
}

// repeat is a counted repeat of one character, escape or bracket expression.
var repeat = regexp.MustCompile(`(\[(?:\\.|[^\]\\])*\]|\\.|[^\\()|{}*+?\[\]])\{(\d+)(,?)(\d*)\}`)

const (
	// re2Repeat is the largest count that RE2 takes.
	re2Repeat = 1000
	// maxSplit bounds the repeats that are worth their size when compiled.
	maxSplit = 4 * re2Repeat
)

// splitRepeats spells x{1,2000} as x{1,1000}x{0,1000}. A bound that the
// shape's own maximum implies is dropped instead when it is a large one.
func splitRepeats(p string, max int) string {
	return repeat.ReplaceAllStringFunc(p, func(text string) string {
		g := repeat.FindStringSubmatch(text)
		lo, _ := strconv.Atoi(g[2])
		hi := lo
		if g[4] != "" {
			hi, _ = strconv.Atoi(g[4])
		}
		unbound := g[3] == "," && g[4] == ""
		if unbound || lo <= re2Repeat && hi <= re2Repeat || lo > maxSplit {
			return text
		}
		if max > 0 && hi >= max && lo <= re2Repeat {
			return fmt.Sprintf("%s{%d,}", g[1], lo)
		}
		if hi > maxSplit {
			return text
		}
		var b strings.Builder
		for hi > re2Repeat {
			low := min(lo, re2Repeat)
			fmt.Fprintf(&b, "%s{%d,%d}", g[1], low, re2Repeat)
			lo, hi = lo-low, hi-re2Repeat
		}
		fmt.Fprintf(&b, "%s{%d,%d}", g[1], lo, hi)
		return b.String()
	})
}
