//go:build e2e

package terraform

import (
	"cmp"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gatehouse-dev/gatehouse/test/e2e/process"
)

// workspace is a directory with a copy of a configuration, and where its
// commands go.
type workspace struct {
	t   *testing.T
	dir string
	env []string
}

// newWorkspace copies testdata/NAME next to testdata/provider.tf.
func newWorkspace(t *testing.T, name string) *workspace {
	t.Helper()
	s := process.Serve(t)
	w := &workspace{t: t, dir: t.TempDir()}
	w.env = provider(t, s, w.dir)
	if err := os.CopyFS(w.dir, os.DirFS(filepath.Join("testdata", name))); err != nil {
		t.Fatal(err)
	}
	common, err := os.ReadFile(filepath.Join("testdata", "provider.tf"))
	if err != nil {
		t.Fatal(err)
	}
	w.write("provider.tf", string(common))
	w.must("init", "-input=false", "-no-color")
	return w
}

func (w *workspace) write(name, text string) {
	w.t.Helper()
	if err := os.WriteFile(filepath.Join(w.dir, name), []byte(text), 0o644); err != nil {
		w.t.Fatal(err)
	}
}

func (w *workspace) run(args ...string) (string, error) {
	return process.Command(w.dir, w.env, "terraform", args...)
}

func (w *workspace) must(args ...string) string {
	w.t.Helper()
	out, err := w.run(args...)
	if err != nil {
		w.t.Fatalf("%v\n%s", err, errorsOf(out))
	}
	return out
}

// errorsOf is what went wrong, without all that went well before.
func errorsOf(out string) string {
	if _, errs, ok := strings.Cut(out, "\nError: "); ok {
		return "Error: " + errs
	}
	return out
}

// wantNoChanges plans, and fails unless there is nothing to do.
func (w *workspace) wantNoChanges(when string, args ...string) {
	w.t.Helper()
	out, err := w.run(append([]string{"plan", "-detailed-exitcode", "-input=false", "-no-color"}, args...)...)
	if err != nil {
		_, plan, _ := strings.Cut(out, "Terraform used the selected providers")
		w.t.Fatalf("the plan %s is not empty: %v\n%s", when, err, errorsOf(cmp.Or(plan, out)))
	}
}

// value decodes what a command prints as one JSON text.
func (w *workspace) value(into any, args ...string) {
	w.t.Helper()
	cmd := exec.Command("terraform", args...)
	cmd.Dir = w.dir
	cmd.Env = append(os.Environ(), w.env...)
	out, err := cmd.Output()
	if err != nil {
		if e, ok := errors.AsType[*exec.ExitError](err); ok {
			w.t.Logf("%s", e.Stderr)
		}
		w.t.Fatalf("terraform %s: %v", strings.Join(args, " "), err)
	}
	if err := json.Unmarshal(out, into); err != nil {
		w.t.Fatal(err)
	}
}

// actions runs a command with -json and returns what it planned for each
// managed resource that it planned something for.
func (w *workspace) actions(args ...string) map[string]string {
	w.t.Helper()
	planned, refused, err := w.try(args...)
	if err != nil {
		w.t.Fatalf("%v\n%v", err, refused)
	}
	return planned
}

// try runs a command with -json and returns what it planned and which error it
// met, each by address.
func (w *workspace) try(args ...string) (planned, refused map[string]string, err error) {
	out, err := w.run(append(args, "-json")...)
	planned, refused = map[string]string{}, map[string]string{}
	for line := range strings.Lines(out) {
		var m struct {
			Type   string
			Change struct {
				Action   string
				Resource struct {
					Addr string
				}
			}
			Diagnostic struct{ Severity, Address, Summary, Detail string }
		}
		if json.Unmarshal([]byte(line), &m) != nil {
			continue
		}
		switch {
		case m.Type == "planned_change" && !strings.HasPrefix(m.Change.Resource.Addr, "data."):
			planned[m.Change.Resource.Addr] = m.Change.Action
		case m.Type == "diagnostic" && m.Diagnostic.Severity == "error":
			refused[m.Diagnostic.Address] += m.Diagnostic.Summary + "\n" + m.Diagnostic.Detail
		}
	}
	return planned, refused, err
}

// aws asks the server with the AWS CLI.
func (w *workspace) aws(args ...string) string {
	w.t.Helper()
	out, err := process.Command(w.dir, w.env, "aws", args...)
	if err != nil {
		w.t.Errorf("%v\n%s", err, out)
	}
	return strings.TrimSpace(out)
}

// wantError runs a command that changes things and must fail with a text.
func (w *workspace) wantError(what string, args []string, want string) {
	w.t.Helper()
	out, err := w.run(append(args, "-auto-approve", "-input=false", "-no-color")...)
	if err == nil {
		w.t.Errorf("%s: done, although it must fail", what)
		return
	}
	// Terraform breaks long lines.
	if got := strings.Join(strings.Fields(errorsOf(out)), " "); !strings.Contains(got, want) {
		w.t.Errorf("%s: no %q in:\n%s", what, want, errorsOf(out))
	}
}
