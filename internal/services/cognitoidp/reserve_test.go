package cognitoidp

import (
	"context"
	"crypto/rsa"
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
)

func TestReserve(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var made atomic.Int64
		r := newReserve(func() (*rsa.PrivateKey, error) {
			made.Add(1)
			return &rsa.PrivateKey{}, nil
		})
		synctest.Wait()
		if n := made.Load(); n != reserveSize {
			t.Errorf("%d keys are made ahead, want %d", n, reserveSize)
		}
		if _, err := r.take(t.Context()); err != nil {
			t.Error(err)
		}
		synctest.Wait()
		if n := made.Load(); n != reserveSize+1 {
			t.Errorf("%d keys are made after one was taken", n)
		}
		r.close()
		r.close()
	})
}

func TestReserveFailures(t *testing.T) {
	broken := errors.New("no entropy")
	r := newReserve(func() (*rsa.PrivateKey, error) { return nil, broken })
	if _, err := r.take(t.Context()); !errors.Is(err, broken) {
		t.Errorf("got %v", err)
	}
	r.close()

	block := make(chan struct{})
	r = newReserve(func() (*rsa.PrivateKey, error) { <-block; return nil, broken })
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := r.take(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	close(block)
	r.close()
}

func TestGeneratedKeyIsStrongEnough(t *testing.T) {
	key, err := generateKey()
	if err != nil || key.N.BitLen() != 2048 || key.Validate() != nil {
		t.Errorf("%v, %v", key, err)
	}
}
