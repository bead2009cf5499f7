// Package tuple builds keys for package kv: sequences of strings, byte
// strings, integers and times, encoded so that bytes.Compare orders keys as
// their tuples, element by element.
//
// Promises:
//   - Order: elements of one kind sort by value (strings and bytes bytewise,
//     numbers numerically, times by instant); elements of different kinds
//     sort bytes < string < int < uint < time; a tuple sorts before every
//     tuple that extends it.
//   - Prefix: the bytes of a tuple begin the bytes of exactly itself and those
//     tuples that extend it by whole elements. ("a") is no prefix of ("ab").
//   - Round trip: Unpack gives back what Key was given, ints widened to 64
//     bits and times in UTC without monotonic reading.
//
// The encoding is part of the stored format and must not change: one kind
// byte, then for strings and bytes the content, 0x00 written as 0x01 0x01 and
// 0x01 as 0x01 0x02, and a closing 0x00; for an int64 eight bytes, big-endian, sign bit flipped;
// for a uint64 eight bytes, big-endian; for a time its Unix seconds as an
// int64 and its nanoseconds as four bytes, big-endian.
package tuple
