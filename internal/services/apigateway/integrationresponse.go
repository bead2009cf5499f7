package apigateway

import (
	"context"
	"errors"
	"regexp"
	"regexp/syntax"

	api "github.com/gatehouse-dev/gatehouse/internal/api/apigateway"
	"github.com/gatehouse-dev/gatehouse/internal/kv"
	"github.com/gatehouse-dev/gatehouse/internal/wire"
)

// PutIntegrationResponse sets the integration response of a status in place of
// what it was.
func (s *Service) PutIntegrationResponse(ctx context.Context, in *api.PutIntegrationResponseRequest) (*api.IntegrationResponse, error) {
	out := &api.IntegrationResponse{
		StatusCode: in.StatusCode, SelectionPattern: in.SelectionPattern, ResponseParameters: in.ResponseParameters,
		ResponseTemplates: in.ResponseTemplates, ContentHandling: in.ContentHandling,
	}
	err := s.editIntegration(ctx, in.RestApiId, in.ResourceId, in.HttpMethod, func(_ space, m *api.Method) error {
		return putIntegrationResponse(m, out)
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// putIntegrationResponse checks a response and gives it to the method's
// integration.
func putIntegrationResponse(m *api.Method, out *api.IntegrationResponse) error {
	var declared *api.MethodResponse
	if r, ok := m.MethodResponses[*out.StatusCode]; ok {
		declared = &r
	}
	if err := checkResponseMapping(out.ResponseParameters, declared); err != nil {
		return err
	}
	if err := checkTemplates(out.ResponseTemplates); err != nil {
		return err
	}
	if !isPattern(str(out.SelectionPattern)) {
		return api.BadRequestException("Invalid selection pattern specified: %s", *out.SelectionPattern)
	}
	if m.MethodIntegration.IntegrationResponses == nil {
		m.MethodIntegration.IntegrationResponses = map[string]api.IntegrationResponse{}
	}
	m.MethodIntegration.IntegrationResponses[*out.StatusCode] = *out
	return nil
}

// isPattern reports whether text can be a regular expression of Java's, which
// API Gateway uses: RE2's syntax and, unchecked, what looks around.
func isPattern(text string) bool {
	var bad *syntax.Error
	_, err := regexp.Compile(text)
	return err == nil || errors.As(err, &bad) && bad.Code == syntax.ErrInvalidPerlOp
}

// GetIntegrationResponse reads the integration response of a status.
func (s *Service) GetIntegrationResponse(ctx context.Context, in *api.GetIntegrationResponseRequest) (*api.IntegrationResponse, error) {
	m, err := s.readMethod(ctx, in.RestApiId, in.ResourceId, in.HttpMethod)
	if err != nil {
		return nil, err
	}
	if m.MethodIntegration == nil {
		return nil, noIntegration()
	}
	out, ok := m.MethodIntegration.IntegrationResponses[*in.StatusCode]
	if !ok {
		return nil, noStatus()
	}
	return &out, nil
}

// DeleteIntegrationResponse removes the integration response of a status.
func (s *Service) DeleteIntegrationResponse(ctx context.Context, in *api.DeleteIntegrationResponseRequest) (*wire.Empty, error) {
	// Of all operations only this one says that the integration is missing
	// where the method is.
	return &wire.Empty{}, s.editMethodOr(ctx, in.RestApiId, in.ResourceId, in.HttpMethod, noIntegration, func(_ kv.Txn, _ space, m *api.Method) error {
		if m.MethodIntegration == nil {
			return noIntegration()
		}
		all := m.MethodIntegration.IntegrationResponses
		if _, ok := all[*in.StatusCode]; !ok {
			return noStatus()
		}
		delete(all, *in.StatusCode)
		if len(all) == 0 {
			m.MethodIntegration.IntegrationResponses = nil
		}
		return nil
	})
}

// UpdateIntegrationResponse patches the integration response of a status.
func (s *Service) UpdateIntegrationResponse(ctx context.Context, in *api.UpdateIntegrationResponseRequest) (*api.IntegrationResponse, error) {
	var out api.IntegrationResponse
	err := s.editIntegration(ctx, in.RestApiId, in.ResourceId, in.HttpMethod, func(_ space, m *api.Method) error {
		var ok bool
		if out, ok = m.MethodIntegration.IntegrationResponses[*in.StatusCode]; !ok {
			return noStatus()
		}
		if err := integrationResponsePatch.run(&out, in.PatchOperations); err != nil {
			return err
		}
		return putIntegrationResponse(m, &out)
	})
	if err != nil {
		return nil, err
	}
	return &out, nil
}

var integrationResponsePatch = patch[api.IntegrationResponse]{refuse: naming, slots: []slot[api.IntegrationResponse]{
	enumSlot("/contentHandling", "contentHandling", true, contentHandlings, func(i *api.IntegrationResponse) **string { return &i.ContentHandling }),
	textEntry("/responseParameters/*", noParameter, func(i *api.IntegrationResponse) *map[string]string { return &i.ResponseParameters }),
	textEntry("/responseTemplates/*", noContent, func(i *api.IntegrationResponse) *map[string]string { return &i.ResponseTemplates }),
	{"/selectionPattern", onlyReplace, func(i *api.IntegrationResponse, e edit) error {
		i.SelectionPattern = e.value
		return nil
	}},
}}
