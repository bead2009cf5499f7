package iam

import (
	"sync"

	"github.com/gatehouse-dev/gatehouse/internal/front"
	"github.com/gatehouse-dev/gatehouse/internal/identity"
)

// sessionCache keeps built credentials by session. The sealer's cache gives
// the same *identity.Session for the same token, so identity will do.
type sessionCache struct {
	mu         sync.Mutex
	young, old map[*identity.Session]*front.Credential
}

const sessionGeneration = 4096

func (c *sessionCache) get(s *identity.Session) *front.Credential {
	c.mu.Lock()
	defer c.mu.Unlock()
	if cred := c.young[s]; cred != nil {
		return cred
	}
	cred := c.old[s]
	if cred != nil {
		c.keep(s, cred)
	}
	return cred
}

func (c *sessionCache) put(s *identity.Session, cred *front.Credential) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.keep(s, cred)
}

func (c *sessionCache) keep(s *identity.Session, cred *front.Credential) {
	if c.young == nil || len(c.young) >= sessionGeneration {
		c.young, c.old = map[*identity.Session]*front.Credential{}, c.young
	}
	c.young[s] = cred
}
