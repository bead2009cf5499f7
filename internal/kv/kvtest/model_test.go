package kvtest

import "testing"

// The comparison must notice a difference, or it proves nothing.
func TestPlansAreDeterministic(t *testing.T) {
	Metamorphic(t, 1, 200, NewModel(), NewModel())
}
