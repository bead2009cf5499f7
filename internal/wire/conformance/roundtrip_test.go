package conformance

import (
	"net/http"
	"reflect"
	"testing"

	"github.com/gatehouse-dev/gatehouse/internal/wire"
)

// TestOperations calls each operation with each member set: our decoder must
// read what the SDK was given, and the SDK what our encoder was given.
func TestOperations(t *testing.T) {
	eachOperation(t, func(t *testing.T, p peer, op *wire.Operation) {
		for seed := range uint64(2) {
			roundTrip(t, p, op, true, seed)
			roundTrip(t, p, op, false, seed)
		}
	})
}

func roundTrip(t *testing.T, p peer, op *wire.Operation, odd bool, seed uint64) {
	t.Helper()
	s := p.service
	in, out := op.NewInput(), newOutput(t, p, op)
	newFiller(s, odd, seed).fill(op.Input, in)
	newFiller(s, odd, seed+10).fill(op.Output, out)
	forget(s, op, in)
	forget(s, op, out)
	_, skipped := eventStreams()[s.Name+"."+op.Name]
	reached := false
	result, err := call(t, p, op, in, func(hr *http.Request) (*http.Response, error) {
		reached = true
		found, r, err := dispatch(s, hr)
		if err != nil {
			t.Fatal(err)
		}
		if found != op {
			t.Fatalf("dispatched to %s", found.Name)
		}
		got, err := wire.Decode(s, op, r)
		if err != nil {
			t.Fatalf("decode %.600s\n%s %s: %v", r.Body, hr.Method, hr.URL, err)
		}
		forget(s, op, got)
		if d := differ("input", reflect.ValueOf(in), reflect.ValueOf(got)); d != "" {
			t.Errorf("%s\nfrom %s %s\n%.600s", d, hr.Method, hr.URL, r.Body)
		}
		if !odd {
			if err := new(wire.Validator).Validate(s, op, got); err != nil {
				t.Errorf("validate: %v", err)
			}
		}
		resp, err := wire.Encode(s, op, out, "f0e1d2c3")
		if err != nil {
			t.Fatalf("encode: %v", err)
		}
		return httpResponse(hr, resp), nil
	})
	if !reached {
		t.Fatalf("no request was sent: %v", err)
	}
	if skipped {
		return
	}
	if err != nil {
		t.Fatalf("the SDK cannot read the answer: %v", err)
	}
	if d := differ("output", reflect.ValueOf(out), result); d != "" {
		t.Error(d)
	}
}

// forget clears the members that the SDK treats apart.
func forget(s *wire.Service, op *wire.Operation, v any) {
	fields := reflect.ValueOf(v).Elem()
	for i := range fields.NumField() {
		if _, apart := unlike()[s.Name+"."+op.Name+"."+fields.Type().Field(i).Name]; apart {
			fields.Field(i).SetZero()
		}
	}
}
