package bootstrap

import (
	"bytes"
	"embed"
	"io/fs"
	"os"
	"path/filepath"
)

//go:embed node python
var files embed.FS

// Write writes the runtimes below dir/runtime, readable by everybody, which
// becomes /var/runtime. A file that is already right stays, because running
// instances may have it open.
func Write(dir string) error {
	return fs.WalkDir(files, ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		target := filepath.Join(dir, "runtime", path)
		if entry.IsDir() {
			if err := os.MkdirAll(target, 0o755); err != nil {
				return err
			}
			return os.Chmod(target, 0o755)
		}
		content, err := files.ReadFile(path)
		if err != nil {
			return err
		}
		if old, err := os.ReadFile(target); err == nil && bytes.Equal(old, content) {
			return os.Chmod(target, 0o644)
		}
		if err := os.WriteFile(target+".new", content, 0o644); err != nil {
			return err
		}
		if err := os.Chmod(target+".new", 0o644); err != nil {
			return err
		}
		return os.Rename(target+".new", target)
	})
}
