package blob

import (
	"context"
	"errors"
	"time"
)

// Collect deletes the blobs last put before the given time that keep does not
// name. The caller reads keep after it chose the time, and the time is so long
// ago that whoever put a blob before it has recorded its use or given up.
func Collect(ctx context.Context, s Store, putBefore time.Time, keep map[string]bool) (deleted []string, err error) {
	for after := ""; ; {
		page, err := s.List(ctx, after)
		if err != nil || len(page) == 0 {
			return deleted, err
		}
		for _, b := range page {
			after = b.Hash
			if keep[b.Hash] || !b.Put.Before(putBefore) {
				continue
			}
			switch err := s.Delete(ctx, b.Hash, putBefore); {
			case err == nil:
				deleted = append(deleted, b.Hash)
			case !errors.Is(err, ErrInUse):
				return deleted, err
			}
		}
	}
}
