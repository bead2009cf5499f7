package kvblob

import (
	"encoding/json"
	"fmt"

	"github.com/gatehouse-dev/gatehouse/internal/blob"
	"github.com/gatehouse-dev/gatehouse/internal/tuple"
)

// listed reads an entry of the range of heads.
func listed(key, value []byte) (blob.Info, error) {
	d := tuple.Decode(key)
	d.Skip(3)
	hash := d.String()
	if err := d.Err(); err != nil {
		return blob.Info{}, fmt.Errorf("blob: key %q: %w", key, err)
	}
	var h head
	if err := json.Unmarshal(value, &h); err != nil {
		return blob.Info{}, fmt.Errorf("blob: %s: %w", hash, err)
	}
	return blob.Info{Hash: hash, Size: h.Size, Put: h.Put}, nil
}
