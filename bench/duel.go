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
	// load asks as fast as it can for d and returns requests a second.
	load func(ctx context.Context, d time.Duration) (float64, error)
}

// duel lets the contenders take turns, after a warm-up of each.
func (l *lab) duel(ctx context.Context, cs ...contender) (map[string]rounds, error) {
	out := map[string]rounds{}
	for round := range l.rounds + 1 {
		d := l.duration
		if round == 0 {
			d = min(d, time.Second)
		}
		for _, c := range cs {
			rate, err := c.load(ctx, d)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", c.name, err)
			}
			if round > 0 {
				out[c.name] = append(out[c.name], rate)
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
