package execute

import (
	"fmt"
)

// bodySource takes the body, or what a JSONPath finds in it.
func bodySource(path string, body func(*exchange) []byte) (source, error) {
	if path != "" {
		return nil, fmt.Errorf("%w: JSONPath %s", errMapping, path)
	}
	return single(func(x *exchange) (string, bool) {
		b := body(x)
		return string(b), len(b) > 0
	}), nil
}
