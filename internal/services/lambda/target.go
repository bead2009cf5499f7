package lambda

import (
	"context"
	"fmt"
	"maps"
	"sync"
	"time"

	"github.com/gatehouse-dev/gatehouse/internal/awserr"
	"github.com/gatehouse-dev/gatehouse/internal/runner"
)

// sessionLife is how long the credentials of an instance last; it is replaced
// before they end.
const sessionLife = 12 * time.Hour

// target is a version with its instances.
type target struct {
	s *Service
	version
	name name // unqualified

	mu      sync.Mutex
	pool    *runner.Pool
	drained bool
}

// instances returns the pool, which the first caller makes.
func (t *target) instances() (*runner.Pool, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.drained {
		return nil, runner.ErrDrained
	}
	if t.pool != nil {
		return t.pool, nil
	}
	spec, err := t.spec()
	if err != nil {
		return nil, err
	}
	t.pool, err = t.s.runner.NewPool(spec, runner.PoolOptions{})
	return t.pool, err
}

func (t *target) spec() (runner.Spec, error) {
	dir, err := t.s.code.Dir(t.s.run, t.Hash)
	if err != nil {
		return runner.Spec{}, fmt.Errorf("lambda: the package of %s: %w", t.name.arn(), err)
	}
	spec := runner.Spec{
		Name: t.name.function, Version: t.Number, ARN: t.name.arn(), AccountID: t.name.account, Region: t.name.region,
		Runtime: t.Runtime, Handler: t.Handler, LogGroup: *t.Logging.LogGroup, TaskDir: dir,
		MemoryMB: int(t.MemoryMB), TmpMB: int(t.TmpMB), Timeout: time.Duration(t.Timeout) * time.Second,
		Env: t.environment(), Credentials: t.credentials, Logs: newSink(t),
	}
	for _, l := range t.Layers {
		dir, err := t.s.code.Dir(t.s.run, l.Hash)
		if err != nil {
			return runner.Spec{}, fmt.Errorf("lambda: the layer %s of %s: %w", l.ARN, t.name.arn(), err)
		}
		spec.Layers = append(spec.Layers, dir)
	}
	return spec, nil
}

// environment is that of the configuration, with what makes SDKs in the
// function call this Gatehouse, unless the configuration has that itself.
func (t *target) environment() map[string]string {
	env := map[string]string{"AWS_ENDPOINT_URL": t.s.endpoint()}
	if *t.Logging.LogFormat == "JSON" {
		env["AWS_LAMBDA_LOG_FORMAT"] = "JSON"
		env["AWS_LAMBDA_LOG_LEVEL"] = value(t.Logging.ApplicationLogLevel)
	}
	maps.Copy(env, t.Environment)
	return env
}

func (t *target) credentials(ctx context.Context) (runner.Credentials, error) {
	id, secret, token, expires, err := t.s.roles.ServiceSession(ctx, principal, t.Role, t.name.function, sessionLife)
	if err != nil {
		e := awserr.New(403, "AccessDeniedException", "The role defined for the function cannot be assumed by Lambda.")
		e.Cause = err
		return runner.Credentials{}, e
	}
	return runner.Credentials{AccessKeyID: id, SecretAccessKey: secret, SessionToken: token, Expires: expires}, nil
}

// drain lets running invocations end, until ctx is done, and ends all instances.
func (t *target) drain(ctx context.Context) error {
	t.mu.Lock()
	t.drained = true
	pool := t.pool
	t.mu.Unlock()
	if pool == nil {
		return nil
	}
	return pool.Drain(ctx)
}
