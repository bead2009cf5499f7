package sigv4

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/gatehouse-dev/gatehouse/internal/awserr"
)

const (
	goodCredential = "Credential=AKID/20260304/us-east-1/sns/aws4_request"
	goodSignature  = "Signature=0123456789012345678901234567890123456789012345678901234567890123"
	goodAuth       = "AWS4-HMAC-SHA256 " + goodCredential + ", SignedHeaders=host;x-amz-date, " + goodSignature
)

func withAuth(auth, date string) *http.Request {
	r, _ := http.NewRequest("POST", "http://localhost/", nil)
	if auth != "" {
		r.Header.Set("Authorization", auth)
	}
	if date != "" {
		r.Header.Set("X-Amz-Date", date)
	}
	return r
}

func TestParseHeader(t *testing.T) {
	for _, auth := range []string{
		goodAuth,
		strings.ReplaceAll(goodAuth, ", ", ","),
		strings.ReplaceAll(goodAuth, ", ", " "),
		strings.ReplaceAll(goodAuth, ", ", " ,  "),
		"AWS4-HMAC-SHA256  " + goodSignature + ",SignedHeaders=X-Amz-Date;Host;host," + goodCredential + ",",
	} {
		s, err := Parse(withAuth(auth, "20260304T050607Z"))
		if err != nil {
			t.Errorf("%q: %v", auth, err)
			continue
		}
		if s.AccessKeyID != "AKID" || s.Date != "20260304" || s.Region != "us-east-1" || s.Service != "sns" ||
			s.Presigned || !s.Time.Equal(testTime) || strings.Join(s.SignedHeaders, ";") != "host;x-amz-date" {
			t.Errorf("%q: parsed %+v", auth, s)
		}
	}
	r := withAuth(goodAuth, "")
	r.Header.Set("Date", "Wed, 04 Mar 2026 05:06:07 GMT")
	if s, err := Parse(r); err != nil || !s.Time.Equal(testTime) {
		t.Errorf("Date header: %+v, %v", s, err)
	}
}

func TestParseErrors(t *testing.T) {
	const date = "20260304T050607Z"
	missing := func(names ...string) string {
		s := ""
		for _, n := range names {
			s += "Authorization header requires '" + n + "' parameter. "
		}
		return s
	}
	for _, c := range []struct {
		auth, date string
		kind       awserr.Kind
		message    string
	}{
		{"", date, awserr.MissingAuthentication, "Request is missing Authentication Token"},
		{"Basic dGVzdDp0ZXN0", date, awserr.MissingAuthentication, "Request is missing Authentication Token"},
		{"Bearer AWS4-HMAC", date, awserr.MissingAuthentication, "Request is missing Authentication Token"},
		{"AWS4-HMAC-SHA256", date, awserr.IncompleteSignature,
			missing("Credential", "Signature", "SignedHeaders") + "Authorization=AWS4-HMAC-SHA256"},
		{"AWS4-HMAC-SHA256", "", awserr.IncompleteSignature, missing("Credential", "Signature", "SignedHeaders") +
			"Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. Authorization=AWS4-HMAC-SHA256"},
		{"AWS4-HMAC-SHA256 Credential=a, SignedHeaders=host", date, awserr.IncompleteSignature,
			missing("Signature") + "Authorization=AWS4-HMAC-SHA256 Credential=a, SignedHeaders=host"},
		{"AWS4-HMAC-SHA256 Credential", date, awserr.IncompleteSignature,
			"Invalid key=value pair (missing equal-sign) in Authorization header (hashed with SHA-256 and encoded with Base64): 'KfSoC26UaBDGXxo5AUFS45c1cmAbyLKDOxOTKcZYWt4='."},
		{goodAuth, "201", awserr.IncompleteSignature,
			"Date must be in ISO-8601 'basic format'. Got '201'. See http://en.wikipedia.org/wiki/ISO_8601"},
		{strings.Replace(goodAuth, "SHA256", "SHA512", 1), date, awserr.IncompleteSignature,
			"Unsupported AWS 'algorithm': 'AWS4-HMAC-SHA512' (only AWS4-HMAC-SHA256 for now). "},
		{strings.Replace(goodAuth, "/aws4_request", "", 1), date, awserr.IncompleteSignature,
			"Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got 'AKID/20260304/us-east-1/sns'"},
		{strings.Replace(goodAuth, "AKID", "a/b", 1), date, awserr.IncompleteSignature,
			"Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got 'a/b/20260304/us-east-1/sns/aws4_request'"},
	} {
		checkError(t, c.auth+" "+c.date, func() error { _, err := Parse(withAuth(c.auth, c.date)); return err }(), c.kind, c.message)
	}
	r := withAuth(goodAuth, date)
	r.URL.RawQuery = "X-Amz-Algorithm=AWS4-HMAC-SHA256"
	_, err := Parse(r)
	checkError(t, "both", err, awserr.IncompleteSignature,
		"Found both 'X-Amz-Algorithm' as a query-string param and 'Authorization' as HTTP header.")
	for _, name := range []string{"Authorization", "X-Amz-Date", "X-Amz-Security-Token", "X-Amz-Content-Sha256"} {
		r := withAuth(goodAuth, date)
		r.Header[name] = append(r.Header[name], goodAuth, goodAuth)
		_, err := Parse(r)
		checkError(t, "repeated", err, awserr.IncompleteSignature, "'"+name+"' must be given once.")
	}
}

func TestParseQueryErrors(t *testing.T) {
	good := url.Values{
		"X-Amz-Algorithm": {"AWS4-HMAC-SHA256"}, "X-Amz-Credential": {"AKID/20260304/us-east-1/sts/aws4_request"},
		"X-Amz-Date": {"20260304T050607Z"}, "X-Amz-Expires": {"60"}, "X-Amz-SignedHeaders": {"host"}, "X-Amz-Signature": {"00"},
	}
	for _, c := range []struct {
		name, value string
		message     string
	}{
		{"X-Amz-Credential", "", "AWS query-string parameters must include 'X-Amz-Credential'. Re-examine the query-string parameters."},
		{"X-Amz-Algorithm", "AWS4-ECDSA-P256-SHA256", "Unsupported AWS 'algorithm': 'AWS4-ECDSA-P256-SHA256' (only AWS4-HMAC-SHA256 for now). "},
		{"X-Amz-Date", "Wed, 04 Mar 2026 05:06:07 GMT", "Date must be in ISO-8601 'basic format'. Got 'Wed, 04 Mar 2026 05:06:07 GMT'. See http://en.wikipedia.org/wiki/ISO_8601"},
		{"X-Amz-Expires", "604801", "X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be less than 604800 seconds"},
		{"X-Amz-Expires", "-1", "X-Amz-Expires should be a number"},
		{"X-Amz-Expires", "", "X-Amz-Expires should be a number"},
		{"X-Amz-Expires", "99999999999999999999", "X-Amz-Expires should be a number"},
	} {
		q := url.Values{}
		for k, v := range good {
			q[k] = v
		}
		q.Set(c.name, c.value)
		_, err := Parse(&http.Request{Method: "GET", URL: &url.URL{RawQuery: q.Encode()}})
		checkError(t, c.name+"="+c.value, err, awserr.IncompleteSignature, c.message)
	}
	_, err := Parse(&http.Request{Method: "GET", URL: &url.URL{RawQuery: good.Encode() + "&X-Amz-Date=20260304T050607Z"}})
	checkError(t, "twice", err, awserr.IncompleteSignature, "'X-Amz-Date' must be given once.")
	_, err = Parse(&http.Request{Method: "GET", URL: &url.URL{RawQuery: "a=X-Amz-Algorithm"}})
	checkError(t, "not a name", err, awserr.MissingAuthentication, "Request is missing Authentication Token")
}

func TestCheckErrors(t *testing.T) {
	rules := Rules{Now: testTime, Region: "us-east-1", Service: "sns"}
	at := func(d time.Duration) Rules { r := rules; r.Now = testTime.Add(d); return r }
	s3 := func(d time.Duration) Rules { r := at(d); r.S3 = true; return r }
	for _, c := range []struct {
		name, auth string
		rules      Rules
		change     func(*http.Request)
		message    string
	}{
		{"good", goodAuth, rules, nil, ""},
		{"5 min late", goodAuth, at(5 * time.Minute), nil, ""},
		{"5 min early", goodAuth, at(-5 * time.Minute), nil, ""},
		{"late", goodAuth, at(5*time.Minute + time.Second), nil,
			"Signature expired: 20260304T050607Z is now earlier than 20260304T050608Z (20260304T051108Z - 5 min.)"},
		{"early", goodAuth, at(-6 * time.Minute), nil,
			"Signature not yet current: 20260304T050607Z is still later than 20260304T050507Z (20260304T050007Z + 5 min.)"},
		{"S3 15 min late", goodAuth, s3(15 * time.Minute), nil, ""},
		{"S3 late", goodAuth, s3(16 * time.Minute), nil, "The difference between the request time and the current time is too large."},
		{"host not signed", strings.Replace(goodAuth, "host;", "", 1), rules, nil,
			"'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization."},
		{"header not signed", goodAuth, rules, func(r *http.Request) { r.Header.Set("X-Amz-Target", "a") },
			"There were headers present in the request which were not signed: x-amz-target"},
		{"trace header not signed", goodAuth, rules, func(r *http.Request) { r.Header.Set("X-Amzn-Trace-Id", "a") }, ""},
		{"region", strings.Replace(goodAuth, "us-east-1", "eu-west-1", 1), rules, nil, "Credential should be scoped to a valid region."},
		{"service", strings.Replace(goodAuth, "sns", "sqs", 1), rules, nil, "Credential should be scoped to correct service: 'sns'."},
		{"everything", strings.NewReplacer("us-east-1", "", "sns", "", "aws4_request", "aws5", "20260304", "20260305").Replace(goodAuth), rules, nil,
			"Credential should be scoped to a valid region. Credential should be scoped to correct service: 'sns'. " +
				"Credential should be scoped with a valid terminator: 'aws4_request', not 'aws5'. " +
				"Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '20260305' != '20260304', from '20260304T050607Z'."},
	} {
		r := withAuth(c.auth, "20260304T050607Z")
		if c.change != nil {
			c.change(r)
		}
		s, err := Parse(r)
		if err != nil {
			t.Fatal(c.name, err)
		}
		err = s.Check(r, c.rules)
		switch {
		case c.message == "" && err != nil:
			t.Errorf("%s: %v", c.name, err)
		case c.message != "" && (awserr.As(err) == nil || awserr.As(err).Message != c.message):
			t.Errorf("%s: %v, want %q", c.name, err, c.message)
		}
		var v Verifier
		if c.message != "" && v.Verify(r, s, c.rules, "secret", nil) == nil {
			t.Errorf("%s: Verify does not check", c.name)
		}
	}
}

func checkError(t *testing.T, what string, err error, kind awserr.Kind, message string) {
	t.Helper()
	if e := awserr.As(err); e == nil || e.Kind != kind || e.Message != message {
		t.Errorf("%s: error %v\nwant %s", what, err, message)
	}
}

// TestSecretsDoNotMix: a key remembered for one secret is not used for another.
func TestSecretsDoNotMix(t *testing.T) {
	var v Verifier
	r := overTheWire(t, signed(t, "POST", "/", "", "sns", "", false, nil))
	s, err := Parse(r)
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := v.Verify(r, s, Rules{Now: testTime}, testSecret, nil); err != nil {
			t.Fatal(err)
		}
		if v.Verify(r, s, Rules{Now: testTime}, "other", nil) == nil {
			t.Fatal("verified with another secret")
		}
	}
}

func TestKeyCacheIsBounded(t *testing.T) {
	var c keyCache
	for i := range 3 * maxKeys {
		s := &Signature{AccessKeyID: "AKID", Date: time.Unix(int64(i)*86400, 0).Format(dateOnly)}
		c.remember(s, "secret", c.get(s, "secret"))
		if len(c.young) > maxKeys || len(c.old) > maxKeys {
			t.Fatalf("%d and %d keys", len(c.young), len(c.old))
		}
	}
	if len(c.young)+len(c.old) < maxKeys {
		t.Errorf("only %d keys are remembered", len(c.young)+len(c.old))
	}
}
