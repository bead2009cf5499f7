package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/gatehouse-dev/gatehouse/internal/clock"
)

const (
	startGoal  = 50.0       // ms
	idleGoal   = 40_000_000 // bytes
	binaryGoal = 60_000_000
)

// footprint is what Gatehouse costs before it does anything.
func footprint(ctx context.Context, l *lab, t *table) error {
	starts := 9
	if l.quick {
		starts = 3
	}
	var fresh, again rounds
	var idle rounds
	for i := range starts {
		data := filepath.Join(l.dir, fmt.Sprintf("start-%d", i))
		for _, kind := range []*rounds{&fresh, &again} {
			p, took, err := l.timeStart(ctx, data)
			if err != nil {
				return err
			}
			*kind = append(*kind, took)
			if kind == &again && (i == 0 || i < 3 && !l.quick) {
				select {
				case <-time.After(2 * time.Second):
				case <-ctx.Done():
				}
				rss, err := p.resident()
				if err != nil {
					return err
				}
				idle = append(idle, float64(rss))
			}
			if err := p.stop(); err != nil {
				return err
			}
		}
	}
	for _, r := range []struct {
		what string
		took rounds
	}{{"start to ready, new data directory", fresh}, {"start to ready, existing data directory", again}} {
		t.add(row{what: r.what, ours: milliseconds(r.took), goal: "< 50 ms", verdict: judge(r.took.median() < startGoal)})
	}
	rss := int64(idle.median())
	t.add(row{what: "resident when idle", ours: megabytes(rss), goal: "< 40 MB", verdict: judge(rss < idleGoal)})
	info, err := os.Stat(l.binary)
	if err != nil {
		return err
	}
	t.add(row{what: "binary", ours: megabytes(info.Size()), goal: "< 60 MB", verdict: judge(info.Size() < binaryGoal)})
	return nil
}

// timeStart starts a server and returns how many milliseconds passed until
// /_gatehouse/health answered 200.
func (l *lab) timeStart(ctx context.Context, data string) (*process, float64, error) {
	p, _, err := l.startServer(ctx, data)
	if err != nil {
		return nil, 0, err
	}
	return p, float64(clock.Machine().Sub(p.began).Microseconds()) / 1000, nil
}
