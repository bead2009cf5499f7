package apigateway

import (
	"context"

	api "github.com/gatehouse-dev/gatehouse/internal/api/apigateway"
	"github.com/gatehouse-dev/gatehouse/internal/awserr"
	"github.com/gatehouse-dev/gatehouse/internal/ids"
	"github.com/gatehouse-dev/gatehouse/internal/kv"
	"github.com/gatehouse-dev/gatehouse/internal/wire"
)

func noValidator() *awserr.Error {
	return api.NotFoundException("Invalid Request Validator identifier specified")
}

// CreateRequestValidator adds a request validator to an API.
func (s *Service) CreateRequestValidator(ctx context.Context, in *api.CreateRequestValidatorRequest) (*api.RequestValidator, error) {
	sp := spaceOf(ctx)
	v := &api.RequestValidator{Id: new(ids.Lower(6)), Name: in.Name,
		ValidateRequestBody: new(val(in.ValidateRequestBody)), ValidateRequestParameters: new(val(in.ValidateRequestParameters))}
	err := s.store.Update(ctx, func(t kv.Txn) error {
		if rec, err := t.Get(sp.api(*in.RestApiId)); err != nil {
			return err
		} else if rec == nil {
			return api.BadRequestException("Invalid REST API identifier specified")
		}
		return sp.draft(*in.RestApiId).saveValidator(t, v)
	})
	if err != nil {
		return nil, err
	}
	return v, nil
}

func (t tree) saveValidator(x kv.Txn, v *api.RequestValidator) error {
	if str(v.Name) == "" {
		return api.BadRequestException("Request Validator name cannot be blank")
	}
	return kv.Save(x, t.key(ofValidator, *v.Id), *v)
}

// GetRequestValidator reads a request validator.
func (s *Service) GetRequestValidator(ctx context.Context, in *api.GetRequestValidatorRequest) (*api.RequestValidator, error) {
	return read[api.RequestValidator](ctx, s.store, spaceOf(ctx).draft(*in.RestApiId).key(ofValidator, *in.RequestValidatorId), noValidator())
}

// GetRequestValidators lists the request validators of an API by id.
func (s *Service) GetRequestValidators(ctx context.Context, in *api.GetRequestValidatorsRequest) (*api.RequestValidators, error) {
	sp := spaceOf(ctx)
	all, err := list[api.RequestValidator](ctx, s.store, sp.draft(*in.RestApiId).all(ofValidator), func(r kv.Reader) error {
		return sp.needAPI(r, in.RestApiId)
	})
	if err != nil {
		return nil, err
	}
	items, next, err := page(all, func(v api.RequestValidator) string { return *v.Id }, in.Position, in.Limit)
	if err != nil {
		return nil, err
	}
	return &api.RequestValidators{Items: items, Position: next}, nil
}

// DeleteRequestValidator removes a request validator that no method uses.
func (s *Service) DeleteRequestValidator(ctx context.Context, in *api.DeleteRequestValidatorRequest) (*wire.Empty, error) {
	tr := spaceOf(ctx).draft(*in.RestApiId)
	return &wire.Empty{}, s.store.Update(ctx, func(t kv.Txn) error {
		key := tr.key(ofValidator, *in.RequestValidatorId)
		v, err := load[api.RequestValidator](t, key, noValidator())
		if err != nil {
			return err
		}
		path, verb, err := tr.methodThat(t, func(m *api.Method) bool { return str(m.RequestValidatorId) == *v.Id })
		if err != nil {
			return err
		}
		if verb != "" {
			return api.ConflictException("Cannot delete request validator '%s', is referenced in method: %s/%s", *v.Name, verb, path)
		}
		return t.Delete(key)
	})
}

// UpdateRequestValidator patches a request validator.
func (s *Service) UpdateRequestValidator(ctx context.Context, in *api.UpdateRequestValidatorRequest) (*api.RequestValidator, error) {
	tr := spaceOf(ctx).draft(*in.RestApiId)
	var v *api.RequestValidator
	err := s.store.Update(ctx, func(t kv.Txn) (err error) {
		if v, err = load[api.RequestValidator](t, tr.key(ofValidator, *in.RequestValidatorId), noValidator()); err != nil {
			return err
		}
		if err := validatorPatch.run(v, in.PatchOperations); err != nil {
			return err
		}
		return tr.saveValidator(t, v)
	})
	if err != nil {
		return nil, err
	}
	return v, nil
}

var validatorPatch = patch[api.RequestValidator]{refuse: listing, slots: []slot[api.RequestValidator]{
	textSlot("/name", func(v *api.RequestValidator) **string { return &v.Name }),
	boolSlot("/validateRequestParameters", func(v *api.RequestValidator) **bool { return &v.ValidateRequestParameters }),
	boolSlot("/validateRequestBody", func(v *api.RequestValidator) **bool { return &v.ValidateRequestBody }),
}}
