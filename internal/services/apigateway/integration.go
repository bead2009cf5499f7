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

// Bounds of an integration's timeout, milliseconds ("Quotas for REST APIs").
const (
	minTimeout = 50
	maxTimeout = 29000
)

var passthroughs = []string{"WHEN_NO_MATCH", "WHEN_NO_TEMPLATES", "NEVER"}

func noIntegration() *awserr.Error {
	return api.NotFoundException("Invalid Integration identifier specified")
}

// PutIntegration sets the integration of a method in place of what it had.
func (s *Service) PutIntegration(ctx context.Context, in *api.PutIntegrationRequest) (*api.Integration, error) {
	out := &api.Integration{
		Type: in.Type, HttpMethod: filled(in.IntegrationHttpMethod), Uri: filled(in.Uri), ConnectionType: in.ConnectionType,
		ConnectionId: filled(in.ConnectionId), Credentials: filled(in.Credentials), RequestParameters: in.RequestParameters,
		RequestTemplates: in.RequestTemplates, PassthroughBehavior: in.PassthroughBehavior, ContentHandling: in.ContentHandling,
		TimeoutInMillis: in.TimeoutInMillis, CacheNamespace: in.CacheNamespace, CacheKeyParameters: in.CacheKeyParameters,
		TlsConfig: in.TlsConfig, ResponseTransferMode: in.ResponseTransferMode, IntegrationTarget: in.IntegrationTarget,
	}
	completeIntegration(out, *in.ResourceId)
	err := s.editMethod(ctx, in.RestApiId, in.ResourceId, in.HttpMethod, func(_ kv.Txn, sp space, m *api.Method) error {
		if err := sp.checkIntegration(m, out); err != nil {
			return err
		}
		m.MethodIntegration = out
		return nil
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// completeIntegration fills in the defaults.
func completeIntegration(i *api.Integration, resourceID string) {
	if str(i.PassthroughBehavior) == "" {
		i.PassthroughBehavior = new("WHEN_NO_MATCH")
	}
	if i.TimeoutInMillis == nil {
		i.TimeoutInMillis = new(int32(maxTimeout))
	}
	if str(i.CacheNamespace) == "" {
		i.CacheNamespace = &resourceID
	}
	if i.CacheKeyParameters == nil {
		i.CacheKeyParameters = []string{}
	}
	if isHTTP(i) && i.ConnectionType == nil {
		i.ConnectionType = new(api.ConnectionTypeInternet)
	}
}

// GetIntegration reads the integration of a method.
func (s *Service) GetIntegration(ctx context.Context, in *api.GetIntegrationRequest) (*api.Integration, error) {
	m, err := s.readMethod(ctx, in.RestApiId, in.ResourceId, in.HttpMethod)
	if err != nil {
		return nil, err
	}
	if m.MethodIntegration == nil {
		return nil, noIntegration()
	}
	return m.MethodIntegration, nil
}

// editIntegration is editMethod for methods that have an integration.
func (s *Service) editIntegration(ctx context.Context, apiID, resourceID, verb *string, edit func(sp space, m *api.Method) error) error {
	return s.editMethod(ctx, apiID, resourceID, verb, func(_ kv.Txn, sp space, m *api.Method) error {
		if m.MethodIntegration == nil {
			return noIntegration()
		}
		return edit(sp, m)
	})
}

// DeleteIntegration removes the integration of a method.
func (s *Service) DeleteIntegration(ctx context.Context, in *api.DeleteIntegrationRequest) (*wire.Empty, error) {
	return &wire.Empty{}, s.editIntegration(ctx, in.RestApiId, in.ResourceId, in.HttpMethod, func(_ space, m *api.Method) error {
		m.MethodIntegration = nil
		return nil
	})
}

// UpdateIntegration patches the integration of a method.
func (s *Service) UpdateIntegration(ctx context.Context, in *api.UpdateIntegrationRequest) (*api.Integration, error) {
	var out *api.Integration
	err := s.editIntegration(ctx, in.RestApiId, in.ResourceId, in.HttpMethod, func(sp space, m *api.Method) error {
		out = m.MethodIntegration
		if err := integrationPatch.run(out, in.PatchOperations); err != nil {
			return err
		}
		completeIntegration(out, *in.ResourceId)
		return sp.checkIntegration(m, out)
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

var integrationPatch = patch[api.Integration]{refuse: naming, slots: []slot[api.Integration]{
	listEntry("/cacheKeyParameters/*", func(i *api.Integration) *[]string { return &i.CacheKeyParameters }),
	textSlot("/cacheNamespace", func(i *api.Integration) **string { return &i.CacheNamespace }),
	textSlot("/connectionId", func(i *api.Integration) **string { return &i.ConnectionId }),
	enumSlot("/connectionType", "connectionType", false, []string{api.ConnectionTypeInternet, api.ConnectionTypeVpcLink},
		func(i *api.Integration) **string { return &i.ConnectionType }),
	enumSlot("/contentHandling", "contentHandling", true, contentHandlings, func(i *api.Integration) **string { return &i.ContentHandling }),
	textSlot("/credentials", func(i *api.Integration) **string { return &i.Credentials }),
	textSlot("/httpMethod", func(i *api.Integration) **string { return &i.HttpMethod }),
	textSlot("/integrationTarget", func(i *api.Integration) **string { return &i.IntegrationTarget }),
	textSlot("/passthroughBehavior", func(i *api.Integration) **string { return &i.PassthroughBehavior }),
	textEntry("/requestParameters/*", noParameter, func(i *api.Integration) *map[string]string { return &i.RequestParameters }),
	textEntry("/requestTemplates/*", noContent, func(i *api.Integration) *map[string]string { return &i.RequestTemplates }),
	enumSlot("/responseTransferMode", "responseTransferMode", false, []string{api.ResponseTransferModeBuffered, api.ResponseTransferModeStream},
		func(i *api.Integration) **string { return &i.ResponseTransferMode }),
	{"/timeoutInMillis", onlyReplace, func(i *api.Integration, e edit) (err error) {
		if i.TimeoutInMillis, err = integer(e, "timeoutInMillis", minTimeout, maxTimeout); err != nil {
			return badTimeout()
		}
		return nil
	}},
	{"/tlsConfig/insecureSkipVerification", onlyReplace, func(i *api.Integration, e edit) error {
		i.TlsConfig = &api.TlsConfig{InsecureSkipVerification: new(isTrue(e.value))}
		return nil
	}},
	{"/type", onlyReplace, func(i *api.Integration, e edit) error {
		if !slices.Contains(integrationTypes, e.text()) {
			return api.BadRequestException("Invalid integration type specified. Valid options are %s", strings.Join(integrationTypes, ","))
		}
		i.Type = e.value
		return nil
	}},
	textSlot("/uri", func(i *api.Integration) **string { return &i.Uri }),
}}

var integrationTypes = []string{api.IntegrationTypeHttp, api.IntegrationTypeAws, api.IntegrationTypeMock, api.IntegrationTypeHttpProxy, api.IntegrationTypeAwsProxy}

var contentHandlings = []string{api.ContentHandlingStrategyConvertToBinary, api.ContentHandlingStrategyConvertToText}

func badTimeout() *awserr.Error {
	return api.BadRequestException("Timeout should be between %d ms and %d ms", minTimeout, maxTimeout)
}

func isHTTP(i *api.Integration) bool {
	return str(i.Type) == api.IntegrationTypeHttp || str(i.Type) == api.IntegrationTypeHttpProxy
}

func isAWS(i *api.Integration) bool {
	return str(i.Type) == api.IntegrationTypeAws || str(i.Type) == api.IntegrationTypeAwsProxy
}

// checkIntegration checks an integration against itself and its method.
func (s space) checkIntegration(m *api.Method, i *api.Integration) error {
	if err := s.checkTarget(i); err != nil {
		return err
	}
	if t := *i.TimeoutInMillis; t < minTimeout || t > maxTimeout {
		return badTimeout()
	}
	if !slices.Contains(passthroughs, str(i.PassthroughBehavior)) {
		return api.BadRequestException("Invalid passthroughBehavior specified. Valid options are %s", strings.Join(passthroughs, ","))
	}
	if err := checkRequestMapping(i.RequestParameters, m.RequestParameters); err != nil {
		return err
	}
	if err := checkTemplates(i.RequestTemplates); err != nil {
		return err
	}
	for _, p := range i.CacheKeyParameters {
		_, ofMethod := m.RequestParameters[p]
		_, ofIntegration := i.RequestParameters[p]
		if !ofMethod && !ofIntegration {
			return api.BadRequestException("Invalid cache key parameter specified: %s", p)
		}
	}
	return nil
}

// maxTemplate is the size of a mapping template, bytes ("Quotas for REST APIs").
const maxTemplate = 300 << 10

// checkTemplates checks templates' sizes and the content types that they are for.
func checkTemplates(templates map[string]string) error {
	for _, content := range sortedKeys(templates) {
		if len(templates[content]) > maxTemplate {
			return api.BadRequestException("Validation Result: warnings : [], errors : [Template for %s exceeds the maximum size of %d bytes]", content, maxTemplate)
		}
		if !strings.Contains(content, "/") && content != "$default" {
			return api.BadRequestException("Validation Result: warnings : [], errors : [Invalid content type specified: %s]", content)
		}
	}
	return nil
}
