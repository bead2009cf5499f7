package execute

import (
	"context"
	"sync"
	"sync/atomic"

	"github.com/gatehouse-dev/gatehouse/internal/services/apigateway/snapshot"
)

// stageName is the key of a stage.
type stageName struct{ api, stage string }

// stages keeps the compiled stages. Reading takes one atomic load. When the
// source reports a change, all are looked up again on their next request, and
// those whose version is the same are kept as they are.
type stages struct {
	source  snapshot.Source
	compile func(*snapshot.Stage) *stage
	stop    func()
	done    chan struct{}

	current atomic.Pointer[map[stageName]*stage]

	mu       sync.Mutex
	previous map[stageName]*stage // before the last change
	change   uint64
}

// maxStages bounds the table; beyond it, it starts anew.
const maxStages = 10000

func (s *stages) follow(source snapshot.Source, compile func(*snapshot.Stage) *stage) {
	s.source, s.compile = source, compile
	s.current.Store(&map[stageName]*stage{})
	changes, stop := source.Changes()
	s.stop, s.done = stop, make(chan struct{})
	go func() {
		for {
			select {
			case _, open := <-changes:
				if !open {
					return
				}
				s.forget()
			case <-s.done:
				return
			}
		}
	}()
}

func (s *stages) close() {
	close(s.done)
	s.stop()
}

func (s *stages) forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.change++
	for name, st := range *s.current.Load() {
		if s.previous == nil {
			s.previous = map[stageName]*stage{}
		}
		s.previous[name] = st
	}
	s.current.Store(&map[stageName]*stage{})
}

// get returns the compiled stage, nil if there is none.
func (s *stages) get(ctx context.Context, api, name string) (*stage, error) {
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
