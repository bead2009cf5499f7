package iam_test

import (
	"bytes"
	"io"
	"net/http"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"

	"crypto/sha256"
	"encoding/hex"

	"github.com/gatehouse-dev/gatehouse/internal/testkit"
)

// BenchmarkGetUser calls GetUser over kept-alive connections as a user whom a
// policy allows it. The signature is made once: the signer would cost more
// than the call.
func BenchmarkGetUser(b *testing.B) {
	w := start(b)
	bob := w.user(b, "bob", `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"iam:GetUser","Resource":"arn:aws:iam::*:user/${aws:username}"}]}`)
	creds, err := bob.Options().Credentials.Retrieve(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	endpoint := aws.ToString(w.cfg.BaseEndpoint)
	body := []byte("Action=GetUser&Version=2010-05-08")
	sum := sha256.Sum256(body)
	signed, err := http.NewRequest(http.MethodPost, endpoint+"/", nil)
	if err != nil {
		b.Fatal(err)
	}
	signed.Header.Set("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")
	signed.ContentLength = int64(len(body))
	if err := v4.NewSigner().SignHTTP(b.Context(), creds, signed, hex.EncodeToString(sum[:]), "iam", testkit.Region, time.Now()); err != nil {
		b.Fatal(err)
	}
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}}
	b.SetParallelism(16)
	b.ReportAllocs()
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			r, err := http.NewRequest(http.MethodPost, endpoint+"/", bytes.NewReader(body))
			if err != nil {
				b.Error(err)
				return
			}
			r.Header = signed.Header.Clone()
			resp, err := client.Do(r)
			if err != nil {
				b.Error(err)
				return
			}
			io.Copy(io.Discard, resp.Body)
			resp.Body.Close()
			if resp.StatusCode != http.StatusOK {
				b.Errorf("status %d", resp.StatusCode)
				return
			}
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "calls/s")
}

// BenchmarkServeGetUser is the same without connections and client: what the
// pipeline and the service cost.
func BenchmarkServeGetUser(b *testing.B) {
	w := start(b)
	bob := w.user(b, "bob", `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"iam:GetUser","Resource":"arn:aws:iam::*:user/${aws:username}"}]}`)
	creds, err := bob.Options().Credentials.Retrieve(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	body := []byte("Action=GetUser&Version=2010-05-08")
	sum := sha256.Sum256(body)
	signed, err := http.NewRequest(http.MethodPost, "http://127.0.0.1:1/", nil)
	if err != nil {
		b.Fatal(err)
	}
	signed.Header.Set("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")
	signed.ContentLength = int64(len(body))
	if err := v4.NewSigner().SignHTTP(b.Context(), creds, signed, hex.EncodeToString(sum[:]), "iam", testkit.Region, time.Now()); err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			r := signed.Clone(b.Context())
			r.Host, r.Body, r.RemoteAddr = "127.0.0.1:1", io.NopCloser(bytes.NewReader(body)), "127.0.0.1:2"
			out := &sink{header: http.Header{}}
			w.pipeline.ServeHTTP(out, r)
			if out.status != http.StatusOK {
				b.Errorf("status %d", out.status)
				return
			}
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "calls/s")
}

type sink struct {
	header http.Header
	status int
}

func (s *sink) Header() http.Header         { return s.header }
func (s *sink) Write(p []byte) (int, error) { return len(p), nil }
func (s *sink) WriteHeader(status int)      { s.status = status }
