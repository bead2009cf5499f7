package tuple

import (
	"encoding/binary"
	"errors"
	"fmt"
	"time"
)

// Limits of Unpack. MaxSize is kv.MaxKeySize.
const (
	MaxSize     = 4 << 10 // bytes
	MaxElements = 64
)

// ErrMalformed is returned for bytes that are no tuple, or one beyond the limits.
var ErrMalformed = errors.New("tuple: malformed key")

// Unpack decodes a key into string, []byte, int64, uint64 and time.Time
// elements. The result shares nothing with key.
func Unpack(key []byte) ([]any, error) {
	if len(key) > MaxSize {
		return nil, fmt.Errorf("%w: %d bytes", ErrMalformed, len(key))
	}
	d := Decode(key)
	var elems []any
	for d.More() {
		if len(elems) == MaxElements {
			return nil, fmt.Errorf("%w: more than %d elements", ErrMalformed, MaxElements)
		}
		elems = append(elems, d.next())
	}
	if d.err != nil {
		return nil, d.err
	}
	return elems, nil
}

// Decoder reads the elements of a key one by one, each with the method of its
// kind. After a mistake every method returns the zero value and Err tells the
// first one, so that a caller checks once.
type Decoder struct {
	rest []byte
	err  error
}

// Decode returns a Decoder at the first element of key.
func Decode(key []byte) *Decoder { return &Decoder{rest: key} }

// More reports whether elements are left and nothing has gone wrong.
func (d *Decoder) More() bool { return d.err == nil && len(d.rest) > 0 }

// Err returns the first mistake: an element of another kind than asked for,
// or bytes that are no tuple.
func (d *Decoder) Err() error { return d.err }

// String reads a string element.
func (d *Decoder) String() string { return string(d.content(kindString)) }

// Bytes reads a []byte element into a slice that the caller owns.
func (d *Decoder) Bytes() []byte { return d.content(kindBytes) }

// Int reads an int64 element.
func (d *Decoder) Int() int64 {
	if b := d.fixed(kindInt, 8); b != nil {
		return int64(binary.BigEndian.Uint64(b) ^ signBit)
	}
	return 0
}

// Uint reads a uint64 element.
func (d *Decoder) Uint() uint64 {
	if b := d.fixed(kindUint, 8); b != nil {
		return binary.BigEndian.Uint64(b)
	}
	return 0
}

// Time reads a time element, in UTC.
func (d *Decoder) Time() time.Time {
	b := d.fixed(kindTime, 12)
	if b == nil {
		return time.Time{}
	}
	nanos := binary.BigEndian.Uint32(b[8:])
	if nanos >= uint32(time.Second) {
		d.fail("nanoseconds out of range")
		return time.Time{}
	}
	return time.Unix(int64(binary.BigEndian.Uint64(b)^signBit), int64(nanos)).UTC()
}

// Skip reads n elements of whatever kinds and forgets them.
func (d *Decoder) Skip(n int) {
	for range n {
		if d.err == nil && len(d.rest) == 0 {
			d.fail("too few elements")
		}
		if d.err != nil {
			return
		}
		d.next()
	}
}

// next reads an element of whatever kind. Requires More.
func (d *Decoder) next() any {
	switch d.rest[0] {
	case kindBytes:
		return d.Bytes()
	case kindString:
		return d.String()
	case kindInt:
		return d.Int()
	case kindUint:
		return d.Uint()
	case kindTime:
		return d.Time()
	}
	d.fail("unknown kind")
	return nil
}

func (d *Decoder) fixed(kind byte, size int) []byte {
	if !d.begins(kind) {
		return nil
	}
	if len(d.rest) < 1+size {
		d.fail("element cut off")
		return nil
	}
	b := d.rest[1 : 1+size]
	d.rest = d.rest[1+size:]
	return b
}

func (d *Decoder) content(kind byte) []byte {
	if !d.begins(kind) {
		return nil
	}
	out := []byte{}
	for i := 1; i < len(d.rest); i++ {
		switch c := d.rest[i]; c {
		case terminator:
			d.rest = d.rest[i+1:]
			return out
		case escape:
			i++
			if i == len(d.rest) || d.rest[i] != escape && d.rest[i] != escape+1 {
				d.fail("bad escape")
				return nil
			}
			out = append(out, d.rest[i]-1)
		default:
			out = append(out, c)
		}
	}
	d.fail("element not terminated")
	return nil
}

func (d *Decoder) begins(kind byte) bool {
	switch {
	case d.err != nil:
		return false
	case len(d.rest) == 0:
		d.fail("too few elements")
		return false
	case d.rest[0] != kind:
		d.fail("element of another kind")
		return false
	}
	return true
}

func (d *Decoder) fail(why string) {
	d.err = fmt.Errorf("%w: %s", ErrMalformed, why)
	d.rest = nil
}
