package openapi

import (
	"strings"

	api "github.com/gatehouse-dev/gatehouse/internal/api/apigateway"
)

// The names of the security schemes that stand for no authorizer.
const (
	keyName = "api_key"
	iamName = "sigv4"
)

func (w *writer) paths() map[string]any {
	out := map[string]any{}
	for _, r := range w.def.Resources {
		item := map[string]any{}
		for verb, m := range r.ResourceMethods {
			key := strings.ToLower(verb)
			if verb == "ANY" {
				key = "x-amazon-apigateway-any-method"
			}
			item[key] = w.operation(&m)
		}
		putMap(out, text(r.Path), item)
	}
	return out
}

func (w *writer) operation(m *api.Method) map[string]any {
	o := map[string]any{}
	put(o, "operationId", m.OperationName)
	var params []any
	for _, name := range sorted(m.RequestParameters) {
		place, id, _ := strings.Cut(strings.TrimPrefix(name, "method.request."), ".")
		if place == "querystring" {
			place = "query"
		}
		p := map[string]any{"name": id, "in": place, "required": m.RequestParameters[name]}
		if w.V3 {
			p["schema"] = map[string]any{"type": "string"}
		} else {
			p["type"] = "string"
		}
		params = append(params, p)
	}
	if len(m.RequestModels) > 0 {
		if w.V3 {
			o["requestBody"] = map[string]any{"content": w.content(m.RequestModels), "required": true}
		} else {
			types := sorted(m.RequestModels)
			o["consumes"] = types
			name := m.RequestModels[types[0]]
			params = append(params, map[string]any{"in": "body", "name": name, "required": true, "schema": map[string]any{"$ref": w.ref(name)}})
		}
	}
	if len(params) > 0 {
		o["parameters"] = params
	}
	w.results(m, o)
	if s := w.security(m); len(s) > 0 {
		o["security"] = s
	}
	if id := text(m.RequestValidatorId); id != "" && w.All {
		o["x-amazon-apigateway-request-validator"] = w.validators[id]
	}
	if m.MethodIntegration != nil && w.Integrations {
		o["x-amazon-apigateway-integration"] = integrationOut(m.MethodIntegration)
	}
	return o
}

func (w *writer) content(models map[string]string) map[string]any {
	out := map[string]any{}
	for t, name := range models {
		out[t] = map[string]any{"schema": map[string]any{"$ref": w.ref(name)}}
	}
	return out
}

// results writes the method's responses.
func (w *writer) results(m *api.Method, o map[string]any) {
	responses := map[string]any{}
	produces := map[string]bool{}
	for code, r := range m.MethodResponses {
		out := map[string]any{"description": code + " response"}
		headers := map[string]any{}
		for name := range r.ResponseParameters {
			h := map[string]any{"type": "string"}
			if w.V3 {
				h = map[string]any{"schema": h}
			}
			headers[strings.TrimPrefix(name, "method.response.header.")] = h
		}
		putMap(out, "headers", headers)
		if len(r.ResponseModels) > 0 {
			if w.V3 {
				out["content"] = w.content(r.ResponseModels)
			} else {
				types := sorted(r.ResponseModels)
				for _, t := range types {
					produces[t] = true
				}
				out["schema"] = map[string]any{"$ref": w.ref(r.ResponseModels[types[0]])}
			}
		}
		responses[code] = out
	}
	o["responses"] = responses
	if len(produces) > 0 {
		o["produces"] = sorted(produces)
	}
}

// security writes what a method demands, all of it in one requirement.
func (w *writer) security(m *api.Method) []any {
	req := map[string]any{}
	if is(m.ApiKeyRequired) {
		w.keyed = true
		req[keyName] = []any{}
	}
	if text(m.AuthorizationType) == "AWS_IAM" {
		w.signed = true
		req[iamName] = []any{}
	}
	if a := w.authorizers[text(m.AuthorizerId)]; a != nil {
		req[text(a.Name)] = append([]string{}, m.AuthorizationScopes...)
	}
	if len(req) == 0 {
		return nil
	}
	return []any{req}
}

// schemes are the security schemes that the paths, already written, refer to.
func (w *writer) schemes() map[string]any {
	out := map[string]any{}
	if w.keyed {
		out[keyName] = map[string]any{"type": "apiKey", "name": "x-api-key", "in": "header"}
	}
	if w.signed {
		out[iamName] = map[string]any{"type": "apiKey", "name": "Authorization", "in": "header", "x-amazon-apigateway-authtype": "awsSigv4"}
	}
	for _, a := range w.def.Authorizers {
		name := strings.TrimPrefix(text(a.IdentitySource), "method.request.header.")
		if a.IdentitySource == nil || strings.ContainsAny(name, ", ") || name == *a.IdentitySource {
			name = "Unused"
		}
		s := map[string]any{"type": "apiKey", "name": name, "in": "header"}
		put(s, "x-amazon-apigateway-authtype", a.AuthType)
		if w.Authorizers {
			ext := map[string]any{"type": strings.ToLower(text(a.Type))}
			put(ext, "authorizerUri", a.AuthorizerUri)
			put(ext, "authorizerCredentials", a.AuthorizerCredentials)
			put(ext, "identitySource", a.IdentitySource)
			put(ext, "identityValidationExpression", a.IdentityValidationExpression)
			put(ext, "authorizerResultTtlInSeconds", a.AuthorizerResultTtlInSeconds)
			if len(a.ProviderARNs) > 0 {
				ext["providerARNs"] = a.ProviderARNs
			}
			s["x-amazon-apigateway-authorizer"] = ext
		}
		out[text(a.Name)] = s
	}
	return out
}

func integrationOut(i *api.Integration) map[string]any {
	o := map[string]any{"type": strings.ToLower(text(i.Type)), "passthroughBehavior": strings.ToLower(text(i.PassthroughBehavior))}
	put(o, "httpMethod", i.HttpMethod)
	put(o, "uri", i.Uri)
	put(o, "credentials", i.Credentials)
	put(o, "connectionType", i.ConnectionType)
	put(o, "connectionId", i.ConnectionId)
	put(o, "contentHandling", i.ContentHandling)
	put(o, "timeoutInMillis", i.TimeoutInMillis)
	put(o, "responseTransferMode", i.ResponseTransferMode)
	put(o, "integrationTarget", i.IntegrationTarget)
	if len(i.CacheKeyParameters) > 0 {
		o["cacheKeyParameters"] = i.CacheKeyParameters
		put(o, "cacheNamespace", i.CacheNamespace)
	}
	if i.TlsConfig != nil {
		o["tlsConfig"] = map[string]any{"insecureSkipVerification": is(i.TlsConfig.InsecureSkipVerification)}
	}
	putTexts(o, "requestParameters", i.RequestParameters)
	putTexts(o, "requestTemplates", i.RequestTemplates)
	responses := map[string]any{}
	for _, r := range i.IntegrationResponses {
		out := map[string]any{"statusCode": text(r.StatusCode)}
		putTexts(out, "responseParameters", r.ResponseParameters)
		putTexts(out, "responseTemplates", r.ResponseTemplates)
		put(out, "contentHandling", r.ContentHandling)
		pattern := text(r.SelectionPattern)
		if pattern == "" {
			pattern = "default"
		}
		responses[pattern] = out
	}
	putMap(o, "responses", responses)
	return o
}
