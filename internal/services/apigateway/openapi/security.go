package openapi

import (
	"fmt"
	"strings"

	api "github.com/gatehouse-dev/gatehouse/internal/api/apigateway"
)

// scheme is what a security scheme means to API Gateway.
type scheme uint8

const (
	unknownScheme scheme = iota
	keyScheme            // an API key
	iamScheme            // a signature
	customScheme         // a function
	poolScheme           // user pools
)

// readSchemes reads the security schemes and makes authorizers of those that
// say so.
func (r *reader) readSchemes() {
	all := r.root.obj("securityDefinitions")
	if r.v3 {
		all = r.root.obj("components").obj("securitySchemes")
	}
	for _, name := range all.keys() {
		s := r.deref(all.obj(name))
		r.schemes[name] = r.readScheme(name, s)
	}
}

func (r *reader) readScheme(name string, s object) scheme {
	kind := s.text("x-amazon-apigateway-authtype")
	ext := s.obj("x-amazon-apigateway-authorizer")
	switch {
	case strings.EqualFold(kind, "awsSigv4"):
		return iamScheme
	case ext != nil:
		return r.readAuthorizer(name, kind, s, ext)
	case s.text("type") == "apiKey" && strings.EqualFold(s.text("name"), "x-api-key"):
		return keyScheme
	}
	return unknownScheme
}

func (r *reader) readAuthorizer(name, kind string, s, ext object) scheme {
	a := api.Authorizer{Name: &name, ProviderARNs: ext.texts("providerARNs"), AuthorizerUri: ext.ptr("authorizerUri"),
		AuthorizerCredentials: ext.ptr("authorizerCredentials"), IdentitySource: ext.ptr("identitySource"),
		IdentityValidationExpression: ext.ptr("identityValidationExpression"), AuthorizerResultTtlInSeconds: ext.integer("authorizerResultTtlInSeconds")}
	found := customScheme
	switch strings.ToLower(ext.text("type")) {
	case "cognito_user_pools":
		a.Type, found = new(api.AuthorizerTypeCognitoUserPools), poolScheme
	case "request":
		a.Type = new(api.AuthorizerTypeRequest)
	default:
		a.Type = new(api.AuthorizerTypeToken)
	}
	if kind != "" {
		a.AuthType = &kind
	}
	if a.IdentitySource == nil && *a.Type != api.AuthorizerTypeRequest && s.text("in") == "header" {
		a.IdentitySource = new("method.request.header." + s.text("name"))
	}
	r.out.Authorizers = append(r.out.Authorizers, a)
	return found
}

// authorize reads the security of an operation. All requirements together
// decide: a key may go with an authorizer.
func (r *reader) authorize(o object, op *Operation) {
	m := &op.Method
	m.AuthorizationType, m.ApiKeyRequired = new("NONE"), new(false)
	if strings.EqualFold(o.obj("x-amazon-apigateway-auth").text("type"), "AWS_IAM") {
		m.AuthorizationType = new("AWS_IAM")
	}
	requirements, own := o["security"].([]any)
	if !own {
		requirements = r.root.list("security")
	}
	for _, each := range requirements {
		req := obj(each)
		for _, name := range req.keys() {
			switch r.schemes[name] {
			case keyScheme:
				m.ApiKeyRequired = new(true)
			case iamScheme:
				m.AuthorizationType = new("AWS_IAM")
			case customScheme:
				m.AuthorizationType, op.Authorizer = new("CUSTOM"), name
			case poolScheme:
				m.AuthorizationType, op.Authorizer = new("COGNITO_USER_POOLS"), name
				if scopes := req.texts(name); len(scopes) > 0 {
					m.AuthorizationScopes = scopes
				}
			default:
				r.warn(fmt.Sprintf("Unsupported security definition type '%s' for '%s' on %s %s. Ignoring.", name, name, op.Verb, op.Path))
			}
		}
	}
}
