package gobuild

import (
	"archive/zip"
	"bytes"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

func TestZipIsReproducible(t *testing.T) {
	files := []File{{Name: "b", Mode: 0o644, Data: []byte("b")}, {Name: "a/x", Mode: 0o755, Data: []byte("x")}}
	first, err := Zip(files)
	if err != nil {
		t.Fatal(err)
	}
	second, err := Zip([]File{files[1], files[0]})
	if err != nil || !bytes.Equal(first, second) {
		t.Errorf("the order matters: %v", err)
	}
	z, err := zip.NewReader(bytes.NewReader(first), int64(len(first)))
	if err != nil {
		t.Fatal(err)
	}
	if len(z.File) != 2 || z.File[0].Name != "a/x" || z.File[0].Mode() != 0o755 || z.File[1].Mode() != 0o644 {
		t.Errorf("the zip has %v", z.File)
	}
}

func TestZipDir(t *testing.T) {
	dir := t.TempDir()
	if _, err := ZipDir(dir); err == nil {
		t.Error("an empty directory is packed")
	}
	os.WriteFile(filepath.Join(dir, "index.js"), []byte("x"), 0o600)
	first, err := ZipDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	os.Chmod(filepath.Join(dir, "index.js"), 0o664) // says nothing about running it
	if second, err := ZipDir(dir); err != nil || !bytes.Equal(first, second) {
		t.Errorf("the same files give other bytes: %v", err)
	}
	os.Symlink("/etc/passwd", filepath.Join(dir, "link"))
	if _, err := ZipDir(dir); err == nil || !strings.Contains(err.Error(), "is not a regular file") {
		t.Errorf("a link is packed: %v", err)
	}
}

func TestBuild(t *testing.T) {
	if testing.Short() {
		t.Skip("runs the Go compiler")
	}
	zips := make([][]byte, 2)
	for i := range zips {
		dir := t.TempDir() // its path must not matter
		os.WriteFile(filepath.Join(dir, "go.mod"), []byte("module f\n\ngo 1.26\n"), 0o600)
		os.WriteFile(filepath.Join(dir, "main.go"), []byte("package main\n\nfunc main() { println(1) }\n"), 0o600)
		var err error
		if zips[i], err = Build(t.Context(), Options{Dir: dir, Arch: hostArch(), Cache: t.TempDir()}); err != nil {
			t.Fatal(err)
		}
		if left, _ := os.ReadDir(dir); len(left) != 2 {
			t.Errorf("the sources have %v", left)
		}
	}
	if !bytes.Equal(zips[0], zips[1]) {
		t.Error("two builds of the same sources differ")
	}
	if _, err := Build(t.Context(), Options{Dir: ".", Arch: "mips", Cache: t.TempDir()}); err == nil {
		t.Error("an unknown architecture is built")
	}
}

// hostArch is the one whose standard library is most likely compiled already.
func hostArch() string {
	if runtime.GOARCH == "arm64" {
		return "arm64"
	}
	return "x86_64"
}
