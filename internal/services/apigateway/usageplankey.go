package apigateway

import (
	"context"
	"slices"
	"strings"

	api "github.com/gatehouse-dev/gatehouse/internal/api/apigateway"
	"github.com/gatehouse-dev/gatehouse/internal/kv"
	"github.com/gatehouse-dev/gatehouse/internal/wire"
)

const keyType = "API_KEY"

// membership is what is stored of a key's being in a plan.
type membership struct{ KeyID string }

// CreateUsagePlanKey puts an API key into a usage plan.
func (s *Service) CreateUsagePlanKey(ctx context.Context, in *api.CreateUsagePlanKeyRequest) (*api.UsagePlanKey, error) {
	sp := spaceOf(ctx)
	if str(in.KeyType) != keyType {
		return nil, api.BadRequestException("Invalid key type specified. Valid options are %s", keyType)
	}
	var out *api.UsagePlanKey
	err := s.store.Update(ctx, func(t kv.Txn) error {
		if _, err := load[api.UsagePlan](t, sp.plan(*in.UsagePlanId), noPlan()); err != nil {
			return err
		}
		k, err := load[api.ApiKey](t, sp.apiKey(*in.KeyId), noAPIKey())
		if err != nil {
			return err
		}
		key := sp.planKey(*in.UsagePlanId, *k.Id)
		if v, err := t.Get(key); err != nil {
			return err
		} else if v != nil {
			return api.ConflictException("Usage Plan %s already contains key %s", *in.UsagePlanId, *k.Id)
		}
		out = planKeyOut(k)
		return kv.Save(t, key, membership{*k.Id})
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

func planKeyOut(k *api.ApiKey) *api.UsagePlanKey {
	return &api.UsagePlanKey{Id: k.Id, Type: new(keyType), Value: k.Value, Name: k.Name}
}

// GetUsagePlanKey reads an API key of a usage plan.
func (s *Service) GetUsagePlanKey(ctx context.Context, in *api.GetUsagePlanKeyRequest) (*api.UsagePlanKey, error) {
	sp := spaceOf(ctx)
	var out *api.UsagePlanKey
	err := s.store.View(ctx, func(r kv.Reader) error {
		if _, err := load[api.UsagePlan](r, sp.plan(*in.UsagePlanId), noPlan()); err != nil {
			return err
		}
		if _, err := load[membership](r, sp.planKey(*in.UsagePlanId, *in.KeyId), noAPIKey()); err != nil {
			return err
		}
		k, err := load[api.ApiKey](r, sp.apiKey(*in.KeyId), noAPIKey())
		out = planKeyOut(k)
		return err
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// GetUsagePlanKeys lists the API keys of a usage plan by id, those whose name
// begins with nameQuery.
func (s *Service) GetUsagePlanKeys(ctx context.Context, in *api.GetUsagePlanKeysRequest) (*api.UsagePlanKeys, error) {
	sp := spaceOf(ctx)
	var all []api.UsagePlanKey
	err := s.store.View(ctx, func(r kv.Reader) error {
		if _, err := load[api.UsagePlan](r, sp.plan(*in.UsagePlanId), noPlan()); err != nil {
			return err
		}
		members, err := kv.LoadAll[membership](r, sp.planKeys(*in.UsagePlanId))
		if err != nil {
			return err
		}
		for _, m := range members {
			k, err := load[api.ApiKey](r, sp.apiKey(m.KeyID), noAPIKey())
			if err != nil {
				return err
			}
			all = append(all, *planKeyOut(k))
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	all = slices.DeleteFunc(all, func(k api.UsagePlanKey) bool { return !strings.HasPrefix(str(k.Name), str(in.NameQuery)) })
	items, next, err := page(all, func(k api.UsagePlanKey) string { return *k.Id }, in.Position, in.Limit)
	if err != nil {
		return nil, err
	}
	return &api.UsagePlanKeys{Items: items, Position: next}, nil
}

// DeleteUsagePlanKey takes an API key out of a usage plan.
func (s *Service) DeleteUsagePlanKey(ctx context.Context, in *api.DeleteUsagePlanKeyRequest) (*wire.Empty, error) {
	sp := spaceOf(ctx)
	return &wire.Empty{}, s.store.Update(ctx, func(t kv.Txn) error {
		if _, err := load[api.UsagePlan](t, sp.plan(*in.UsagePlanId), noPlan()); err != nil {
			return err
		}
		key := sp.planKey(*in.UsagePlanId, *in.KeyId)
		if _, err := load[membership](t, key, noAPIKey()); err != nil {
			return err
		}
		return t.Delete(key)
	})
}
