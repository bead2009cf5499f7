package lambda

import (
	"context"
	"maps"
	"slices"

	api "github.com/gatehouse-dev/gatehouse/internal/api/lambda"
	"github.com/gatehouse-dev/gatehouse/internal/awserr"
	"github.com/gatehouse-dev/gatehouse/internal/front"
	"github.com/gatehouse-dev/gatehouse/internal/ids"
	"github.com/gatehouse-dev/gatehouse/internal/kv"
	"github.com/gatehouse-dev/gatehouse/internal/wire"
)

// alias is a name for a version, or for two that share the invocations.
type alias struct {
	Name        string             `json:"name"`
	Version     string             `json:"version"`
	Description string             `json:"description"`
	Weights     map[string]float64 `json:"weights,omitempty"` // of a further version
	Revision    string             `json:"revision"`
}

func loadAlias(r kv.Reader, n name) (alias, error) {
	a, ok, err := kv.Load[alias](r, n.aliasKey(n.function, n.qualifier))
	if err == nil && !ok {
		err = api.ResourceNotFoundException("Cannot find alias arn: %s", n.arn())
	}
	return a, err
}

func (a *alias) configuration(n name) *api.AliasConfiguration {
	out := &api.AliasConfiguration{AliasArn: new(n.qualified(a.Name)), Name: &a.Name, FunctionVersion: &a.Version,
		Description: &a.Description, RevisionId: &a.Revision}
	if len(a.Weights) > 0 {
		out.RoutingConfig = &api.AliasRoutingConfiguration{AdditionalVersionWeights: a.Weights}
	}
	return out
}

// check finds what is wrong with what an alias points to.
func (a *alias) check(r kv.Reader, n name) error {
	for _, number := range append(slices.Sorted(maps.Keys(a.Weights)), a.Version) {
		if _, err := loadVersion(r, n, number); err != nil {
			if awserr.HasCode(err, "ResourceNotFoundException") {
				return api.ResourceNotFoundException("Function not found: %s", n.qualified(number))
			}
			return err
		}
	}
	if len(a.Weights) > 1 {
		return invalid("Number of items in AdditionalVersionWeights cannot be greater than 1")
	}
	for number, weight := range a.Weights {
		switch {
		case number == a.Version:
			return invalid("Invalid function version %s. Function version %s is already included in routing configuration.", number, number)
		case !isNumber(number) || !isNumber(a.Version):
			return invalid("$LATEST is not supported for an alias pointing to more than 1 version")
		case weight < 0 || weight > 1:
			return invalid("AdditionalVersionWeights must be between 0 and 1")
		}
	}
	return nil
}

// aliasName reads the function and the alias of a request.
func aliasName(ctx context.Context, function, name string) (n name, err error) {
	if n, err = unqualified(front.CallFrom(ctx), function); err != nil {
		return n, err
	}
	if !isAlias(name) {
		// The pattern has a look-ahead, which the front cannot check.
		return n, awserr.Of(awserr.Validation, "1 validation error detected: Value '%s' at 'name' failed to satisfy constraint: "+
			"Member must satisfy regular expression pattern: (?!^[0-9]+$)([a-zA-Z0-9-_]+)", name)
	}
	n.qualifier = name
	return n, nil
}

// CreateAlias makes an alias.
func (s *Service) CreateAlias(ctx context.Context, in *api.CreateAliasRequest) (*api.AliasConfiguration, error) {
	n, err := aliasName(ctx, *in.FunctionName, *in.Name)
	if err != nil {
		return nil, err
	}
	a := alias{Name: *in.Name, Version: *in.FunctionVersion, Description: value(in.Description), Revision: ids.UUID()}
	if in.RoutingConfig != nil {
		a.Weights = in.RoutingConfig.AdditionalVersionWeights
	}
	return s.changeAlias(ctx, n, func(t kv.Txn) (*alias, error) {
		if _, exists, err := kv.Load[alias](t, n.aliasKey(n.function, a.Name)); err != nil || exists {
			if err == nil {
				err = api.ResourceConflictException("Alias already exists: %s", n.arn())
			}
			return nil, err
		}
		return &a, nil
	})
}

// changeAlias stores what edit returns.
func (s *Service) changeAlias(ctx context.Context, n name, edit func(kv.Txn) (*alias, error)) (*api.AliasConfiguration, error) {
	var a *alias
	err := s.store.Update(ctx, func(t kv.Txn) error {
		f, err := loadFunction(t, name{n.place, n.function, ""})
		if err != nil {
			return err
		}
		if a, err = edit(t); err != nil {
			return err
		}
		if err := a.check(t, n); err != nil {
			return err
		}
		if err := kv.Save(t, n.aliasKey(n.function, a.Name), a); err != nil {
			return err
		}
		return saveFunction(t, n.place, &f)
	})
	if err != nil {
		return nil, err
	}
	s.live.forget(n)
	return a.configuration(n), nil
}

// UpdateAlias changes an alias.
func (s *Service) UpdateAlias(ctx context.Context, in *api.UpdateAliasRequest) (*api.AliasConfiguration, error) {
	n, err := aliasName(ctx, *in.FunctionName, *in.Name)
	if err != nil {
		return nil, err
	}
	return s.changeAlias(ctx, n, func(t kv.Txn) (*alias, error) {
		a, err := loadAlias(t, n)
		if err != nil {
			return nil, err
		}
		if in.RevisionId != nil && *in.RevisionId != a.Revision {
			return nil, errRevision()
		}
		set(&a.Version, in.FunctionVersion)
		set(&a.Description, in.Description)
		if in.RoutingConfig != nil {
			a.Weights = in.RoutingConfig.AdditionalVersionWeights
		}
		a.Revision = ids.UUID()
		return &a, nil
	})
}

// GetAlias describes an alias.
func (s *Service) GetAlias(ctx context.Context, in *api.GetAliasRequest) (*api.AliasConfiguration, error) {
	n, err := aliasName(ctx, *in.FunctionName, *in.Name)
	if err != nil {
		return nil, err
	}
	var a alias
	err = s.store.View(ctx, func(r kv.Reader) error {
		if _, err := loadFunction(r, name{n.place, n.function, ""}); err != nil {
			return err
		}
		a, err = loadAlias(r, n)
		return err
	})
	if err != nil {
		return nil, err
	}
	return a.configuration(n), nil
}

// DeleteAlias deletes an alias with its policy and settings; one that is not
// there is no error.
func (s *Service) DeleteAlias(ctx context.Context, in *api.DeleteAliasRequest) (*wire.Empty, error) {
	n, err := aliasName(ctx, *in.FunctionName, *in.Name)
	if err != nil {
		return nil, err
	}
	err = s.store.Update(ctx, func(t kv.Txn) error {
		f, err := loadFunction(t, name{n.place, n.function, ""})
		if err != nil {
			return err
		}
		for _, key := range [][]byte{n.aliasKey(n.function, n.qualifier), n.policyKey(n.function, n.qualifier), n.eventConfigKey(n.function, n.qualifier)} {
			if err := t.Delete(key); err != nil {
				return err
			}
		}
		return saveFunction(t, n.place, &f)
	})
	if err == nil {
		s.live.forget(n)
	}
	return &wire.Empty{}, err
}
