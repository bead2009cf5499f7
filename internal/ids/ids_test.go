package ids

import (
	"regexp"
	"testing"
)

func TestShapes(t *testing.T) {
	for _, c := range []struct{ got, want string }{
		{Lower(10), `^[a-z0-9]{10}$`},
		{Upper(17), `^[A-Z0-9]{17}$`},
		{Alnum(9), `^[A-Za-z0-9]{9}$`},
		{Base32(16), `^[A-Z2-7]{16}$`},
		{Secret(40), `^[A-Za-z0-9+/]{40}$`},
		{Hex(8), `^[0-9a-f]{16}$`},
		{UUID(), `^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`},
	} {
		if !regexp.MustCompile(c.want).MatchString(c.got) {
			t.Errorf("%q does not match %s", c.got, c.want)
		}
	}
}

// Every character of an alphabet must occur: a wrong rejection limit would lose some.
func TestAlphabetsAreComplete(t *testing.T) {
	for _, alphabet := range []string{lowerAlnum, upperAlnum, alnum, base32, secret} {
		seen := map[rune]bool{}
		for _, r := range random(20000, alphabet) {
			seen[r] = true
		}
		if len(seen) != len(alphabet) {
			t.Errorf("%d of %d characters of %q occur", len(seen), len(alphabet), alphabet)
		}
	}
}
