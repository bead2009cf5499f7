package up

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
)

// interval is how often the server is asked what happened.
const interval = 200 * time.Millisecond

// follower prints the events of a stack as they come.
type follower struct {
	c       *client
	started time.Time
	known   map[string]bool
	failed  *event // the first that failed
}

func (c *client) follow() *follower {
	return &follower{c: c, started: c.o.Clock.Now(), known: map[string]bool{}}
}

// skip passes over the events of earlier operations.
func (f *follower) skip(ctx context.Context, id string) error {
	old, err := f.c.events(ctx, id, f.known)
	for _, e := range old {
		f.known[e.ID] = true
	}
	return err
}

// until prints events until the stack's operation has ended.
func (f *follower) until(ctx context.Context, id string) (*stack, error) {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-timer.C:
		}
		// The state is read first: no event can be missed that led to it.
		st, err := f.c.describe(ctx, id)
		if err != nil {
			return nil, err
		}
		if st == nil {
			return nil, fmt.Errorf("stack %s is gone", id)
		}
		fresh, err := f.c.events(ctx, id, f.known)
		if err != nil {
			return nil, err
		}
		for _, e := range slices.Backward(fresh) {
			f.known[e.ID] = true
			f.print(e)
		}
		if !strings.HasSuffix(st.Status, "_IN_PROGRESS") {
			return st, nil
		}
		timer.Reset(interval)
	}
}

// print writes one line an event; what only repeats that work began is left
// out.
func (f *follower) print(e event) {
	failed := strings.HasSuffix(e.Status, "_FAILED")
	if failed && f.failed == nil && e.Type != "AWS::CloudFormation::Stack" {
		f.failed = &e
	}
	if e.Reason == "Resource creation Initiated" {
		return
	}
	elapsed := max(0, e.Time.Sub(f.started).Seconds())
	fmt.Fprintf(f.c.o.Out, "%7.1fs  %-28s %-36s %s\n", elapsed, e.Status, e.Type, e.LogicalID)
	if failed && e.Reason != "" {
		fmt.Fprintf(f.c.o.Out, "          %s\n", e.Reason)
	}
}

// why is the reason of a failure: that of the first resource that failed.
func (f *follower) why(st *stack) string {
	if f.failed != nil {
		return f.failed.LogicalID + " (" + f.failed.Type + "): " + f.failed.Reason
	}
	return st.Reason
}
