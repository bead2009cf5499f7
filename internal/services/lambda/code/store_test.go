package code_test

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/gatehouse-dev/gatehouse/internal/blob"
	"github.com/gatehouse-dev/gatehouse/internal/blob/fileblob"
	"github.com/gatehouse-dev/gatehouse/internal/blob/kvblob"
	"github.com/gatehouse-dev/gatehouse/internal/kv/pebblekv"
	"github.com/gatehouse-dev/gatehouse/internal/services/lambda/code"
)

// file is one of a zip.
type file struct {
	name, text string
	mode       fs.FileMode
}

func pack(t testing.TB, files ...file) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, f := range files {
		h := &zip.FileHeader{Name: f.name, Method: zip.Deflate}
		if f.mode != 0 {
			h.SetMode(f.mode)
		}
		w, err := z.CreateHeader(h)
		if err == nil {
			_, err = w.Write([]byte(f.text))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func blobs(t testing.TB, dir string) blob.Store {
	t.Helper()
	b, err := fileblob.Open(filepath.Join(dir, "zips"))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func open(t testing.TB, dir string) *code.Store {
	t.Helper()
	s, err := code.Open(filepath.Join(dir, "trees"), blobs(t, dir))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func put(t *testing.T, s *code.Store, files ...file) (code.Package, string) {
	t.Helper()
	p, err := s.Put(t.Context(), pack(t, files...))
	if err != nil {
		t.Fatal(err)
	}
	dir, err := s.Dir(t.Context(), p.Hash)
	if err != nil {
		t.Fatal(err)
	}
	return p, dir
}

func TestModes(t *testing.T) {
	s := open(t, t.TempDir())
	p, dir := put(t, s, file{"bin/tool", "x", 0o755}, file{"private", "x", 0o600}, file{"suid", "x", 0o755 | fs.ModeSetuid}, file{"dos", "12", 0},
		file{"link", "bin/tool", fs.ModeSymlink | 0o777}, file{"d/", "", fs.ModeDir | 0o500})
	if p.Unpacked != 5 {
		t.Errorf("%d bytes", p.Unpacked)
	}
	for name, want := range map[string]fs.FileMode{"bin": fs.ModeDir | 0o755, "bin/tool": 0o755, "private": 0o600, "suid": 0o755, "dos": 0o644,
		"link": fs.ModeSymlink | 0o777, "d": fs.ModeDir | 0o700, ".": fs.ModeDir | 0o755} {
		info, err := os.Lstat(filepath.Join(dir, name))
		if err != nil || info.Mode() != want {
			t.Errorf("%s: %v %v", name, info.Mode(), err)
		}
	}
	info, err := os.Stat(filepath.Dir(dir))
	if err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("others can enter: %v %v", info.Mode(), err)
	}
}

func TestHostileZips(t *testing.T) {
	s := open(t, t.TempDir())
	zeros := make([]byte, code.MaxUnpacked/2+1)
	for name, c := range map[string]struct {
		data []byte
		want error
	}{
		"nothing":           {nil, code.ErrEmpty},
		"text":              {[]byte("hello"), code.ErrEmpty},
		"no files":          {pack(t), code.ErrEmpty},
		"parent":            {pack(t, file{"../x", "", 0o644}), code.ErrZip},
		"deep parent":       {pack(t, file{"a/../../x", "", 0o644}), code.ErrZip},
		"absolute":          {pack(t, file{"/etc/x", "", 0o644}), code.ErrZip},
		"link out":          {pack(t, file{"l", "../x", fs.ModeSymlink | 0o777}), code.ErrZip},
		"absolute link":     {pack(t, file{"l", "/etc", fs.ModeSymlink | 0o777}), code.ErrZip},
		"file through link": {pack(t, file{"l", "d", fs.ModeSymlink | 0o777}, file{"l/x", "", 0o644}), code.ErrZip},
		"device":            {pack(t, file{"dev", "", fs.ModeDevice | 0o644}), code.ErrZip},
		"file as directory": {pack(t, file{"a", "", 0o644}, file{"a/b", "", 0o644}), code.ErrZip},
		"bomb":              {pack(t, file{"a", string(zeros), 0o644}, file{"b", string(zeros), 0o644}), code.ErrTooLarge},
		"broken":            {broken(t), code.ErrZip},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := s.Put(t.Context(), c.data); !errors.Is(err, c.want) {
				t.Errorf("got %v, want %v", err, c.want)
			}
		})
	}
}

// broken is a zip whose content does not have its checksum.
func broken(t *testing.T) []byte {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	w, err := z.CreateHeader(&zip.FileHeader{Name: "x", Method: zip.Store})
	if err != nil {
		t.Fatal(err)
	}
	io.WriteString(w, "content")
	z.Close()
	return bytes.Replace(b.Bytes(), []byte("content"), []byte("CONTENT"), 1)
}

func TestPackagesSurvive(t *testing.T) {
	dir := t.TempDir()
	p, first := put(t, open(t, dir), file{"a", "hello", 0o644})
	if err := os.WriteFile(filepath.Join(first, "b"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	s := open(t, dir)
	tree, err := s.Dir(t.Context(), p.Hash)
	if err != nil {
		t.Fatal(err)
	}
	if b, err := os.ReadFile(filepath.Join(tree, "a")); string(b) != "hello" {
		t.Errorf("%s %v", b, err)
	}
	if _, err := os.Stat(filepath.Join(tree, "b")); err == nil {
		t.Error("the tree was not made anew")
	}
	if _, err := s.Dir(t.Context(), "../../etc"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("%v", err)
	}
}

// Another process with the same blobs has the package, in a tree of its own.
func TestShared(t *testing.T) {
	store, err := pebblekv.OpenMemory()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { store.Close() })
	var nodes [2]*code.Store
	for i := range nodes {
		if nodes[i], err = code.Open(t.TempDir(), kvblob.New(store, "code")); err != nil {
			t.Fatal(err)
		}
	}
	p, first := put(t, nodes[0], file{"a", "hello", 0o644})
	second, err := nodes[1].Dir(t.Context(), p.Hash)
	if err != nil || first == second {
		t.Fatal(second, err)
	}
	if b, err := os.ReadFile(filepath.Join(second, "a")); string(b) != "hello" {
		t.Errorf("%s %v", b, err)
	}
}

func TestCollect(t *testing.T) {
	s := open(t, t.TempDir())
	a, _ := put(t, s, file{"a", "a", 0o644})
	b, tree := put(t, s, file{"b", "b", 0o644})
	used := func() (map[string]bool, error) { return map[string]bool{a.Hash: true}, nil }
	if err := s.Collect(t.Context(), time.Now().Add(-code.Grace), used); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(tree); err != nil {
		t.Errorf("a package whose use may not be recorded yet is gone: %v", err)
	}
	if err := s.Collect(t.Context(), time.Now().Add(time.Minute), used); err != nil {
		t.Fatal(err)
	}
	if f, err := s.Open(t.Context(), a.Hash); err != nil {
		t.Error(err)
	} else {
		f.Close()
	}
	if _, err := s.Open(t.Context(), b.Hash); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("%v", err)
	}
	if _, err := os.Stat(tree); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("%v", err)
	}
	put(t, s, file{"b", "b", 0o644}) // it can come back
}

func FuzzPut(f *testing.F) {
	f.Add(pack(f, file{"a", "x", 0o644}))
	f.Add(pack(f, file{"../a", "x", 0o644}, file{"l", "..", fs.ModeSymlink | 0o777}))
	f.Add(pack(f, file{"d/", "", fs.ModeDir | 0o755}, file{"d/x", "y", 0o755}))
	f.Add([]byte("PK\x05\x06" + string(make([]byte, 18))))
	parent := f.TempDir()
	s := open(f, filepath.Join(parent, "store"))
	f.Fuzz(func(t *testing.T, data []byte) {
		p, err := s.Put(t.Context(), data)
		if err == nil {
			if _, err := s.Dir(t.Context(), p.Hash); err != nil {
				t.Error(err)
			}
		}
		if entries, err := os.ReadDir(parent); err != nil || len(entries) != 1 {
			t.Fatal(fmt.Sprint("something escaped: ", entries, err))
		}
	})
}
