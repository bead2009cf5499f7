package blobtest

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/gatehouse-dev/gatehouse/internal/blob"
	"github.com/gatehouse-dev/gatehouse/internal/clock"
)

func testRoundTrip(t *testing.T, b Bytes) {
	s := b.Open(t)
	for i, n := range sizes {
		content := random(uint64(i), n)
		info := put(t, s, content)
		wantContent(t, s, content)
		if has, err := s.Has(t.Context(), info.Hash); !has || err != nil {
			t.Errorf("Has: %v, %v", has, err)
		}
		if got, err := blob.ReadAll(t.Context(), s, info.Hash, int64(n)); err != nil || !bytes.Equal(got, content) {
			t.Errorf("ReadAll of %d bytes: %d, %v", n, len(got), err)
		}
		if n > 0 {
			if _, err := blob.ReadAll(t.Context(), s, info.Hash, int64(n)-1); !errors.Is(err, blob.ErrTooLarge) {
				t.Errorf("ReadAll beyond its limit: %v", err)
			}
		}
	}
	// A reader that gives its bytes one by one, and the end with the last.
	slow := random(99, 3000)
	if _, err := s.Put(t.Context(), iotest.DataErrReader(iotest.OneByteReader(bytes.NewReader(slow))), blob.Expect{}); err != nil {
		t.Fatal(err)
	}
	again := b.Open(t)
	wantContent(t, again, slow)
	for i, n := range sizes {
		wantContent(t, again, random(uint64(i), n))
	}
}

func testAbsent(t *testing.T, b Bytes) {
	s := b.Open(t)
	put(t, s, []byte("here"))
	sum := blob.HashOf([]byte("not here"))
	for _, hash := range []string{sum, "", "..", "../objects", sum[:63], sum + "0", strings.ToUpper(sum), strings.Repeat("/", 64), strings.Repeat("\x00", 64)} {
		wantAbsent(t, s, hash)
		if err := s.Delete(t.Context(), hash, later()); err != nil {
			t.Errorf("Delete(%q): %v", hash, err)
		}
	}
	wantBlobs(t, s, blob.HashOf([]byte("here")))
}

func testExpectations(t *testing.T, b Bytes) {
	s := b.Open(t)
	content := random(1, 5000)
	sum := blob.HashOf(content)
	for _, c := range []struct {
		expect blob.Expect
		want   error
	}{
		{blob.Expect{Max: 4999}, blob.ErrTooLarge},
		{blob.Expect{Max: 1}, blob.ErrTooLarge},
		{blob.Expect{Hash: blob.HashOf(nil)}, blob.ErrMismatch},
		{blob.Expect{Hash: "x"}, blob.ErrMismatch},
		{blob.Expect{Hash: sum, Max: 4999}, blob.ErrTooLarge},
	} {
		if _, err := s.Put(t.Context(), bytes.NewReader(content), c.expect); !errors.Is(err, c.want) {
			t.Errorf("%+v: %v, want %v", c.expect, err, c.want)
		}
		wantAbsent(t, s, sum)
	}
	if n := b.Debris(t); n != 0 {
		t.Errorf("%d things are left of refused puts", n)
	}
	if _, err := s.Put(t.Context(), bytes.NewReader(content), blob.Expect{Hash: sum, Max: 5000}); err != nil {
		t.Error(err)
	}
	wantContent(t, s, content)
}

func testSeek(t *testing.T, b Bytes) {
	s := b.Open(t)
	content := random(1, 2<<20+17)
	put(t, s, content)
	r, err := s.Open(t.Context(), blob.HashOf(content))
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	size := int64(len(content))
	for _, c := range []struct {
		offset int64
		whence int
		at     int64
	}{
		{0, io.SeekEnd, size}, {0, io.SeekStart, 0}, {1<<20 - 3, io.SeekStart, 1<<20 - 3}, {5, io.SeekCurrent, 1<<20 + 12},
		{-10, io.SeekEnd, size - 10}, {size + 5, io.SeekStart, size + 5}, {1 << 20, io.SeekStart, 1 << 20},
	} {
		at, err := r.Seek(c.offset, c.whence)
		if err != nil || at != c.at {
			t.Fatalf("Seek(%d, %d) = %d, %v, want %d", c.offset, c.whence, at, err, c.at)
		}
		buf := make([]byte, 10)
		n, err := io.ReadFull(r, buf)
		if want := content[min(at, size):min(at+10, size)]; !bytes.Equal(buf[:n], want) || len(want) == 0 && err != io.EOF {
			t.Errorf("at %d: %d bytes, %v", at, n, err)
		}
	}
	if _, err := r.Seek(-1, io.SeekStart); err == nil {
		t.Error("a seek to before the begin succeeds")
	}
	// Back at the begin all is checked and read as if nothing had been.
	if _, err := r.Seek(0, io.SeekStart); err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(r); err != nil || !bytes.Equal(got, content) {
		t.Errorf("after seeking: %d bytes, %v", len(got), err)
	}
}

func testList(t *testing.T, b Bytes) {
	s := b.Open(t)
	wantBlobs(t, s)
	var want []string
	for i := range 40 {
		want = append(want, put(t, s, fmt.Append(nil, i)).Hash)
	}
	put(t, s, []byte("7")) // once more
	wantBlobs(t, s, want...)
	page, err := s.List(t.Context(), want[10])
	if err != nil || len(page) != len(want)-11 || page[0].Hash != want[11] {
		t.Errorf("after the eleventh: %d blobs, %v", len(page), err)
	}
	if page, err := s.List(t.Context(), strings.Repeat("f", 64)); err != nil || len(page) != 0 {
		t.Errorf("after the end: %v, %v", page, err)
	}
	first, err := s.List(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	for _, info := range first {
		if info.Size < 1 || info.Size > 2 || clock.Machine().Sub(info.Put).Abs() > time.Minute {
			t.Errorf("listed %+v", info)
		}
	}
}

func testPages(t *testing.T, b Bytes) {
	if testing.Short() {
		t.Skip("puts a thousand blobs")
	}
	s := b.Open(t)
	for i := range blob.MaxPage + 5 {
		put(t, s, fmt.Append(nil, i))
	}
	if page, err := s.List(t.Context(), ""); err != nil || len(page) != blob.MaxPage {
		t.Errorf("the first page has %d blobs, %v", len(page), err)
	}
	if n := len(all(t, s)); n != blob.MaxPage+5 {
		t.Errorf("%d blobs in all", n)
	}
}

func testDelete(t *testing.T, b Bytes) {
	s := b.Open(t)
	before := clock.Machine().Add(-time.Minute)
	content := random(1, 2<<20)
	info := put(t, s, content)
	if err := s.Delete(t.Context(), info.Hash, before); !errors.Is(err, blob.ErrInUse) {
		t.Errorf("one put later is deleted: %v", err)
	}
	wantContent(t, s, content)
	if err := s.Delete(t.Context(), info.Hash, info.Put); !errors.Is(err, blob.ErrInUse) {
		t.Errorf("one put at that moment is deleted: %v", err)
	}
	if err := s.Delete(t.Context(), info.Hash, later()); err != nil {
		t.Fatal(err)
	}
	wantAbsent(t, s, info.Hash)
	wantAbsent(t, b.Open(t), info.Hash)
	if n := b.Debris(t); n != 0 {
		t.Errorf("%d things are left of a deleted blob", n)
	}
	put(t, s, content)
	wantContent(t, s, content)
}

func testCollect(t *testing.T, b Bytes) {
	s := b.Open(t)
	kept, loose := put(t, s, []byte("kept")), put(t, s, []byte("loose"))
	keep := map[string]bool{kept.Hash: true}
	if gone, err := blob.Collect(t.Context(), s, clock.Machine().Add(-time.Minute), keep); err != nil || len(gone) != 0 {
		t.Errorf("young blobs are collected: %v, %v", gone, err)
	}
	gone, err := blob.Collect(t.Context(), s, later(), keep)
	if err != nil || len(gone) != 1 || gone[0] != loose.Hash {
		t.Errorf("collected %v, %v", gone, err)
	}
	wantBlobs(t, s, kept.Hash)
}
