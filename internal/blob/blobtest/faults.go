package blobtest

import (
	"bytes"
	"context"
	"errors"
	"io"
	"sync"
	"testing"

	"github.com/gatehouse-dev/gatehouse/internal/blob"
)

// Several puts of the same and of other blobs at once, on two handles, while a
// collector removes what was put before they began: what a put returned for
// stays.
func testConcurrent(t *testing.T, b Bytes) {
	one := b.Open(t)
	stores := []blob.Store{one, b.Second(t, one)}
	contents := [][]byte{random(1, 1<<20+5), random(2, 100), {}, random(4, 2<<20)}
	for _, content := range contents {
		put(t, one, content)
	}
	began := moment()
	var wg sync.WaitGroup
	for i := range 4 {
		s := stores[i%len(stores)]
		wg.Go(func() {
			for j := range contents {
				content := contents[(i+j)%len(contents)]
				info, err := s.Put(t.Context(), bytes.NewReader(content), blob.Expect{})
				if err != nil || info.Hash != blob.HashOf(content) {
					t.Errorf("put %d: %+v, %v", len(content), info, err)
					return
				}
				if _, err := blob.Collect(t.Context(), s, began, nil); err != nil {
					t.Error(err)
				}
				got, err := blob.ReadAll(t.Context(), s, info.Hash, info.Size)
				if err != nil || !bytes.Equal(got, content) {
					t.Errorf("read %d bytes: %d, %v", len(content), len(got), err)
				}
			}
		})
	}
	wg.Wait()
	var want []string
	for _, content := range contents {
		want = append(want, blob.HashOf(content))
		wantContent(t, stores[0], content)
		wantContent(t, stores[1], content)
	}
	wantBlobs(t, stores[0], want...)
	if n := b.Debris(t); n != 0 {
		t.Errorf("%d things are left", n)
	}
}

func testReplacedWhileRead(t *testing.T, b Bytes) {
	s := b.Open(t)
	content := random(1, 3<<20)
	put(t, s, content)
	r, err := s.Open(t.Context(), blob.HashOf(content))
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	head := make([]byte, 1<<20+1)
	if _, err := io.ReadFull(r, head); err != nil {
		t.Fatal(err)
	}
	put(t, b.Second(t, s), content)
	rest, err := io.ReadAll(r)
	if err != nil || !bytes.Equal(append(head, rest...), content) {
		t.Errorf("%d bytes, %v", len(head)+len(rest), err)
	}
	if n := b.Debris(t); n != 0 {
		t.Errorf("%d things are left of what was replaced", n)
	}
}

// crash is a reader that gives some bytes and then never returns, like that of
// a process that died.
type crash struct {
	io.Reader
	reached chan struct{}
	end     <-chan struct{}
}

func (c *crash) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	if err == io.EOF {
		close(c.reached)
		<-c.end
		return n, io.ErrUnexpectedEOF
	}
	return n, err
}

// A Put that ends in the middle leaves no blob, not even what is stored, and
// the same Put then succeeds.
func testCrash(t *testing.T, b Bytes) {
	end := make(chan struct{})
	var wg sync.WaitGroup
	content := random(1, 3<<20)
	for _, n := range []int{0, 10, 1 << 20, 5 << 19} {
		died := &crash{bytes.NewReader(content[:n]), make(chan struct{}), end}
		s := b.Open(t)
		wg.Go(func() {
			// Its store is one that nobody uses any more.
			if _, err := s.Put(context.WithoutCancel(t.Context()), died, blob.Expect{}); err == nil {
				t.Error("half a blob was put")
			}
		})
		<-died.reached
	}
	again := b.Open(t)
	wantAbsent(t, again, blob.HashOf(content))
	wantBlobs(t, again)
	if n := b.Debris(t); n != 0 {
		t.Errorf("%d things are left of interrupted puts", n)
	}
	put(t, again, content)
	close(end)
	wg.Wait()
	wantContent(t, again, content)
	wantBlobs(t, again, blob.HashOf(content))
}

var errBroken = errors.New("the line is broken")

func testFailingReader(t *testing.T, b Bytes) {
	s := b.Open(t)
	for _, n := range []int{0, 5, 2 << 20} {
		r := io.MultiReader(bytes.NewReader(random(1, n)), failing{})
		if _, err := s.Put(t.Context(), r, blob.Expect{}); !errors.Is(err, errBroken) {
			t.Errorf("after %d bytes: %v", n, err)
		}
	}
	wantBlobs(t, s)
	if n := b.Debris(t); n != 0 {
		t.Errorf("%d things are left of failed puts", n)
	}
}

type failing struct{}

func (failing) Read([]byte) (int, error) { return 0, errBroken }

func testCancelled(t *testing.T, b Bytes) {
	s := b.Open(t)
	ctx, cancel := ctxOf(t)
	endless := readerFunc(func(p []byte) (int, error) {
		cancel()
		return len(p), nil
	})
	if _, err := s.Put(ctx, endless, blob.Expect{}); !errors.Is(err, context.Canceled) {
		t.Errorf("a cancelled put: %v", err)
	}
	wantBlobs(t, s)
	if n := b.Debris(t); n != 0 {
		t.Errorf("%d things are left of a cancelled put", n)
	}
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

func testCorruption(t *testing.T, b Bytes) {
	content := random(1, 2<<20+100)
	size := int64(len(content))
	sum := blob.HashOf(content)
	damages := map[string]func(){
		"the first byte":    func() { b.Corrupt(t, sum, 0) },
		"one in the middle": func() { b.Corrupt(t, sum, 1<<20) },
		"the last byte":     func() { b.Corrupt(t, sum, size-1) },
		"a cut":             func() { b.Cut(t, sum) },
	}
	for name, damage := range damages {
		s := b.Open(t)
		put(t, s, content)
		damage()
		r, err := s.Open(t.Context(), sum)
		if err != nil {
			t.Fatal(err)
		}
		// Who copies just so many bytes as there should be must notice as well.
		n, err := io.CopyN(io.Discard, r, size)
		if n == size || !errors.Is(err, blob.ErrCorrupt) {
			t.Errorf("%s: %d of %d bytes were read, %v", name, n, size, err)
		}
		r.Close()
		if got, err := blob.ReadAll(t.Context(), s, sum, size); !errors.Is(err, blob.ErrCorrupt) || got != nil {
			t.Errorf("%s: ReadAll: %d bytes, %v", name, len(got), err)
		}
		put(t, s, content)
		wantContent(t, s, content)
	}
	empty := put(t, b.Open(t), []byte("x"))
	b.Cut(t, empty.Hash)
	if _, err := blob.ReadAll(t.Context(), b.Open(t), empty.Hash, 1); !errors.Is(err, blob.ErrCorrupt) {
		t.Errorf("cut to nothing: %v", err)
	}
}
