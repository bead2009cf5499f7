package inner

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"unsafe"
)

// newRoot is where the sandbox's root is assembled before it becomes "/": a
// directory that every Linux has and that is never the source of a bind.
const newRoot = "/sys"

const plain = syscall.MS_NOSUID | syscall.MS_NODEV

// build assembles the root and enters it. It returns the names of the
// protections that this system could not give.
func build(c Config) (lacks []string, err error) {
	if err := syscall.Mount("", "/", "", syscall.MS_REC|syscall.MS_PRIVATE, ""); err != nil {
		return nil, fmt.Errorf("making mounts private: %w", err)
	}
	if err := syscall.Mount("root", newRoot, "tmpfs", plain, "mode=0755,size=1m"); err != nil {
		return nil, fmt.Errorf("mounting the root: %w", err)
	}
	steps := []func() error{
		func() error { return bindSystem(c.System) },
		func() error { return writeAccounts(c.UID) },
		devices,
		func() error { return bindAll(c.Binds) },
		func() error { return mountLayers(c.Layers) },
		func() error { return mountTmp(c) },
	}
	for _, step := range steps {
		if err := step(); err != nil {
			return nil, err
		}
	}
	if err := mountProc(); err != nil {
		lacks = append(lacks, "/proc")
	}
	if err := enter(); err != nil {
		return nil, err
	}
	if c.Hostname != "" {
		if err := syscall.Sethostname([]byte(c.Hostname)); err != nil {
			return nil, fmt.Errorf("setting the host name: %w", err)
		}
	}
	for _, limit := range []struct {
		resource int
		value    uint64
	}{{rlimitNProc, c.Processes}, {syscall.RLIMIT_NOFILE, c.OpenFiles}, {syscall.RLIMIT_CORE, 0}} {
		if err := syscall.Setrlimit(limit.resource, &syscall.Rlimit{Cur: limit.value, Max: limit.value}); err != nil {
			return nil, fmt.Errorf("setting a resource limit: %w", err)
		}
	}
	return lacks, nil
}

const rlimitNProc = 6

// bindSystem binds the host's programs and libraries. Links such as
// /bin -> usr/bin are made again rather than followed.
func bindSystem(paths []string) error {
	for _, path := range paths {
		info, err := os.Lstat(path)
		if errors.Is(err, os.ErrNotExist) {
			continue
		}
		if err != nil {
			return err
		}
		if info.Mode()&os.ModeSymlink != 0 && filepath.Dir(path) == "/" {
			target, err := os.Readlink(path)
			if err != nil {
				return err
			}
			if err := os.Symlink(target, newRoot+path); err != nil {
				return err
			}
			continue
		}
		if _, err := os.Stat(path); err != nil {
			continue // a dangling link has nothing to bind
		}
		if err := bind(path, path, true); err != nil {
			return err
		}
	}
	return nil
}

func bindAll(binds []Bind) error {
	for _, b := range binds {
		if err := bind(b.Source, b.Target, true); err != nil {
			return err
		}
	}
	return nil
}

// bind makes the host's source appear at target, an absolute path inside.
func bind(source, target string, readOnly bool) error {
	info, err := os.Stat(source)
	if err != nil {
		return err
	}
	if !filepath.IsAbs(target) || filepath.Clean(target) != target {
		return fmt.Errorf("bad bind target %q", target)
	}
	target = newRoot + target
	if info.IsDir() {
		err = os.MkdirAll(target, 0o755)
	} else if err = os.MkdirAll(filepath.Dir(target), 0o755); err == nil {
		err = os.WriteFile(target, nil, 0o644)
	}
	if err != nil {
		return err
	}
	if err := syscall.Mount(source, target, "", syscall.MS_BIND|syscall.MS_REC, ""); err != nil {
		return fmt.Errorf("binding %s: %w", source, err)
	}
	if !readOnly {
		return nil
	}
	if err := seal(target); err != nil {
		return fmt.Errorf("making %s read-only: %w", source, err)
	}
	return nil
}

// mountAttr is struct mount_attr of mount_setattr(2).
type mountAttr struct{ set, clr, propagation, userns uint64 }

const (
	sysMountSetattr = 442 // the same on every architecture
	atFDCWD         = -100
	atRecursive     = 0x8000
	attrReadOnly    = 0x1
	attrNoSuid      = 0x2
	attrNoDev       = 0x4
)

// seal makes a mount and the mounts below it read-only, without set-user-id
// programs and devices.
func seal(target string) error {
	path, err := syscall.BytePtrFromString(target)
	if err != nil {
		return err
	}
	attr := mountAttr{set: attrReadOnly | attrNoSuid | attrNoDev}
	at := atFDCWD
	_, _, errno := syscall.Syscall6(sysMountSetattr, uintptr(at), uintptr(unsafe.Pointer(path)), atRecursive,
		uintptr(unsafe.Pointer(&attr)), unsafe.Sizeof(attr), 0)
	if errno == syscall.ENOSYS {
		// Before Linux 5.12 only the top mount can be changed at once; a mount
		// below it keeps the host's own flags.
		return syscall.Mount("", target, "", syscall.MS_BIND|syscall.MS_REMOUNT|syscall.MS_RDONLY|plain, "")
	}
	if errno != 0 {
		return errno
	}
	return nil
}

// mountLayers merges the layers at /opt. One needs no union mount.
func mountLayers(layers []string) error {
	opt := newRoot + "/opt"
	switch len(layers) {
	case 0:
		return os.MkdirAll(opt, 0o755)
	case 1:
		return bind(layers[0], "/opt", true)
	}
	if err := os.MkdirAll(opt, 0o755); err != nil {
		return err
	}
	lower := make([]string, 0, len(layers))
	for i := len(layers) - 1; i >= 0; i-- {
		lower = append(lower, strings.NewReplacer(`\`, `\\`, `:`, `\:`, `,`, `\,`).Replace(layers[i]))
	}
	err := syscall.Mount("layers", opt, "overlay", plain|syscall.MS_RDONLY, "lowerdir="+strings.Join(lower, ":"))
	if err != nil {
		return fmt.Errorf("merging layers: %w", err)
	}
	return nil
}

func mountTmp(c Config) error {
	tmp := newRoot + "/tmp"
	if err := os.MkdirAll(tmp, 0o777); err != nil {
		return err
	}
	options := "mode=1777,size=" + strconv.Itoa(c.TmpMB) + "m"
	if err := syscall.Mount("tmp", tmp, "tmpfs", plain, options); err != nil {
		return fmt.Errorf("mounting /tmp: %w", err)
	}
	return nil
}

func mountProc() error {
	proc := newRoot + "/proc"
	if err := os.MkdirAll(proc, 0o555); err != nil {
		return err
	}
	if err := syscall.Mount("proc", proc, "proc", plain|syscall.MS_NOEXEC, ""); err != nil {
		return err
	}
	for _, path := range machineSettings {
		if err := readOnly(proc + "/" + path); err != nil {
			// Better no /proc than one that reaches the machine.
			return errors.Join(err, syscall.Unmount(proc, syscall.MNT_DETACH))
		}
	}
	return nil
}

// machineSettings are the parts of /proc that belong to the machine, not to a
// process. Their owner is the machine's root, to whom a process of the same user
// id needs no capability.
var machineSettings = []string{"sys", "sysrq-trigger", "irq", "bus", "fs", "acpi", "scsi"}

func readOnly(path string) error {
	err := syscall.Mount(path, path, "", syscall.MS_BIND|syscall.MS_REC, "")
	if err == syscall.ENOENT {
		return nil
	}
	if err != nil {
		return err
	}
	return seal(path)
}

// writeAccounts names the function's user as AWS does.
func writeAccounts(uid int) error {
	id := strconv.Itoa(uid)
	files := map[string]string{
		"/etc/passwd": "root:x:0:0:root:/root:/sbin/nologin\nsbx_user1051:x:" + id + ":" + id + "::/home/sbx_user1051:/sbin/nologin\n",
		"/etc/group":  "root:x:0:\nsbx_user1051:x:" + id + ":\n",
	}
	if err := os.MkdirAll(newRoot+"/etc", 0o755); err != nil {
		return err
	}
	for name, content := range files {
		if err := os.WriteFile(newRoot+name, []byte(content), 0o644); err != nil {
			return err
		}
	}
	return nil
}

func devices() error {
	if err := os.MkdirAll(newRoot+"/dev", 0o755); err != nil {
		return err
	}
	for _, name := range []string{"/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom"} {
		if err := bind(name, name, false); err != nil {
			return err
		}
	}
	for name, target := range map[string]string{
		"/dev/fd": "/proc/self/fd", "/dev/stdin": "/proc/self/fd/0",
		"/dev/stdout": "/proc/self/fd/1", "/dev/stderr": "/proc/self/fd/2",
	} {
		if err := os.Symlink(target, newRoot+name); err != nil {
			return err
		}
	}
	return nil
}

// enter makes newRoot the root, read-only, and lets go of the host's.
func enter() error {
	old := newRoot + "/old"
	if err := os.Mkdir(old, 0o700); err != nil {
		return err
	}
	if err := syscall.PivotRoot(newRoot, old); err != nil {
		return fmt.Errorf("entering the root: %w", err)
	}
	if err := os.Chdir("/"); err != nil {
		return err
	}
	if err := syscall.Unmount("/old", syscall.MNT_DETACH); err != nil {
		return fmt.Errorf("leaving the host's root: %w", err)
	}
	if err := os.Remove("/old"); err != nil {
		return err
	}
	return syscall.Mount("", "/", "", syscall.MS_REMOUNT|syscall.MS_BIND|syscall.MS_RDONLY|plain, "")
}
