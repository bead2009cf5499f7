package cognitoidp

// text is the string that p points to, "" for nil.
func text(p *string) string {
	if p == nil {
		return ""
	}
	return *p
}

func isTrue(p *bool) bool { return p != nil && *p }

// or is p, or a pointer to the value where p is nil.
func or[T any](p *T, value T) *T {
	if p == nil {
		return &value
	}
	return p
}

// given is p, or nil where it points to the empty string: what clients send
// for settings that they do not have.
func given(p *string) *string {
	if text(p) == "" {
		return nil
	}
	return p
}
