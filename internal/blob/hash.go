package blob

import (
	"crypto/sha256"
	"encoding/hex"
)

// hashSize is the length of a blob's name.
const hashSize = 2 * sha256.Size

// HashOf is the name of a blob with this content.
func HashOf(content []byte) string {
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:])
}

// IsHash reports whether s can be the name of a blob. What it accepts is safe
// as a file name.
func IsHash(s string) bool {
	if len(s) != hashSize {
		return false
	}
	for _, c := range []byte(s) {
		if (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return false
		}
	}
	return true
}
