package blob

import (
	"crypto/sha256"
	"encoding/hex"
	"hash"
	"io"
)

// Intake reads what a Put is given, counts it and computes its hash. It is for
// implementations of Store.
type Intake struct {
	r    io.Reader
	e    Expect
	sum  hash.Hash
	size int64
	err  error
}

// NewIntake returns an Intake that reads r.
func NewIntake(r io.Reader, e Expect) *Intake {
	return &Intake{r: r, e: e, sum: sha256.New()}
}

// Read implements io.Reader. It returns ErrTooLarge when there is more than
// was expected.
func (i *Intake) Read(p []byte) (int, error) {
	if i.err != nil {
		return 0, i.err
	}
	// One byte more than allowed tells that there is more.
	if room := i.e.Limit() - i.size + 1; int64(len(p)) > room {
		p = p[:room]
	}
	n, err := i.r.Read(p)
	i.sum.Write(p[:n])
	i.size += int64(n)
	if i.size > i.e.Limit() {
		n, err = 0, ErrTooLarge
	}
	i.err = err
	return n, err
}

// Finish returns hash and size of all that was read, or ErrMismatch.
func (i *Intake) Finish() (Info, error) {
	info := Info{Hash: hex.EncodeToString(i.sum.Sum(nil)), Size: i.size}
	if i.e.Hash != "" && i.e.Hash != info.Hash {
		return Info{}, ErrMismatch
	}
	return info, nil
}
