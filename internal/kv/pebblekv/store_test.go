package pebblekv

import (
	"testing"

	"github.com/gatehouse-dev/gatehouse/internal/kv"
	"github.com/gatehouse-dev/gatehouse/internal/kv/kvtest"
)

func openMemory(t *testing.T) kv.Store {
	t.Helper()
	s, err := OpenMemory()
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestConformanceInMemory(t *testing.T) { kvtest.Run(t, openMemory) }

func TestConformanceOnDisk(t *testing.T) {
	kvtest.Run(t, func(t *testing.T) kv.Store {
		s, err := Open(t.TempDir(), Options{})
		if err != nil {
			t.Fatal(err)
		}
		return s
	})
}

func TestMetamorphic(t *testing.T) {
	for seed := range uint64(60) {
		s := openMemory(t)
		kvtest.Metamorphic(t, seed, 100, s, kvtest.NewModel())
		if err := s.Close(); err != nil {
			t.Errorf("seed %d: Close: %v", seed, err)
		}
	}
}
