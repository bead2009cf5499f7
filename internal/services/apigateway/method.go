package apigateway

import (
	"context"
	"slices"
	"strings"

	api "github.com/gatehouse-dev/gatehouse/internal/api/apigateway"
	"github.com/gatehouse-dev/gatehouse/internal/awserr"
	"github.com/gatehouse-dev/gatehouse/internal/kv"
	"github.com/gatehouse-dev/gatehouse/internal/wire"
)

// The authorization types of a method.
const (
	authNone    = "NONE"
	authIAM     = "AWS_IAM"
	authCustom  = "CUSTOM"
	authCognito = "COGNITO_USER_POOLS"
)

var httpMethods = []string{"GET", "PUT", "POST", "DELETE", "PATCH", "OPTIONS", "HEAD", "ANY"}

func noMethod() *awserr.Error { return api.NotFoundException("Invalid Method identifier specified") }

// methodEdit changes a loaded method.
type methodEdit func(t kv.Txn, sp space, m *api.Method) error

// editMethod loads a method, lets edit change it and stores it again.
func (s *Service) editMethod(ctx context.Context, apiID, resourceID, verb *string, edit methodEdit) error {
	return s.editMethodOr(ctx, apiID, resourceID, verb, noMethod, edit)
}

// editMethodOr is editMethod with another error for a method that is not there.
func (s *Service) editMethodOr(ctx context.Context, apiID, resourceID, verb *string, missing func() *awserr.Error, edit methodEdit) error {
	sp := spaceOf(ctx)
	return s.store.Update(ctx, func(t kv.Txn) error {
		res, err := sp.loadResource(t, apiID, resourceID)
		if err != nil {
			return err
		}
		m, ok := res.ResourceMethods[str(verb)]
		if !ok {
			return missing()
		}
		if err := edit(t, sp, &m); err != nil {
			return err
		}
		res.ResourceMethods[str(verb)] = m
		return sp.saveResource(t, apiID, res)
	})
}

// readMethod loads a method.
func (s *Service) readMethod(ctx context.Context, apiID, resourceID, verb *string) (*api.Method, error) {
	sp := spaceOf(ctx)
	var m api.Method
	err := s.store.View(ctx, func(r kv.Reader) error {
		res, err := sp.loadResource(r, apiID, resourceID)
		if err != nil {
			return err
		}
		var ok bool
		if m, ok = res.ResourceMethods[str(verb)]; !ok {
			return noMethod()
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return &m, nil
}

// PutMethod adds a method to a resource.
func (s *Service) PutMethod(ctx context.Context, in *api.PutMethodRequest) (*api.Method, error) {
	sp := spaceOf(ctx)
	m := &api.Method{
		HttpMethod: in.HttpMethod, AuthorizationType: in.AuthorizationType, AuthorizerId: filled(in.AuthorizerId),
		ApiKeyRequired: new(val(in.ApiKeyRequired)), OperationName: filled(in.OperationName),
		RequestParameters: in.RequestParameters, RequestModels: in.RequestModels,
		RequestValidatorId: in.RequestValidatorId, AuthorizationScopes: in.AuthorizationScopes,
	}
	err := s.store.Update(ctx, func(t kv.Txn) error {
		res, err := sp.loadResource(t, in.RestApiId, in.ResourceId)
		if err != nil {
			return err
		}
		if !slices.Contains(httpMethods, *in.HttpMethod) {
			return api.BadRequestException("Invalid HttpMethod specified. Valid options are %s", strings.Join(httpMethods, ","))
		}
		if _, ok := res.ResourceMethods[*in.HttpMethod]; ok {
			return api.ConflictException("Method already exists for this resource")
		}
		if err := sp.draft(*in.RestApiId).checkMethod(t, m); err != nil {
			return err
		}
		if res.ResourceMethods == nil {
			res.ResourceMethods = map[string]api.Method{}
		}
		res.ResourceMethods[*in.HttpMethod] = *m
		return sp.saveResource(t, in.RestApiId, res)
	})
	if err != nil {
		return nil, err
	}
	return m, nil
}

// GetMethod reads a method with its integration and responses.
func (s *Service) GetMethod(ctx context.Context, in *api.GetMethodRequest) (*api.Method, error) {
	return s.readMethod(ctx, in.RestApiId, in.ResourceId, in.HttpMethod)
}

// DeleteMethod removes a method.
func (s *Service) DeleteMethod(ctx context.Context, in *api.DeleteMethodRequest) (*wire.Empty, error) {
	sp := spaceOf(ctx)
	return &wire.Empty{}, s.store.Update(ctx, func(t kv.Txn) error {
		res, err := sp.loadResource(t, in.RestApiId, in.ResourceId)
		if err != nil {
			return err
		}
		if _, ok := res.ResourceMethods[*in.HttpMethod]; !ok {
			return noMethod()
		}
		delete(res.ResourceMethods, *in.HttpMethod)
		return sp.saveResource(t, in.RestApiId, res)
	})
}

// UpdateMethod patches a method.
func (s *Service) UpdateMethod(ctx context.Context, in *api.UpdateMethodRequest) (*api.Method, error) {
	var out *api.Method
	err := s.editMethod(ctx, in.RestApiId, in.ResourceId, in.HttpMethod, func(t kv.Txn, sp space, m *api.Method) error {
		if err := methodPatch.run(m, in.PatchOperations); err != nil {
			return err
		}
		out = m
		return sp.draft(*in.RestApiId).checkMethod(t, m)
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

var methodPatch = patch[api.Method]{refuse: naming, slots: []slot[api.Method]{
	boolSlot("/apiKeyRequired", func(m *api.Method) **bool { return &m.ApiKeyRequired }),
	{"/authorizationType", onlyReplace, func(m *api.Method, e edit) error {
		m.AuthorizationType = new(e.text())
		return nil
	}},
	textSlot("/authorizerId", func(m *api.Method) **string { return &m.AuthorizerId }),
	listValue("/authorizationScopes", func(m *api.Method) *[]string { return &m.AuthorizationScopes }),
	textSlot("/operationName", func(m *api.Method) **string { return &m.OperationName }),
	textEntry("/requestModels/*", noContent, func(m *api.Method) *map[string]string { return &m.RequestModels }),
	{"/requestParameters/*", addReplaceRemove, func(m *api.Method, e edit) error {
		return putEntry(&m.RequestParameters, e, isTrue(e.value), noParameter)
	}},
	textSlot("/requestValidatorId", func(m *api.Method) **string { return &m.RequestValidatorId }),
}}

// checkMethod checks a method against itself and what else the API has. An
// authorizer that the type has no use for is dropped, as AWS does.
func (t tree) checkMethod(r kv.Reader, m *api.Method) error {
	if err := t.checkAuthorization(r, m); err != nil {
		return err
	}
	if err := checkMethodParameters(m.RequestParameters); err != nil {
		return err
	}
	if err := t.checkModels(r, m.RequestModels); err != nil {
		return err
	}
	if id := m.RequestValidatorId; id != nil {
		if v, err := r.Get(t.key(ofValidator, *id)); err != nil {
			return err
		} else if v == nil {
			return api.BadRequestException("Invalid Request Validator identifier specified")
		}
	}
	return nil
}

func (t tree) checkAuthorization(r kv.Reader, m *api.Method) error {
	kind := str(m.AuthorizationType)
	if len(m.AuthorizationScopes) == 0 {
		m.AuthorizationScopes = nil
	}
	switch kind {
	case authNone, authIAM:
		m.AuthorizerId = nil
		return nil
	case authCustom, authCognito:
	default:
		return api.BadRequestException("Invalid authorization type specified. Valid options are NONE, AWS_IAM, CUSTOM, COGNITO_USER_POOLS")
	}
	a, ok, err := kv.Load[api.Authorizer](r, t.key(ofAuthorizer, str(m.AuthorizerId)))
	if err != nil {
		return err
	}
	if !ok || (str(a.Type) == api.AuthorizerTypeCognitoUserPools) != (kind == authCognito) {
		return api.BadRequestException("Invalid authorizer ID specified. Setting the authorization type to CUSTOM or COGNITO_USER_POOLS requires a valid authorizer.")
	}
	return nil
}
