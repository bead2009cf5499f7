package sigv4

import (
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"
)

// TestSuite verifies AWS's published test vectors: see testdata/suite.txt.
func TestSuite(t *testing.T) {
	raw, err := os.ReadFile("testdata/suite.txt")
	if err != nil {
		t.Fatal(err)
	}
	_, cases, _ := strings.Cut(string(raw), "\n\n== ")
	ran := 0
	for c := range strings.SplitSeq(cases, "\n\n== ") {
		name, rest, _ := strings.Cut(c, "\n")
		parts := strings.SplitN(rest, "\n--\n", 3)
		if len(parts) != 3 {
			t.Fatalf("case %q is malformed", name)
		}
		t.Run(name, func(t *testing.T) { runVector(t, name, parts[0], parts[1], strings.TrimSpace(parts[2])) })
		ran++
	}
	if ran < 25 {
		t.Errorf("only %d cases ran", ran)
	}
}

func runVector(t *testing.T, name, request, canonical, signature string) {
	head, body, _ := strings.Cut(request, "\n\n")
	lines := strings.Split(head, "\n")
	method, target, _ := strings.Cut(lines[0], " ")
	// Some targets are not well-formed HTTP, so the request is put together as
	// net/http would if it took them.
	_, query, _ := strings.Cut(target, "?")
	r := &http.Request{Method: method, RequestURI: target, URL: &url.URL{RawQuery: query},
		Host: "example.amazonaws.com", Header: http.Header{"X-Amz-Date": {"20150830T123600Z"}}}
	for _, line := range lines[1:] {
		key, value, _ := strings.Cut(line, ":")
		r.Header.Add(key, value)
	}
	signed := canonical[strings.LastIndex(canonical, "\n")+1:]
	r.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders="+
		signed+", Signature="+signature)

	s, err := Parse(r)
	if err != nil {
		t.Fatal(err)
	}
	plain := strings.HasSuffix(name, "-unnormalized")
	if got := string(s.appendCanonical(nil, r, false, plain, "")); got != canonical+"\n" {
		t.Errorf("canonical request\n%s\nwant\n%s", got, canonical)
	}
	rules := Rules{Now: time.Date(2015, 8, 30, 12, 38, 0, 0, time.UTC), Region: "us-east-1", Service: "service"}
	var v Verifier
	err = v.Verify(r, s, rules, testSecret, []byte(body))
	if name == "post-sts-header-after" {
		if err == nil {
			t.Error("a session token that is not signed was taken")
		}
		r.Header.Del("X-Amz-Security-Token")
		err = v.Verify(r, s, rules, testSecret, []byte(body))
	}
	if err != nil {
		t.Error(err)
	}
	if v.Verify(r, s, rules, testSecret+"x", []byte(body)) == nil {
		t.Error("another secret verifies")
	}
}

// TestSuitePresigned verifies the vectors with the signature in the query.
func TestSuitePresigned(t *testing.T) {
	raw, err := os.ReadFile("testdata/presigned.txt")
	if err != nil {
		t.Fatal(err)
	}
	_, cases, _ := strings.Cut(string(raw), "\n== ")
	for c := range strings.SplitSeq(cases, "\n== ") {
		lines := strings.Split(strings.TrimSpace(c), "\n")
		t.Run(lines[0], func(t *testing.T) {
			_, query, _ := strings.Cut(lines[1], "?")
			r := &http.Request{Method: "GET", RequestURI: lines[1], URL: &url.URL{RawQuery: query},
				Host: "example.amazonaws.com", Header: http.Header{"X-Amz-Date": {"20150830T123600Z"}}}
			for _, line := range lines[2:] {
				key, value, _ := strings.Cut(line, ":")
				r.Header.Add(key, value)
			}
			var v Verifier
			rules := Rules{Now: time.Date(2015, 8, 30, 13, 30, 0, 0, time.UTC), Region: "us-east-1", Service: "service"}
			s, err := Parse(r)
			if err != nil {
				t.Fatal(err)
			}
			if err := v.Verify(r, s, rules, testSecret, nil); err != nil {
				t.Error(err)
			}
			rules.Now = rules.Now.Add(7 * time.Minute)
			if v.Verify(r, s, rules, testSecret, nil) == nil {
				t.Error("good after its hour")
			}
		})
	}
}
