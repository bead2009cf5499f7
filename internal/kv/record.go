package kv

import (
	"encoding/json"
	"fmt"
)

// Load reads the JSON record under key into a new T; ok is false if there is none.
func Load[T any](r Reader, key []byte) (rec T, ok bool, err error) {
	b, err := r.Get(key)
	if err != nil || b == nil {
		return rec, false, err
	}
	if err := json.Unmarshal(b, &rec); err != nil {
		return rec, false, fmt.Errorf("kv: record %q: %w", key, err)
	}
	return rec, true, nil
}

// Save stores rec under key as JSON.
func Save[T any](t Txn, key []byte, rec T) error {
	b, err := json.Marshal(rec)
	if err != nil {
		return fmt.Errorf("kv: record %q: %w", key, err)
	}
	return t.Set(key, b)
}

// LoadAll reads the JSON records of a range in its order.
func LoadAll[T any](r Reader, rng Range) ([]T, error) {
	var out []T
	err := r.Scan(rng, func(k, v []byte) (bool, error) {
		var rec T
		if err := json.Unmarshal(v, &rec); err != nil {
			return false, fmt.Errorf("kv: record %q: %w", k, err)
		}
		out = append(out, rec)
		return true, nil
	})
	return out, err
}
