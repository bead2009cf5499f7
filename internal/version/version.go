// Package version says which Gatehouse this is.
package version

import "runtime/debug"

// Number is the release.
const Number = "0.1.0"

// String is the release with the commit it was built from, where known.
func String() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return Number
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" && len(s.Value) >= 12 {
			return Number + " (" + s.Value[:12] + ")"
		}
	}
	return Number
}
