package apigateway

import (
	"context"
	"regexp"
	"strings"

	api "github.com/gatehouse-dev/gatehouse/internal/api/apigateway"
	"github.com/gatehouse-dev/gatehouse/internal/arn"
	"github.com/gatehouse-dev/gatehouse/internal/awserr"
	"github.com/gatehouse-dev/gatehouse/internal/ids"
	"github.com/gatehouse-dev/gatehouse/internal/kv"
	"github.com/gatehouse-dev/gatehouse/internal/wire"
)

const (
	maxAuthorizers   = 10   // of an API, the default quota
	maxAuthorizerTTL = 3600 // seconds
)

func noAuthorizer() *awserr.Error {
	return api.NotFoundException("Invalid Authorizer identifier specified")
}

// CreateAuthorizer adds an authorizer to an API.
func (s *Service) CreateAuthorizer(ctx context.Context, in *api.CreateAuthorizerRequest) (*api.Authorizer, error) {
	sp := spaceOf(ctx)
	a := &api.Authorizer{
		Id: new(ids.Lower(6)), Name: in.Name, Type: in.Type, ProviderARNs: in.ProviderARNs, AuthType: in.AuthType,
		AuthorizerUri: filled(in.AuthorizerUri), AuthorizerCredentials: filled(in.AuthorizerCredentials),
		IdentitySource: filled(in.IdentitySource), IdentityValidationExpression: filled(in.IdentityValidationExpression),
		AuthorizerResultTtlInSeconds: in.AuthorizerResultTtlInSeconds,
	}
	completeAuthorizer(a)
	err := s.store.Update(ctx, func(t kv.Txn) error {
		v, err := t.Get(sp.api(*in.RestApiId))
		if err != nil {
			return err
		}
		if v == nil {
			// This is what AWS answers for an API that is not there.
			return api.ConflictException("Unable to complete operation due to concurrent modification. Please try again later.")
		}
		tr := sp.draft(*in.RestApiId)
		all, err := kv.LoadAll[api.Authorizer](t, tr.all(ofAuthorizer))
		if err != nil {
			return err
		}
		if len(all) >= maxAuthorizers {
			return api.LimitExceededException("Maximum number of Authorizers for this API has been reached. Please contact AWS if you need additional Authorizers.")
		}
		return tr.saveAuthorizer(t, a, all)
	})
	if err != nil {
		return nil, err
	}
	return a, nil
}

// completeAuthorizer fills in the defaults.
func completeAuthorizer(a *api.Authorizer) {
	if str(a.AuthType) == "" {
		a.AuthType = new("custom")
		if str(a.Type) == api.AuthorizerTypeCognitoUserPools {
			a.AuthType = new("cognito_user_pools")
		}
	}
}

// saveAuthorizer checks an authorizer against itself and the others of its API.
func (t tree) saveAuthorizer(x kv.Txn, a *api.Authorizer, all []api.Authorizer) error {
	if err := checkAuthorizer(a); err != nil {
		return err
	}
	for i := range all {
		if *all[i].Name == *a.Name && *all[i].Id != *a.Id {
			return api.BadRequestException("Authorizer name must be unique. Authorizer %s already exists in this RestApi.", *a.Name)
		}
	}
	return kv.Save(x, t.key(ofAuthorizer, *a.Id), *a)
}

func checkAuthorizer(a *api.Authorizer) error {
	if str(a.Name) == "" {
		return api.BadRequestException("Authorizer name cannot be empty")
	}
	if ttl := a.AuthorizerResultTtlInSeconds; ttl != nil && (*ttl < 0 || *ttl > maxAuthorizerTTL) {
		return api.BadRequestException("Invalid value for authorizerResultTtlInSeconds, must be between 0 and %d", maxAuthorizerTTL)
	}
	if x := str(a.IdentityValidationExpression); x != "" && !isPattern(x) {
		return api.BadRequestException("Invalid identity validation expression specified: %s", x)
	}
	if err := checkIdentitySource(a); err != nil {
		return err
	}
	if str(a.Type) == api.AuthorizerTypeCognitoUserPools {
		return checkPools(a.ProviderARNs)
	}
	if err := checkCredentials(str(a.AuthorizerCredentials)); err != nil {
		return err
	}
	return checkAuthorizerURI(str(a.AuthorizerUri))
}

var (
	headerSource = regexp.MustCompile(`^method\.request\.header\.` + parameterName + `$`)
	anySource    = regexp.MustCompile(`^(?:method\.request\.(?:header|querystring)\.` + parameterName + `|context\.[a-zA-Z0-9_.\-]+|stageVariables\.[a-zA-Z0-9_]+)$`)
)

// checkIdentitySource checks where the identity comes from: one header, or for
// REQUEST a list that may be missing only if nothing is cached.
func checkIdentitySource(a *api.Authorizer) error {
	source := str(a.IdentitySource)
	if str(a.Type) != api.AuthorizerTypeRequest {
		if source == "" {
			return api.BadRequestException("Identity source is required for authorizers of type %s", str(a.Type))
		}
		if !headerSource.MatchString(source) {
			return badMapping(source)
		}
		return nil
	}
	if source == "" {
		if ttl := a.AuthorizerResultTtlInSeconds; ttl == nil || *ttl > 0 {
			return api.BadRequestException("Identity source is required for authorizers of type REQUEST when caching is enabled")
		}
		return nil
	}
	for part := range strings.SplitSeq(source, ",") {
		if !anySource.MatchString(strings.TrimSpace(part)) {
			return badMapping(part)
		}
	}
	return nil
}

// checkPools checks the ARNs of user pools.
func checkPools(arns []string) error {
	if len(arns) == 0 {
		return api.BadRequestException("At least one provider ARN must be specified for authorizers of type COGNITO_USER_POOLS")
	}
	for _, s := range arns {
		a, err := arn.Parse(s)
		if err != nil || a.Service != "cognito-idp" || a.Region == "" || !strings.HasPrefix(a.Resource, "userpool/") {
			return api.BadRequestException("Invalid ARN specified in the request")
		}
	}
	return nil
}

// checkAuthorizerURI checks arn:aws:apigateway:{region}:lambda:path/.../invocations.
func checkAuthorizerURI(uri string) error {
	parts := strings.SplitN(uri, ":", 6)
	ok := len(parts) == 6 && parts[0] == "arn" && parts[2] == "apigateway" && parts[3] != "" && parts[4] == "lambda"
	if ok {
		kind, rest, _ := strings.Cut(parts[5], "/")
		ok = checkFunctionPath(kind, rest) == nil
	}
	if !ok {
		return api.BadRequestException("Invalid Authorizer URI: %s. Authorizer URI should be a valid API Gateway ARN that represents a Lambda function invocation.", uri)
	}
	return nil
}

// GetAuthorizer reads an authorizer.
func (s *Service) GetAuthorizer(ctx context.Context, in *api.GetAuthorizerRequest) (*api.Authorizer, error) {
	return read[api.Authorizer](ctx, s.store, spaceOf(ctx).draft(*in.RestApiId).key(ofAuthorizer, *in.AuthorizerId), noAuthorizer())
}

// GetAuthorizers lists the authorizers of an API by id.
func (s *Service) GetAuthorizers(ctx context.Context, in *api.GetAuthorizersRequest) (*api.Authorizers, error) {
	sp := spaceOf(ctx)
	all, err := list[api.Authorizer](ctx, s.store, sp.draft(*in.RestApiId).all(ofAuthorizer), func(r kv.Reader) error {
		return sp.needAPI(r, in.RestApiId)
	})
	if err != nil {
		return nil, err
	}
	items, next, err := page(all, func(a api.Authorizer) string { return *a.Id }, in.Position, in.Limit)
	if err != nil {
		return nil, err
	}
	return &api.Authorizers{Items: items, Position: next}, nil
}

// DeleteAuthorizer removes an authorizer that no method uses.
func (s *Service) DeleteAuthorizer(ctx context.Context, in *api.DeleteAuthorizerRequest) (*wire.Empty, error) {
	tr := spaceOf(ctx).draft(*in.RestApiId)
	return &wire.Empty{}, s.store.Update(ctx, func(t kv.Txn) error {
		key := tr.key(ofAuthorizer, *in.AuthorizerId)
		a, err := load[api.Authorizer](t, key, noAuthorizer())
		if err != nil {
			return err
		}
		path, verb, err := tr.methodThat(t, func(m *api.Method) bool { return str(m.AuthorizerId) == *a.Id })
		if err != nil {
			return err
		}
		if verb != "" {
			return api.ConflictException("Cannot delete authorizer '%s', is referenced in method: %s/%s", *a.Name, verb, path)
		}
		return t.Delete(key)
	})
}

// methodThat finds a method for which uses is true; verb is "" if there is none.
func (t tree) methodThat(r kv.Reader, uses func(*api.Method) bool) (path, verb string, err error) {
	all, err := t.resources(r)
	if err != nil {
		return "", "", err
	}
	for i := range all {
		for _, verb := range sortedKeys(all[i].ResourceMethods) {
			if m := all[i].ResourceMethods[verb]; uses(&m) {
				return *all[i].Path, verb, nil
			}
		}
	}
	return "", "", nil
}

// UpdateAuthorizer patches an authorizer.
func (s *Service) UpdateAuthorizer(ctx context.Context, in *api.UpdateAuthorizerRequest) (*api.Authorizer, error) {
	tr := spaceOf(ctx).draft(*in.RestApiId)
	var a *api.Authorizer
	err := s.store.Update(ctx, func(t kv.Txn) (err error) {
		if a, err = load[api.Authorizer](t, tr.key(ofAuthorizer, *in.AuthorizerId), noAuthorizer()); err != nil {
			return err
		}
		if err := authorizerPatch.run(a, in.PatchOperations); err != nil {
			return err
		}
		completeAuthorizer(a)
		all, err := kv.LoadAll[api.Authorizer](t, tr.all(ofAuthorizer))
		if err != nil {
			return err
		}
		return tr.saveAuthorizer(t, a, all)
	})
	if err != nil {
		return nil, err
	}
	return a, nil
}

var authorizerPatch = patch[api.Authorizer]{refuse: listing, slots: []slot[api.Authorizer]{
	textSlot("/name", func(a *api.Authorizer) **string { return &a.Name }),
	enumSlot("/type", "type", false, []string{api.AuthorizerTypeToken, api.AuthorizerTypeRequest, api.AuthorizerTypeCognitoUserPools},
		func(a *api.Authorizer) **string { return &a.Type }),
	listValue("/providerARNs", func(a *api.Authorizer) *[]string { return &a.ProviderARNs }),
	textSlot("/authType", func(a *api.Authorizer) **string { return &a.AuthType }),
	textSlot("/authorizerUri", func(a *api.Authorizer) **string { return &a.AuthorizerUri }),
	textSlot("/authorizerCredentials", func(a *api.Authorizer) **string { return &a.AuthorizerCredentials }),
	textSlot("/identitySource", func(a *api.Authorizer) **string { return &a.IdentitySource }),
	textSlot("/identityValidationExpression", func(a *api.Authorizer) **string { return &a.IdentityValidationExpression }),
	{"/authorizerResultTtlInSeconds", onlyReplace, func(a *api.Authorizer, e edit) (err error) {
		a.AuthorizerResultTtlInSeconds, err = integer(e, "authorizerResultTtlInSeconds", 0, maxAuthorizerTTL)
		return err
	}},
}}
