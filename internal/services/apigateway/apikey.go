package apigateway

import (
	"context"
	"slices"
	"strings"

	api "github.com/gatehouse-dev/gatehouse/internal/api/apigateway"
	"github.com/gatehouse-dev/gatehouse/internal/awserr"
	"github.com/gatehouse-dev/gatehouse/internal/ids"
	"github.com/gatehouse-dev/gatehouse/internal/kv"
	"github.com/gatehouse-dev/gatehouse/internal/wire"
)

// Lengths of an API key's value, characters.
const (
	minKeyValue = 20
	maxKeyValue = 128
)

func noAPIKey() *awserr.Error {
	return api.NotFoundException("Invalid API Key identifier specified")
}

// CreateApiKey makes an API key. The value is in this answer, and later only
// where it is asked for.
func (s *Service) CreateApiKey(ctx context.Context, in *api.CreateApiKeyRequest) (*api.ApiKey, error) {
	sp := spaceOf(ctx)
	k := &api.ApiKey{
		Id: new(ids.Lower(10)), Value: filled(in.Value), Name: filled(in.Name), CustomerId: filled(in.CustomerId),
		Description: filled(in.Description), Enabled: new(val(in.Enabled)), CreatedDate: now(ctx), LastUpdatedDate: now(ctx),
		StageKeys: []string{}, Tags: in.Tags,
	}
	if err := checkTags(in.Tags); err != nil {
		return nil, err
	}
	switch n := len(str(k.Value)); {
	case n == 0:
		k.Value = new(ids.Alnum(40))
	case n < minKeyValue:
		return nil, api.BadRequestException("API Key value should be at least %d characters", minKeyValue)
	case n > maxKeyValue:
		return nil, api.BadRequestException("API Key value should be at most %d characters", maxKeyValue)
	}
	err := s.store.Update(ctx, func(t kv.Txn) error {
		k.StageKeys = []string{}
		for _, sk := range in.StageKeys {
			name := str(sk.RestApiId) + "/" + str(sk.StageName)
			if err := sp.addStageKey(t, k, name); err != nil {
				return err
			}
		}
		if v, err := t.Get(sp.apiKeyValue(*k.Value)); err != nil {
			return err
		} else if v != nil {
			return api.ConflictException("API Key already exists")
		}
		if err := t.Set(sp.apiKeyValue(*k.Value), []byte(*k.Id)); err != nil {
			return err
		}
		return kv.Save(t, sp.apiKey(*k.Id), *k)
	})
	if err != nil {
		return nil, err
	}
	return k, nil
}

// addStageKey ties a key to a stage, api/stage.
func (s space) addStageKey(r kv.Reader, k *api.ApiKey, name string) error {
	apiID, stage, ok := strings.Cut(name, "/")
	v, err := r.Get(s.stage(apiID, stage))
	if err != nil {
		return err
	}
	if !ok || v == nil {
		return api.BadRequestException("Invalid stage identifier specified")
	}
	editList(&k.StageKeys, api.OpAdd, name, "")
	return nil
}

// keyOut is an API key as it is sent.
func keyOut(k *api.ApiKey, value bool) *api.ApiKey {
	out := *k
	if !value {
		out.Value = nil
	}
	if out.StageKeys == nil {
		out.StageKeys = []string{}
	}
	return &out
}

// GetApiKey reads an API key.
func (s *Service) GetApiKey(ctx context.Context, in *api.GetApiKeyRequest) (*api.ApiKey, error) {
	k, err := read[api.ApiKey](ctx, s.store, spaceOf(ctx).apiKey(*in.ApiKey), noAPIKey())
	if err != nil {
		return nil, err
	}
	if k.Tags == nil {
		k.Tags = map[string]string{}
	}
	return keyOut(k, val(in.IncludeValue)), nil
}

// GetApiKeys lists API keys by id, those whose name begins with nameQuery and
// that are of the customer.
func (s *Service) GetApiKeys(ctx context.Context, in *api.GetApiKeysRequest) (*api.ApiKeys, error) {
	all, err := list[api.ApiKey](ctx, s.store, spaceOf(ctx).apiKeys(), nil)
	if err != nil {
		return nil, err
	}
	all = slices.DeleteFunc(all, func(k api.ApiKey) bool {
		return !strings.HasPrefix(str(k.Name), str(in.NameQuery)) || str(in.CustomerId) != "" && str(k.CustomerId) != *in.CustomerId
	})
	items, next, err := page(all, func(k api.ApiKey) string { return *k.Id }, in.Position, in.Limit)
	if err != nil {
		return nil, err
	}
	for i := range items {
		items[i] = *keyOut(&items[i], val(in.IncludeValues))
	}
	return &api.ApiKeys{Items: items, Position: next}, nil
}

// DeleteApiKey removes an API key, from usage plans too.
func (s *Service) DeleteApiKey(ctx context.Context, in *api.DeleteApiKeyRequest) (*wire.Empty, error) {
	sp := spaceOf(ctx)
	return &wire.Empty{}, s.store.Update(ctx, func(t kv.Txn) error {
		k, err := load[api.ApiKey](t, sp.apiKey(*in.ApiKey), noAPIKey())
		if err != nil {
			return err
		}
		plans, err := kv.LoadAll[api.UsagePlan](t, sp.plans())
		if err != nil {
			return err
		}
		for _, p := range plans {
			if err := t.Delete(sp.planKey(*p.Id, *k.Id)); err != nil {
				return err
			}
		}
		if err := t.Delete(sp.apiKeyValue(*k.Value)); err != nil {
			return err
		}
		return t.Delete(sp.apiKey(*k.Id))
	})
}

// UpdateApiKey patches an API key.
func (s *Service) UpdateApiKey(ctx context.Context, in *api.UpdateApiKeyRequest) (*api.ApiKey, error) {
	sp := spaceOf(ctx)
	var k *api.ApiKey
	err := s.store.Update(ctx, func(t kv.Txn) (err error) {
		if k, err = load[api.ApiKey](t, sp.apiKey(*in.ApiKey), noAPIKey()); err != nil {
			return err
		}
		if err := sp.keyPatch(t).run(k, in.PatchOperations); err != nil {
			return err
		}
		k.LastUpdatedDate = now(ctx)
		return kv.Save(t, sp.apiKey(*k.Id), *k)
	})
	if err != nil {
		return nil, err
	}
	if k.Tags == nil {
		k.Tags = map[string]string{}
	}
	return keyOut(k, false), nil
}

func (s space) keyPatch(r kv.Reader) patch[api.ApiKey] {
	return patch[api.ApiKey]{refuse: listing, slots: []slot[api.ApiKey]{
		textSlot("/customerId", func(k *api.ApiKey) **string { return &k.CustomerId }),
		textSlot("/description", func(k *api.ApiKey) **string { return &k.Description }),
		boolSlot("/enabled", func(k *api.ApiKey) **bool { return &k.Enabled }),
		textSlot("/name", func(k *api.ApiKey) **string { return &k.Name }),
		{"/stages", []string{api.OpAdd, api.OpRemove}, func(k *api.ApiKey, e edit) error {
			if e.op == api.OpRemove {
				editList(&k.StageKeys, api.OpRemove, e.text(), "")
				return nil
			}
			return s.addStageKey(r, k, e.text())
		}},
	}}
}
