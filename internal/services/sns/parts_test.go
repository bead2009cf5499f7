package sns_test

import (
	"strings"
	"testing"

	"github.com/gatehouse-dev/gatehouse/internal/services/sns"
)

func TestParts(t *testing.T) {
	for _, c := range []struct {
		text  string
		parts int
		enc   sns.Encoding
	}{
		{"", 1, sns.GSM7},
		{strings.Repeat("a", 160), 1, sns.GSM7},
		{strings.Repeat("a", 161), 2, sns.GSM7},
		{strings.Repeat("a", 306), 2, sns.GSM7},
		{strings.Repeat("a", 307), 3, sns.GSM7},
		{strings.Repeat("€", 80), 1, sns.GSM7},
		{strings.Repeat("€", 81), 2, sns.GSM7},
		{strings.Repeat("€", 153), 3, sns.GSM7}, // 76 a part: none is split
		{strings.Repeat("я", 70), 1, sns.UCS2},
		{strings.Repeat("я", 71), 2, sns.UCS2},
		{strings.Repeat("😀", 35), 1, sns.UCS2},
		{strings.Repeat("😀", 36), 2, sns.UCS2},
		{strings.Repeat("a", 70) + "ж", 2, sns.UCS2},
	} {
		if n, e := sns.Parts(c.text); n != c.parts || e != c.enc {
			t.Errorf("%.10q x%d: %d parts of %s, want %d of %s", c.text, len(c.text), n, e, c.parts, c.enc)
		}
	}
}

func FuzzParts(f *testing.F) {
	f.Add("hello")
	f.Add("€uro 😀 \xff")
	f.Fuzz(func(t *testing.T, text string) {
		n, e := sns.Parts(text)
		if n < 1 || e == sns.GSM7 && n > len(text)/76+1 || n > len(text)/16+1 {
			t.Errorf("%d parts for %d bytes", n, len(text))
		}
	})
}
