package main

import (
	"context"
	"fmt"
	"net/http"
	"time"
)

// contender is one side of a row.
type contender struct {
	name string
	// procs serve it; their CPU time is counted.
	procs []*process
	// load asks as fast as it can for d and returns requests a second.
	load func(ctx context.Context, d time.Duration) (float64, error)
}

// by says which processes serve the contender.
func (c contender) by(ps ...*process) contender {
	c.procs = ps
	return c
}

// score is what a contender reached: requests a second, and microseconds of
// CPU time a request, which a neighbour's load does not change much; below is
// the part of it that processes spent which the contender started: functions.
type score struct{ rate, cpu, below rounds }

// duel lets the contenders take turns, after a warm-up of each.
func (l *lab) duel(ctx context.Context, cs ...contender) (map[string]*score, error) {
	out := map[string]*score{}
	for _, c := range cs {
		out[c.name] = &score{}
	}
	first := 0 // the warm-up
	if l.quick {
		first = 1
	}
	for round := first; round <= l.rounds; round++ {
		d := l.duration
		if round == 0 {
			d = min(d, time.Second)
		}
		for _, c := range cs {
			own, below := cpuTime(c.procs...)
			rate, err := c.load(ctx, d)
			ownAfter, belowAfter := cpuTime(c.procs...)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", c.name, err)
			}
			if round > 0 {
				s := out[c.name]
				s.rate = append(s.rate, rate)
				asked := rate * d.Seconds()
				s.cpu = append(s.cpu, float64((ownAfter-own+belowAfter-below).Microseconds())/asked)
				s.below = append(s.below, float64((belowAfter-below).Microseconds())/asked)
			}
		}
	}
	return out, nil
}

// expect fails unless url answers 200 with the body.
func expect(ctx context.Context, url, body string, header ...string) error {
	a, err := get(ctx, http.DefaultClient, url, header...)
	if err != nil {
		return err
	}
	if a.status != http.StatusOK || a.body != body {
		return fmt.Errorf("%s answers %d %.200q, want 200 %q", url, a.status, a.body, body)
	}
	return nil
}
