package apigateway

import (
	"context"

	api "github.com/gatehouse-dev/gatehouse/internal/api/apigateway"
	"github.com/gatehouse-dev/gatehouse/internal/awserr"
	"github.com/gatehouse-dev/gatehouse/internal/kv"
	"github.com/gatehouse-dev/gatehouse/internal/wire"
)

func noStatus() *awserr.Error {
	return api.NotFoundException("Invalid Response status code specified")
}

// PutMethodResponse adds a response to a method.
func (s *Service) PutMethodResponse(ctx context.Context, in *api.PutMethodResponseRequest) (*api.MethodResponse, error) {
	out := &api.MethodResponse{StatusCode: in.StatusCode, ResponseParameters: in.ResponseParameters, ResponseModels: in.ResponseModels}
	err := s.editMethod(ctx, in.RestApiId, in.ResourceId, in.HttpMethod, func(t kv.Txn, sp space, m *api.Method) error {
		if _, ok := m.MethodResponses[*in.StatusCode]; ok {
			return api.ConflictException("Response already exists for this resource")
		}
		if err := sp.draft(*in.RestApiId).checkMethodResponse(t, out); err != nil {
			return err
		}
		if m.MethodResponses == nil {
			m.MethodResponses = map[string]api.MethodResponse{}
		}
		m.MethodResponses[*in.StatusCode] = *out
		return nil
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// GetMethodResponse reads a response of a method.
func (s *Service) GetMethodResponse(ctx context.Context, in *api.GetMethodResponseRequest) (*api.MethodResponse, error) {
	m, err := s.readMethod(ctx, in.RestApiId, in.ResourceId, in.HttpMethod)
	if err != nil {
		return nil, err
	}
	out, ok := m.MethodResponses[*in.StatusCode]
	if !ok {
		return nil, noStatus()
	}
	return &out, nil
}

// DeleteMethodResponse removes a response from a method.
func (s *Service) DeleteMethodResponse(ctx context.Context, in *api.DeleteMethodResponseRequest) (*wire.Empty, error) {
	return &wire.Empty{}, s.editMethod(ctx, in.RestApiId, in.ResourceId, in.HttpMethod, func(_ kv.Txn, _ space, m *api.Method) error {
		if _, ok := m.MethodResponses[*in.StatusCode]; !ok {
			return noStatus()
		}
		delete(m.MethodResponses, *in.StatusCode)
		if len(m.MethodResponses) == 0 {
			m.MethodResponses = nil
		}
		return nil
	})
}

// UpdateMethodResponse patches a response of a method.
func (s *Service) UpdateMethodResponse(ctx context.Context, in *api.UpdateMethodResponseRequest) (*api.MethodResponse, error) {
	var out api.MethodResponse
	err := s.editMethod(ctx, in.RestApiId, in.ResourceId, in.HttpMethod, func(t kv.Txn, sp space, m *api.Method) error {
		var ok bool
		if out, ok = m.MethodResponses[*in.StatusCode]; !ok {
			return noStatus()
		}
		if err := methodResponsePatch.run(&out, in.PatchOperations); err != nil {
			return err
		}
		if err := sp.draft(*in.RestApiId).checkMethodResponse(t, &out); err != nil {
			return err
		}
		m.MethodResponses[*in.StatusCode] = out
		return nil
	})
	if err != nil {
		return nil, err
	}
	return &out, nil
}

var methodResponsePatch = patch[api.MethodResponse]{refuse: naming, slots: []slot[api.MethodResponse]{
	{"/responseParameters/*", addReplaceRemove, func(m *api.MethodResponse, e edit) error {
		return putEntry(&m.ResponseParameters, e, isTrue(e.value), noParameter)
	}},
	textEntry("/responseModels/*", noContent, func(m *api.MethodResponse) *map[string]string { return &m.ResponseModels }),
}}

func (t tree) checkMethodResponse(r kv.Reader, m *api.MethodResponse) error {
	for _, name := range sortedKeys(m.ResponseParameters) {
		if !isHeaderOf(name, "method.response.header.") {
			return badMapping(name)
		}
	}
	return t.checkModels(r, m.ResponseModels)
}
