package sigv4

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"hash"
	"sync"
)

// signingKey is derived from a secret for one day, region and service. Its
// HMACs are kept: to set one up costs more than to use it.
type signingKey struct {
	key  [sha256.Size]byte
	macs sync.Pool // hash.Hash
}

// sign is HMAC-SHA256 of a text.
func (k *signingKey) sign(text []byte) (out [sha256.Size]byte) {
	m, _ := k.macs.Get().(hash.Hash)
	if m == nil {
		m = hmac.New(sha256.New, k.key[:])
	}
	defer k.macs.Put(m)
	m.Reset()
	m.Write(text)
	m.Sum(out[:0])
	return out
}

func deriveKey(secret, date, region, service string) *signingKey {
	step := func(key []byte, text string) []byte {
		m := hmac.New(sha256.New, key)
		m.Write([]byte(text))
		return m.Sum(nil)
	}
	key := step([]byte("AWS4"+secret), date)
	key = step(key, region)
	key = step(key, service)
	return &signingKey{key: [sha256.Size]byte(step(key, term))}
}

// maxKeys bounds each of the two generations of the cache.
const maxKeys = 4096

type keyName struct{ accessKeyID, date, region, service string }

// keyEntry keeps the secret that the key came from: an entry is good only for
// a caller who has it at hand.
type keyEntry struct {
	secret string
	key    *signingKey
}

// keyCache remembers derived keys in two generations: when the young one is
// full it becomes the old one, and the old one is forgotten.
type keyCache struct {
	mu         sync.RWMutex
	young, old map[keyName]*keyEntry
}

func (c *keyCache) get(s *Signature, secret string) *signingKey {
	name := keyName{s.AccessKeyID, s.Date, s.Region, s.Service}
	c.mu.RLock()
	e, young := c.young[name]
	if !young {
		e = c.old[name]
	}
	c.mu.RUnlock()
	if e != nil && subtle.ConstantTimeCompare([]byte(e.secret), []byte(secret)) == 1 {
		if !young {
			c.put(name, e)
		}
		return e.key
	}
	return deriveKey(secret, s.Date, s.Region, s.Service)
}

// remember keeps a key that a good signature was made with: others would let
// anyone fill the cache.
func (c *keyCache) remember(s *Signature, secret string, key *signingKey) {
	name := keyName{s.AccessKeyID, s.Date, s.Region, s.Service}
	c.mu.RLock()
	e := c.young[name]
	c.mu.RUnlock()
	if e == nil || e.key != key {
		c.put(name, &keyEntry{secret, key})
	}
}

func (c *keyCache) put(name keyName, e *keyEntry) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.young) >= maxKeys {
		c.old, c.young = c.young, nil
	}
	if c.young == nil {
		c.young = map[keyName]*keyEntry{}
	}
	c.young[name] = e
}
