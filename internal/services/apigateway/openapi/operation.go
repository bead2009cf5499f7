package openapi

import (
	"strings"

	api "github.com/gatehouse-dev/gatehouse/internal/api/apigateway"
)

// verbs are the HTTP methods by their name in a path item.
var verbs = map[string]string{"get": "GET", "put": "PUT", "post": "POST", "delete": "DELETE", "patch": "PATCH", "options": "OPTIONS", "head": "HEAD",
	"x-amazon-apigateway-any-method": "ANY"}

// readPaths reads every operation.
func (r *reader) readPaths() {
	paths := r.root.obj("paths")
	for _, path := range paths.keys() {
		if !strings.HasPrefix(path, "/") {
			continue // an extension
		}
		item := r.deref(paths.obj(path))
		if len(item) == 0 {
			r.out.Operations = append(r.out.Operations, Operation{Path: path})
		}
		for _, key := range item.keys() {
			if verb := verbs[key]; verb != "" && item.obj(key) != nil {
				r.readOperation(path, verb, item, item.obj(key))
			}
		}
	}
}

func (r *reader) readOperation(path, verb string, item, o object) {
	op := Operation{Path: path, Verb: verb, Validator: o.text("x-amazon-apigateway-request-validator")}
	if op.Validator == "" {
		op.Validator = r.root.text("x-amazon-apigateway-request-validator")
	}
	op.Method.HttpMethod = &verb
	if id := o.text("operationId"); id != "" {
		op.Method.OperationName = &id
	}
	r.authorize(o, &op)
	for _, list := range [][]any{item.list("parameters"), o.list("parameters")} {
		for _, p := range list {
			r.parameter(o, r.deref(obj(p)), &op.Method)
		}
	}
	if r.v3 {
		op.Method.RequestModels = r.content(r.deref(o.obj("requestBody")).obj("content"))
	}
	r.responses(o, &op.Method)
	if i := o.obj("x-amazon-apigateway-integration"); i != nil {
		op.Method.MethodIntegration = integration(i)
	}
	r.out.Operations = append(r.out.Operations, op)
}

// parameter adds a parameter of an operation; the one of Swagger's that is a
// body is its model.
func (r *reader) parameter(o, p object, m *api.Method) {
	place := map[string]string{"query": "querystring", "path": "path", "header": "header"}[p.text("in")]
	switch {
	case p.text("in") == "body":
		if name := r.modelOf(p.obj("schema")); name != "" {
			m.RequestModels = map[string]string{}
			for _, t := range r.mediaTypes(o, "consumes") {
				m.RequestModels[t] = name
			}
		}
	case place != "":
		if m.RequestParameters == nil {
			m.RequestParameters = map[string]bool{}
		}
		m.RequestParameters["method.request."+place+"."+p.text("name")] = p.boolean("required")
	}
}

// mediaTypes is consumes or produces of an operation of Swagger's.
func (r *reader) mediaTypes(o object, key string) []string {
	if l := o.texts(key); len(l) > 0 {
		return l
	}
	if l := r.root.texts(key); len(l) > 0 {
		return l
	}
	return []string{"application/json"}
}

// content gives the models of OpenAPI's content by media type.
func (r *reader) content(c object) map[string]string {
	var out map[string]string
	for _, t := range c.keys() {
		if name := r.modelOf(c.obj(t).obj("schema")); name != "" {
			if out == nil {
				out = map[string]string{}
			}
			out[t] = name
		}
	}
	return out
}

// responses reads the responses of an operation that have a status.
func (r *reader) responses(o object, m *api.Method) {
	all := o.obj("responses")
	for _, code := range all.keys() {
		if len(code) != 3 || code[0] < '1' || code[0] > '5' {
			continue // default, and classes such as 4XX
		}
		resp := r.deref(all.obj(code))
		out := api.MethodResponse{StatusCode: &code}
		for _, name := range resp.obj("headers").keys() {
			if out.ResponseParameters == nil {
				out.ResponseParameters = map[string]bool{}
			}
			out.ResponseParameters["method.response.header."+name] = false
		}
		if r.v3 {
			out.ResponseModels = r.content(resp.obj("content"))
		} else if name := r.modelOf(resp.obj("schema")); name != "" {
			out.ResponseModels = map[string]string{}
			for _, t := range r.mediaTypes(o, "produces") {
				out.ResponseModels[t] = name
			}
		}
		if m.MethodResponses == nil {
			m.MethodResponses = map[string]api.MethodResponse{}
		}
		m.MethodResponses[code] = out
	}
}

// integration reads the extension x-amazon-apigateway-integration.
func integration(o object) *api.Integration {
	i := &api.Integration{
		Type: new(strings.ToUpper(o.text("type"))), HttpMethod: upper(o, "httpMethod"), Uri: o.ptr("uri"), Credentials: o.ptr("credentials"),
		ConnectionType: upper(o, "connectionType"), ConnectionId: o.ptr("connectionId"), RequestParameters: o.mapping("requestParameters"),
		RequestTemplates: o.mapping("requestTemplates"), PassthroughBehavior: upper(o, "passthroughBehavior"), ContentHandling: upper(o, "contentHandling"),
		TimeoutInMillis: o.integer("timeoutInMillis"), CacheNamespace: o.ptr("cacheNamespace"), CacheKeyParameters: o.texts("cacheKeyParameters"),
		ResponseTransferMode: upper(o, "responseTransferMode"), IntegrationTarget: o.ptr("integrationTarget"),
	}
	if t := o.obj("tlsConfig"); t != nil {
		i.TlsConfig = &api.TlsConfig{InsecureSkipVerification: new(t.boolean("insecureSkipVerification"))}
	}
	responses := o.obj("responses")
	for _, pattern := range responses.keys() {
		resp := responses.obj(pattern)
		out := api.IntegrationResponse{StatusCode: new(resp.text("statusCode")), ResponseParameters: resp.mapping("responseParameters"),
			ResponseTemplates: resp.mapping("responseTemplates"), ContentHandling: upper(resp, "contentHandling")}
		if pattern != "default" {
			out.SelectionPattern = &pattern
		}
		if i.IntegrationResponses == nil {
			i.IntegrationResponses = map[string]api.IntegrationResponse{}
		}
		i.IntegrationResponses[*out.StatusCode] = out
	}
	return i
}

// upper is a text in capitals, nil if it is missing or empty.
func upper(o object, key string) *string {
	if s := o.text(key); s != "" {
		return new(strings.ToUpper(s))
	}
	return nil
}
