package runner

import (
	"log/slog"
	"os"
	"runtime"
	"strings"

	"github.com/gatehouse-dev/gatehouse/internal/ids"
	"github.com/gatehouse-dev/gatehouse/internal/runner/sandbox"
)

// Capabilities tells what this system lets a Runner isolate and enforce.
type Capabilities struct {
	// Mode is "root" (namespaces, and a user of a reserved range for each
	// instance), "user-namespace" (namespaces, private network, Gatehouse's own
	// user outside of it) or "plain" (no namespaces: functions see the machine's
	// files and processes as their user may).
	Mode sandbox.Mode
	// OwnUsers reports that each instance runs as a user of its own. In plain mode
	// that user must be able to reach code, layers and Options.Dir.
	OwnUsers bool
	// CallersKnown reports that a function cannot pass for a local user: its
	// connections carry a user of its own (OwnsUID), or come only through
	// Options.Serve. When false, whatever trusts loopback must refuse everybody
	// or accept that functions are trusted too.
	CallersKnown bool
	// OutsideNetwork reports that functions reach other machines.
	OutsideNetwork bool
	// MemoryGroups reports that the kernel enforces the memory limit at once; the
	// watcher, which every system has, needs up to 25 ms.
	MemoryGroups bool
	// Missing says in words what else is not protected.
	Missing []string
}

// Capabilities finds out, at the first call, what this system allows, and logs
// what it does not.
func (r *Runner) Capabilities() Capabilities {
	r.probe.Do(func() {
		r.caps = r.probeSystem()
		if len(r.caps.Missing) > 0 {
			r.log.Warn("functions are isolated less than they could be",
				slog.String("mode", string(r.caps.Mode)), slog.String("missing", strings.Join(r.caps.Missing, "; ")))
		}
	})
	return r.caps
}

func (r *Runner) probeSystem() Capabilities {
	mode, lacks := r.launcher.Probe(r.options.Mode, r.options.UIDBase)
	c := Capabilities{Mode: mode, Missing: lacks}
	c.OwnUsers = runtime.GOOS == "linux" && os.Geteuid() == 0
	c.CallersKnown = c.OwnUsers || mode == sandbox.ModeUser
	if mode == sandbox.ModePlain && !c.OwnUsers {
		c.Missing = append(c.Missing, "functions run as Gatehouse's own user")
	}
	c.OutsideNetwork = mode != sandbox.ModeUser
	if mode == sandbox.ModeUser {
		c.Missing = append(c.Missing, "functions reach Gatehouse but no other machine: that needs root")
	}
	r.groups = findMemoryGroups(ids.Lower(6))
	c.MemoryGroups = r.groups != nil
	if !c.MemoryGroups {
		c.Missing = append(c.Missing, "memory limits are enforced by sampling: no writable memory control group")
	}
	return c
}
