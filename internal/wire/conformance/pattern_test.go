package conformance

import (
	"math/rand/v2"
	"regexp"
	"regexp/syntax"
	"strings"

	"github.com/gatehouse-dev/gatehouse/internal/wire"
)

// pattern is a regular expression that gives examples of itself.
type pattern struct {
	tree *syntax.Regexp
	re   *regexp.Regexp
	not  *regexp.Regexp
}

func compile(sh *wire.Shape) pattern {
	tree, err := syntax.Parse(sh.Pattern, syntax.Perl)
	if err != nil {
		panic(err)
	}
	p := pattern{tree: tree, re: regexp.MustCompile(`^(?:` + sh.Pattern + `)\z`)}
	if sh.Not != "" {
		p.not = regexp.MustCompile(sh.Not)
	}
	return p
}

func (p pattern) matches(s string) bool {
	return p.re.MatchString(s) && (p.not == nil || !p.not.MatchString(s))
}

// sample returns a string that the pattern is likely to match; repeats without
// an end run to about size.
func (p pattern) sample(r *rand.Rand, size int) string {
	var b strings.Builder
	write(&b, p.tree, r, size)
	return b.String()
}

func write(b *strings.Builder, re *syntax.Regexp, r *rand.Rand, size int) {
	repeat := func(lo, hi int) {
		if hi < 0 || hi > lo+size {
			hi = lo + size
		}
		for range lo + r.IntN(hi-lo+1) {
			write(b, re.Sub[0], r, size)
		}
	}
	switch re.Op {
	case syntax.OpLiteral:
		b.WriteString(string(re.Rune))
	case syntax.OpCharClass:
		b.WriteRune(member(re.Rune, r))
	case syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		b.WriteByte(byte('a' + r.IntN(26)))
	case syntax.OpStar:
		repeat(0, -1)
	case syntax.OpPlus:
		repeat(1, -1)
	case syntax.OpQuest:
		repeat(0, 1)
	case syntax.OpRepeat:
		repeat(re.Min, re.Max)
	case syntax.OpAlternate:
		write(b, re.Sub[r.IntN(len(re.Sub))], r, size)
	case syntax.OpConcat, syntax.OpCapture:
		for _, sub := range re.Sub {
			write(b, sub, r, size)
		}
	}
}

// member picks a character of a class: printable ASCII where there is some.
func member(ranges []rune, r *rand.Rand) rune {
	var printable []rune
	for i := 0; i < len(ranges); i += 2 {
		for c := max(ranges[i], ' '); c <= min(ranges[i+1], '~'); c++ {
			printable = append(printable, c)
		}
	}
	if len(printable) > 0 {
		return printable[r.IntN(len(printable))]
	}
	return ranges[0]
}
