package testkit

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/ratelimit"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/credentials"

	"github.com/gatehouse-dev/gatehouse/internal/awserr"
	"github.com/gatehouse-dev/gatehouse/internal/clock"
	"github.com/gatehouse-dev/gatehouse/internal/front"
	"github.com/gatehouse-dev/gatehouse/internal/kv"
	"github.com/gatehouse-dev/gatehouse/internal/kv/pebblekv"
	"github.com/gatehouse-dev/gatehouse/internal/policy"
	"github.com/gatehouse-dev/gatehouse/internal/trace"
)

// Account and Region are those of the tests' calls.
const (
	Account = "000000000000"
	Region  = "us-east-1"
)

// Front serves the services on loopback until the test ends. It returns the
// endpoint and a configuration with the root key, without retries.
func Front(t testing.TB, services ...*front.Service) (endpoint string, cfg aws.Config) {
	t.Helper()
	return Serve(t, Pipeline(t, &clock.Clock{}, rootOnly{}, services...))
}

// Pipeline is the front of the services with a chosen clock and authority;
// nil is an authority that knows the root only.
func Pipeline(_ testing.TB, clk *clock.Clock, authority front.Authority, services ...*front.Service) *front.Pipeline {
	if authority == nil {
		authority = rootOnly{}
	}
	return front.New(front.Options{
		Services: services, Authority: authority, Clock: clk, Log: Log(), Traces: trace.NewRecorder(100),
		Account: Account, Loopback: func(*http.Request) bool { return true },
	})
}

// Serve serves a handler on loopback until the test ends.
func Serve(t testing.TB, h http.Handler) (endpoint string, cfg aws.Config) {
	t.Helper()
	srv := httptest.NewServer(h)
	t.Cleanup(srv.Close)
	return srv.URL, Config(srv.URL, "test", "test")
}

// Config is a client's configuration with a key. No answer is retried; only a
// connection that the client's own transport lost is.
func Config(endpoint, accessKeyID, secret string) aws.Config {
	return aws.Config{Region: Region, BaseEndpoint: &endpoint, Retryer: func() aws.Retryer { return connectionRetryer() },
		Credentials: credentials.NewStaticCredentialsProvider(accessKeyID, secret, "")}
}

func connectionRetryer() aws.Retryer {
	return retry.NewStandard(func(o *retry.StandardOptions) {
		o.MaxAttempts = 3
		o.Retryables = []retry.IsErrorRetryable{retry.RetryableConnectionError{}}
		o.Backoff = retry.BackoffDelayerFunc(func(int, error) (time.Duration, error) { return time.Millisecond, nil })
		o.RateLimiter = ratelimit.None
	})
}

// Store is an empty store in memory until the test ends.
func Store(t testing.TB) kv.Store {
	t.Helper()
	s, err := pebblekv.OpenMemory()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// Log is a logger that is silent.
func Log() *slog.Logger { return slog.New(slog.NewTextHandler(io.Discard, nil)) }

// rootOnly knows no access key; test/test is root by the pipeline itself.
type rootOnly struct{}

func (rootOnly) Credential(context.Context, string, string) (*front.Credential, error) {
	return nil, awserr.Of(awserr.InvalidClientToken, "The security token included in the request is invalid.")
}

func (rootOnly) Policies(context.Context, *front.Credential) (policy.Set, error) {
	return policy.Set{}, nil
}
