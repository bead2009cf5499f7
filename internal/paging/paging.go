// Package paging cuts listings into pages with opaque tokens. A token holds
// the key of the last item shown, so that a page is right even if items came
// and went in between.
package paging

import (
	"encoding/base64"
	"errors"
	"sort"
	"strings"
)

// ErrToken is returned for a token that this package did not make. Each
// service answers it with its own error.
var ErrToken = errors.New("paging: invalid token")

const mark = "gh1:"

// Token makes the token that continues after key.
func Token(key string) string {
	return base64.RawURLEncoding.EncodeToString([]byte(mark + key))
}

// Key reads a token back. An empty token is the start.
func Key(token string) (string, error) {
	if token == "" {
		return "", nil
	}
	b, err := base64.RawURLEncoding.DecodeString(token)
	if err != nil {
		return "", ErrToken
	}
	key, ok := strings.CutPrefix(string(b), mark)
	if !ok {
		return "", ErrToken
	}
	return key, nil
}

// Slice returns the page of items, which must be sorted by key, that follows
// token, and the token of the next page: nil if this is the last.
func Slice[T any](items []T, key func(T) string, token *string, limit int) ([]T, *string, error) {
	start := 0
	if token != nil && *token != "" {
		after, err := Key(*token)
		if err != nil {
			return nil, nil, err
		}
		start = sort.Search(len(items), func(i int) bool { return key(items[i]) > after })
	}
	items = items[start:]
	if limit <= 0 || len(items) <= limit {
		return items, nil, nil
	}
	return items[:limit], new(Token(key(items[limit-1]))), nil
}
