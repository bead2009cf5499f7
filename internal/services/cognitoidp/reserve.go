package cognitoidp

import (
	"context"
	"crypto/rsa"
	"errors"
	"sync"
)

// reserveSize is how many keys wait ready: enough for two pools.
const reserveSize = 2 * keyCount

var errClosed = errors.New("cognitoidp: service is closed")

// reserve makes RSA keys ahead of their need, in the background and one at a
// time, since making one takes longer than all else that CreateUserPool does.
type reserve struct {
	ready  chan made
	stop   chan struct{}
	once   sync.Once
	worker sync.WaitGroup
}

type made struct {
	key *rsa.PrivateKey
	err error
}

func newReserve(generate func() (*rsa.PrivateKey, error)) *reserve {
	// The worker holds one more in its hand.
	r := &reserve{ready: make(chan made, reserveSize-1), stop: make(chan struct{})}
	r.worker.Go(func() {
		for {
			select {
			case <-r.stop:
				return
			default:
			}
			key, err := generate()
			select {
			case r.ready <- made{key, err}:
			case <-r.stop:
				return
			}
		}
	})
	return r
}

func (r *reserve) take(ctx context.Context) (*rsa.PrivateKey, error) {
	select {
	case m := <-r.ready:
		return m.key, m.err
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-r.stop:
		return nil, errClosed
	}
}

func (r *reserve) close() {
	r.once.Do(func() { close(r.stop) })
	r.worker.Wait()
}
