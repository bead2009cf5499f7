package kvtest

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/gatehouse-dev/gatehouse/internal/kv"
)

// Metamorphic runs the same random transactions, made from seed, on two empty
// stores and fails at the first answer in which they differ. It does not close
// them.
func Metamorphic(t *testing.T, seed uint64, transactions int, one, two kv.Store) {
	t.Helper()
	rng := rand.New(rand.NewPCG(seed, 0))
	for i := range transactions {
		plan := randomPlan(rng)
		a, b := plan.run(t.Context(), one), plan.run(t.Context(), two)
		if a != b {
			t.Fatalf("seed %d, transaction %d: %v\n--- one\n%s\n--- two\n%s", seed, i, plan, a, b)
		}
	}
	everything := plan{ops: []op{{kind: "scan"}}}
	if a, b := everything.run(t.Context(), one), everything.run(t.Context(), two); a != b {
		t.Fatalf("seed %d: the stores end differently\n--- one\n%s\n--- two\n%s", seed, a, b)
	}
}

// plan is one transaction; op is one call in it. Equal plans do equal things.
type plan struct {
	readOnly, abort bool
	ops             []op
}

type op struct {
	kind       string // get, set, delete, clear or scan
	key, value string
	rng        kv.Range
	stopAfter  int // pairs after which the scan's function says stop; 0 is never
	meanwhile  *op // done by the scan's function
}

var errAbort = errors.New("aborted as planned")

func randomPlan(rng *rand.Rand) plan {
	p := plan{readOnly: rng.IntN(5) == 0, abort: rng.IntN(10) == 0}
	for range 1 + rng.IntN(12) {
		p.ops = append(p.ops, randomOp(rng, p.readOnly, true))
	}
	return p
}

func randomOp(rng *rand.Rand, readOnly, nest bool) op {
	o := op{key: randomKey(rng), value: strings.Repeat("v", rng.IntN(30)) + fmt.Sprint(rng.IntN(1000))}
	if rng.IntN(10) == 0 {
		o.value = ""
	}
	kinds := []string{"get", "scan", "scan", "set", "set", "set", "delete", "clear"}
	if readOnly {
		kinds = kinds[:3]
	}
	o.kind = kinds[rng.IntN(len(kinds))]
	if o.kind == "clear" && rng.IntN(3) > 0 {
		o.kind = "set" // or the stores would mostly be empty
	}
	o.rng = kv.Range{Start: b(randomKey(rng)), End: b(randomKey(rng))}
	switch rng.IntN(6) {
	case 0:
		o.rng.End = nil
	case 1:
		o.rng.Start = nil
	case 2:
		o.rng = kv.Prefix(b(o.key))
	}
	if o.kind == "scan" {
		o.rng.Reverse = rng.IntN(2) == 0
		o.rng.Limit = max(0, rng.IntN(8)-3)
		o.stopAfter = max(0, rng.IntN(8)-4)
		if nest && rng.IntN(4) == 0 {
			o.meanwhile = new(randomOp(rng, readOnly, false))
		}
	}
	return o
}

// randomKey draws from a small set in which keys begin one another.
func randomKey(rng *rand.Rand) string {
	const alphabet = "\x00ab\xff"
	key := make([]byte, rng.IntN(5))
	for i := range key {
		key[i] = alphabet[rng.IntN(len(alphabet))]
	}
	return string(key)
}

// run returns all answers that the store gave, as text.
func (p plan) run(ctx context.Context, s kv.Store) string {
	var log strings.Builder
	do := func(r kv.Reader, tx kv.Txn) error {
		log.Reset() // the store may run it several times
		for _, o := range p.ops {
			o.run(&log, r, tx)
		}
		if p.abort {
			return errAbort
		}
		return nil
	}
	var err error
	if p.readOnly {
		err = s.View(ctx, func(r kv.Reader) error { return do(r, nil) })
	} else {
		err = s.Update(ctx, func(tx kv.Txn) error { return do(tx, tx) })
	}
	fmt.Fprintf(&log, "end: %v\n", err)
	return log.String()
}

func (o op) run(log *strings.Builder, r kv.Reader, tx kv.Txn) {
	var err error
	switch o.kind {
	case "get":
		var v []byte
		v, err = r.Get(b(o.key))
		fmt.Fprintf(log, "get %q: %q %v", o.key, v, v == nil)
	case "set":
		fmt.Fprintf(log, "set %q", o.key)
		err = tx.Set(b(o.key), b(o.value))
	case "delete":
		fmt.Fprintf(log, "delete %q", o.key)
		err = tx.Delete(b(o.key))
	case "clear":
		fmt.Fprintf(log, "clear %q %q", o.rng.Start, o.rng.End)
		err = tx.DeleteRange(o.rng)
	case "scan":
		fmt.Fprintf(log, "scan %q %q %v %d:", o.rng.Start, o.rng.End, o.rng.Reverse, o.rng.Limit)
		n := 0
		err = r.Scan(o.rng, func(k, v []byte) (bool, error) {
			n++
			fmt.Fprintf(log, " %q=%q", k, v)
			if o.meanwhile != nil {
				o.meanwhile.run(log, r, tx)
			}
			return n != o.stopAfter, nil
		})
	}
	fmt.Fprintf(log, " -> %v\n", err)
}
