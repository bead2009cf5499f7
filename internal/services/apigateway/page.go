package apigateway

import (
	api "github.com/gatehouse-dev/gatehouse/internal/api/apigateway"
	"github.com/gatehouse-dev/gatehouse/internal/paging"
)

// Listings give 25 items unless asked for up to 500.
const (
	defaultPage = 25
	maxPage     = 500
)

// page cuts items, sorted by key, to what was asked for. The list is never
// nil: an empty listing has an empty list.
func page[T any](items []T, key func(T) string, position *string, limit *int32) ([]T, *string, error) {
	n := defaultPage
	if limit != nil {
		if *limit < 1 || *limit > maxPage {
			return nil, nil, api.BadRequestException("Invalid limit specified. Must be between 1 and %d", maxPage)
		}
		n = int(*limit)
	}
	out, next, err := paging.Slice(items, key, position, n)
	if err != nil {
		return nil, nil, api.BadRequestException("Invalid position parameter specified")
	}
	if out == nil {
		out = []T{}
	}
	return out, next, nil
}
