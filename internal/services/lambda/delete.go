package lambda

import (
	"context"
	"strings"

	api "github.com/gatehouse-dev/gatehouse/internal/api/lambda"
	"github.com/gatehouse-dev/gatehouse/internal/front"
	"github.com/gatehouse-dev/gatehouse/internal/kv"
)

// DeleteFunction deletes a function with all that belongs to it, or one of its
// published versions.
func (s *Service) DeleteFunction(ctx context.Context, in *api.DeleteFunctionRequest) (*api.DeleteFunctionResponse, error) {
	n, err := parseName(front.CallFrom(ctx), *in.FunctionName, in.Qualifier)
	if err != nil {
		return nil, err
	}
	switch {
	case n.qualifier == latest:
		return nil, invalid("$LATEST version cannot be deleted without deleting the function.")
	case isAlias(n.qualifier):
		return nil, invalid("Deletion of aliases is not currently supported.")
	}
	err = s.store.Update(ctx, func(t kv.Txn) error {
		f, err := loadFunction(t, n)
		if err != nil {
			return err
		}
		u, _, err := kv.Load[usage](t, n.usageKey())
		if err != nil {
			return err
		}
		if n.qualifier != "" {
			err = deleteVersion(t, n, &f, &u)
		} else {
			err = deleteFunction(t, n, &f, &u)
		}
		if err != nil {
			return err
		}
		return kv.Save(t, n.usageKey(), u)
	})
	if err != nil {
		return nil, err
	}
	s.live.forget(n)
	s.live.refreshAccounts()
	s.background(s.collect)
	return &api.DeleteFunctionResponse{StatusCode: new(int32(204))}, nil
}

func deleteFunction(t kv.Txn, n name, f *function, u *usage) error {
	versions, err := kv.LoadAll[version](t, n.versions(n.function))
	if err != nil {
		return err
	}
	for i := range versions {
		if err := useVersion(t, u, -1, &versions[i]); err != nil {
			return err
		}
	}
	for _, rng := range []kv.Range{n.versions(n.function), n.aliases(n.function), n.policies(n.function), n.eventConfigs(n.function)} {
		if err := t.DeleteRange(rng); err != nil {
			return err
		}
	}
	u.Functions--
	u.Reserved -= value(f.Reserved)
	if err := t.Delete(changedKey(n.place, n.function)); err != nil {
		return err
	}
	return t.Delete(n.functionKey(n.function))
}

func deleteVersion(t kv.Txn, n name, f *function, u *usage) error {
	v, ok, err := kv.Load[version](t, n.versionKey(n.function, n.qualifier))
	if err != nil || !ok {
		return err // AWS deletes versions that are not there
	}
	aliases, err := kv.LoadAll[alias](t, n.aliases(n.function))
	if err != nil {
		return err
	}
	var used []string
	for _, a := range aliases {
		if _, weighs := a.Weights[v.Number]; weighs || a.Version == v.Number {
			used = append(used, a.Name)
		}
	}
	if len(used) > 0 {
		return api.ResourceConflictException("Version %s of function %s cannot be deleted: aliases point to it: %s", v.Number, n.function, strings.Join(used, ", "))
	}
	if err := useVersion(t, u, -1, &v); err != nil {
		return err
	}
	for _, key := range [][]byte{n.versionKey(n.function, v.Number), n.policyKey(n.function, v.Number), n.eventConfigKey(n.function, v.Number)} {
		if err := t.Delete(key); err != nil {
			return err
		}
	}
	return saveFunction(t, n.place, f)
}
