package cognitoidp

import (
	"context"
	"slices"
	"strings"

	"github.com/gatehouse-dev/gatehouse/internal/api/cognitoidp"
	"github.com/gatehouse-dev/gatehouse/internal/front"
	"github.com/gatehouse-dev/gatehouse/internal/kv"
	"github.com/gatehouse-dev/gatehouse/internal/paging"
	"github.com/gatehouse-dev/gatehouse/internal/wire"
)

// maxProviders is the quota of identity providers of a pool.
const maxProviders = 300

// details are what a type of provider needs, and how Cognito's sentence has it.
type details struct {
	names    []string
	sentence string
}

// providerDetails are the details of each type of provider
// (CreateIdentityProvider, "ProviderDetails"). SAML needs one of two.
var providerDetails = map[string]details{
	cognitoidp.IdentityProviderTypeTypeFacebook:        social,
	cognitoidp.IdentityProviderTypeTypeGoogle:          social,
	cognitoidp.IdentityProviderTypeTypeLoginWithAmazon: social,
	cognitoidp.IdentityProviderTypeTypeSignInWithApple: {[]string{"client_id", "private_key", "team_id", "key_id"}, "clientId, privateKey, teamId, and keyId"},
	cognitoidp.IdentityProviderTypeTypeOidc: {[]string{"client_id", "authorize_scopes", "oidc_issuer", "attributes_request_method"},
		"clientId, authorizeScopes, oidcIssuer and attributesRequestMethod"},
}

var social = details{[]string{"client_id", "client_secret", "authorize_scopes"}, "clientId, clientSecret and authorizeScopes"}

func checkDetails(kind string, details map[string]string) error {
	url, file := details["MetadataURL"] != "", details["MetadataFile"] != ""
	switch need := providerDetails[kind]; {
	case kind == cognitoidp.IdentityProviderTypeTypeSaml && !url && !file:
		return invalid("At least one of the MetadataURL or MetadataFile should be provided.")
	case kind == cognitoidp.IdentityProviderTypeTypeSaml && url && file:
		return invalid("Only one of the MetadataURL or MetadataFile should be provided.")
	case slices.ContainsFunc(need.names, func(name string) bool { return details[name] == "" }):
		return invalid("%s are all required idp details.", need.sentence)
	case kind == cognitoidp.IdentityProviderTypeTypeOidc && !strings.HasPrefix(details["oidc_issuer"], "https://"):
		return invalid("OIDC endpoint must start with https://")
	}
	if m := details["attributes_request_method"]; kind == cognitoidp.IdentityProviderTypeTypeOidc && m != "GET" && m != "POST" {
		return invalid("1 validation error detected: Value '%s' at 'attributesRequestMethod' failed to satisfy constraint: Member must satisfy enum value set: [POST, GET]", m)
	}
	return nil
}

func (s *Service) CreateIdentityProvider(ctx context.Context, in *cognitoidp.CreateIdentityProviderRequest) (*cognitoidp.CreateIdentityProviderResponse, error) {
	now := stamp(front.CallFrom(ctx).Time)
	p := cognitoidp.IdentityProviderType{UserPoolId: in.UserPoolId, ProviderName: in.ProviderName, ProviderType: in.ProviderType,
		ProviderDetails: in.ProviderDetails, AttributeMapping: in.AttributeMapping, IdpIdentifiers: in.IdpIdentifiers,
		CreationDate: now, LastModifiedDate: now}
	if err := checkProviderName(*in.ProviderName, *in.ProviderType); err != nil {
		return nil, err
	}
	if err := checkDetails(*in.ProviderType, in.ProviderDetails); err != nil {
		return nil, err
	}
	return &cognitoidp.CreateIdentityProviderResponse{IdentityProvider: &p}, s.mutate(ctx, *in.UserPoolId, func(t kv.Txn, at space, pool *poolRecord) error {
		all, err := kv.LoadAll[cognitoidp.IdentityProviderType](t, at.providers(*in.UserPoolId))
		if err != nil {
			return err
		}
		for _, other := range all {
			if *other.ProviderName == *in.ProviderName {
				return cognitoidp.DuplicateProviderException("A provider with the name %s already exists in the user pool %s.", *in.ProviderName, *in.UserPoolId)
			}
		}
		if len(all) >= maxProviders {
			return cognitoidp.LimitExceededException("The number of identity providers has exceeded the limit of %d.", maxProviders)
		}
		return saveProvider(t, at, pool, all, &p)
	})
}

// checkProviderName holds social providers to the one name that each has.
func checkProviderName(name, kind string) error {
	named := kind == cognitoidp.IdentityProviderTypeTypeSaml || kind == cognitoidp.IdentityProviderTypeTypeOidc
	if !named && name != kind {
		return invalid("Provider %s cannot be of type %s.", name, kind)
	}
	if _, fixed := providerDetails[name]; named && (name == "COGNITO" || fixed && name != kind) {
		return invalid("Provider %s cannot be of type %s.", name, kind)
	}
	return nil
}

// saveProvider stores a provider whose identifiers no other has and whose
// mapping names attributes of the pool.
func saveProvider(t kv.Txn, at space, pool *poolRecord, all []cognitoidp.IdentityProviderType, p *cognitoidp.IdentityProviderType) error {
	for _, other := range all {
		for _, id := range other.IdpIdentifiers {
			if *other.ProviderName != *p.ProviderName && slices.Contains(p.IdpIdentifiers, id) {
				return cognitoidp.DuplicateProviderException("The identifier %s is in use by another identity provider.", id)
			}
		}
	}
	for name := range p.AttributeMapping {
		if name != "username" && find(pool.Pool.SchemaAttributes, name) < 0 {
			return invalid("Invalid attribute mapping: the user pool has no attribute %s.", name)
		}
	}
	return kv.Save(t, at.provider(*p.UserPoolId, *p.ProviderName), *p)
}

func findProvider(r kv.Reader, at space, pool, name string) (cognitoidp.IdentityProviderType, error) {
	p, ok, err := kv.Load[cognitoidp.IdentityProviderType](r, at.provider(pool, name))
	if err == nil && !ok {
		err = noProvider(name)
	}
	return p, err
}

func (s *Service) DescribeIdentityProvider(ctx context.Context, in *cognitoidp.DescribeIdentityProviderRequest) (*cognitoidp.DescribeIdentityProviderResponse, error) {
	out := &cognitoidp.DescribeIdentityProviderResponse{}
	return out, s.inspect(ctx, *in.UserPoolId, func(r kv.Reader, at space, _ *poolRecord) error {
		p, err := findProvider(r, at, *in.UserPoolId, *in.ProviderName)
		out.IdentityProvider = &p
		return err
	})
}

func (s *Service) GetIdentityProviderByIdentifier(ctx context.Context, in *cognitoidp.GetIdentityProviderByIdentifierRequest) (*cognitoidp.GetIdentityProviderByIdentifierResponse, error) {
	out := &cognitoidp.GetIdentityProviderByIdentifierResponse{}
	return out, s.inspect(ctx, *in.UserPoolId, func(r kv.Reader, at space, _ *poolRecord) error {
		all, err := kv.LoadAll[cognitoidp.IdentityProviderType](r, at.providers(*in.UserPoolId))
		if err != nil {
			return err
		}
		for _, p := range all {
			if slices.Contains(p.IdpIdentifiers, *in.IdpIdentifier) {
				out.IdentityProvider = &p
				return nil
			}
		}
		return noProvider(*in.IdpIdentifier)
	})
}

// UpdateIdentityProvider leaves what is not given as it is.
func (s *Service) UpdateIdentityProvider(ctx context.Context, in *cognitoidp.UpdateIdentityProviderRequest) (*cognitoidp.UpdateIdentityProviderResponse, error) {
	out := &cognitoidp.UpdateIdentityProviderResponse{}
	return out, s.mutate(ctx, *in.UserPoolId, func(t kv.Txn, at space, pool *poolRecord) error {
		p, err := findProvider(t, at, *in.UserPoolId, *in.ProviderName)
		if err != nil {
			return err
		}
		if in.ProviderDetails != nil {
			if err := checkDetails(*p.ProviderType, in.ProviderDetails); err != nil {
				return err
			}
			p.ProviderDetails = in.ProviderDetails
		}
		if in.AttributeMapping != nil {
			p.AttributeMapping = in.AttributeMapping
		}
		if in.IdpIdentifiers != nil {
			p.IdpIdentifiers = in.IdpIdentifiers
		}
		p.LastModifiedDate = stamp(front.CallFrom(ctx).Time)
		all, err := kv.LoadAll[cognitoidp.IdentityProviderType](t, at.providers(*in.UserPoolId))
		if err != nil {
			return err
		}
		out.IdentityProvider = &p
		return saveProvider(t, at, pool, all, &p)
	})
}

func (s *Service) DeleteIdentityProvider(ctx context.Context, in *cognitoidp.DeleteIdentityProviderRequest) (*wire.Empty, error) {
	return &wire.Empty{}, s.mutate(ctx, *in.UserPoolId, func(t kv.Txn, at space, _ *poolRecord) error {
		if _, err := findProvider(t, at, *in.UserPoolId, *in.ProviderName); err != nil {
			return err
		}
		return t.Delete(at.provider(*in.UserPoolId, *in.ProviderName))
	})
}

func (s *Service) ListIdentityProviders(ctx context.Context, in *cognitoidp.ListIdentityProvidersRequest) (*cognitoidp.ListIdentityProvidersResponse, error) {
	out := &cognitoidp.ListIdentityProvidersResponse{Providers: []cognitoidp.ProviderDescription{}}
	return out, s.inspect(ctx, *in.UserPoolId, func(r kv.Reader, at space, _ *poolRecord) error {
		all, err := kv.LoadAll[cognitoidp.IdentityProviderType](r, at.providers(*in.UserPoolId))
		if err != nil {
			return err
		}
		limit := int(*or(in.MaxResults, 60))
		if limit == 0 {
			limit = 60
		}
		page, next, err := paging.Slice(all, func(p cognitoidp.IdentityProviderType) string { return *p.ProviderName }, in.NextToken, limit)
		if err != nil {
			return invalidToken()
		}
		out.NextToken = next
		for _, p := range page {
			out.Providers = append(out.Providers, cognitoidp.ProviderDescription{ProviderName: p.ProviderName, ProviderType: p.ProviderType,
				LastModifiedDate: p.LastModifiedDate, CreationDate: p.CreationDate})
		}
		return nil
	})
}
