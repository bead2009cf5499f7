package conformance

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"reflect"
	"strings"
	"testing"

	"github.com/gatehouse-dev/gatehouse/internal/wire"
)

// dispatch finds the operation of a request as a server does.
func dispatch(s *wire.Service, hr *http.Request) (*wire.Operation, *wire.Request, error) {
	r := &wire.Request{Query: hr.URL.Query(), Header: hr.Header}
	if hr.Body != nil {
		var err error
		if r.Body, err = io.ReadAll(hr.Body); err != nil {
			return nil, nil, err
		}
	}
	name := ""
	switch s.Protocol {
	case wire.JSON10, wire.JSON11:
		prefix, rest, _ := strings.Cut(hr.Header.Get("X-Amz-Target"), ".")
		if prefix != s.TargetPrefix {
			return nil, nil, fmt.Errorf("target prefix %q, not %q", prefix, s.TargetPrefix)
		}
		name = rest
	case wire.Query, wire.EC2:
		form, err := url.ParseQuery(string(r.Body))
		if err != nil {
			return nil, nil, err
		}
		if form.Get("Version") != s.APIVersion {
			return nil, nil, fmt.Errorf("version %q, not %q", form.Get("Version"), s.APIVersion)
		}
		name = form.Get("Action")
	default:
		op, labels := wire.NewRouter(s).Find(hr.Method, hr.URL.EscapedPath(), r.Query)
		if op == nil {
			return nil, nil, fmt.Errorf("no route for %s %s", hr.Method, hr.URL.EscapedPath())
		}
		r.Labels = labels
		if streamsIn(s, op) {
			r.Stream, r.Body = io.NopCloser(bytes.NewReader(r.Body)), nil
		}
		return op, r, nil
	}
	op := s.Operation(name)
	if op == nil {
		return nil, nil, fmt.Errorf("no operation %q", name)
	}
	return op, r, nil
}

func streamsIn(s *wire.Service, op *wire.Operation) bool {
	sh := s.Shape(op.Input)
	if sh.Payload == 0 {
		return false
	}
	m := &sh.Members[sh.Payload-1]
	return m.Has(wire.Streaming) || s.Shape(m.Ref).Has(wire.Streaming)
}

// httpResponse is our answer as the client's transport sees it.
func httpResponse(hr *http.Request, r *wire.Response) *http.Response {
	var body io.ReadCloser = io.NopCloser(bytes.NewReader(r.Body))
	if r.Stream != nil {
		body = r.Stream
	}
	return &http.Response{
		StatusCode: r.Status, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: r.Header, Body: body, ContentLength: int64(len(r.Body)), Request: hr,
	}
}

// call calls the operation on the SDK's client with in mirrored into its input.
func call(t *testing.T, p peer, op *wire.Operation, in any, do doer) (reflect.Value, error) {
	t.Helper()
	method := reflect.ValueOf(p.client(config(do))).MethodByName(op.Name)
	if !method.IsValid() {
		t.Fatalf("the SDK has no %s", op.Name)
	}
	params := reflect.New(method.Type().In(1).Elem())
	if _, none := in.(*wire.Empty); !none {
		if err := mirror(params.Elem(), reflect.ValueOf(in).Elem()); err != nil {
			t.Fatal(err)
		}
	}
	results := method.Call([]reflect.Value{reflect.ValueOf(context.Background()), params})
	err, _ := results[1].Interface().(error)
	return results[0], err
}

// newOutput makes an empty output of op: the type that its handler returns.
func newOutput(t *testing.T, p peer, op *wire.Operation) any {
	t.Helper()
	method := reflect.ValueOf(p.server).MethodByName(op.Name)
	if !method.IsValid() {
		t.Fatalf("the server has no %s", op.Name)
	}
	return reflect.New(method.Type().Out(0).Elem()).Interface()
}
