package blob_test

import (
	"strings"
	"testing"

	"github.com/gatehouse-dev/gatehouse/internal/blob"
)

func FuzzIsHash(f *testing.F) {
	f.Add("")
	f.Add("..")
	f.Add(blob.HashOf(nil))
	f.Add(strings.Repeat("g", 64))
	f.Fuzz(func(t *testing.T, s string) {
		want := len(s) == 64 && strings.Trim(s, "0123456789abcdef") == ""
		if got := blob.IsHash(s); got != want {
			t.Errorf("IsHash(%q) = %v", s, got)
		}
	})
}
