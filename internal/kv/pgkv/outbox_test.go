package pgkv

import (
	"bytes"
	"testing"

	"github.com/gatehouse-dev/gatehouse/internal/kv"
	"github.com/gatehouse-dev/gatehouse/internal/kv/keyset"
)

func TestNoteFitsPayload(t *testing.T) {
	long := bytes.Repeat([]byte{0xff}, maxNotedKey)
	for name, fill := range map[string]func(*note){
		"ranges": func(n *note) {
			for range maxNoted {
				n.add(keyset.Writes{Ranges: keyset.Ranges{{Start: long, End: long}}})
			}
		},
		"keys": func(n *note) {
			for range maxNoted {
				n.add(keyset.Writes{Keys: [][]byte{long}})
			}
		},
		"too many": func(n *note) {
			for range maxNoted + 1 {
				n.add(keyset.Writes{Keys: [][]byte{long}})
			}
			if !n.All {
				t.Error("more than fits is not announced as everything")
			}
		},
	} {
		n := note{Node: "0123456789abcdef"}
		fill(&n)
		if size := len(n.payload()); size >= 8000 {
			t.Errorf("%s: the payload has %d bytes", name, size)
		}
	}
}

func TestNoteRoundTrip(t *testing.T) {
	var n note
	long := bytes.Repeat([]byte("k"), maxNotedKey+10)
	n.add(keyset.Writes{
		Keys:   [][]byte{[]byte("a"), long},
		Ranges: keyset.Union([]kv.Range{{Start: []byte("c"), End: []byte("e")}, {Start: []byte("x")}}),
	})
	got := parseNote(n.payload()).touched()
	for prefix, want := range map[string]bool{
		"a": true, "ab": false, "b": false, "c": true, "d1": true, "e": false, "kkk": true, string(long): true, "zz": true, "": true,
	} {
		if got.TouchesPrefix([]byte(prefix)) != want {
			t.Errorf("prefix %q: touched %v", prefix, !want)
		}
	}
	if !parseNote("not JSON").All {
		t.Error("what is not understood must mean everything")
	}
}
