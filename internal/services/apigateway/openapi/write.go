package openapi

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"

	api "github.com/gatehouse-dev/gatehouse/internal/api/apigateway"
	"github.com/gatehouse-dev/gatehouse/internal/services/apigateway/snapshot"
)

// Export says what a document is to have.
type Export struct {
	V3 bool // OpenAPI 3.0, not Swagger 2.0
	// Integrations and Authorizers add those extensions, All adds every one.
	Integrations, Authorizers, All bool
	// Host and Stage are where the API is served.
	Host, Stage string
}

// writer is the state of writing one document.
type writer struct {
	Export
	def         *snapshot.API
	authorizers map[string]*api.Authorizer // by id
	validators  map[string]string          // names by id
	keyed       bool                       // some method asks for an API key
	signed      bool                       // some method asks for a signature
}

// Write gives a deployed API as a document; it is made of what JSON and YAML
// encoders take.
func Write(def *snapshot.API, e Export) map[string]any {
	w := &writer{Export: e, def: def, authorizers: map[string]*api.Authorizer{}, validators: map[string]string{}}
	w.Integrations, w.Authorizers = w.Integrations || e.All, w.Authorizers || e.All
	for i := range def.Authorizers {
		w.authorizers[text(def.Authorizers[i].Id)] = &def.Authorizers[i]
	}
	for i := range def.Validators {
		w.validators[text(def.Validators[i].Id)] = text(def.Validators[i].Name)
	}
	a := &def.RestAPI
	info := map[string]any{"title": text(a.Name), "version": text(a.Version)}
	if a.Version == nil && a.CreatedDate != nil {
		info["version"] = a.CreatedDate.UTC().Format("2006-01-02T15:04:05Z")
	}
	put(info, "description", a.Description)
	doc := map[string]any{"info": info, "paths": w.paths()}
	schemas := w.schemas()
	schemes := w.schemes()
	if w.V3 {
		doc["openapi"] = "3.0.1"
		doc["servers"] = []any{map[string]any{"url": "https://" + w.Host + "/{basePath}", "variables": map[string]any{"basePath": map[string]any{"default": w.Stage}}}}
		components := map[string]any{}
		putMap(components, "schemas", schemas)
		putMap(components, "securitySchemes", schemes)
		doc["components"] = components
	} else {
		doc["swagger"], doc["host"], doc["basePath"], doc["schemes"] = "2.0", w.Host, "/"+w.Stage, []any{"https"}
		putMap(doc, "definitions", schemas)
		putMap(doc, "securityDefinitions", schemes)
	}
	if w.All {
		w.extensions(doc)
	}
	return doc
}

// extensions are those of the API as a whole.
func (w *writer) extensions(doc map[string]any) {
	a := &w.def.RestAPI
	if len(a.BinaryMediaTypes) > 0 {
		doc["x-amazon-apigateway-binary-media-types"] = a.BinaryMediaTypes
	}
	put(doc, "x-amazon-apigateway-minimum-compression-size", a.MinimumCompressionSize)
	if text(a.ApiKeySource) == api.ApiKeySourceTypeAuthorizer {
		doc["x-amazon-apigateway-api-key-source"] = *a.ApiKeySource
	}
	if a.Policy != nil {
		doc["x-amazon-apigateway-policy"] = decoded(*a.Policy)
	}
	validators := map[string]any{}
	for _, v := range w.def.Validators {
		validators[text(v.Name)] = map[string]any{"validateRequestBody": is(v.ValidateRequestBody), "validateRequestParameters": is(v.ValidateRequestParameters)}
	}
	putMap(doc, "x-amazon-apigateway-request-validators", validators)
	responses := map[string]any{}
	for _, g := range w.def.GatewayResponses {
		out := map[string]any{}
		put(out, "statusCode", g.StatusCode)
		putTexts(out, "responseParameters", g.ResponseParameters)
		putTexts(out, "responseTemplates", g.ResponseTemplates)
		responses[text(g.ResponseType)] = out
	}
	putMap(doc, "x-amazon-apigateway-gateway-responses", responses)
	endpoint := map[string]any{}
	if is(a.DisableExecuteApiEndpoint) {
		endpoint["disableExecuteApiEndpoint"] = true
	}
	if c := a.EndpointConfiguration; c != nil && len(c.VpcEndpointIds) > 0 {
		endpoint["vpcEndpointIds"] = c.VpcEndpointIds
	}
	putMap(doc, "x-amazon-apigateway-endpoint-configuration", endpoint)
}

// schemas are the models with local references.
func (w *writer) schemas() map[string]any {
	out := map[string]any{}
	for _, m := range w.def.Models {
		out[text(m.Name)] = w.local(decoded(text(m.Schema)))
	}
	return out
}

// local turns references to models into references into the document.
func (w *writer) local(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for k, e := range v {
			if ref, ok := e.(string); ok && k == "$ref" {
				if i := strings.LastIndex(ref, "/models/"); strings.HasPrefix(ref, "https://") && i >= 0 {
					v[k] = w.ref(ref[i+len("/models/"):])
				}
				continue
			}
			v[k] = w.local(e)
		}
	case []any:
		for i := range v {
			v[i] = w.local(v[i])
		}
	}
	return v
}

func (w *writer) ref(name string) string {
	if w.V3 {
		return "#/components/schemas/" + name
	}
	return "#/definitions/" + name
}

func decoded(s string) any {
	var v any
	if json.Unmarshal([]byte(s), &v) != nil {
		return map[string]any{}
	}
	return v
}

func text(p *string) string {
	if p == nil {
		return ""
	}
	return *p
}

func is(p *bool) bool { return p != nil && *p }

func put[T any](m map[string]any, key string, p *T) {
	if p != nil {
		m[key] = *p
	}
}

func putMap(m map[string]any, key string, v map[string]any) {
	if len(v) > 0 {
		m[key] = v
	}
}

func putTexts(m map[string]any, key string, v map[string]string) {
	if len(v) > 0 {
		m[key] = v
	}
}

func sorted[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
