//go:build e2e && linux

package security

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/iam"
)

// Whatever the umask, nobody else enters the data directory, and what holds
// keys is its owner's alone.
func TestFilesArePrivate(t *testing.T) {
	for _, umask := range []int{0, 0o022, 0o077} {
		var h *host
		temporary := t.TempDir()
		old := syscall.Umask(umask) // inherited by the server
		h = serve(t, func(cmd *exec.Cmd) { cmd.Env = append(cmd.Env, "TMPDIR="+temporary) })
		syscall.Umask(old)
		h.rootKey()
		must(iam.NewFromConfig(h.root()).CreateUser(t.Context(), &iam.CreateUserInput{UserName: new("u")}))(t)
		if os.Geteuid() == 0 {
			h.attacker("f", h.role("f", trustLambda, ""), nil).try(event{Do: "list", Arg: "/"})
		}
		mode := func(path string) fs.FileMode { return must(os.Stat(path))(t).Mode().Perm() }
		if got := mode(h.dir); got != 0o700 {
			t.Errorf("umask %03o: the data directory has mode %o", umask, got)
		}
		if got := mode(filepath.Join(h.dir, "root-key")); got != 0o600 {
			t.Errorf("umask %03o: the root key has mode %o", umask, got)
		}
		files := 0
		for _, dir := range []string{h.dir, temporary} {
			filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
				if err != nil || d.IsDir() || d.Type()&fs.ModeSymlink != 0 {
					return nil
				}
				info, err := d.Info()
				if err != nil {
					return nil
				}
				files++
				bad := fs.FileMode(0o077)
				if dir == h.dir && !holdsKeys(h.dir, path) || filepath.Dir(path) == filepath.Join(h.dir, "state") {
					bad = 0 // what functions read; and the store's, whom the data directory's own mode closes
				}
				if info.Mode().Perm()&bad != 0 {
					t.Errorf("umask %03o: %s has mode %o", umask, path, info.Mode().Perm())
				}
				return nil
			})
		}
		if files < 5 {
			t.Errorf("%d files were seen", files)
		}
		h.stop()
	}
}

// holdsKeys reports whether a file is neither a function's code nor a runtime.
func holdsKeys(data, path string) bool {
	rel, err := filepath.Rel(data, path)
	return err != nil || !strings.HasPrefix(rel, "code/") && !strings.HasPrefix(rel, "runtimes/")
}

// A data directory that others could enter is closed to them, the root key made
// private again.
func TestOpenDirectoriesAreClosed(t *testing.T) {
	h := serve(t)
	h.stop()
	os.Chmod(h.dir, 0o777)
	os.Chmod(filepath.Join(h.dir, "root-key"), 0o666)
	again := serve(t, func(cmd *exec.Cmd) {
		for i, arg := range cmd.Args {
			if arg == "--data" {
				cmd.Args[i+1] = h.dir
			}
		}
	})
	defer again.alive()
	for path, want := range map[string]fs.FileMode{h.dir: 0o700, filepath.Join(h.dir, "root-key"): 0o600} {
		if got := must(os.Stat(path))(t).Mode().Perm(); got != want {
			t.Errorf("%s has mode %o", path, got)
		}
	}
}
