//go:build e2e

package security

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gatehouse-dev/gatehouse/internal/sigv4sign"
)

// canary is a value that is found nowhere by chance.
func canary(t *testing.T) string {
	t.Helper()
	return "canary" + strings.ToLower(rand.Text())
}

func sum(body string) string {
	s := sha256.Sum256([]byte(body))
	return hex.EncodeToString(s[:])
}

// key is an access key.
type key struct{ id, secret, token string }

var wellKnown = key{"test", "test", ""}

const callerIdentity = "Action=GetCallerIdentity&Version=2011-06-15"

// signed is a request to a query service.
func (h *host) signed(k key, service, body string, at time.Time) *http.Request {
	h.t.Helper()
	req, err := http.NewRequestWithContext(h.t.Context(), "POST", "http://"+h.addr+"/", strings.NewReader(body))
	if err != nil {
		h.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	sigv4sign.Sign(req, sigv4sign.Credentials{AccessKeyID: k.id, Secret: k.secret, SessionToken: k.token}, region, service, sum(body), at)
	return req
}

// headers are those of a request, to be sent by somebody else.
func headers(req *http.Request) map[string]string {
	out := map[string]string{}
	for name := range req.Header {
		out[name] = req.Header.Get(name)
	}
	return out
}
