package cfn

import (
	"context"
	"time"
)

// Poll calls done every interval until it reports true or fails.
func Poll(ctx context.Context, interval time.Duration, done func() (bool, error)) error {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-timer.C:
		}
		if ok, err := done(); ok || err != nil {
			return err
		}
		timer.Reset(interval)
	}
}
