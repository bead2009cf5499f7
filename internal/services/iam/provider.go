package iam

import (
	"context"
	"net/url"
	"slices"
	"strings"

	api "github.com/gatehouse-dev/gatehouse/internal/api/iam"
	"github.com/gatehouse-dev/gatehouse/internal/awserr"
	"github.com/gatehouse-dev/gatehouse/internal/kv"
	"github.com/gatehouse-dev/gatehouse/internal/wire"
)

const (
	maxClientIDs   = 100
	maxThumbprints = 5
)

// issuer is the URL of a provider as IAM keeps it: without https://.
func issuer(providerURL string) string { return strings.TrimPrefix(providerURL, "https://") }

func noProvider(arn string) error {
	return api.NoSuchEntityException("OpenIDConnect Provider not found for arn %s", arn)
}

// CreateOpenIDConnectProvider trusts an issuer of OpenID Connect tokens.
func (s *Service) CreateOpenIDConnectProvider(ctx context.Context, in *api.CreateOpenIDConnectProviderRequest) (*api.CreateOpenIDConnectProviderResponse, error) {
	u, err := url.Parse(*in.Url)
	if err != nil || u.Scheme != "https" || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return nil, awserr.New(400, "ValidationError", "Invalid Open ID Connect Provider URL")
	}
	if err := checkProvider(in.ClientIDList, in.ThumbprintList); err != nil {
		return nil, err
	}
	tags, err := mergeTags(nil, in.Tags, exactKeys)
	if err != nil {
		return nil, err
	}
	rec := providerRecord{URL: issuer(*in.Url), ClientIDs: in.ClientIDList, Thumbprints: in.ThumbprintList, Tags: tags, Created: s.now()}
	err = s.update(ctx, func(t kv.Txn) error {
		key := entityKey(s.Account, kindProvider, rec.URL)
		b, err := t.Get(key)
		if err != nil {
			return err
		}
		if b != nil {
			return api.EntityAlreadyExistsException("Provider with url %s already exists.", *in.Url)
		}
		if err := s.checkQuota(t, kindProvider); err != nil {
			return err
		}
		return kv.Save(t, key, rec)
	})
	if err != nil {
		return nil, err
	}
	return &api.CreateOpenIDConnectProviderResponse{OpenIDConnectProviderArn: new(providerARN(s.Account, rec.URL)), Tags: rec.Tags}, nil
}

func checkProvider(clientIDs, thumbprints []string) error {
	if len(thumbprints) > maxThumbprints {
		return api.InvalidInputException("Thumbprint list must contain fewer than %d entries.", maxThumbprints)
	}
	if len(clientIDs) > maxClientIDs {
		return api.LimitExceededException("Cannot exceed quota for ClientIdsPerOpenIdConnectProvider: %d", maxClientIDs)
	}
	return nil
}

// loadProvider reads a provider by its ARN.
func (s *Service) loadProvider(r kv.Reader, arn string) (*providerRecord, error) {
	name, ok := strings.CutPrefix(arn, providerARN(s.Account, ""))
	if !ok || name == "" {
		return nil, noProvider(arn)
	}
	rec, ok, err := kv.Load[providerRecord](r, entityKey(s.Account, kindProvider, name))
	if err != nil {
		return nil, err
	}
	if !ok || rec.URL != name {
		return nil, noProvider(arn)
	}
	return &rec, nil
}

func (s *Service) editProvider(ctx context.Context, arn string, fn func(*providerRecord) error) error {
	return s.update(ctx, func(t kv.Txn) error {
		rec, err := s.loadProvider(t, arn)
		if err != nil {
			return err
		}
		if err := fn(rec); err != nil {
			return err
		}
		return kv.Save(t, entityKey(s.Account, kindProvider, rec.URL), *rec)
	})
}

// GetOpenIDConnectProvider describes a provider.
func (s *Service) GetOpenIDConnectProvider(ctx context.Context, in *api.GetOpenIDConnectProviderRequest) (*api.GetOpenIDConnectProviderResponse, error) {
	var p *providerRecord
	err := s.Store.View(ctx, func(r kv.Reader) (err error) {
		p, err = s.loadProvider(r, *in.OpenIDConnectProviderArn)
		return err
	})
	if err != nil {
		return nil, err
	}
	return &api.GetOpenIDConnectProviderResponse{Url: &p.URL, ClientIDList: append([]string{}, p.ClientIDs...),
		ThumbprintList: append([]string{}, p.Thumbprints...), CreateDate: &p.Created, Tags: append([]api.Tag{}, p.Tags...)}, nil
}

// ListOpenIDConnectProviders lists the providers.
func (s *Service) ListOpenIDConnectProviders(ctx context.Context, _ *api.ListOpenIDConnectProvidersRequest) (*api.ListOpenIDConnectProvidersResponse, error) {
	recs, err := all[providerRecord](ctx, s, kindProvider)
	out := &api.ListOpenIDConnectProvidersResponse{OpenIDConnectProviderList: []api.OpenIDConnectProviderListEntry{}}
	for _, p := range recs {
		out.OpenIDConnectProviderList = append(out.OpenIDConnectProviderList, api.OpenIDConnectProviderListEntry{Arn: new(providerARN(s.Account, p.URL))})
	}
	return out, err
}

// DeleteOpenIDConnectProvider ends the trust in an issuer.
func (s *Service) DeleteOpenIDConnectProvider(ctx context.Context, in *api.DeleteOpenIDConnectProviderRequest) (*wire.Empty, error) {
	return nil, s.update(ctx, func(t kv.Txn) error {
		rec, err := s.loadProvider(t, *in.OpenIDConnectProviderArn)
		if awserr.HasCode(err, "NoSuchEntity") {
			return api.NoSuchEntityException("OpenId connect Provider %s cannot be found.", *in.OpenIDConnectProviderArn)
		}
		if err != nil {
			return err
		}
		return t.Delete(entityKey(s.Account, kindProvider, rec.URL))
	})
}

// UpdateOpenIDConnectProviderThumbprint replaces the thumbprints.
func (s *Service) UpdateOpenIDConnectProviderThumbprint(ctx context.Context, in *api.UpdateOpenIDConnectProviderThumbprintRequest) (*wire.Empty, error) {
	if err := checkProvider(nil, in.ThumbprintList); err != nil {
		return nil, err
	}
	return nil, s.editProvider(ctx, *in.OpenIDConnectProviderArn, func(p *providerRecord) error { p.Thumbprints = in.ThumbprintList; return nil })
}

// AddClientIDToOpenIDConnectProvider adds an audience; one that is there stays.
func (s *Service) AddClientIDToOpenIDConnectProvider(ctx context.Context, in *api.AddClientIDToOpenIDConnectProviderRequest) (*wire.Empty, error) {
	return nil, s.editProvider(ctx, *in.OpenIDConnectProviderArn, func(p *providerRecord) error {
		if !slices.Contains(p.ClientIDs, *in.ClientID) {
			p.ClientIDs = append(p.ClientIDs, *in.ClientID)
		}
		return checkProvider(p.ClientIDs, nil)
	})
}

// RemoveClientIDFromOpenIDConnectProvider removes an audience, if it is there.
func (s *Service) RemoveClientIDFromOpenIDConnectProvider(ctx context.Context, in *api.RemoveClientIDFromOpenIDConnectProviderRequest) (*wire.Empty, error) {
	return nil, s.editProvider(ctx, *in.OpenIDConnectProviderArn, func(p *providerRecord) error {
		p.ClientIDs = slices.DeleteFunc(p.ClientIDs, func(id string) bool { return id == *in.ClientID })
		return nil
	})
}

// TagOpenIDConnectProvider adds tags to a provider.
func (s *Service) TagOpenIDConnectProvider(ctx context.Context, in *api.TagOpenIDConnectProviderRequest) (*wire.Empty, error) {
	return nil, s.editProvider(ctx, *in.OpenIDConnectProviderArn, func(p *providerRecord) (err error) {
		p.Tags, err = mergeTags(p.Tags, in.Tags, exactKeys)
		return err
	})
}

// UntagOpenIDConnectProvider removes tags from a provider.
func (s *Service) UntagOpenIDConnectProvider(ctx context.Context, in *api.UntagOpenIDConnectProviderRequest) (*wire.Empty, error) {
	return nil, s.editProvider(ctx, *in.OpenIDConnectProviderArn, func(p *providerRecord) error {
		p.Tags = removeTags(p.Tags, in.TagKeys, exactKeys)
		return nil
	})
}

// ListOpenIDConnectProviderTags lists the tags of a provider.
func (s *Service) ListOpenIDConnectProviderTags(ctx context.Context, in *api.ListOpenIDConnectProviderTagsRequest) (*api.ListOpenIDConnectProviderTagsResponse, error) {
	var p *providerRecord
	err := s.Store.View(ctx, func(r kv.Reader) (err error) {
		p, err = s.loadProvider(r, *in.OpenIDConnectProviderArn)
		return err
	})
	if err != nil {
		return nil, err
	}
	tags, more, marker, err := pageTags(p.Tags, in.Marker, in.MaxItems)
	return &api.ListOpenIDConnectProviderTagsResponse{Tags: tags, IsTruncated: more, Marker: marker}, err
}
