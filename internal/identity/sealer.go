package identity

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"sync"

	"github.com/gatehouse-dev/gatehouse/internal/ids"
	"github.com/gatehouse-dev/gatehouse/internal/kv"
	"github.com/gatehouse-dev/gatehouse/internal/tuple"
)

// ErrToken is returned for a token that this Gatehouse did not seal.
var ErrToken = errors.New("identity: invalid session token")

// Sealer turns sessions into tokens and back. A token is self-contained:
// making one writes nothing, and any node with the same store opens it. It is
// safe for concurrent use.
type Sealer struct {
	aead cipher.AEAD

	// Opened tokens, in two generations: when the young one is full it becomes
	// the old one. A session in use is found in either and kept young.
	mu         sync.Mutex
	young, old map[string]*Session
}

const cacheGeneration = 4096

// NewSealer reads the sealing key from the store; the first one makes it.
func NewSealer(ctx context.Context, store kv.Store) (*Sealer, error) {
	name := tuple.Key("gatehouse", "session-key")
	var key []byte
	err := store.Update(ctx, func(t kv.Txn) error {
		var err error
		if key, err = t.Get(name); err != nil || key != nil {
			return err
		}
		key = ids.Bytes(32)
		return t.Set(name, key)
	})
	if err != nil {
		return nil, fmt.Errorf("identity: reading the sealing key: %w", err)
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, fmt.Errorf("identity: sealing key: %w", err)
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		return nil, err
	}
	return &Sealer{aead: aead, young: map[string]*Session{}}, nil
}

// purpose keeps a token from being taken for anything else sealed with the key.
var purpose = []byte("gatehouse session token 1")

// Seal makes the token of a session.
func (s *Sealer) Seal(session *Session) (string, error) {
	plain, err := json.Marshal(session)
	if err != nil {
		return "", err
	}
	if len(plain) > maxTokenSize*3/4-64 {
		return "", fmt.Errorf("identity: session of %d bytes", len(plain))
	}
	return base64.StdEncoding.EncodeToString(s.aead.Seal(nil, nil, plain, purpose)), nil
}

// Open reads a token. It does not look at the session's time.
func (s *Sealer) Open(token string) (*Session, error) {
	if len(token) > maxTokenSize {
		return nil, ErrToken
	}
	if session := s.cached(token); session != nil {
		return session, nil
	}
	sealed, err := base64.StdEncoding.Strict().DecodeString(token)
	if err != nil {
		return nil, ErrToken
	}
	plain, err := s.aead.Open(nil, nil, sealed, purpose)
	if err != nil {
		return nil, ErrToken
	}
	session := new(Session)
	if err := json.Unmarshal(plain, session); err != nil {
		return nil, ErrToken
	}
	s.keep(token, session)
	return session, nil
}

func (s *Sealer) cached(token string) *Session {
	s.mu.Lock()
	defer s.mu.Unlock()
	if session := s.young[token]; session != nil {
		return session
	}
	session := s.old[token]
	if session != nil {
		s.keepLocked(token, session)
	}
	return session
}

func (s *Sealer) keep(token string, session *Session) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.keepLocked(token, session)
}

func (s *Sealer) keepLocked(token string, session *Session) {
	if len(s.young) >= cacheGeneration {
		s.young, s.old = map[string]*Session{}, s.young
	}
	s.young[token] = session
}
