package sandbox

import (
	"os"

	"github.com/gatehouse-dev/gatehouse/internal/runner/inner"
)

// Probe tries the modes, best first, and returns the first that works here with
// what it lacks in words. want, when set, is the only isolated mode to try; uid
// is a user for ModeRoot.
func (l *Launcher) Probe(want Mode, uid uint32) (Mode, []string) {
	modes := []Mode{ModeRoot, ModeUser}
	if want != "" {
		modes = []Mode{want}
	}
	null, err := os.OpenFile(os.DevNull, os.O_RDWR, 0)
	if err != nil {
		return ModePlain, []string{"functions see the machine's files and processes: " + err.Error()}
	}
	defer null.Close()
	var reasons []string
	for _, mode := range modes {
		// A user namespace of root's would leave functions root's files.
		if mode == ModePlain || (mode == ModeRoot) != (os.Geteuid() == 0) {
			continue
		}
		box, err := l.Start(Spec{Mode: mode, Output: null, Telemetry: null, Config: inner.Config{
			UID: int(uid), UserNS: mode == ModeUser, TmpMB: 1, Processes: 16, OpenFiles: 64,
		}})
		if err != nil {
			reasons = append(reasons, string(mode)+": "+err.Error())
			continue
		}
		lacks := box.Lacks()
		box.Kill()
		var words []string
		for _, lack := range lacks {
			words = append(words, "functions have no "+lack+" file system of their own")
		}
		if !inner.ScopesUnixSockets() && mode == ModeRoot {
			words = append(words, "functions can reach abstract unix sockets of this machine: that needs Linux 6.12 with Landlock")
		}
		return mode, words
	}
	return ModePlain, append([]string{"functions see the machine's files and processes"}, reasons...)
}
