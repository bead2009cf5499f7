package blob

import (
	"bytes"
	"context"
	"errors"
)

// ReadAll returns the content of a blob of at most limit bytes, checked
// against its hash. A larger one is ErrTooLarge.
func ReadAll(ctx context.Context, s Store, hash string, limit int64) ([]byte, error) {
	r, err := s.Open(ctx, hash)
	if err != nil {
		return nil, err
	}
	if r.Size() > limit {
		return nil, errors.Join(ErrTooLarge, r.Close())
	}
	var content bytes.Buffer
	content.Grow(int(r.Size()) + bytes.MinRead) // so much does ReadFrom want free to see the end
	if _, err := content.ReadFrom(r); err != nil {
		return nil, errors.Join(err, r.Close())
	}
	return content.Bytes(), r.Close()
}
