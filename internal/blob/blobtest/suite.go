package blobtest

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"io"
	"slices"
	"testing"
	"time"

	"github.com/gatehouse-dev/gatehouse/internal/blob"
	"github.com/gatehouse-dev/gatehouse/internal/clock"
)

// Bytes is where blobs are kept, such as a directory.
type Bytes interface {
	// Open returns a store on these bytes. A further call is what is found
	// after a crash of those who had it open.
	Open(t *testing.T) blob.Store
	// Second returns a store that works on the bytes at the same time as s: s
	// itself where only one process may.
	Second(t *testing.T, s blob.Store) blob.Store
	// Corrupt changes one byte of what is stored for a blob, at an offset of
	// its content.
	Corrupt(t *testing.T, hash string, offset int64)
	// Cut removes the last byte of what is stored for a blob.
	Cut(t *testing.T, hash string)
	// Debris makes the time pass after which an interrupted Put counts as
	// such, opens a store, and counts what is stored beside the blobs.
	Debris(t *testing.T) int
}

// Run checks that the stores made by fresh keep every promise of package blob.
func Run(t *testing.T, fresh func(t *testing.T) Bytes) {
	for _, c := range []struct {
		name string
		test func(*testing.T, Bytes)
	}{
		{"RoundTrip", testRoundTrip},
		{"Absent", testAbsent},
		{"Expectations", testExpectations},
		{"Seek", testSeek},
		{"List", testList},
		{"Pages", testPages},
		{"Delete", testDelete},
		{"Collect", testCollect},
		{"Concurrent", testConcurrent},
		{"ReplacedWhileRead", testReplacedWhileRead},
		{"Crash", testCrash},
		{"FailingReader", testFailingReader},
		{"Cancelled", testCancelled},
		{"Corruption", testCorruption},
	} {
		t.Run(c.name, func(t *testing.T) { c.test(t, fresh(t)) })
	}
}

// sizes are around those at which implementations cut.
var sizes = []int{0, 1, 511, 1<<20 - 1, 1 << 20, 1<<20 + 1, 3 << 20}

// random makes bytes that are the same for the same seed.
func random(seed uint64, n int) []byte {
	b := make([]byte, 0, n+sha256.Size)
	block := sha256.Sum256(binary.BigEndian.AppendUint64(nil, seed))
	for len(b) < n {
		b = append(b, block[:]...)
		block = sha256.Sum256(block[:])
	}
	return b[:n]
}

func put(t *testing.T, s blob.Store, content []byte) blob.Info {
	t.Helper()
	info, err := s.Put(t.Context(), bytes.NewReader(content), blob.Expect{})
	if err != nil {
		t.Fatal(err)
	}
	if info.Hash != blob.HashOf(content) || info.Size != int64(len(content)) || info.Put.IsZero() {
		t.Fatalf("%d bytes were put as %+v", len(content), info)
	}
	return info
}

func wantContent(t *testing.T, s blob.Store, content []byte) {
	t.Helper()
	r, err := s.Open(t.Context(), blob.HashOf(content))
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	got, err := io.ReadAll(r)
	if err != nil || !bytes.Equal(got, content) || r.Size() != int64(len(content)) {
		t.Fatalf("read %d of %d bytes, the same: %v, size %d, error %v", len(got), len(content), bytes.Equal(got, content), r.Size(), err)
	}
}

func wantAbsent(t *testing.T, s blob.Store, hash string) {
	t.Helper()
	if has, err := s.Has(t.Context(), hash); has || err != nil {
		t.Errorf("Has(%q) = %v, %v", hash, has, err)
	}
	if _, err := s.Open(t.Context(), hash); !errors.Is(err, blob.ErrNotFound) {
		t.Errorf("Open(%q): %v", hash, err)
	}
}

// all lists every blob.
func all(t *testing.T, s blob.Store) (hashes []string) {
	t.Helper()
	for after := ""; ; {
		page, err := s.List(t.Context(), after)
		if err != nil {
			t.Fatal(err)
		}
		if len(page) == 0 {
			return hashes
		}
		for _, b := range page {
			hashes = append(hashes, b.Hash)
		}
		after = hashes[len(hashes)-1]
	}
}

func wantBlobs(t *testing.T, s blob.Store, want ...string) {
	t.Helper()
	slices.Sort(want)
	if got := all(t, s); !slices.Equal(got, want) {
		t.Errorf("the blobs are %v, want %v", got, want)
	}
}

// later is after every Put so far, whatever the file system's resolution is.
func later() time.Time { return clock.Machine().Add(time.Minute) }

// ctxOf is a context that ends with the test or before.
func ctxOf(t *testing.T) (context.Context, context.CancelFunc) {
	return context.WithCancel(t.Context())
}

// moment is the machine's time, some milliseconds after what was before and
// before what is after.
func moment() time.Time {
	const apart = 5 * time.Millisecond
	var machine clock.Clock
	at := machine.Now().Add(apart)
	machine.SleepUntil(at.Add(apart), nil)
	return at
}
