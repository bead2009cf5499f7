package lambda

import (
	"context"
	"time"

	api "github.com/gatehouse-dev/gatehouse/internal/api/lambda"
	"github.com/gatehouse-dev/gatehouse/internal/front"
	"github.com/gatehouse-dev/gatehouse/internal/kv"
	"github.com/gatehouse-dev/gatehouse/internal/wire"
)

// eventConfig is the record of how events are handled.
type eventConfig struct {
	Qualifier string    `json:"qualifier"` // "$LATEST", a version or an alias
	Modified  time.Time `json:"modified"`
	Retries   *int32    `json:"retries,omitempty"`
	MaxAge    *int32    `json:"maxAge,omitempty"` // seconds
	OnSuccess string    `json:"onSuccess,omitempty"`
	OnFailure string    `json:"onFailure,omitempty"`
}

// rules are what holds for an event.
type rules struct {
	retries              int
	maxAge               time.Duration
	onSuccess, onFailure string
}

// rules returns what holds for the events of a qualifier.
func (f *compiled) rules(qualifier string) rules {
	if qualifier == "" {
		qualifier = latest
	}
	e := f.events[qualifier]
	out := rules{retries: defaultRetries, maxAge: defaultMaxAge, onSuccess: e.OnSuccess, onFailure: e.OnFailure}
	if e.Retries != nil {
		out.retries = int(*e.Retries)
	}
	if e.MaxAge != nil {
		out.maxAge = time.Duration(*e.MaxAge) * time.Second
	}
	return out
}

// eventName reads whose settings a request is about: the latest version's where
// no qualifier is given.
func eventName(ctx context.Context, function string, qualifier *string) (name, error) {
	n, err := parseName(front.CallFrom(ctx), function, qualifier)
	if n.qualifier == "" {
		n.qualifier = latest
	}
	return n, err
}

func errNoEventConfig(n name) error {
	return api.ResourceNotFoundException("The function %s doesn't have an EventInvokeConfig", n.arn())
}

func (e *eventConfig) describe(n name) *api.FunctionEventInvokeConfig {
	return &api.FunctionEventInvokeConfig{LastModified: &e.Modified, FunctionArn: new(n.qualified(e.Qualifier)),
		MaximumRetryAttempts: e.Retries, MaximumEventAgeInSeconds: e.MaxAge,
		DestinationConfig: &api.DestinationConfig{OnSuccess: &api.OnSuccess{Destination: optional(e.OnSuccess)}, OnFailure: &api.OnFailure{Destination: optional(e.OnFailure)}}}
}

// PutFunctionEventInvokeConfig says how events are handled; what it does not
// say goes back to the default.
func (s *Service) PutFunctionEventInvokeConfig(ctx context.Context, in *api.PutFunctionEventInvokeConfigRequest) (*api.FunctionEventInvokeConfig, error) {
	n, err := eventName(ctx, *in.FunctionName, in.Qualifier)
	if err != nil {
		return nil, err
	}
	if in.MaximumRetryAttempts == nil && in.MaximumEventAgeInSeconds == nil && in.DestinationConfig == nil {
		return nil, invalid("You must specify at least one of error handling or destination setting.")
	}
	return s.changeEventConfig(ctx, n, func(e *eventConfig, _ bool) error {
		*e = eventConfig{Retries: in.MaximumRetryAttempts, MaxAge: in.MaximumEventAgeInSeconds}
		return e.setDestinations(n, in.DestinationConfig)
	})
}

// UpdateFunctionEventInvokeConfig changes how events are handled.
func (s *Service) UpdateFunctionEventInvokeConfig(ctx context.Context, in *api.UpdateFunctionEventInvokeConfigRequest) (*api.FunctionEventInvokeConfig, error) {
	n, err := eventName(ctx, *in.FunctionName, in.Qualifier)
	if err != nil {
		return nil, err
	}
	return s.changeEventConfig(ctx, n, func(e *eventConfig, exists bool) error {
		if !exists {
			return errNoEventConfig(n)
		}
		if in.MaximumRetryAttempts != nil {
			e.Retries = in.MaximumRetryAttempts
		}
		if in.MaximumEventAgeInSeconds != nil {
			e.MaxAge = in.MaximumEventAgeInSeconds
		}
		return e.setDestinations(n, in.DestinationConfig)
	})
}

// setDestinations takes destinations that Gatehouse can deliver to: functions.
func (e *eventConfig) setDestinations(n name, in *api.DestinationConfig) error {
	if in == nil {
		return nil
	}
	for _, d := range []struct {
		to    *string
		given bool
		is    *string
	}{
		{&e.OnSuccess, in.OnSuccess != nil, value(in.OnSuccess).Destination},
		{&e.OnFailure, in.OnFailure != nil, value(in.OnFailure).Destination},
	} {
		if !d.given {
			continue
		}
		*d.to = value(d.is)
		if *d.to == "" {
			continue
		}
		to, err := nameOfARN(*d.to)
		switch {
		case err != nil:
			return invalid("Gatehouse delivers the records of events to Lambda functions only, not to %s.", *d.to)
		case to.place != n.place:
			return invalid("The destination %s is in another account or region.", *d.to)
		case to.function == n.function:
			return invalid("You can't specify the function as a destination for itself.")
		}
	}
	return nil
}

func (s *Service) changeEventConfig(ctx context.Context, n name, change func(e *eventConfig, exists bool) error) (*api.FunctionEventInvokeConfig, error) {
	now := front.CallFrom(ctx).Time
	var e eventConfig
	err := s.store.Update(ctx, func(t kv.Txn) error {
		f, err := loadFunction(t, n)
		if err != nil {
			return err
		}
		if _, err := resolve(t, n); err != nil {
			return err
		}
		key := n.eventConfigKey(n.function, n.qualifier)
		var exists bool
		if e, exists, err = kv.Load[eventConfig](t, key); err != nil {
			return err
		}
		if err := change(&e, exists); err != nil {
			return err
		}
		e.Qualifier, e.Modified = n.qualifier, now
		if err := kv.Save(t, key, e); err != nil {
			return err
		}
		return saveFunction(t, n.place, &f)
	})
	if err != nil {
		return nil, err
	}
	s.live.forget(n)
	return e.describe(n), nil
}

// GetFunctionEventInvokeConfig returns how events are handled, if that was said.
func (s *Service) GetFunctionEventInvokeConfig(ctx context.Context, in *api.GetFunctionEventInvokeConfigRequest) (*api.FunctionEventInvokeConfig, error) {
	n, err := eventName(ctx, *in.FunctionName, in.Qualifier)
	if err != nil {
		return nil, err
	}
	var e eventConfig
	err = s.store.View(ctx, func(r kv.Reader) error {
		var ok bool
		if e, ok, err = kv.Load[eventConfig](r, n.eventConfigKey(n.function, n.qualifier)); err == nil && !ok {
			err = errNoEventConfig(n)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return e.describe(n), nil
}

// DeleteFunctionEventInvokeConfig goes back to the defaults.
func (s *Service) DeleteFunctionEventInvokeConfig(ctx context.Context, in *api.DeleteFunctionEventInvokeConfigRequest) (*wire.Empty, error) {
	n, err := eventName(ctx, *in.FunctionName, in.Qualifier)
	if err != nil {
		return nil, err
	}
	err = s.store.Update(ctx, func(t kv.Txn) error {
		f, err := loadFunction(t, n)
		if err != nil {
			return err
		}
		key := n.eventConfigKey(n.function, n.qualifier)
		if b, err := t.Get(key); err != nil || b == nil {
			if err == nil {
				err = errNoEventConfig(n)
			}
			return err
		}
		if err := t.Delete(key); err != nil {
			return err
		}
		return saveFunction(t, n.place, &f)
	})
	if err == nil {
		s.live.forget(n)
	}
	return &wire.Empty{}, err
}

// ListFunctionEventInvokeConfigs lists a function's settings by qualifier.
func (s *Service) ListFunctionEventInvokeConfigs(ctx context.Context, in *api.ListFunctionEventInvokeConfigsRequest) (*api.ListFunctionEventInvokeConfigsResponse, error) {
	n, err := unqualified(front.CallFrom(ctx), *in.FunctionName)
	if err != nil {
		return nil, err
	}
	var configs []eventConfig
	err = s.store.View(ctx, func(r kv.Reader) error {
		if _, err := loadFunction(r, n); err != nil {
			return err
		}
		configs, err = kv.LoadAll[eventConfig](r, n.eventConfigs(n.function))
		return err
	})
	if err != nil {
		return nil, err
	}
	shown, next, err := page(configs, func(e eventConfig) string { return e.Qualifier }, in.Marker, in.MaxItems)
	if err != nil {
		return nil, err
	}
	out := &api.ListFunctionEventInvokeConfigsResponse{NextMarker: next, FunctionEventInvokeConfigs: []api.FunctionEventInvokeConfig{}}
	for i := range shown {
		out.FunctionEventInvokeConfigs = append(out.FunctionEventInvokeConfigs, *shown[i].describe(n))
	}
	return out, nil
}
