package code

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
)

// Limits of a package ("Lambda quotas"; that of the number of files is ours).
const (
	MaxUnpacked = 262_144_000 // bytes
	MaxFiles    = 65_535
	maxLink     = 4 << 10
)

var (
	// ErrEmpty is returned for no zip, and for one without files.
	ErrEmpty = errors.New("code: not a zip file with anything in it")
	// ErrZip is wrapped by the errors about what is in a zip.
	ErrZip = errors.New("code: bad zip file")
	// ErrTooLarge is returned when more than MaxUnpacked is in it.
	ErrTooLarge = errors.New("code: too large when unpacked")
)

func open(data []byte) (*zip.Reader, error) {
	r, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	switch {
	case errors.Is(err, zip.ErrFormat) || len(data) == 0:
		return nil, ErrEmpty
	case err != nil && !errors.Is(err, zip.ErrInsecurePath):
		return nil, fmt.Errorf("%w: %w", ErrZip, err)
	case len(r.File) == 0:
		return nil, ErrEmpty
	case len(r.File) > MaxFiles:
		return nil, fmt.Errorf("%w: %d files", ErrZip, len(r.File))
	}
	return r, nil
}

// unpacker writes the files of a zip below one directory and nowhere else.
type unpacker struct {
	root *os.Root
	left int64 // bytes
}

// unpack makes dir of the files in r and returns their size.
func unpack(r *zip.Reader, dir string) (size int64, err error) {
	if err := os.Mkdir(dir, 0o755); err != nil {
		return 0, err
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return 0, err
	}
	defer root.Close()
	// The mode of Mkdir is less than asked for where the umask is strict.
	if err := os.Chmod(dir, 0o755); err != nil {
		return 0, err
	}
	u := &unpacker{root: root, left: MaxUnpacked}
	var links []*zip.File
	modes := map[string]fs.FileMode{}
	for _, f := range r.File {
		name, err := localName(f.Name)
		if err != nil {
			return 0, err
		}
		switch mode := f.Mode(); {
		case name == ".":
		case mode.IsDir():
			err = u.mkdir(name)
			modes[name] = mode.Perm() | 0o700
		case mode.IsRegular():
			err = u.file(name, f)
		case mode&fs.ModeSymlink != 0:
			// Last of all, so that nothing is written through a link.
			links = append(links, f)
		default:
			err = fmt.Errorf("%w: %q is neither a file nor a directory", ErrZip, name)
		}
		if err != nil {
			return 0, err
		}
	}
	for _, f := range links {
		if err := u.link(f); err != nil {
			return 0, err
		}
	}
	for name, mode := range modes {
		if err := root.Chmod(name, mode); err != nil {
			return 0, err
		}
	}
	return MaxUnpacked - u.left, nil
}

// localName is the name of a file below the root.
func localName(name string) (string, error) {
	clean := path.Clean(strings.TrimSuffix(name, "/"))
	if strings.HasPrefix(name, "/") || !filepath.IsLocal(clean) || strings.ContainsRune(name, 0) {
		return "", fmt.Errorf("%w: the name %q leaves the package", ErrZip, name)
	}
	return clean, nil
}

func (u *unpacker) mkdir(name string) error {
	if err := u.root.MkdirAll(name, 0o755); err != nil {
		return fmt.Errorf("%w: %w", ErrZip, err)
	}
	return nil
}

func (u *unpacker) file(name string, f *zip.File) error {
	if err := u.mkdir(path.Dir(name)); err != nil {
		return err
	}
	in, err := f.Open()
	if err != nil {
		return fmt.Errorf("%w: %w", ErrZip, err)
	}
	defer in.Close()
	out, err := u.root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		// The last of several files of a name counts, as for unzip.
		if err = u.root.Remove(name); err == nil {
			out, err = u.root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
		}
	}
	if err != nil {
		return fmt.Errorf("%w: %w", ErrZip, err)
	}
	defer out.Close()
	n, err := io.Copy(out, io.LimitReader(in, u.left+1))
	if u.left -= n; u.left < 0 {
		return ErrTooLarge
	}
	if err != nil {
		if errors.Is(err, zip.ErrChecksum) || errors.Is(err, zip.ErrFormat) || errors.Is(err, zip.ErrAlgorithm) || errors.Is(err, io.ErrUnexpectedEOF) {
			return fmt.Errorf("%w: %w", ErrZip, err)
		}
		return err
	}
	return out.Chmod(filePerm(f))
}

// filePerm is the mode that a file gets. Zips made where there are no such
// modes get what Lambda gives them: readable, not executable.
func filePerm(f *zip.File) fs.FileMode {
	const unix, macOS = 3, 19
	if by := f.CreatorVersion >> 8; by != unix && by != macOS {
		return 0o644
	}
	return f.Mode().Perm()
}

// link makes a symbolic link that stays within the package.
func (u *unpacker) link(f *zip.File) error {
	name, err := localName(f.Name)
	if err != nil {
		return err
	}
	in, err := f.Open()
	if err != nil {
		return fmt.Errorf("%w: %w", ErrZip, err)
	}
	defer in.Close()
	target, err := io.ReadAll(io.LimitReader(in, maxLink+1))
	if err != nil || len(target) > maxLink {
		return fmt.Errorf("%w: the link %q cannot be read", ErrZip, name)
	}
	to := string(target)
	if path.IsAbs(to) || !filepath.IsLocal(path.Join(path.Dir(name), to)) {
		return fmt.Errorf("%w: the link %q leaves the package", ErrZip, name)
	}
	if err := u.mkdir(path.Dir(name)); err != nil {
		return err
	}
	if err := u.root.Symlink(to, name); err != nil {
		return fmt.Errorf("%w: %w", ErrZip, err)
	}
	return nil
}
