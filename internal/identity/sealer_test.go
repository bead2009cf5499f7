package identity

import (
	"encoding/base64"
	"errors"
	"reflect"
	"testing"
	"time"

	"github.com/gatehouse-dev/gatehouse/internal/kv/pebblekv"
)

func sealers(t *testing.T) (a, b *Sealer) {
	t.Helper()
	store, err := pebblekv.OpenMemory()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { store.Close() })
	if a, err = NewSealer(t.Context(), store); err != nil {
		t.Fatal(err)
	}
	if b, err = NewSealer(t.Context(), store); err != nil {
		t.Fatal(err)
	}
	return a, b
}

func session() *Session {
	at := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	return &Session{Kind: AssumedRole, AccessKeyID: "ASIAX", Secret: "s", Account: "1", Issued: at, Expires: at.Add(time.Hour),
		RoleID: "AROAX", RoleName: "r", RoleARN: "arn:aws:iam::1:role/r", Name: "n", HasPolicy: true, Policy: "{}", Tags: map[string]string{"k": "v"}}
}

func TestAnyNodeOpensAToken(t *testing.T) {
	a, b := sealers(t)
	token, err := a.Seal(session())
	if err != nil {
		t.Fatal(err)
	}
	for range 2 { // the second time from the cache
		got, err := b.Open(token)
		if err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(got, session()) {
			t.Errorf("got %+v", got)
		}
	}
}

func TestForgedTokensAreRefused(t *testing.T) {
	a, _ := sealers(t)
	other, _ := sealers(t)
	foreign, _ := other.Seal(session())
	mine, _ := a.Seal(session())
	raw, _ := base64.StdEncoding.DecodeString(mine)
	for i := range raw {
		bent := append([]byte(nil), raw...)
		bent[i] ^= 1
		if _, err := a.Open(base64.StdEncoding.EncodeToString(bent)); !errors.Is(err, ErrToken) {
			t.Fatalf("byte %d bent: %v", i, err)
		}
	}
	for _, token := range []string{"", "x", foreign, mine[:len(mine)-4], mine + "AAAA", string(make([]byte, 1<<20))} {
		if _, err := a.Open(token); !errors.Is(err, ErrToken) {
			t.Errorf("%.20q: %v", token, err)
		}
	}
}

func TestTheCacheIsBounded(t *testing.T) {
	a, _ := sealers(t)
	for range 2*cacheGeneration + 10 {
		token, err := a.Seal(session())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := a.Open(token); err != nil {
			t.Fatal(err)
		}
	}
	if n := len(a.young) + len(a.old); n > 2*cacheGeneration {
		t.Errorf("%d sessions are kept", n)
	}
}

func BenchmarkOpenCached(b *testing.B) {
	store, err := pebblekv.OpenMemory()
	if err != nil {
		b.Fatal(err)
	}
	defer store.Close()
	s, err := NewSealer(b.Context(), store)
	if err != nil {
		b.Fatal(err)
	}
	token, _ := s.Seal(session())
	for b.Loop() {
		if _, err := s.Open(token); err != nil {
			b.Fatal(err)
		}
	}
}
