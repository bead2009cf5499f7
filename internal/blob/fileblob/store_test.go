package fileblob_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gatehouse-dev/gatehouse/internal/blob"
	"github.com/gatehouse-dev/gatehouse/internal/blob/blobtest"
	"github.com/gatehouse-dev/gatehouse/internal/blob/fileblob"
)

func TestConformance(t *testing.T) {
	blobtest.Run(t, func(t *testing.T) blobtest.Bytes { return dir(filepath.Join(t.TempDir(), "blobs")) })
}

// dir is a store's directory.
type dir string

func (d dir) Open(t *testing.T) blob.Store {
	s, err := fileblob.Open(string(d))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func (d dir) Second(_ *testing.T, s blob.Store) blob.Store { return s }

func (d dir) file(hash string) string { return filepath.Join(string(d), "objects", hash[:2], hash) }

func (d dir) Corrupt(t *testing.T, hash string, offset int64) {
	f, err := os.OpenFile(d.file(hash), os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	b := make([]byte, 1)
	if _, err := f.ReadAt(b, offset); err != nil {
		t.Fatal(err)
	}
	b[0]++
	if _, err := f.WriteAt(b, offset); err != nil {
		t.Fatal(err)
	}
}

func (d dir) Cut(t *testing.T, hash string) {
	info, err := os.Stat(d.file(hash))
	if err == nil {
		err = os.Truncate(d.file(hash), info.Size()-1)
	}
	if err != nil {
		t.Fatal(err)
	}
}

func (d dir) Debris(t *testing.T) (n int) {
	d.Open(t)
	err := filepath.WalkDir(string(d), func(path string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() && !blob.IsHash(e.Name()) {
			n++
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestModes(t *testing.T) {
	d := dir(filepath.Join(t.TempDir(), "blobs"))
	if err := os.Mkdir(string(d), 0o755); err != nil {
		t.Fatal(err)
	}
	if _, err := d.Open(t).Put(t.Context(), strings.NewReader("x"), blob.Expect{}); err != nil {
		t.Fatal(err)
	}
	files := 0
	err := filepath.WalkDir(string(d), func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := e.Info()
		if err != nil {
			return err
		}
		want := fs.FileMode(0o600)
		if e.IsDir() {
			want = 0o700
		} else {
			files++
		}
		if info.Mode().Perm() != want {
			t.Errorf("%s has mode %v", path, info.Mode())
		}
		return nil
	})
	if err != nil || files != 1 {
		t.Errorf("%d files, %v", files, err)
	}
}

func TestOpenWhereItCannot(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := fileblob.Open(path); err == nil {
		t.Error("a store was opened in a file")
	}
}
