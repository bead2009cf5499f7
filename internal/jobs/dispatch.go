package jobs

import (
	"context"
	"errors"
	"time"

	"github.com/gatehouse-dev/gatehouse/internal/kv"
)

const (
	longestSleep = time.Hour   // of the dispatcher, by the clock
	troublePause = time.Second // after the store failed
)

// dispatch gives jobs to workers until the queue is stopped.
func (q *Queue) dispatch() {
	changes, stop := q.kv.Watch(q.waitPrefix())
	defer stop()
	for round := 0; ; round++ {
		select {
		case <-q.stopping:
			return
		case q.slots <- struct{}{}: // a worker is free; it is given back below
			<-q.slots
		}
		taken, next, err := q.claim(cap(q.slots)-len(q.slots), round)
		for _, c := range taken {
			q.slots <- struct{}{}
			q.running.Go(func() {
				defer q.look()
				defer func() { <-q.slots }()
				q.run(c)
			})
		}
		switch {
		case errors.Is(err, kv.ErrClosed):
			return
		case err != nil:
			q.log.Error("jobs: looking for jobs failed", "error", err)
			next = q.clock.Now().Add(troublePause)
		case len(taken) > 0:
			continue
		}
		q.sleep(next, changes)
	}
}

// sleep returns when the clock reaches next, or anything else happens.
func (q *Queue) sleep(next time.Time, changes <-chan struct{}) {
	woken, slept := make(chan struct{}), make(chan struct{})
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		select {
		case <-changes:
		case <-q.nudge:
		case <-q.stopping:
		case <-slept:
		}
		close(woken)
	}()
	q.clock.SleepUntil(next, woken)
	close(slept)
	<-ended
}

// claimed is a job that this process holds.
type claimed struct {
	record
	vanished bool // it used up its runs and the last one never ended
}

// claim takes up to free jobs that are due, in turns from all kinds. It also
// returns the time by the clock when there will be something to do.
func (q *Queue) claim(free, round int) (taken []claimed, next time.Time, err error) {
	kinds, names := q.registered()
	if next, err = q.nextDue(names); err != nil || next.After(q.clock.Now()) {
		return nil, next, err
	}
	err = q.kv.Update(context.Background(), func(txn kv.Txn) error {
		taken = nil
		// First a fair share to each kind, then what is left to whoever has more.
		for _, share := range []int{max(1, free/len(names)), free} {
			for i := range names {
				name := names[(i+round)%len(names)]
				some, err := q.claimKind(txn, name, kinds[name].policy, min(share, free-len(taken)))
				if err != nil {
					return err
				}
				taken = append(taken, some...)
			}
		}
		return nil
	})
	if err != nil {
		return nil, next, err
	}
	return taken, next, nil
}

// nextDue is the time by the clock when a job of the kinds needs attention.
func (q *Queue) nextDue(names []string) (next time.Time, err error) {
	next = q.clock.Now().Add(longestSleep)
	err = q.kv.View(context.Background(), func(r kv.Reader) error {
		for _, name := range names {
			at, err := q.earliest(r, name)
			if err != nil {
				return err
			}
			if !at.IsZero() && at.Before(next) {
				next = at
			}
		}
		return nil
	})
	return next, err
}

// earliest is the time by the clock when a kind has something to do: its first
// job is due or its first lease runs out. It is zero if it has no jobs.
func (q *Queue) earliest(r kv.Reader, name string) (first time.Time, err error) {
	for _, index := range []string{"wait", "lease"} {
		rng := kv.Prefix(q.indexPrefix(index, name))
		rng.Limit = 1
		err := r.Scan(rng, func(key, _ []byte) (bool, error) {
			at, _, _, err := indexEntry(key)
			if index == "lease" {
				at = at.Add(q.clock.Offset())
			}
			if first.IsZero() || at.Before(first) {
				first = at
			}
			return false, err
		})
		if err != nil {
			return time.Time{}, err
		}
	}
	return first, nil
}

// claimKind takes up to n jobs of one kind: those of dead workers, then those due.
func (q *Queue) claimKind(txn kv.Txn, name string, p Policy, n int) (taken []claimed, err error) {
	for _, part := range []struct {
		index string
		until time.Time
	}{{"lease", q.machineNow()}, {"wait", q.clock.Now()}} {
		err := txn.Scan(q.upTo(part.index, name, part.until), func(key, _ []byte) (bool, error) {
			if len(taken) >= n {
				return false, nil
			}
			_, _, id, err := indexEntry(key)
			if err != nil {
				return false, err
			}
			rec, ok, err := q.load(txn, name, id)
			if err != nil || !ok {
				// Without its record the entry means nothing; it must not block the others.
				q.log.Error("jobs: dropping a job that cannot be read", "kind", name, "id", id, "error", err)
				return true, txn.Delete(key)
			}
			if rec.Token != "" && rec.Version != rec.Held && rec.Due.After(q.clock.Now()) {
				return true, q.release(txn, rec, rec.Due)
			}
			c := q.take(rec, p)
			taken = append(taken, c)
			return true, q.store(txn, rec, c.record)
		})
		if err != nil {
			return nil, err
		}
	}
	return taken, nil
}

// take leases a job to this process.
func (q *Queue) take(rec record, p Policy) claimed {
	c := claimed{record: rec}
	c.vanished = rec.Token != "" && p.MaxAttempts > 0 && rec.Attempt >= p.MaxAttempts
	if !c.vanished {
		c.Attempt++
	}
	c.Token = newToken()
	c.Held = rec.Version
	c.LeaseUntil = q.machineNow().Add(p.Lease)
	return c
}
