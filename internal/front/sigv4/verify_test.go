package sigv4

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
)

const (
	testKey    = "AKIDEXAMPLE"
	testSecret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
)

var testTime = time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)

// overTheWire writes the request as a client and reads it as a server.
func overTheWire(t testing.TB, r *http.Request) *http.Request {
	t.Helper()
	return received(t, sent(t, r))
}

func sent(t testing.TB, r *http.Request) []byte {
	t.Helper()
	var wire bytes.Buffer
	if err := r.Write(&wire); err != nil {
		t.Fatal(err)
	}
	return wire.Bytes()
}

func received(t testing.TB, wire []byte) *http.Request {
	t.Helper()
	r, err := http.ReadRequest(bufio.NewReader(bytes.NewReader(wire)))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// signed makes a request and signs it with the SDK of AWS.
func signed(t testing.TB, method, target, body, service, token string, s3 bool, change func(*http.Request)) *http.Request {
	t.Helper()
	r, err := http.NewRequest(method, "http://127.0.0.1:4566"+target, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256([]byte(body))
	hash := hex.EncodeToString(sum[:])
	if s3 {
		r.Header.Set("X-Amz-Content-Sha256", hash)
	}
	if change != nil {
		change(r)
	}
	creds := aws.Credentials{AccessKeyID: testKey, SecretAccessKey: testSecret, SessionToken: token}
	err = v4.NewSigner().SignHTTP(context.Background(), creds, r, hash, service, "eu-central-1", testTime,
		func(o *v4.SignerOptions) { o.DisableURIPathEscaping = s3 })
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func verify(v *Verifier, r *http.Request, rules Rules, body string) error {
	s, err := Parse(r)
	if err != nil {
		return err
	}
	if rules.Now.IsZero() {
		rules.Now = testTime
	}
	return v.Verify(r, s, rules, testSecret, []byte(body))
}

// TestRoundTrip signs many odd requests with the AWS SDK for Go v2, in headers
// and presigned, and verifies them as they arrive.
func TestRoundTrip(t *testing.T) {
	targets := []string{
		"/", "", "/a", "/a/", "/a//b", "//", "/a/./b", "/a/../b", "/..", "/a%20b", "/a+b", "/a%2Bb", "/a%2Fb",
		"/%E1%88%B4", "/ü/日本", "/a:b@c!$&'()*,;=~", "/a%25b", "/%7Euser", "/a%7eb",
		"/?a=1", "/?a", "/?a=", "/?b=2&a=1", "/?a=2&a=1", "/?a=b=c", "/?a=b%20c", "/?a=b+c", "/?a=%2B",
		"/?ä=ö", "/?A=1&a=2&B=3", "/?a-b=1&a=2&a%2Eb=3", "/?a=%2F/", "/?x=*'()", "/?&a=1&&b=2", "/?a%3Db=1",
		"/2015-03-31/functions/arn%3Aaws%3Alambda%3Aus-east-1%3A000000000000%3Afunction%3Af/invocations?Qualifier=$LATEST",
		"/?Action=ListUsers&Version=2010-05-08",
	}
	changes := map[string]func(*http.Request){
		"plain": nil,
		"headers": func(r *http.Request) {
			r.Header.Set("X-Amz-Target", "  DynamoDB_20120810.GetItem  ")
			r.Header.Set("Content-Type", "application/x-amz-json-1.0;  charset=utf-8")
			r.Header["X-Amz-Meta-A"] = []string{"b   c", "", " a "}
			r.Header.Set("X-Amz-Meta-Empty", "")
			r.Header.Set("X-Amz-Meta-Quoted", `"a   b"`)
		},
		"host": func(r *http.Request) { r.Host = "bucket.s3.eu-central-1.amazonaws.com" },
	}
	var v Verifier
	for _, target := range targets {
		for name, change := range changes {
			for _, s3 := range []bool{false, true} {
				for _, token := range []string{"", "FwoGZXIvYXdzE//+=="} {
					for _, body := range []string{"", `{"a":"ü"}`} {
						service := map[bool]string{false: "sns", true: "s3"}[s3]
						id := fmt.Sprintf("%q %s %s token=%q body=%q", target, name, service, token, body)
						wire := sent(t, signed(t, "POST", target, body, service, token, s3, change))
						if err := verify(&v, received(t, wire), Rules{S3: s3, Service: service, Region: "eu-central-1"}, body); err != nil {
							t.Errorf("%s: %v", id, err)
						}
						for part, spoil := range spoilers {
							r := received(t, wire)
							if spoil(r) && verify(&v, r, Rules{S3: s3}, body) == nil {
								t.Errorf("%s: verified though its %s was changed", id, part)
							}
						}
					}
				}
			}
		}
	}
}

// spoilers change what a signature covers; they report whether they could.
var spoilers = map[string]func(r *http.Request) bool{
	"method": func(r *http.Request) bool { r.Method = "PUT"; return true },
	"host":   func(r *http.Request) bool { r.Host = "other"; return true },
	"path":   func(r *http.Request) bool { r.RequestURI = "/x" + r.RequestURI; return true },
	"query":  func(r *http.Request) bool { r.URL.RawQuery += "&x=1"; return true },
	"date":   func(r *http.Request) bool { r.Header.Set("X-Amz-Date", "20260304T050608Z"); return true },
	"token":  func(r *http.Request) bool { r.Header.Set("X-Amz-Security-Token", "other"); return true },
	"added header": func(r *http.Request) bool {
		r.Header.Set("X-Amz-Acl", "public-read")
		return true
	},
	"target": func(r *http.Request) bool {
		had := r.Header.Get("X-Amz-Target") != ""
		r.Header.Set("X-Amz-Target", "DynamoDB_20120810.DeleteTable")
		return had
	},
	"signature": func(r *http.Request) bool {
		a := r.Header.Get("Authorization")
		last := map[bool]string{true: "1", false: "0"}[a[len(a)-1] == '0']
		r.Header.Set("Authorization", a[:len(a)-1]+last)
		return true
	},
	"signature's length": func(r *http.Request) bool {
		a := r.Header.Get("Authorization")
		r.Header.Set("Authorization", a[:len(a)-2])
		return true
	},
}

func TestBodyIsProven(t *testing.T) {
	var v Verifier
	r := overTheWire(t, signed(t, "POST", "/", "body", "sns", "", false, nil))
	if verify(&v, r, Rules{}, "other") == nil {
		t.Error("another body verified")
	}
	r = overTheWire(t, signed(t, "POST", "/", "body", "sns", "", false, func(r *http.Request) {
		sum := sha256.Sum256([]byte("body"))
		r.Header.Set("X-Amz-Content-Sha256", hex.EncodeToString(sum[:]))
	}))
	if verify(&v, r, Rules{}, "other") == nil {
		t.Error("the claimed hash was believed")
	}
}

func presign(t testing.TB, target string, expires int, s3 bool) *http.Request {
	t.Helper()
	r, err := http.NewRequest("GET", "http://127.0.0.1:4566"+target, nil)
	if err != nil {
		t.Fatal(err)
	}
	q := r.URL.Query()
	if expires != 0 {
		q.Set("X-Amz-Expires", fmt.Sprint(expires))
	}
	r.URL.RawQuery = q.Encode()
	hash := UnsignedPayload
	service := "s3"
	if !s3 {
		sum := sha256.Sum256(nil)
		hash, service = hex.EncodeToString(sum[:]), "sts"
	}
	creds := aws.Credentials{AccessKeyID: testKey, SecretAccessKey: testSecret, SessionToken: "to+ken/=="}
	signedURL, header, err := v4.NewSigner().PresignHTTP(context.Background(), creds, r, hash, service, "eu-central-1", testTime,
		func(o *v4.SignerOptions) { o.DisableURIPathEscaping = s3 })
	if err != nil {
		t.Fatal(err)
	}
	u, err := url.Parse(signedURL)
	if err != nil {
		t.Fatal(err)
	}
	return overTheWire(t, &http.Request{Method: "GET", URL: u, Host: u.Host, Header: header})
}

func TestPresigned(t *testing.T) {
	var v Verifier
	for _, s3 := range []bool{true, false} {
		for _, target := range []string{"/", "/a b", "/b/k%20ü+", "/?Action=GetCallerIdentity&Version=2011-06-15", "/k?versionId=a/b+c"} {
			r := presign(t, strings.ReplaceAll(target, " ", "%20"), 60, s3)
			s, err := Parse(r)
			if err != nil {
				t.Fatal(err)
			}
			if !s.Presigned || s.AccessKeyID != testKey || s.SessionToken != "to+ken/==" || s.Expires != time.Minute || s.Region != "eu-central-1" {
				t.Errorf("parsed %+v", s)
			}
			for _, c := range []struct {
				at   time.Duration
				good bool
			}{{0, true}, {time.Minute, true}, {61 * time.Second, false}, {-4 * time.Minute, true}, {-16 * time.Minute, false}} {
				err := verify(&v, r, Rules{S3: s3, Now: testTime.Add(c.at)}, "")
				if (err == nil) != c.good {
					t.Errorf("%s s3=%v after %v: %v", target, s3, c.at, err)
				}
			}
			r.URL.RawQuery += "&x=1"
			if verify(&v, r, Rules{S3: s3}, "") == nil {
				t.Errorf("%s: verified with another parameter", target)
			}
		}
	}
}

func BenchmarkVerify(b *testing.B) {
	var v Verifier
	body := []byte("Action=GetUser&Version=2010-05-08")
	r := overTheWire(b, signed(b, "POST", "/", string(body), "iam", "", false, func(r *http.Request) {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")
	}))
	b.ReportAllocs()
	for b.Loop() {
		s, err := Parse(r)
		if err != nil {
			b.Fatal(err)
		}
		if err := v.Verify(r, s, Rules{Now: testTime, Service: "iam"}, testSecret, body); err != nil {
			b.Fatal(err)
		}
	}
}
