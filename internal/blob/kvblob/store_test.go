package kvblob_test

import (
	"bytes"
	"errors"
	"io"
	"testing"
	"time"

	"github.com/gatehouse-dev/gatehouse/internal/blob"
	"github.com/gatehouse-dev/gatehouse/internal/blob/blobtest"
	"github.com/gatehouse-dev/gatehouse/internal/blob/kvblob"
	"github.com/gatehouse-dev/gatehouse/internal/clock"
	"github.com/gatehouse-dev/gatehouse/internal/kv"
	"github.com/gatehouse-dev/gatehouse/internal/kv/pebblekv"
	"github.com/gatehouse-dev/gatehouse/internal/kv/pgkv"
	"github.com/gatehouse-dev/gatehouse/internal/kv/pgkv/pgtest"
	"github.com/gatehouse-dev/gatehouse/internal/tuple"
)

const name = "test"

func memory(t *testing.T) kv.Store {
	s, err := pebblekv.OpenMemory()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func TestConformance(t *testing.T) {
	blobtest.Run(t, func(t *testing.T) blobtest.Bytes { return pieces{memory(t)} })
}

func TestConformanceOfDatabase(t *testing.T) {
	if testing.Short() {
		t.Skip("starts PostgreSQL")
	}
	server := pgtest.Start(t)
	blobtest.Run(t, func(t *testing.T) blobtest.Bytes {
		s, err := pgkv.Open(t.Context(), server.Database(t), pgkv.Options{})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { s.Close() })
		return pieces{s}
	})
}

type pieces struct{ store kv.Store }

func (p pieces) Open(*testing.T) blob.Store { return kvblob.New(p.store, name) }

func (p pieces) Second(t *testing.T, _ blob.Store) blob.Store { return p.Open(t) }

// change rewrites the piece of a blob that has the offset; -1 is the last one.
func (p pieces) change(t *testing.T, hash string, offset int64, edit func([]byte) []byte) {
	err := p.store.Update(t.Context(), func(txn kv.Txn) error {
		h, ok, err := kv.Load[struct {
			Size   int64
			Upload string
		}](txn, tuple.Key("blob", name, "head", hash))
		if err != nil || !ok {
			return errors.Join(err, errors.New("no such blob"))
		}
		if offset < 0 {
			offset = h.Size - 1
		}
		key := tuple.Key("blob", name, "piece", h.Upload, offset/kvblob.PieceSize)
		b, err := txn.Get(key)
		if err != nil {
			return err
		}
		return txn.Set(key, edit(b))
	})
	if err != nil {
		t.Fatal(err)
	}
}

func (p pieces) Corrupt(t *testing.T, hash string, offset int64) {
	p.change(t, hash, offset, func(b []byte) []byte { b[offset%kvblob.PieceSize]++; return b })
}

func (p pieces) Cut(t *testing.T, hash string) {
	p.change(t, hash, -1, func(b []byte) []byte { return b[:len(b)-1] })
}

func (p pieces) Debris(t *testing.T) (n int) {
	late := kvblob.New(p.store, name).At(func() time.Time { return clock.Machine().Add(2 * time.Hour) })
	if err := late.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	// Every key must be a head's or a piece of a head's upload.
	err := p.store.View(t.Context(), func(r kv.Reader) error {
		uploads := map[string]bool{}
		all := kv.Prefix(tuple.Prefix("blob", name))
		return r.Scan(all, func(key, value []byte) (bool, error) {
			d := tuple.Decode(key)
			d.Skip(2)
			switch kind, id := d.String(), d.String(); kind {
			case "head":
				for _, part := range bytes.Split(value, []byte(`"`)) {
					uploads[string(part)] = true
				}
			case "piece":
				if !uploads[id] {
					n++
				}
			default:
				n++
			}
			return true, nil
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// Two names in one store know nothing of each other.
func TestNames(t *testing.T) {
	store := memory(t)
	one, two := kvblob.New(store, "a"), kvblob.New(store, "ab")
	info, err := one.Put(t.Context(), bytes.NewReader([]byte("x")), blob.Expect{})
	if err != nil {
		t.Fatal(err)
	}
	if has, err := two.Has(t.Context(), info.Hash); has || err != nil {
		t.Errorf("%v, %v", has, err)
	}
	if page, err := two.List(t.Context(), ""); len(page) != 0 || err != nil {
		t.Errorf("%v, %v", page, err)
	}
}

// An upload that another server took for interrupted fails; it does not become
// a blob with pieces missing.
func TestAbandoned(t *testing.T) {
	store := memory(t)
	s := kvblob.New(store, name)
	swept := false
	content := bytes.NewReader(make([]byte, 3*kvblob.PieceSize))
	r := readerFunc(func(p []byte) (int, error) {
		if !swept && content.Len() < 2*kvblob.PieceSize {
			swept = true
			if n := (pieces{store}).Debris(t); n != 0 {
				t.Errorf("%d things are left", n)
			}
		}
		return content.Read(p)
	})
	if _, err := s.Put(t.Context(), r, blob.Expect{}); !errors.Is(err, kvblob.ErrAbandoned) {
		t.Errorf("Put: %v", err)
	}
	if n := (pieces{store}).Debris(t); n != 0 {
		t.Errorf("%d things are left", n)
	}
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

// A blob deleted while it is read is gone, which is not damage.
func TestDeletedWhileRead(t *testing.T) {
	s := kvblob.New(memory(t), name)
	info, err := s.Put(t.Context(), bytes.NewReader(make([]byte, 2*kvblob.PieceSize)), blob.Expect{})
	if err != nil {
		t.Fatal(err)
	}
	r, err := s.Open(t.Context(), info.Hash)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadFull(r, make([]byte, 10)); err != nil {
		t.Fatal(err)
	}
	if err := s.Delete(t.Context(), info.Hash, clock.Machine().Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadAll(r); !errors.Is(err, blob.ErrNotFound) {
		t.Errorf("reading on: %v", err)
	}
}
