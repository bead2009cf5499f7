package runner

import (
	"context"
	"fmt"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/gatehouse-dev/gatehouse/internal/runner/inner"
)

// interpreter is an installation of node or python on this machine.
type interpreter struct {
	path    string       // of the program, links resolved
	version string       // as it says itself
	binds   []inner.Bind // what the sandbox needs beside the system's directories
}

// bin is the interpreter's directory if PATH does not lead there inside.
func (i *interpreter) bin() string {
	if len(i.binds) == 0 {
		return ""
	}
	return filepath.Dir(i.path)
}

// lookupLimit bounds how long an interpreter may take to say its version.
const lookupLimit = 20 * time.Second

// interpreterFor finds the interpreter of a runtime. The answer is kept.
func (r *Runner) interpreterFor(runtime string) (*interpreter, error) {
	r.interpretersMu.Lock()
	defer r.interpretersMu.Unlock()
	if known, ok := r.interpreters[runtime]; ok {
		return known, nil
	}
	var found *interpreter
	var err error
	if runtimes[runtime] == familyNode {
		found, err = findNode(r.options.Node)
	} else {
		found, err = findPython(r.options.Python, language(runtime))
	}
	if err != nil {
		return nil, fmt.Errorf("runner: no interpreter for %s: %w", runtime, err)
	}
	if !strings.HasPrefix(found.version+".", language(runtime)+".") {
		r.log.Warn("a runtime runs on another version of its interpreter", "runtime", runtime, "version", found.version)
	}
	r.interpreters[runtime] = found
	return found, nil
}

func findNode(configured string) (*interpreter, error) {
	if configured == "" {
		configured = "node"
	}
	path, err := exec.LookPath(configured)
	if err != nil {
		return nil, err
	}
	if path, err = filepath.EvalSymlinks(path); err != nil {
		return nil, err
	}
	out, err := ask(path, "--version")
	if err != nil {
		return nil, err
	}
	return &interpreter{path: path, version: strings.TrimPrefix(out[0], "v"), binds: outside(filepath.Dir(filepath.Dir(path)))}, nil
}

// findPython asks the interpreter itself where it lives: what is found in PATH
// may be a shim of a version manager.
func findPython(configured, language string) (*interpreter, error) {
	names := []string{"python" + language, "python3"}
	if configured != "" {
		names = []string{configured}
	}
	const question = "import sys; print(sys.executable); print(sys.base_prefix); print('%d.%d.%d' % sys.version_info[:3])"
	var err error
	for _, name := range names {
		var out []string
		if out, err = ask(name, "-I", "-S", "-c", question); err != nil {
			continue
		}
		if len(out) < 3 {
			return nil, fmt.Errorf("%s did not say where it lives", name)
		}
		path, err := filepath.EvalSymlinks(out[0])
		if err != nil {
			return nil, err
		}
		return &interpreter{path: path, version: out[2], binds: outside(out[1])}, nil
	}
	return nil, err
}

func ask(name string, args ...string) ([]string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), lookupLimit)
	defer cancel()
	out, err := exec.CommandContext(ctx, name, args...).Output()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return strings.Split(strings.TrimSpace(string(out)), "\n"), nil
}

// outside returns the bind for an installation, unless the system's directories
// already contain it.
func outside(prefix string) []inner.Bind {
	if slices.Contains([]string{"/", "/usr", "/usr/local"}, prefix) || strings.HasPrefix(prefix, "/usr/") {
		return nil
	}
	return []inner.Bind{{Source: prefix, Target: prefix}}
}
