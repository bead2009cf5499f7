package tuple

import (
	"encoding/binary"
	"fmt"
	"time"
)

// The kinds, in their sort order.
const (
	kindBytes  = 0x01
	kindString = 0x02
	kindInt    = 0x10
	kindUint   = 0x11
	kindTime   = 0x12
)

// A string ends with terminator, which its content never holds: 0x00 and 0x01
// are written as escape followed by themselves plus one. So no string's bytes
// begin another's, and order is kept as 0x00 < 0x01 0x01 < 0x01 0x02 < 0x02.
const (
	terminator = 0x00
	escape     = 0x01

	signBit = 1 << 63
)

// Key encodes a tuple. An element is a string, []byte, int, int32, int64,
// uint32, uint64 or time.Time; any other type is a mistake of the caller and
// panics. Hot paths use the Append functions, which allocate nothing but the
// destination.
func Key(elems ...any) []byte {
	dst := make([]byte, 0, sizeHint(elems))
	for _, e := range elems {
		switch e := e.(type) {
		case string:
			dst = AppendString(dst, e)
		case []byte:
			dst = AppendBytes(dst, e)
		case int:
			dst = AppendInt(dst, int64(e))
		case int32:
			dst = AppendInt(dst, int64(e))
		case int64:
			dst = AppendInt(dst, e)
		case uint32:
			dst = AppendUint(dst, uint64(e))
		case uint64:
			dst = AppendUint(dst, e)
		case time.Time:
			dst = AppendTime(dst, e)
		default:
			panic(fmt.Sprintf("tuple: an element cannot be a %T", e))
		}
	}
	return dst
}

// Prefix returns the bytes that the given tuple and all tuples extending it
// share, for kv.Prefix and Store.Watch. They are those of Key; the name tells
// the reader what they are meant for.
func Prefix(elems ...any) []byte { return Key(elems...) }

// AppendString appends s as one element.
func AppendString(dst []byte, s string) []byte {
	return append(AppendStringPrefix(dst, s), terminator)
}

// AppendStringPrefix appends the bytes that all string elements beginning
// with s share. The result is a prefix to scan, not a key.
func AppendStringPrefix(dst []byte, s string) []byte {
	return appendEscaped(append(dst, kindString), s)
}

// AppendBytes appends b as one element.
func AppendBytes(dst, b []byte) []byte {
	return append(appendEscaped(append(dst, kindBytes), b), terminator)
}

func appendEscaped[T string | []byte](dst []byte, s T) []byte {
	for i := range len(s) {
		if s[i] <= escape {
			dst = append(dst, escape, s[i]+1)
		} else {
			dst = append(dst, s[i])
		}
	}
	return dst
}

// AppendInt appends n as one element.
func AppendInt(dst []byte, n int64) []byte {
	return binary.BigEndian.AppendUint64(append(dst, kindInt), uint64(n)^signBit)
}

// AppendUint appends n as one element.
func AppendUint(dst []byte, n uint64) []byte {
	return binary.BigEndian.AppendUint64(append(dst, kindUint), n)
}

// AppendTime appends the instant t, with nanoseconds, as one element.
func AppendTime(dst []byte, t time.Time) []byte {
	dst = binary.BigEndian.AppendUint64(append(dst, kindTime), uint64(t.Unix())^signBit)
	return binary.BigEndian.AppendUint32(dst, uint32(t.Nanosecond()))
}

func sizeHint(elems []any) int {
	n := 0
	for _, e := range elems {
		switch e := e.(type) {
		case string:
			n += len(e) + 2
		case []byte:
			n += len(e) + 2
		default:
			n += 13
		}
	}
	return n
}
