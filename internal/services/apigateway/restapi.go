package apigateway

import (
	"context"

	api "github.com/gatehouse-dev/gatehouse/internal/api/apigateway"
	"github.com/gatehouse-dev/gatehouse/internal/awserr"
	"github.com/gatehouse-dev/gatehouse/internal/ids"
	"github.com/gatehouse-dev/gatehouse/internal/kv"
	"github.com/gatehouse-dev/gatehouse/internal/wire"
)

// maxCompression is the largest minimumCompressionSize, bytes.
const maxCompression = 10 << 20

// loadAPI reads the record of an API; its policy is unescaped JSON there.
func (s space) loadAPI(r kv.Reader, id *string) (*api.RestApi, error) {
	rec, ok, err := kv.Load[api.RestApi](r, s.api(str(id)))
	if err == nil && !ok {
		err = s.noAPI(id)
	}
	return &rec, err
}

// needAPI fails unless the API is there.
func (s space) needAPI(r kv.Reader, id *string) error {
	v, err := r.Get(s.api(str(id)))
	if err == nil && v == nil {
		err = s.noAPI(id)
	}
	return err
}

func (s space) noAPI(id *string) *awserr.Error {
	return api.NotFoundException("Invalid API identifier specified %s:%s", s.account, str(id))
}

// apiOut is an API as it is sent.
func apiOut(a *api.RestApi) *api.RestApi {
	out := *a
	out.Policy = escaped(a.Policy)
	return &out
}

// CreateRestApi makes an API with a root resource and the two default models,
// or a copy of another API.
func (s *Service) CreateRestApi(ctx context.Context, in *api.CreateRestApiRequest) (*api.RestApi, error) {
	sp := spaceOf(ctx)
	rec, err := sp.newAPI(ctx, in)
	if err != nil {
		return nil, err
	}
	err = s.store.Update(ctx, func(t kv.Txn) error {
		a := *rec
		if in.CloneFrom != nil {
			if err := sp.clone(t, in, &a); err != nil {
				return err
			}
		} else if err := sp.furnish(t, &a); err != nil {
			return err
		}
		*rec = a
		return kv.Save(t, sp.api(*a.Id), a)
	})
	if err != nil {
		return nil, err
	}
	return apiOut(rec), nil
}

// newAPI checks the request and completes it to a record.
func (s space) newAPI(ctx context.Context, in *api.CreateRestApiRequest) (*api.RestApi, error) {
	switch {
	case str(in.Name) == "":
		return nil, api.BadRequestException("Name cannot be empty")
	case in.Description != nil && *in.Description == "":
		return nil, api.BadRequestException("Description cannot be an empty string")
	}
	if err := checkCompression(in.MinimumCompressionSize); err != nil {
		return nil, err
	}
	if err := checkTags(in.Tags); err != nil {
		return nil, err
	}
	ep, err := endpoint(in.EndpointConfiguration)
	if err != nil {
		return nil, err
	}
	id := ids.Lower(10)
	doc, err := s.apiPolicy(id, str(in.Policy))
	if err != nil {
		return nil, err
	}
	a := &api.RestApi{
		Id: &id, Name: in.Name, Description: in.Description, Version: in.Version, CreatedDate: now(ctx),
		MinimumCompressionSize: in.MinimumCompressionSize, ApiKeySource: new(api.ApiKeySourceTypeHeader),
		EndpointConfiguration: ep, Policy: doc, Tags: in.Tags, RootResourceId: new(ids.Lower(10)),
		DisableExecuteApiEndpoint: new(val(in.DisableExecuteApiEndpoint)),
		SecurityPolicy:            in.SecurityPolicy, EndpointAccessMode: in.EndpointAccessMode,
	}
	if in.ApiKeySource != nil {
		a.ApiKeySource = in.ApiKeySource
	}
	if len(in.BinaryMediaTypes) > 0 {
		a.BinaryMediaTypes = in.BinaryMediaTypes
	}
	return a, nil
}

func checkCompression(n *int32) error {
	if n != nil && (*n < 0 || *n > maxCompression) {
		return api.BadRequestException("Invalid minimum compression size, must be between 0 and %d", maxCompression)
	}
	return nil
}

// furnish gives a new API its root resource and default models.
func (s space) furnish(t kv.Txn, a *api.RestApi) error {
	tr := s.draft(*a.Id)
	if err := kv.Save(t, tr.key(ofResource, *a.RootResourceId), api.Resource{Id: a.RootResourceId}); err != nil {
		return err
	}
	for _, m := range defaultModels() {
		if err := kv.Save(t, tr.key(ofModel, *m.Name), m); err != nil {
			return err
		}
	}
	return nil
}

// clone copies the configuration of another API of the account. What the
// request says goes before what the source has.
func (s space) clone(t kv.Txn, in *api.CreateRestApiRequest, a *api.RestApi) error {
	src, err := s.loadAPI(t, in.CloneFrom)
	if err != nil {
		return err
	}
	a.RootResourceId = src.RootResourceId
	if in.Description == nil {
		a.Description = src.Description
	}
	if in.Version == nil {
		a.Version = src.Version
	}
	if len(in.BinaryMediaTypes) == 0 {
		a.BinaryMediaTypes = src.BinaryMediaTypes
	}
	if in.MinimumCompressionSize == nil {
		a.MinimumCompressionSize = src.MinimumCompressionSize
	}
	if in.ApiKeySource == nil {
		a.ApiKeySource = src.ApiKeySource
	}
	return s.draft(*src.Id).copyTo(t, s.draft(*a.Id))
}

// GetRestApi reads an API.
func (s *Service) GetRestApi(ctx context.Context, in *api.GetRestApiRequest) (*api.RestApi, error) {
	sp := spaceOf(ctx)
	var rec *api.RestApi
	err := s.store.View(ctx, func(r kv.Reader) (err error) {
		rec, err = sp.loadAPI(r, in.RestApiId)
		return err
	})
	if err != nil {
		return nil, err
	}
	return withTags(apiOut(rec)), nil
}

// withTags makes absent tags an empty map, as single reads and updates have it.
func withTags(a *api.RestApi) *api.RestApi {
	if a.Tags == nil {
		a.Tags = map[string]string{}
	}
	return a
}

// GetRestApis lists the APIs by id.
func (s *Service) GetRestApis(ctx context.Context, in *api.GetRestApisRequest) (*api.RestApis, error) {
	sp := spaceOf(ctx)
	all, err := list[api.RestApi](ctx, s.store, sp.apis(), nil)
	if err != nil {
		return nil, err
	}
	items, next, err := page(all, func(a api.RestApi) string { return *a.Id }, in.Position, in.Limit)
	if err != nil {
		return nil, err
	}
	for i := range items {
		items[i] = *apiOut(&items[i])
	}
	return &api.RestApis{Items: items, Position: next}, nil
}

// DeleteRestApi removes an API with everything in it.
func (s *Service) DeleteRestApi(ctx context.Context, in *api.DeleteRestApiRequest) (*wire.Empty, error) {
	sp := spaceOf(ctx)
	return &wire.Empty{}, s.store.Update(ctx, func(t kv.Txn) error {
		a, err := sp.loadAPI(t, in.RestApiId)
		if err != nil {
			return err
		}
		if err := sp.leavePlans(t, *a.Id); err != nil {
			return err
		}
		stages, err := kv.LoadAll[api.Stage](t, sp.stages(*a.Id))
		if err != nil {
			return err
		}
		for _, st := range stages {
			if err := t.Delete(indexKey(*a.Id, *st.StageName)); err != nil {
				return err
			}
		}
		for _, rng := range []kv.Range{sp.draft(*a.Id).whole(), sp.frozenAll(*a.Id), sp.deployments(*a.Id), sp.stages(*a.Id), kv.Single(sp.api(*a.Id))} {
			if err := t.DeleteRange(rng); err != nil {
				return err
			}
		}
		return nil
	})
}

// UpdateRestApi patches an API.
func (s *Service) UpdateRestApi(ctx context.Context, in *api.UpdateRestApiRequest) (*api.RestApi, error) {
	sp := spaceOf(ctx)
	var rec *api.RestApi
	err := s.store.Update(ctx, func(t kv.Txn) (err error) {
		if rec, err = sp.loadAPI(t, in.RestApiId); err != nil {
			return err
		}
		if err := sp.apiPatch().run(rec, in.PatchOperations); err != nil {
			return err
		}
		if str(rec.Name) == "" {
			return api.BadRequestException("Name cannot be empty")
		}
		if err := checkEndpoint(rec.EndpointConfiguration); err != nil {
			return err
		}
		return kv.Save(t, sp.api(*rec.Id), *rec)
	})
	if err != nil {
		return nil, err
	}
	return withTags(apiOut(rec)), nil
}
