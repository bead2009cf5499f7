package lambda

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/gatehouse-dev/gatehouse/internal/arn"
	"github.com/gatehouse-dev/gatehouse/internal/clock"
	"github.com/gatehouse-dev/gatehouse/internal/logline"
	"github.com/gatehouse-dev/gatehouse/internal/runner"
)

const (
	// verdictLife is how long it is taken for granted that a role may write
	// its logs, or not.
	verdictLife = 3 * time.Second
	maxVerdicts = 1024
)

// sink takes the output of a version's instances to CloudWatch Logs, if the
// execution role may write there.
type sink struct {
	t     *target
	group string
	arn   string // of the group

	mu       sync.Mutex
	verdicts map[string]verdict // by stream
	hinted   bool
}

type verdict struct {
	may   bool
	until time.Time // of the machine
}

func newSink(t *target) *sink {
	group := *t.Logging.LogGroup
	return &sink{t: t, group: group, arn: arn.Make("logs", t.name.region, t.name.account, "log-group:"+group), verdicts: map[string]verdict{}}
}

// Log implements runner.Sink. It waits for nothing.
func (k *sink) Log(e runner.Entry) {
	if !k.may(e.Stream) {
		return
	}
	s, n := k.t.s, k.t.name
	err := s.logs.Append(context.Background(), n.account, n.region, k.group, e.Stream, []logline.Event{{Time: e.Time, Message: e.Message}})
	if err != nil {
		s.log.Debug("a line of a function's log is lost", "function", n.arn(), "error", err)
	}
}

func (k *sink) may(stream string) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	now := clock.Machine()
	if v, ok := k.verdicts[stream]; ok && now.Before(v.until) {
		return v.may
	}
	lacks := k.lacks(stream)
	if lacks != "" && !k.hinted {
		k.hinted = true
		k.t.s.log.Info("a function's log is not written: its role may not", "function", k.t.name.arn(), "role", k.t.Role, "action", lacks, "group", k.group)
	}
	if len(k.verdicts) >= maxVerdicts {
		clear(k.verdicts)
	}
	k.verdicts[stream] = verdict{lacks == "", now.Add(verdictLife)}
	return lacks == ""
}

// lacks returns the action that the role would need, "" if it has all. A group
// that exists need not be made.
func (k *sink) lacks(stream string) string {
	ctx, s, n := context.Background(), k.t.s, k.t.name
	resource := k.arn + ":log-stream:"
	for _, action := range []string{"logs:PutLogEvents", "logs:CreateLogStream"} {
		if !s.allowed.Allowed(ctx, k.t.Role, action, resource+stream) {
			return action
		}
	}
	if s.allowed.Allowed(ctx, k.t.Role, "logs:CreateLogGroup", resource) {
		return ""
	}
	exists, err := s.logs.GroupExists(ctx, n.account, n.region, k.group)
	if err != nil && !errors.Is(err, context.Canceled) {
		s.log.Warn("it is not known whether a log group exists", "group", k.group, "error", err)
	}
	if exists {
		return ""
	}
	return "logs:CreateLogGroup"
}
