package execute

import (
	"context"
	"sync"
	"sync/atomic"

	"github.com/gatehouse-dev/gatehouse/internal/services/apigateway/snapshot"
)

// stageName is the key of a stage.
type stageName struct{ api, stage string }

// stages keeps the compiled stages. Reading takes two atomic loads. After the
// source has reported a change, all are looked up again on their next request,
// and those whose version is the same are kept as they are.
//
// The change is taken up by the next request itself, not by a goroutine beside
// it: kv reports a change before the call that made it returns, so whoever
// deploys and then invokes finds the new stage.
type stages struct {
	source  snapshot.Source
	compile func(*snapshot.Stage) *stage
	changes <-chan struct{}
	stop    func()

	current    atomic.Pointer[map[stageName]*stage]
	forgetting atomic.Bool // set before a change is received, until it is done

	mu       sync.Mutex
	previous map[stageName]*stage // before the last change
	change   uint64
}

// maxStages bounds the table; beyond it, it starts anew.
const maxStages = 10000

func (s *stages) follow(source snapshot.Source, compile func(*snapshot.Stage) *stage) {
	s.source, s.compile = source, compile
	s.current.Store(&map[stageName]*stage{})
	s.changes, s.stop = source.Changes()
}

// catchUp takes up a change, or waits for who is doing so.
func (s *stages) catchUp() {
	if len(s.changes) == 0 && !s.forgetting.Load() {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.forgetting.Store(true)
	defer s.forgetting.Store(false)
	select {
	case <-s.changes:
		s.forget()
	default:
	}
}

// forget empties the table; the caller holds mu.
func (s *stages) forget() {
	s.change++
	for name, st := range *s.current.Load() {
		if s.previous == nil || len(s.previous) >= maxStages {
			s.previous = map[stageName]*stage{}
		}
		s.previous[name] = st
	}
	s.current.Store(&map[stageName]*stage{})
}

// get returns the compiled stage, nil if there is none.
func (s *stages) get(ctx context.Context, api, name string) (*stage, error) {
	s.catchUp()
	key := stageName{api, name}
	if st, ok := (*s.current.Load())[key]; ok {
		return st, nil
	}
	return s.load(ctx, key)
}

func (s *stages) load(ctx context.Context, key stageName) (*stage, error) {
	s.mu.Lock()
	change, before := s.change, s.previous[key]
	s.mu.Unlock()

	snap, err := s.source.Stage(ctx, key.api, key.stage)
	if err != nil || snap == nil {
		return nil, err
	}
	st := before
	if st == nil || st.version != snap.Version {
		st = s.compile(snap)
	}

	s.mu.Lock()
	defer s.mu.Unlock()
	if s.change != change {
		return st, nil // good for this request, too old to keep
	}
	now := *s.current.Load()
	if kept, ok := now[key]; ok {
		return kept, nil
	}
	next := make(map[stageName]*stage, len(now)+1)
	if len(now) < maxStages {
		for k, v := range now {
			next[k] = v
		}
	}
	next[key] = st
	delete(s.previous, key)
	s.current.Store(&next)
	return st, nil
}
