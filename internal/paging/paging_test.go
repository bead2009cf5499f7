package paging

import (
	"errors"
	"slices"
	"testing"
)

func self(s string) string { return s }

func TestSliceWalksAllOnce(t *testing.T) {
	items := []string{"a", "b", "c", "d", "e"}
	var got []string
	var token *string
	for {
		page, next, err := Slice(items, self, token, 2)
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, page...)
		if next == nil {
			break
		}
		token = next
	}
	if !slices.Equal(got, items) {
		t.Errorf("got %v", got)
	}
}

func TestSliceAfterTheLastItemIsGone(t *testing.T) {
	_, next, _ := Slice([]string{"a", "b", "c"}, self, nil, 2)
	page, _, err := Slice([]string{"a", "c"}, self, next, 2)
	if err != nil || !slices.Equal(page, []string{"c"}) {
		t.Errorf("got %v, %v", page, err)
	}
}

func TestForeignTokens(t *testing.T) {
	for _, token := range []string{"x", "!!", "Z2gy"} {
		if _, _, err := Slice([]string{"a"}, self, &token, 1); !errors.Is(err, ErrToken) {
			t.Errorf("%q: %v", token, err)
		}
	}
}
