package runner

import (
	"fmt"
	"slices"
	"strings"
)

// runtimeFamily is how a runtime's process is started.
type runtimeFamily int

const (
	familyProvided runtimeFamily = iota // the package's own bootstrap
	familyNode
	familyPython
)

// runtimes are those that can run here, by AWS's identifiers.
var runtimes = map[string]runtimeFamily{
	"provided.al2023": familyProvided, "provided.al2": familyProvided, "provided": familyProvided,
	"nodejs18.x": familyNode, "nodejs20.x": familyNode, "nodejs22.x": familyNode, "nodejs24.x": familyNode,
	"python3.9": familyPython, "python3.10": familyPython, "python3.11": familyPython,
	"python3.12": familyPython, "python3.13": familyPython, "python3.14": familyPython,
}

func family(runtime string) (runtimeFamily, error) {
	f, ok := runtimes[runtime]
	if !ok {
		return 0, fmt.Errorf("%w: runtime %q cannot run here", ErrSpec, runtime)
	}
	return f, nil
}

// Runtimes returns the identifiers of the runtimes that a Spec may name, sorted.
// Whether the machine has the interpreter shows when an instance starts.
func Runtimes() []string {
	names := make([]string, 0, len(runtimes))
	for name := range runtimes {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// language returns "3.12" of "python3.12" and "22" of "nodejs22.x".
func language(runtime string) string {
	v := strings.TrimPrefix(strings.TrimPrefix(runtime, "python"), "nodejs")
	return strings.TrimSuffix(v, ".x")
}
