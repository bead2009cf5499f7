//go:build unix && !linux

package sandbox

import "errors"

// Launcher starts sandboxes.
type Launcher struct{}

// NewLauncher returns a launcher.
func NewLauncher() *Launcher { return &Launcher{} }

// Close does nothing: plain sandboxes are killed one by one.
func (l *Launcher) Close() {}

// Start starts a sandbox; only ModePlain exists on this system.
func (l *Launcher) Start(s Spec) (Sandbox, error) {
	if s.Mode != ModePlain {
		return nil, errors.New("sandbox: this system has no isolation")
	}
	return startPlain(s)
}

// Probe answers that nothing can be isolated here.
func (l *Launcher) Probe(Mode, uint32) (Mode, []string) {
	return ModePlain, []string{"functions see the machine's files and processes: isolation needs Linux"}
}
