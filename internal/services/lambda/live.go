package lambda

import (
	"context"
	"errors"
	"sync"

	"github.com/gatehouse-dev/gatehouse/internal/kv"
	"github.com/gatehouse-dev/gatehouse/internal/policy"
)

// compiled is a function as invocations need it. It is immutable.
type compiled struct {
	name     name // unqualified
	change   string
	reserved *int32
	versions map[string]*target
	aliases  map[string]alias
	policies map[string][]policy.Source // by qualifier, "" for the function
	events   map[string]eventConfig
	gate     *gate // of the account, or the function's own with reserved
}

// live is the functions in use.
type live struct {
	s *Service

	mu        sync.RWMutex
	functions map[name]*compiled
	gates     map[name]*gate  // of functions, however often they are compiled
	accounts  map[place]*gate // of what is not reserved
	closed    bool

	// loading is held while a function is read and compiled, so that no older
	// state replaces a newer one.
	loading  sync.Mutex
	stop     func()
	watching sync.WaitGroup
	draining sync.WaitGroup
}

func newLive(s *Service) *live {
	l := &live{s: s, functions: map[name]*compiled{}, gates: map[name]*gate{}, accounts: map[place]*gate{}}
	changes, unwatch := s.store.Watch(changed())
	done := make(chan struct{})
	l.stop = sync.OnceFunc(func() { close(done); unwatch() })
	l.watching.Go(func() {
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

// get returns a function, compiled. The name's qualifier is not looked at.
func (l *live) get(ctx context.Context, n name) (*compiled, error) {
	n.qualifier = ""
	l.mu.RLock()
	c := l.functions[n]
	l.mu.RUnlock()
	if c != nil {
		return c, nil
	}
	l.loading.Lock()
	defer l.loading.Unlock()
	l.mu.RLock()
	c = l.functions[n]
	l.mu.RUnlock()
	if c != nil {
		return c, nil
	}
	return l.load(ctx, n, nil)
}

// load compiles a function; old is what it was before. loading is held.
func (l *live) load(ctx context.Context, n name, old *compiled) (*compiled, error) {
	var c *compiled
	var u usage
	err := l.s.store.View(ctx, func(r kv.Reader) (err error) {
		if u, _, err = kv.Load[usage](r, n.usageKey()); err != nil {
			return err
		}
		c, err = l.compile(r, n, old)
		return err
	})
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return nil, errors.New("lambda: closed")
	}
	if err != nil {
		delete(l.functions, n)
		l.retire(old, nil)
		return nil, err
	}
	account := l.accounts[n.place]
	if account == nil {
		account = &gate{account: true}
		l.accounts[n.place] = account
	}
	account.limit.Store(concurrencyQuota - u.Reserved)
	c.gate = account
	if c.reserved != nil {
		g := l.gates[n]
		if g == nil {
			g = &gate{}
			l.gates[n] = g
		}
		g.limit.Store(*c.reserved)
		c.gate = g
	}
	l.functions[n] = c
	l.retire(old, c)
	return c, nil
}

// compile reads a function. Versions that did not change keep their instances.
func (l *live) compile(r kv.Reader, n name, old *compiled) (*compiled, error) {
	f, err := loadFunction(r, n)
	if err != nil {
		return nil, err
	}
	c := &compiled{name: n, change: f.Change, reserved: f.Reserved, versions: map[string]*target{}, aliases: map[string]alias{},
		policies: map[string][]policy.Source{}, events: map[string]eventConfig{}}
	versions, err := kv.LoadAll[version](r, n.versions(n.function))
	if err != nil {
		return nil, err
	}
	for _, v := range versions {
		if old != nil && old.versions[v.Number] != nil && old.versions[v.Number].Run == v.Run {
			c.versions[v.Number] = old.versions[v.Number]
			continue
		}
		c.versions[v.Number] = &target{s: l.s, name: n, version: v}
	}
	aliases, err := kv.LoadAll[alias](r, n.aliases(n.function))
	if err != nil {
		return nil, err
	}
	for _, a := range aliases {
		c.aliases[a.Name] = a
	}
	configs, err := kv.LoadAll[eventConfig](r, n.eventConfigs(n.function))
	if err != nil {
		return nil, err
	}
	for _, e := range configs {
		c.events[e.Qualifier] = e
	}
	return c, c.compilePolicies(r)
}

func (c *compiled) compilePolicies(r kv.Reader) error {
	qualifiers := []string{""}
	for number := range c.versions {
		if number != latest {
			qualifiers = append(qualifiers, number)
		}
	}
	for alias := range c.aliases {
		qualifiers = append(qualifiers, alias)
	}
	for _, q := range qualifiers {
		d, ok, err := kv.Load[document](r, c.name.policyKey(c.name.function, q))
		if err != nil {
			return err
		}
		if !ok {
			continue
		}
		doc, err := policy.Parse(policy.Resource, []byte(d.text()))
		if err != nil {
			return err
		}
		c.policies[q] = []policy.Source{{Name: c.name.qualified(q), Kind: "function", Doc: doc}}
	}
	return nil
}

// policiesOf are the resource policies that a qualifier is subject to.
func (c *compiled) policiesOf(qualifier string) []policy.Source {
	if qualifier == latest {
		qualifier = ""
	}
	return c.policies[qualifier]
}

// retire ends the instances of old that are not those of c.
func (l *live) retire(old, c *compiled) {
	if old == nil {
		return
	}
	for number, t := range old.versions {
		if c == nil || c.versions[number] != t {
			l.draining.Go(func() { t.drain(l.s.run) })
		}
	}
}

// forget makes a change of a function seen by whoever asks from now on.
func (l *live) forget(n name) {
	n.qualifier = ""
	l.loading.Lock()
	defer l.loading.Unlock()
	l.mu.RLock()
	old := l.functions[n]
	l.mu.RUnlock()
	if old != nil {
		// Where it cannot be read, it is dropped, and the next one tries again.
		_, _ = l.load(l.s.run, n, old)
	}
}

// refresh reads what others changed.
func (l *live) refresh() {
	l.mu.RLock()
	known := make(map[name]string, len(l.functions))
	for n, c := range l.functions {
		known[n] = c.change
	}
	l.mu.RUnlock()
	for n, change := range known {
		var now []byte
		err := l.s.store.View(l.s.run, func(r kv.Reader) (err error) {
			now, err = r.Get(changedKey(n.place, n.function))
			return err
		})
		if err != nil || string(now) != change {
			l.forget(n)
		}
	}
	l.refreshAccounts()
}

// refreshAccounts reads what is left of each account's concurrency.
func (l *live) refreshAccounts() {
	l.mu.RLock()
	defer l.mu.RUnlock()
	for p, g := range l.accounts {
		err := l.s.store.View(l.s.run, func(r kv.Reader) error {
			u, _, err := kv.Load[usage](r, p.usageKey())
			if err == nil {
				g.limit.Store(concurrencyQuota - u.Reserved)
			}
			return err
		})
		if err != nil && l.s.run.Err() == nil {
			l.s.log.Warn("the reserved concurrency cannot be read", "error", err)
		}
	}
}

// close ends all instances.
func (l *live) close(ctx context.Context) error {
	l.stop()
	l.watching.Wait()
	l.mu.Lock()
	l.closed = true
	var errs []error
	var mu sync.Mutex
	for _, c := range l.functions {
		for _, t := range c.versions {
			l.draining.Go(func() {
				if err := t.drain(ctx); err != nil {
					mu.Lock()
					errs = append(errs, err)
					mu.Unlock()
				}
			})
		}
	}
	clear(l.functions)
	l.mu.Unlock()
	l.draining.Wait()
	return errors.Join(errs...)
}
