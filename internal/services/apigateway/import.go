package apigateway

import (
	"context"
	"strings"

	api "github.com/gatehouse-dev/gatehouse/internal/api/apigateway"
	"github.com/gatehouse-dev/gatehouse/internal/ids"
	"github.com/gatehouse-dev/gatehouse/internal/kv"
	"github.com/gatehouse-dev/gatehouse/internal/services/apigateway/openapi"
)

// ImportRestApi makes an API from an OpenAPI document.
func (s *Service) ImportRestApi(ctx context.Context, in *api.ImportRestApiRequest) (*api.RestApi, error) {
	sp := spaceOf(ctx)
	id := ids.Lower(10)
	doc, err := openapi.Read(id, in.Body)
	if err != nil {
		return nil, badDocument()
	}
	if doc.Title == "" {
		return nil, api.BadRequestException("Invalid OpenAPI input. The document must have a title")
	}
	var types []string
	if t := in.Parameters["endpointConfigurationTypes"]; t != "" {
		types = strings.Split(t, ",")
	}
	for _, t := range types {
		if err := editEndpointType(&api.EndpointConfiguration{}, edit{op: api.OpAdd, value: &t}); err != nil {
			return nil, err
		}
	}
	ep, err := endpoint(&api.EndpointConfiguration{Types: types})
	if err != nil {
		return nil, err
	}
	a := &api.RestApi{Id: &id, CreatedDate: now(ctx), ApiKeySource: new(api.ApiKeySourceTypeHeader), EndpointConfiguration: ep,
		RootResourceId: new(ids.Lower(10)), DisableExecuteApiEndpoint: new(false)}
	err = s.store.Update(ctx, func(t kv.Txn) error {
		rec := *a
		root := api.Resource{Id: rec.RootResourceId}
		if err := kv.Save(t, sp.draft(id).key(ofResource, *root.Id), root); err != nil {
			return err
		}
		if err := sp.apply(t, &rec, doc, in.Parameters["basepath"], true, val(in.FailOnWarnings)); err != nil {
			return err
		}
		*a = rec
		return nil
	})
	if err != nil {
		return nil, err
	}
	return imported(a, doc), nil
}

// PutRestApi brings an API to what an OpenAPI document says. In overwrite mode
// nothing else stays; in merge mode the rest stays as it is.
func (s *Service) PutRestApi(ctx context.Context, in *api.PutRestApiRequest) (*api.RestApi, error) {
	sp := spaceOf(ctx)
	doc, err := openapi.Read(*in.RestApiId, in.Body)
	if err != nil {
		return nil, badDocument()
	}
	var a *api.RestApi
	err = s.store.Update(ctx, func(t kv.Txn) (err error) {
		if a, err = sp.loadAPI(t, in.RestApiId); err != nil {
			return err
		}
		return sp.apply(t, a, doc, in.Parameters["basepath"], str(in.Mode) == api.PutModeOverwrite, val(in.FailOnWarnings))
	})
	if err != nil {
		return nil, err
	}
	return withTags(imported(a, doc)), nil
}

func badDocument() error { return api.BadRequestException("Invalid OpenAPI input.") }

// imported is an API as an import answers it.
func imported(a *api.RestApi, doc *openapi.Document) *api.RestApi {
	out := apiOut(a)
	if len(doc.Warnings) > 0 {
		out.Warnings = doc.Warnings
	}
	return out
}

// apply stores an API with what a document says of it.
func (s space) apply(t kv.Txn, a *api.RestApi, doc *openapi.Document, basePath string, overwrite, strict bool) error {
	if strict && len(doc.Warnings) > 0 {
		return api.BadRequestException("Warnings found during import:\n\t%s", strings.Join(doc.Warnings, "\n\t"))
	}
	prefix, err := pathPrefix(basePath, doc.BasePath)
	if err != nil {
		return err
	}
	if err := s.header(a, doc, overwrite); err != nil {
		return err
	}
	m := &importer{space: s, tree: s.draft(*a.Id), t: t, api: a, doc: doc, prefix: prefix, overwrite: overwrite}
	if err := m.run(); err != nil {
		return err
	}
	return kv.Save(t, s.api(*a.Id), *a)
}

// pathPrefix is what the parameter basepath puts before each path: nothing,
// the base path, or the base path without its first part.
func pathPrefix(mode, base string) (string, error) {
	switch mode {
	case "", "ignore":
		return "", nil
	case "prepend":
		return base, nil
	case "split":
		_, rest, ok := strings.Cut(strings.TrimPrefix(base, "/"), "/")
		if !ok {
			return "", nil
		}
		return "/" + rest, nil
	}
	return "", api.BadRequestException("Invalid basepath parameter specified. Valid options are ignore,prepend,split")
}

// header sets the members of the API itself.
func (s space) header(a *api.RestApi, doc *openapi.Document, overwrite bool) (err error) {
	if doc.Title != "" {
		a.Name = &doc.Title
	}
	set(&a.Description, filled(&doc.Description), overwrite)
	set(&a.Version, filled(&doc.Version), overwrite)
	if overwrite {
		a.BinaryMediaTypes, a.MinimumCompressionSize, a.Policy = nil, nil, nil
		a.ApiKeySource = new(api.ApiKeySourceTypeHeader)
		a.EndpointConfiguration.VpcEndpointIds = nil
		a.DisableExecuteApiEndpoint = new(false)
	}
	if len(doc.BinaryMediaTypes) > 0 {
		a.BinaryMediaTypes = doc.BinaryMediaTypes
	}
	set(&a.MinimumCompressionSize, doc.MinimumCompressionSize, false)
	if err := checkCompression(a.MinimumCompressionSize); err != nil {
		return err
	}
	if src := doc.APIKeySource; src != nil {
		if *src != api.ApiKeySourceTypeHeader && *src != api.ApiKeySourceTypeAuthorizer {
			return api.BadRequestException("Invalid apiKeySource specified. Valid options are HEADER,AUTHORIZER")
		}
		a.ApiKeySource = src
	}
	if doc.Policy != nil {
		if a.Policy, err = s.apiPolicy(*a.Id, *doc.Policy); err != nil {
			return err
		}
	}
	if e := doc.Endpoint; e != nil {
		if len(e.VPCEndpointIDs) > 0 {
			a.EndpointConfiguration.VpcEndpointIds = e.VPCEndpointIDs
		}
		set(&a.EndpointConfiguration.IpAddressType, e.IPAddressType, false)
		set(&a.DisableExecuteApiEndpoint, e.DisableExecute, false)
	}
	return checkEndpoint(a.EndpointConfiguration)
}

// set gives a member a value; a missing one only where it is to be cleared.
func set[T any](member **T, value *T, clear bool) {
	if value != nil || clear {
		*member = value
	}
}
