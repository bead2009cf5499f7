// Package ids makes the identifiers that AWS would make: random, in the
// alphabet and length of each kind. All randomness is cryptographic.
package ids

import (
	"crypto/rand"
	"encoding/hex"
)

const (
	lowerAlnum = "abcdefghijklmnopqrstuvwxyz0123456789"
	upperAlnum = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
	alnum      = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
	base32     = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
	secret     = alnum + "+/"
)

// Lower returns n random lower-case letters and digits (API Gateway, Cognito).
func Lower(n int) string { return random(n, lowerAlnum) }

// Upper returns n random upper-case letters and digits.
func Upper(n int) string { return random(n, upperAlnum) }

// Alnum returns n random letters and digits of either case (pool ids).
func Alnum(n int) string { return random(n, alnum) }

// Base32 returns n random characters of RFC 4648's base32 alphabet.
func Base32(n int) string { return random(n, base32) }

// Secret returns n random characters as secret access keys have them.
func Secret(n int) string { return random(n, secret) }

// Hex returns 2n random lower-case hexadecimal digits.
func Hex(n int) string { return hex.EncodeToString(Bytes(n)) }

// Bytes returns n random bytes.
func Bytes(n int) []byte {
	b := make([]byte, n)
	rand.Read(b) // never fails, see crypto/rand
	return b
}

// UUID returns a random UUID, version 4 (RFC 9562).
func UUID() string {
	var b [16]byte
	rand.Read(b[:])
	b[6] = b[6]&0x0f | 0x40
	b[8] = b[8]&0x3f | 0x80
	var out [36]byte
	hex.Encode(out[0:8], b[0:4])
	hex.Encode(out[9:13], b[4:6])
	hex.Encode(out[14:18], b[6:8])
	hex.Encode(out[19:23], b[8:10])
	hex.Encode(out[24:36], b[10:16])
	out[8], out[13], out[18], out[23] = '-', '-', '-', '-'
	return string(out[:])
}

// random draws n characters of the alphabet without modulo bias.
func random(n int, alphabet string) string {
	limit := byte(256 - 256%len(alphabet))
	out := make([]byte, 0, n)
	buf := make([]byte, n+n/4+4)
	for len(out) < n {
		rand.Read(buf)
		for _, b := range buf {
			if limit != 0 && b >= limit {
				continue
			}
			out = append(out, alphabet[int(b)%len(alphabet)])
			if len(out) == n {
				break
			}
		}
	}
	return string(out)
}
