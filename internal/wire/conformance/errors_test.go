package conformance

import (
	"errors"
	"net/http"
	"reflect"
	"strings"
	"testing"

	"github.com/aws/smithy-go"

	"github.com/gatehouse-dev/gatehouse/internal/api/logs"
	"github.com/gatehouse-dev/gatehouse/internal/awserr"
	"github.com/gatehouse-dev/gatehouse/internal/wire"
)

// TestErrors answers each operation with each error that it lists: the SDK
// must give its type for it, with the message and the other members.
func TestErrors(t *testing.T) {
	eachOperation(t, func(t *testing.T, p peer, op *wire.Operation) {
		for i, ref := range op.Errors {
			checkError(t, p, op, p.service.Shape(ref), uint64(i))
		}
	})
}

func checkError(t *testing.T, p peer, op *wire.Operation, sh *wire.Shape, seed uint64) {
	t.Helper()
	s := p.service
	in := op.NewInput()
	newFiller(s, false, seed).fill(op.Input, in)
	const message = `no "thing" <here> & there, né`
	e := awserr.New(sh.Status, sh.Code, "%s", message)
	members := map[string]any{}
	for i := range sh.Members {
		m := &sh.Members[i]
		if strings.EqualFold(m.Name, "message") {
			e.MessageMember = m.Name
			continue
		}
		members[m.Name] = errorValue(s, sh, m)
		e = e.With(m.Name, members[m.Name])
	}
	_, err := call(t, p, op, in, func(hr *http.Request) (*http.Response, error) {
		return httpResponse(hr, wire.EncodeError(s, e, "f0e1d2c3")), nil
	})
	var api smithy.APIError
	if !errors.As(err, &api) {
		t.Fatalf("%s: the SDK sees no API error: %v", sh.Name, err)
	}
	v := reflect.ValueOf(api).Elem()
	if plain(v.Type().Name()) != plain(sh.Name) {
		t.Errorf("%s: the SDK sees a %s: %v", sh.Name, v.Type().Name(), err)
		return
	}
	if api.ErrorMessage() != message && e.MessageMember != "" {
		t.Errorf("%s: message %q", sh.Name, api.ErrorMessage())
	}
	var status interface{ HTTPStatusCode() int }
	if !errors.As(err, &status) || status.HTTPStatusCode() != sh.Status {
		t.Errorf("%s: the status is not %d: %v", sh.Name, sh.Status, err)
	}
	for name, want := range members {
		f, ok := field(v, name)
		if !ok {
			t.Errorf("%s: the SDK has no %s", sh.Name, name)
			continue
		}
		if d := differ(sh.Name+"."+name, reflect.ValueOf(want), f); d != "" {
			t.Error(d)
		}
	}
}

// errorValue is a value for a member of an error; errors have no struct of
// their own, handlers add members by name.
func errorValue(s *wire.Service, sh *wire.Shape, m *wire.Member) any {
	switch s.Shape(m.Ref).Kind {
	case wire.Integer:
		return new(int32(7))
	case wire.List:
		return []string{"first <value>", "second"}
	case wire.Structure:
		if s.Name+"."+sh.Name == "logs.MalformedQueryException" {
			return &logs.QueryCompileError{
				Location: &logs.QueryCompileErrorLocation{StartCharOffset: new(int32(3)), EndCharOffset: new(int32(5))},
				Message:  new("unexpected symbol"),
			}
		}
	}
	return "a value of " + m.Name
}
