package assets_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io/fs"
	"net/http"
	"testing"
	"time"

	"github.com/gatehouse-dev/gatehouse/internal/assets"
	"github.com/gatehouse-dev/gatehouse/internal/blob/fileblob"
	"github.com/gatehouse-dev/gatehouse/internal/clock"
	"github.com/gatehouse-dev/gatehouse/internal/sigv4sign"
	"github.com/gatehouse-dev/gatehouse/internal/testkit"
)

func sum(b []byte) string {
	s := sha256.Sum256(b)
	return hex.EncodeToString(s[:])
}

func TestUpload(t *testing.T) {
	blobs, err := fileblob.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	store := assets.New(blobs)
	clk := &clock.Clock{}
	clk.Advance(24 * time.Hour) // signatures are of the machine's time all the same
	endpoint, _ := testkit.Serve(t, assets.Handler(store, testkit.Pipeline(t, clk, nil), testkit.Log()))
	root := sigv4sign.Credentials{AccessKeyID: "test", Secret: "test"}
	body := []byte("code")
	send := func(method, name string, body []byte, payload string, c sigv4sign.Credentials) int {
		t.Helper()
		req, err := http.NewRequest(method, endpoint+assets.Path+name, bytes.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		if c.AccessKeyID != "" {
			sigv4sign.Sign(req, c, "us-east-1", assets.Service, payload, clock.Machine())
		}
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		return resp.StatusCode
	}
	other := []byte("other")
	for _, c := range []struct {
		name, method, asset string
		body                []byte
		payload             string
		who                 sigv4sign.Credentials
		want                int
	}{
		{"absent", "HEAD", sum(body), nil, sum(nil), root, 404},
		{"unsigned", "PUT", sum(body), body, "", sigv4sign.Credentials{}, 403},
		{"unknown key", "PUT", sum(body), body, sum(body), sigv4sign.Credentials{AccessKeyID: "AKIA", Secret: "x"}, 403},
		{"wrong secret", "PUT", sum(body), body, sum(body), sigv4sign.Credentials{AccessKeyID: "test", Secret: "x"}, 403},
		{"other bytes than signed", "PUT", sum(body), other, sum(body), root, 400},
		{"other bytes than named", "PUT", sum(body), other, sum(other), root, 400},
		{"no hash for a name", "PUT", "..%2f..%2fetc", body, sum(body), root, 400},
		{"still absent", "HEAD", sum(body), nil, sum(nil), root, 404},
		{"good", "PUT", sum(body), body, sum(body), root, 204},
		{"again", "PUT", sum(body), body, sum(body), root, 204},
		{"there", "HEAD", sum(body), nil, sum(nil), root, 200},
	} {
		if got := send(c.method, c.asset, c.body, c.payload, c.who); got != c.want {
			t.Errorf("%s: %d, want %d", c.name, got, c.want)
		}
	}
	if b, err := store.Asset(t.Context(), sum(body)); err != nil || string(b) != "code" {
		t.Errorf("%q, %v", b, err)
	}
	if _, err := store.Asset(t.Context(), "../x"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a path is read: %v", err)
	}
	if page, err := blobs.List(t.Context(), ""); err != nil || len(page) != 1 || page[0].Hash != sum(body) {
		t.Errorf("kept are %v, %v", page, err)
	}
}
