package wire

import (
	"slices"
	"strings"
	"testing"
)

func TestSplitHeader(t *testing.T) {
	for header, want := range map[string][]string{
		"":                {},
		"a":               {"a"},
		"a, b ,c":         {"a", "b", "c"},
		`"a, b", c`:       {"a, b", "c"},
		`"say \"x\"" , y`: {`say "x"`, "y"},
		`"open, end`:      {"open, end"},
		"a,,b":            {"a", "", "b"},
	} {
		if got := splitHeader(header); !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", header, got, want)
		}
	}
	for _, list := range [][]string{{"a", "b"}, {"a,b", `"`}, {`\`, `\,`}} {
		var quoted []string
		for _, s := range list {
			quoted = append(quoted, quoteHeader(s))
		}
		if got := splitHeader(strings.Join(quoted, ",")); !slices.Equal(got, list) {
			t.Errorf("%q became %q", list, got)
		}
	}
}
