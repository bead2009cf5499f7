package tuple

import (
	"bytes"
	"encoding/hex"
	"errors"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
)

// ordered lists tuples in the order that their keys must have.
var ordered = [][]any{
	{},
	{[]byte{}},
	{[]byte{0}},
	{[]byte{0, 0}},
	{[]byte{0xff}},
	{""},
	{"", ""},
	{"", int64(1)},
	{"\x00"},
	{"\x00\xff"},
	{"\x01"},
	{"a"},
	{"a", []byte("b")},
	{"a", "b"},
	{"a", "b", "c"},
	{"a", int64(1)},
	{"a\x00"},
	{"a\x00b"},
	{"a\x01"},
	{"ab"},
	{"b"},
	{"\xff"},
	{"\xff\xff"},
	{int64(math.MinInt64)},
	{int64(-256)},
	{int64(-1)},
	{int64(0)},
	{int64(1)},
	{int64(1), "x"},
	{int64(256)},
	{int64(math.MaxInt64)},
	{uint64(0)},
	{uint64(math.MaxUint64)},
	{time.Unix(-1, 999999999).UTC()},
	{time.Unix(0, 0).UTC()},
	{time.Unix(0, 1).UTC()},
	{time.Unix(1, 0).UTC()},
	{time.Date(2300, 1, 1, 0, 0, 0, 0, time.UTC)},
}

func TestOrder(t *testing.T) {
	for i := 1; i < len(ordered); i++ {
		a, b := Key(ordered[i-1]...), Key(ordered[i]...)
		if bytes.Compare(a, b) >= 0 {
			t.Errorf("%v (%x) is not before %v (%x)", ordered[i-1], a, ordered[i], b)
		}
	}
}

func TestRoundTrip(t *testing.T) {
	for _, want := range ordered {
		got, err := Unpack(Key(want...))
		if err != nil {
			t.Errorf("%v: %v", want, err)
			continue
		}
		if len(got) != len(want) || (len(want) > 0 && !reflect.DeepEqual(got, want)) {
			t.Errorf("%#v came back as %#v", want, got)
		}
	}
}

// A tuple's bytes begin the bytes of its extensions and of nothing else.
func TestPrefix(t *testing.T) {
	for _, p := range ordered {
		for _, k := range ordered {
			extends := len(k) >= len(p) && reflect.DeepEqual(k[:len(p)], p)
			if got := bytes.HasPrefix(Key(k...), Prefix(p...)); got != extends {
				t.Errorf("%v prefix of %v: %v, want %v", p, k, got, extends)
			}
		}
	}
}

func TestStringPrefix(t *testing.T) {
	p := AppendStringPrefix(AppendString(nil, "bucket"), "photos/\x00")
	for name, want := range map[string]bool{"photos/\x00": true, "photos/\x00a": true, "photos/": false, "photos/\x01": false} {
		if got := bytes.HasPrefix(Key("bucket", name), p); got != want {
			t.Errorf("%q: %v, want %v", name, got, want)
		}
	}
}

// The stored format is frozen.
func TestGolden(t *testing.T) {
	got := hex.EncodeToString(Key("a\x00b", []byte{0, 1}, -2, uint64(3), time.Unix(5, 7)))
	want := "0261" + "0101" + "6200" + "010101010200" + "107ffffffffffffffe" + "110000000000000003" + "12800000000000000500000007"
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestMalformed(t *testing.T) {
	for _, c := range []struct {
		name string
		key  []byte
	}{
		{"unknown kind", []byte{0x03}},
		{"zero", []byte{0x00}},
		{"string without end", []byte{kindString, 'a'}},
		{"string ends in escape", []byte{kindString, escape}},
		{"escape of something else", []byte{kindString, escape, 3, 0}},
		{"short int", []byte{kindInt, 1, 2}},
		{"short time", append([]byte{kindTime}, make([]byte, 11)...)},
		{"too many nanoseconds", append([]byte{kindTime, 0, 0, 0, 0, 0, 0, 0, 0}, 0xff, 0xff, 0xff, 0xff)},
		{"too long", Key(strings.Repeat("x", MaxSize))},
		{"too many elements", bytes.Repeat([]byte{kindString, 0}, MaxElements+1)},
	} {
		if elems, err := Unpack(c.key); !errors.Is(err, ErrMalformed) {
			t.Errorf("%s: got %v, %v", c.name, elems, err)
		}
	}
}

func TestDecoderKeepsFirstError(t *testing.T) {
	d := Decode(Key("a", 7))
	if d.Int() != 0 || d.String() != "" || d.More() {
		t.Error("reading went on after a mistake")
	}
	if !errors.Is(d.Err(), ErrMalformed) {
		t.Errorf("Err is %v", d.Err())
	}
	d = Decode(Key("a", 7, uint64(8), []byte("b")))
	if s, n, u, b := d.String(), d.Int(), d.Uint(), d.Bytes(); s != "a" || n != 7 || u != 8 || string(b) != "b" || d.Err() != nil || d.More() {
		t.Error(s, n, u, b, d.Err())
	}
}

func TestSkip(t *testing.T) {
	d := Decode(Key("a", 7, []byte("b"), "c"))
	if d.Skip(3); d.String() != "c" || d.Err() != nil {
		t.Error("Skip(3) did not lead to the fourth element", d.Err())
	}
	if d.Skip(1); !errors.Is(d.Err(), ErrMalformed) {
		t.Errorf("skipping past the end: %v", d.Err())
	}
}

func TestKeyRefusesOtherTypes(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("a float was accepted")
		}
	}()
	Key(1.5)
}

func FuzzUnpack(f *testing.F) {
	for _, elems := range ordered {
		f.Add(Key(elems...))
	}
	f.Add([]byte{kindString, escape, 2, 0})
	f.Fuzz(func(t *testing.T, key []byte) {
		elems, err := Unpack(key)
		if err != nil {
			return
		}
		if again := Key(elems...); !bytes.Equal(again, key) {
			t.Fatalf("%x decoded to %v, which encodes as %x", key, elems, again)
		}
	})
}

func FuzzOrder(f *testing.F) {
	f.Add("a", []byte("b"), int64(1), "a\x00", []byte{0}, int64(-1))
	f.Add("", []byte{}, int64(math.MinInt64), "\xff", []byte{0xff}, int64(math.MaxInt64))
	f.Fuzz(func(t *testing.T, s1 string, b1 []byte, n1 int64, s2 string, b2 []byte, n2 int64) {
		at1, at2 := time.Unix(n1>>20, n1&0xfffff), time.Unix(n2>>20, n2&0xfffff)
		got := bytes.Compare(Key(s1, b1, n1, uint64(n1), at1), Key(s2, b2, n2, uint64(n2), at2))
		want := slices.Compare([]int{
			strings.Compare(s1, s2), bytes.Compare(b1, b2), compareInt(n1, n2),
		}, []int{0, 0, 0})
		if got != want {
			t.Fatalf("got %d, want %d", got, want)
		}
		if compareInt(n1, n2) != bytes.Compare(Key(at1), Key(at2)) {
			t.Fatalf("times %v and %v out of order", at1, at2)
		}
	})
}

func compareInt(a, b int64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

func BenchmarkAppend(b *testing.B) {
	at := time.Unix(1, 2)
	dst := make([]byte, 0, 128)
	b.ReportAllocs()
	for b.Loop() {
		dst = AppendTime(AppendInt(AppendString(AppendString(dst[:0], "000000000000"), "eu-west-1"), 7), at)
	}
}
