package cognitoidp

import (
	"context"
	"log/slog"
	"strings"
	"sync"

	"github.com/gatehouse-dev/gatehouse/internal/kv"
	"github.com/gatehouse-dev/gatehouse/internal/services/cognitoidp/oauth"
)

// live is the pools in use, compiled, in memory. A change of a pool forgets
// it, before the change is acknowledged; the next request compiles it anew.
// Changes by other processes are seen through the store's Watch.
type live struct {
	store kv.Store
	log   *slog.Logger

	mu      sync.RWMutex
	pools   map[string]livePool
	domains map[string]string // as oauth.Locate names them, to the pool's id
	// epoch counts what was forgotten, so that what was read before does not
	// come back after.
	epoch uint64

	stop   func()
	worker sync.WaitGroup
}

type livePool struct {
	pool    *oauth.Pool
	version string
}

// maxDomains bounds the names remembered: one pool can be asked for by three.
const maxDomains = 4096

func newLive(store kv.Store, log *slog.Logger) *live {
	l := &live{store: store, log: log, pools: map[string]livePool{}, domains: map[string]string{}}
	changes, unwatch := store.Watch(places())
	done := make(chan struct{})
	l.stop = sync.OnceFunc(func() { close(done); unwatch() })
	l.worker.Go(func() {
		for {
			select {
			case <-changes:
				l.refresh()
			case <-done:
				return
			}
		}
	})
	return l
}

func (l *live) close() {
	l.stop()
	l.worker.Wait()
}

// Pool implements oauth.Source.
func (l *live) Pool(ctx context.Context, id string) (*oauth.Pool, error) {
	l.mu.RLock()
	p, epoch := l.pools[id].pool, l.epoch
	l.mu.RUnlock()
	if p != nil {
		return p, nil
	}
	var fresh livePool
	err := l.store.View(ctx, func(r kv.Reader) (err error) {
		fresh, err = compile(r, id)
		return err
	})
	if err != nil || fresh.pool == nil {
		return nil, err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.epoch == epoch {
		l.pools[id] = fresh
	}
	return fresh.pool, nil
}

// PoolOfDomain implements oauth.Source.
func (l *live) PoolOfDomain(ctx context.Context, domain string) (*oauth.Pool, error) {
	l.mu.RLock()
	id, epoch := l.domains[domain], l.epoch
	l.mu.RUnlock()
	if id != "" {
		return l.Pool(ctx, id)
	}
	if len(domain) > 255 {
		return nil, nil
	}
	if err := l.store.View(ctx, func(r kv.Reader) (err error) {
		id, err = findDomain(r, domain)
		return err
	}); err != nil || id == "" {
		return nil, err
	}
	l.mu.Lock()
	if l.epoch == epoch && len(l.domains) < maxDomains {
		l.domains[domain] = id
	}
	l.mu.Unlock()
	return l.Pool(ctx, id)
}

// findDomain returns the id of the pool with the domain, "" if there is none,
// or if a prefix without its region fits several.
func findDomain(r kv.Reader, domain string) (string, error) {
	if region, prefix, ok := strings.Cut(domain, "/"); ok {
		d, _, err := kv.Load[domainRecord](r, domainKey(prefix, region))
		return d.Pool, err
	}
	found, err := kv.LoadAll[domainRecord](r, domainsNamed(domain))
	if err != nil || len(found) != 1 {
		return "", err
	}
	return found[0].Pool, nil
}

// forget drops a pool that changed and all names.
func (l *live) forget(id string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.epoch++
	delete(l.pools, id)
	clear(l.domains)
}

// refresh drops each pool whose version is another than in the store.
func (l *live) refresh() {
	l.mu.RLock()
	known := make(map[string]string, len(l.pools))
	for id, p := range l.pools {
		known[id] = p.version
	}
	l.mu.RUnlock()
	var stale []string
	err := l.store.View(context.Background(), func(r kv.Reader) error {
		stale = stale[:0]
		for id, version := range known {
			at, _, err := kv.Load[place](r, placeKey(id))
			if err != nil {
				return err
			}
			if at.Version != version {
				stale = append(stale, id)
			}
		}
		return nil
	})
	if err != nil {
		// Not knowing what is stale, everything is.
		l.log.Warn("user pools cannot be compared with the store", "error", err)
		for id := range known {
			stale = append(stale, id)
		}
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.epoch++
	for _, id := range stale {
		delete(l.pools, id)
	}
	clear(l.domains)
}
