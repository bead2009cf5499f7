package conformance

import (
	"bytes"
	"encoding/json"
	"flag"
	"io"
	"net/http"
	"net/url"
	"os"
	"reflect"
	"slices"
	"testing"

	"github.com/gatehouse-dev/gatehouse/internal/awserr"
	"github.com/gatehouse-dev/gatehouse/internal/wire"
	"github.com/gatehouse-dev/gatehouse/internal/wire/conformance/ec2"
	"github.com/gatehouse-dev/gatehouse/internal/wire/conformance/route53"
	"github.com/gatehouse-dev/gatehouse/internal/wire/conformance/s3"
)

var rewrite = flag.Bool("rewrite", false, "record what botocore sends in testdata/botocore.json")

// samples are the services that only botocore is asked about: rest-xml and
// ec2, which no service of Gatehouse speaks yet.
func samples() []peer {
	return []peer{
		{service: &ec2.Service, server: ec2.Unimplemented{}},
		{service: &route53.Service, server: route53.Unimplemented{}},
		{service: &s3.Service, server: s3.Unimplemented{}},
	}
}

// botocoreName is the name under which botocore keeps a service.
func botocoreName(s *wire.Service) string {
	switch s.Name {
	case "cognitoidp":
		return "cognito-idp"
	}
	return s.Name
}

// recorded is one request of botocore and what it says.
type recorded struct {
	Service, Operation string
	Params             any
	Request            exchange
}

func (x exchange) httpRequest() (*http.Request, error) {
	u := &url.URL{Scheme: "http", Host: "127.0.0.1:1", RawQuery: x.Query}
	var err error
	if u.Path, err = url.PathUnescape(x.Path); err != nil {
		return nil, err
	}
	u.RawPath = x.Path
	r := &http.Request{Method: x.Method, URL: u, Header: http.Header{}, Body: io.NopCloser(bytes.NewReader(x.Body))}
	for k, v := range x.Headers {
		r.Header.Set(k, v)
	}
	return r, nil
}

// TestBotocoreRequests reads what botocore sends for each operation.
func TestBotocoreRequests(t *testing.T) {
	b := startBotocore(t)
	var record []recorded
	for _, p := range append(peers(), samples()...) {
		keep := slices.ContainsFunc(samples(), func(q peer) bool { return q.service == p.service })
		for i := range p.service.Operations {
			op := &p.service.Operations[i]
			in := op.NewInput()
			f := newFiller(p.service, true, uint64(i))
			f.whole = true // botocore sends no fractions of a second
			f.fill(op.Input, in)
			forget(p.service, op, in)
			rec := recorded{Service: p.service.Name, Operation: op.Name, Params: normal(tree(p.service, op.Input, reflect.ValueOf(in)))}
			if err := b.ask(job{Do: "serialize", Service: botocoreName(p.service), Operation: op.Name, Params: rec.Params}, &rec.Request); err != nil {
				t.Errorf("%s.%s: %v", p.service.Name, op.Name, err)
				continue
			}
			checkRecorded(t, p.service, rec)
			if keep {
				record = append(record, rec)
			}
		}
	}
	if *rewrite && !t.Failed() {
		text, err := json.MarshalIndent(record, "", " ")
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile("testdata/botocore.json", append(text, '\n'), 0o666); err != nil {
			t.Fatal(err)
		}
	}
}

// TestRecordedRequests reads what botocore sent when it was asked.
func TestRecordedRequests(t *testing.T) {
	text, err := os.ReadFile("testdata/botocore.json")
	if err != nil {
		t.Fatal(err)
	}
	var record []recorded
	if err := json.Unmarshal(text, &record); err != nil {
		t.Fatal(err)
	}
	seen := 0
	for _, p := range samples() {
		for _, rec := range record {
			if rec.Service == p.service.Name {
				checkRecorded(t, p.service, rec)
				seen++
			}
		}
	}
	if seen != len(record) || seen == 0 {
		t.Errorf("%d of %d recorded requests were read", seen, len(record))
	}
}

func checkRecorded(t *testing.T, s *wire.Service, rec recorded) {
	t.Helper()
	hr, err := rec.Request.httpRequest()
	if err != nil {
		t.Fatal(err)
	}
	op, r, err := dispatch(s, hr)
	if err != nil || op.Name != rec.Operation {
		t.Errorf("%s.%s: dispatched to %v: %v", s.Name, rec.Operation, op, err)
		return
	}
	got, err := wire.Decode(s, op, r)
	if err != nil {
		t.Errorf("%s.%s: %v\n%.600s", s.Name, op.Name, err, rec.Request.Body)
		return
	}
	if d := uneven("input", rec.Params, normal(tree(s, op.Input, reflect.ValueOf(got)))); d != "" {
		t.Errorf("%s.%s: %s\n%s %s\n%.600s", s.Name, op.Name, d, rec.Request.Method, hr.URL, rec.Request.Body)
	}
}

// TestBotocoreAnswers gives botocore our answers to read.
func TestBotocoreAnswers(t *testing.T) {
	b := startBotocore(t)
	for _, p := range append(peers(), samples()...) {
		for i := range p.service.Operations {
			op := &p.service.Operations[i]
			if _, skip := eventStreams()[p.service.Name+"."+op.Name]; skip {
				continue
			}
			out := newOutput(t, p, op)
			newFiller(p.service, true, uint64(i)).fill(op.Output, out)
			forget(p.service, op, out)
			want := normal(tree(p.service, op.Output, reflect.ValueOf(out)))
			resp, err := wire.Encode(p.service, op, out, "f0e1d2c3")
			if err != nil {
				t.Fatal(err)
			}
			j := parseJob(p.service, op, resp)
			var answer struct{ Parsed any }
			if err := b.ask(j, &answer); err != nil {
				t.Errorf("%s.%s: %v\n%.600s", p.service.Name, op.Name, err, j.Body)
				continue
			}
			if d := uneven("output", want, answer.Parsed); d != "" {
				t.Errorf("%s.%s: %s\n%.2000s", p.service.Name, op.Name, d, j.Body)
			}
		}
	}
}

// TestBotocoreErrors gives botocore each error of each service to read.
func TestBotocoreErrors(t *testing.T) {
	b := startBotocore(t)
	for _, p := range append(peers(), samples()...) {
		s := p.service
		for i := range s.Shapes {
			sh := &s.Shapes[i]
			if !sh.Has(wire.Exception) {
				continue
			}
			e := awserr.New(sh.Status, sh.Code, "a <message>")
			want := map[string]any{}
			for k := range sh.Members {
				m := &sh.Members[k]
				if plain(m.Name) == "message" {
					e.MessageMember = m.Name
					continue
				}
				v := errorValue(s, sh, m)
				e = e.With(m.Name, v)
				want[m.Name] = normal(tree(s, m.Ref, reflect.ValueOf(v)))
			}
			j := parseJob(s, &s.Operations[0], wire.EncodeError(s, e, "f0e1d2c3"))
			j.Error = sh.Name
			var answer struct{ Parsed map[string]any }
			if err := b.ask(j, &answer); err != nil {
				t.Errorf("%s.%s: %v", s.Name, sh.Name, err)
				continue
			}
			said, _ := answer.Parsed["Error"].(map[string]any)
			if said["Code"] != sh.Code || said["Message"] != "a <message>" {
				t.Errorf("%s.%s: botocore sees %v", s.Name, sh.Name, answer.Parsed)
			}
			for k, v := range want {
				if d := uneven(k, v, answer.Parsed[k]); d != "" {
					t.Errorf("%s.%s: %s\n%.600s", s.Name, sh.Name, d, j.Body)
				}
			}
		}
	}
}

func parseJob(s *wire.Service, op *wire.Operation, resp *wire.Response) job {
	j := job{Do: "parse", Service: botocoreName(s), Operation: op.Name, Status: resp.Status, Headers: map[string]string{}, Body: resp.Body}
	for k, vs := range resp.Header {
		j.Headers[k] = vs[0]
	}
	if resp.Stream != nil {
		j.Body, _ = io.ReadAll(resp.Stream)
	}
	return j
}
