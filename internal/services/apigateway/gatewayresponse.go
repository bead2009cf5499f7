package apigateway

import (
	"context"
	"maps"
	"regexp"
	"slices"

	api "github.com/gatehouse-dev/gatehouse/internal/api/apigateway"
	"github.com/gatehouse-dev/gatehouse/internal/awserr"
	"github.com/gatehouse-dev/gatehouse/internal/kv"
	"github.com/gatehouse-dev/gatehouse/internal/wire"
)

// defaultTemplate is the body of every gateway response that none is set for.
const defaultTemplate = `{"message":$context.error.messageString}`

// gatewayStatus is the default status of each type of response. The two that
// others inherit from have none ("Gateway response types" of the Developer
// Guide).
func gatewayStatus() map[string]string {
	return map[string]string{
		api.GatewayResponseTypeDefault4xx: "", api.GatewayResponseTypeDefault5xx: "",
		api.GatewayResponseTypeAccessDenied:                 "403",
		api.GatewayResponseTypeApiConfigurationError:        "500",
		api.GatewayResponseTypeAuthorizerConfigurationError: "500",
		api.GatewayResponseTypeAuthorizerFailure:            "500",
		api.GatewayResponseTypeBadRequestBody:               "400",
		api.GatewayResponseTypeBadRequestParameters:         "400",
		api.GatewayResponseTypeExpiredToken:                 "403",
		api.GatewayResponseTypeIntegrationFailure:           "504",
		api.GatewayResponseTypeIntegrationTimeout:           "504",
		api.GatewayResponseTypeInvalidApiKey:                "403",
		api.GatewayResponseTypeInvalidSignature:             "403",
		api.GatewayResponseTypeMissingAuthenticationToken:   "403",
		api.GatewayResponseTypeQuotaExceeded:                "429",
		api.GatewayResponseTypeRequestTooLarge:              "413",
		api.GatewayResponseTypeResourceNotFound:             "404",
		api.GatewayResponseTypeThrottled:                    "429",
		api.GatewayResponseTypeUnauthorized:                 "401",
		api.GatewayResponseTypeUnsupportedMediaType:         "415",
		api.GatewayResponseTypeWafFiltered:                  "403",
	}
}

// gatewayResponses are those of an API, sorted by type: what is set, and what
// holds where nothing is. A type that is not set takes what is set of
// DEFAULT_4XX or DEFAULT_5XX.
func (t tree) gatewayResponses(r kv.Reader) ([]api.GatewayResponse, error) {
	stored, err := kv.LoadAll[api.GatewayResponse](r, t.all(ofResponse))
	if err != nil {
		return nil, err
	}
	set := map[string]api.GatewayResponse{}
	for _, g := range stored {
		set[*g.ResponseType] = g
	}
	var out []api.GatewayResponse
	status := gatewayStatus()
	for _, kind := range slices.Sorted(maps.Keys(status)) {
		if g, ok := set[kind]; ok {
			out = append(out, g)
			continue
		}
		g := defaultResponse(kind)
		class := api.GatewayResponseTypeDefault4xx
		if status[kind] >= "500" {
			class = api.GatewayResponseTypeDefault5xx
		}
		if parent, ok := set[class]; ok && status[kind] != "" {
			g.ResponseParameters, g.ResponseTemplates = parent.ResponseParameters, parent.ResponseTemplates
			if parent.StatusCode != nil {
				g.StatusCode = parent.StatusCode
			}
		}
		out = append(out, g)
	}
	return out, nil
}

// defaultResponse is the response of a type of which nothing is set.
func defaultResponse(kind string) api.GatewayResponse {
	return api.GatewayResponse{ResponseType: &kind, StatusCode: filled(new(gatewayStatus()[kind])), DefaultResponse: new(true),
		ResponseParameters: map[string]string{}, ResponseTemplates: map[string]string{"application/json": defaultTemplate}}
}

// PutGatewayResponse sets the response of a type.
func (s *Service) PutGatewayResponse(ctx context.Context, in *api.PutGatewayResponseRequest) (*api.GatewayResponse, error) {
	sp := spaceOf(ctx)
	g := defaultResponse(*in.ResponseType)
	if in.StatusCode != nil {
		g.StatusCode = in.StatusCode
	}
	if in.ResponseParameters != nil {
		g.ResponseParameters = in.ResponseParameters
	}
	if len(in.ResponseTemplates) > 0 {
		g.ResponseTemplates = in.ResponseTemplates
	}
	err := s.store.Update(ctx, func(t kv.Txn) error {
		if err := sp.needAPI(t, in.RestApiId); err != nil {
			return err
		}
		return sp.draft(*in.RestApiId).saveGatewayResponse(t, &g)
	})
	if err != nil {
		return nil, err
	}
	return &g, nil
}

var gatewaySource = regexp.MustCompile(`^(?:method\.request\.(?:querystring|path|header|multivaluequerystring|multivalueheader)\.` + parameterName + `|context\.[a-zA-Z0-9_.\-]+|stageVariables\.[a-zA-Z0-9_]+|'[^']*')$`)

func (t tree) saveGatewayResponse(x kv.Txn, g *api.GatewayResponse) error {
	for _, target := range sortedKeys(g.ResponseParameters) {
		if !isHeaderOf(target, "gatewayresponse.header.") {
			return badMapping(target)
		}
		if source := g.ResponseParameters[target]; !gatewaySource.MatchString(source) {
			return badMapping(source)
		}
	}
	if err := checkTemplates(g.ResponseTemplates); err != nil {
		return err
	}
	g.DefaultResponse = new(false)
	return kv.Save(x, t.key(ofResponse, *g.ResponseType), *g)
}

// gatewayResponse finds the response of a type in an API.
func (s space) gatewayResponse(r kv.Reader, apiID, kind *string) (*api.GatewayResponse, error) {
	if err := s.needAPI(r, apiID); err != nil {
		return nil, err
	}
	all, err := s.draft(*apiID).gatewayResponses(r)
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(all, func(g api.GatewayResponse) bool { return *g.ResponseType == *kind })
	if i < 0 {
		return nil, noGatewayResponse()
	}
	return &all[i], nil
}

func noGatewayResponse() *awserr.Error {
	return api.NotFoundException("Gateway response type not defined on api")
}

// GetGatewayResponse reads the response of a type, the default if none is set.
func (s *Service) GetGatewayResponse(ctx context.Context, in *api.GetGatewayResponseRequest) (*api.GatewayResponse, error) {
	var g *api.GatewayResponse
	err := s.store.View(ctx, func(r kv.Reader) (err error) {
		g, err = spaceOf(ctx).gatewayResponse(r, in.RestApiId, in.ResponseType)
		return err
	})
	if err != nil {
		return nil, err
	}
	return g, nil
}

// GetGatewayResponses lists the responses of all types.
func (s *Service) GetGatewayResponses(ctx context.Context, in *api.GetGatewayResponsesRequest) (*api.GatewayResponses, error) {
	sp := spaceOf(ctx)
	var all []api.GatewayResponse
	err := s.store.View(ctx, func(r kv.Reader) (err error) {
		if err = sp.needAPI(r, in.RestApiId); err == nil {
			all, err = sp.draft(*in.RestApiId).gatewayResponses(r)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	items, next, err := page(all, func(g api.GatewayResponse) string { return *g.ResponseType }, in.Position, in.Limit)
	if err != nil {
		return nil, err
	}
	return &api.GatewayResponses{Items: items, Position: next}, nil
}

// DeleteGatewayResponse returns a type to its default.
func (s *Service) DeleteGatewayResponse(ctx context.Context, in *api.DeleteGatewayResponseRequest) (*wire.Empty, error) {
	sp := spaceOf(ctx)
	return &wire.Empty{}, s.store.Update(ctx, func(t kv.Txn) error {
		if err := sp.needAPI(t, in.RestApiId); err != nil {
			return err
		}
		key := sp.draft(*in.RestApiId).key(ofResponse, *in.ResponseType)
		if _, err := load[api.GatewayResponse](t, key, noGatewayResponse()); err != nil {
			return err
		}
		return t.Delete(key)
	})
}

// UpdateGatewayResponse patches the response of a type, the default if none is
// set.
func (s *Service) UpdateGatewayResponse(ctx context.Context, in *api.UpdateGatewayResponseRequest) (*api.GatewayResponse, error) {
	sp := spaceOf(ctx)
	var g *api.GatewayResponse
	err := s.store.Update(ctx, func(t kv.Txn) (err error) {
		if g, err = sp.gatewayResponse(t, in.RestApiId, in.ResponseType); err != nil {
			return err
		}
		g.ResponseParameters, g.ResponseTemplates = maps.Clone(g.ResponseParameters), maps.Clone(g.ResponseTemplates)
		if err := gatewayResponsePatch.run(g, in.PatchOperations); err != nil {
			return err
		}
		return sp.draft(*in.RestApiId).saveGatewayResponse(t, g)
	})
	if err != nil {
		return nil, err
	}
	return g, nil
}

var gatewayResponsePatch = patch[api.GatewayResponse]{refuse: naked, slots: []slot[api.GatewayResponse]{
	{"/statusCode", onlyReplace, func(g *api.GatewayResponse, e edit) error {
		if !statusCode.MatchString(e.text()) {
			return api.BadRequestException("Invalid status code specified: %s", e.text())
		}
		g.StatusCode = e.value
		return nil
	}},
	gatewayEntry("/responseParameters/*", "responseParameters", noParameter, func(g *api.GatewayResponse) *map[string]string { return &g.ResponseParameters }),
	gatewayEntry("/responseTemplates/*", "responseTemplates", noContent, func(g *api.GatewayResponse) *map[string]string { return &g.ResponseTemplates }),
}}

var statusCode = regexp.MustCompile(`^[1-5]\d\d$`)

// gatewayEntry is a textEntry whose value must not be empty and whose map is
// never absent.
func gatewayEntry(path, member, missing string, field func(*api.GatewayResponse) *map[string]string) slot[api.GatewayResponse] {
	return slot[api.GatewayResponse]{path, addReplaceRemove, func(g *api.GatewayResponse, e edit) error {
		if e.op != api.OpRemove && e.text() == "" {
			return api.BadRequestException("Invalid null or empty value in %s", member)
		}
		m := field(g)
		err := putEntry(m, e, e.text(), missing)
		if *m == nil {
			*m = map[string]string{}
		}
		return err
	}}
}
