package cognitoidp

import (
	"context"

	"github.com/gatehouse-dev/gatehouse/internal/api/cognitoidp"
	"github.com/gatehouse-dev/gatehouse/internal/front"
	"github.com/gatehouse-dev/gatehouse/internal/kv"
	"github.com/gatehouse-dev/gatehouse/internal/policy"
)

// access is what each operation demands (Service Authorization Reference,
// "Amazon Cognito User Pools").
func (s *Service) access() front.Access {
	return front.Access{
		"CreateUserPool": front.Needs(func(_ context.Context, _ *front.Call, in *cognitoidp.CreateUserPoolRequest) ([]front.Need, error) {
			keys := policy.KeyMap{}
			requestTags(keys, in.UserPoolTags)
			return []front.Need{{Action: service + ":CreateUserPool", Resource: "*", Keys: keys}}, nil
		}),
		"ListUserPools":          front.Everywhere(service + ":ListUserPools"),
		"DescribeUserPoolDomain": front.Everywhere(service + ":DescribeUserPoolDomain"),

		"DescribeUserPool":     onPool(s, "DescribeUserPool", func(in *cognitoidp.DescribeUserPoolRequest) *string { return in.UserPoolId }),
		"DeleteUserPool":       onPool(s, "DeleteUserPool", func(in *cognitoidp.DeleteUserPoolRequest) *string { return in.UserPoolId }),
		"AddCustomAttributes":  onPool(s, "AddCustomAttributes", func(in *cognitoidp.AddCustomAttributesRequest) *string { return in.UserPoolId }),
		"GetUserPoolMfaConfig": onPool(s, "GetUserPoolMfaConfig", func(in *cognitoidp.GetUserPoolMfaConfigRequest) *string { return in.UserPoolId }),
		"SetUserPoolMfaConfig": onPool(s, "SetUserPoolMfaConfig", func(in *cognitoidp.SetUserPoolMfaConfigRequest) *string { return in.UserPoolId }),
		"UpdateUserPool": front.Needs(func(ctx context.Context, c *front.Call, in *cognitoidp.UpdateUserPoolRequest) ([]front.Need, error) {
			return s.needs(ctx, c, "UpdateUserPool", *in.UserPoolId, in.UserPoolTags)
		}),

		"CreateUserPoolClient":   onPool(s, "CreateUserPoolClient", func(in *cognitoidp.CreateUserPoolClientRequest) *string { return in.UserPoolId }),
		"DescribeUserPoolClient": onPool(s, "DescribeUserPoolClient", func(in *cognitoidp.DescribeUserPoolClientRequest) *string { return in.UserPoolId }),
		"UpdateUserPoolClient":   onPool(s, "UpdateUserPoolClient", func(in *cognitoidp.UpdateUserPoolClientRequest) *string { return in.UserPoolId }),
		"DeleteUserPoolClient":   onPool(s, "DeleteUserPoolClient", func(in *cognitoidp.DeleteUserPoolClientRequest) *string { return in.UserPoolId }),
		"ListUserPoolClients":    onPool(s, "ListUserPoolClients", func(in *cognitoidp.ListUserPoolClientsRequest) *string { return in.UserPoolId }),

		"CreateResourceServer":   onPool(s, "CreateResourceServer", func(in *cognitoidp.CreateResourceServerRequest) *string { return in.UserPoolId }),
		"DescribeResourceServer": onPool(s, "DescribeResourceServer", func(in *cognitoidp.DescribeResourceServerRequest) *string { return in.UserPoolId }),
		"UpdateResourceServer":   onPool(s, "UpdateResourceServer", func(in *cognitoidp.UpdateResourceServerRequest) *string { return in.UserPoolId }),
		"DeleteResourceServer":   onPool(s, "DeleteResourceServer", func(in *cognitoidp.DeleteResourceServerRequest) *string { return in.UserPoolId }),
		"ListResourceServers":    onPool(s, "ListResourceServers", func(in *cognitoidp.ListResourceServersRequest) *string { return in.UserPoolId }),

		"CreateUserPoolDomain": onPool(s, "CreateUserPoolDomain", func(in *cognitoidp.CreateUserPoolDomainRequest) *string { return in.UserPoolId }),
		"UpdateUserPoolDomain": onPool(s, "UpdateUserPoolDomain", func(in *cognitoidp.UpdateUserPoolDomainRequest) *string { return in.UserPoolId }),
		"DeleteUserPoolDomain": onPool(s, "DeleteUserPoolDomain", func(in *cognitoidp.DeleteUserPoolDomainRequest) *string { return in.UserPoolId }),

		"CreateGroup": onPool(s, "CreateGroup", func(in *cognitoidp.CreateGroupRequest) *string { return in.UserPoolId }),
		"GetGroup":    onPool(s, "GetGroup", func(in *cognitoidp.GetGroupRequest) *string { return in.UserPoolId }),
		"UpdateGroup": onPool(s, "UpdateGroup", func(in *cognitoidp.UpdateGroupRequest) *string { return in.UserPoolId }),
		"DeleteGroup": onPool(s, "DeleteGroup", func(in *cognitoidp.DeleteGroupRequest) *string { return in.UserPoolId }),
		"ListGroups":  onPool(s, "ListGroups", func(in *cognitoidp.ListGroupsRequest) *string { return in.UserPoolId }),

		"CreateIdentityProvider":          onPool(s, "CreateIdentityProvider", func(in *cognitoidp.CreateIdentityProviderRequest) *string { return in.UserPoolId }),
		"DescribeIdentityProvider":        onPool(s, "DescribeIdentityProvider", func(in *cognitoidp.DescribeIdentityProviderRequest) *string { return in.UserPoolId }),
		"GetIdentityProviderByIdentifier": onPool(s, "GetIdentityProviderByIdentifier", func(in *cognitoidp.GetIdentityProviderByIdentifierRequest) *string { return in.UserPoolId }),
		"UpdateIdentityProvider":          onPool(s, "UpdateIdentityProvider", func(in *cognitoidp.UpdateIdentityProviderRequest) *string { return in.UserPoolId }),
		"DeleteIdentityProvider":          onPool(s, "DeleteIdentityProvider", func(in *cognitoidp.DeleteIdentityProviderRequest) *string { return in.UserPoolId }),
		"ListIdentityProviders":           onPool(s, "ListIdentityProviders", func(in *cognitoidp.ListIdentityProvidersRequest) *string { return in.UserPoolId }),

		"GetUICustomization": onPool(s, "GetUICustomization", func(in *cognitoidp.GetUICustomizationRequest) *string { return in.UserPoolId }),
		"SetUICustomization": onPool(s, "SetUICustomization", func(in *cognitoidp.SetUICustomizationRequest) *string { return in.UserPoolId }),

		"TagResource": front.Needs(func(ctx context.Context, c *front.Call, in *cognitoidp.TagResourceRequest) ([]front.Need, error) {
			return s.needsOnARN(ctx, c, "TagResource", *in.ResourceArn, in.Tags)
		}),
		"UntagResource": front.Needs(func(ctx context.Context, c *front.Call, in *cognitoidp.UntagResourceRequest) ([]front.Need, error) {
			needs, err := s.needsOnARN(ctx, c, "UntagResource", *in.ResourceArn, nil)
			if err == nil {
				needs[0].Keys.(policy.KeyMap).Set("aws:TagKeys", in.TagKeys...)
			}
			return needs, err
		}),
		"ListTagsForResource": front.Needs(func(ctx context.Context, c *front.Call, in *cognitoidp.ListTagsForResourceRequest) ([]front.Need, error) {
			return s.needsOnARN(ctx, c, "ListTagsForResource", *in.ResourceArn, nil)
		}),
	}
}

// onPool demands the action on the pool that the input names.
func onPool[T any](s *Service, action string, pool func(in *T) *string) front.Rule {
	return front.Needs(func(ctx context.Context, c *front.Call, in *T) ([]front.Need, error) {
		return s.needs(ctx, c, action, text(pool(in)), nil)
	})
}

// needs is the action on the pool, with the pool's tags and those of the
// request as condition keys.
func (s *Service) needs(ctx context.Context, c *front.Call, action, pool string, tags map[string]string) ([]front.Need, error) {
	keys := policy.KeyMap{}
	requestTags(keys, tags)
	err := s.store.View(ctx, func(r kv.Reader) error {
		p, _, err := kv.Load[poolRecord](r, spaceOf(c).pool(pool))
		for k, v := range p.Pool.UserPoolTags {
			keys.Set("aws:ResourceTag/"+k, v)
		}
		return err
	})
	return []front.Need{{Action: service + ":" + action, Resource: c.ARN(service, "userpool/"+pool), Keys: keys}}, err
}

func (s *Service) needsOnARN(ctx context.Context, c *front.Call, action, name string, tags map[string]string) ([]front.Need, error) {
	id, err := taggedPool(c, name)
	if err != nil {
		return nil, err
	}
	return s.needs(ctx, c, action, id, tags)
}

func requestTags(keys policy.KeyMap, tags map[string]string) {
	if len(tags) == 0 {
		return
	}
	names := make([]string, 0, len(tags))
	for k, v := range tags {
		keys.Set("aws:RequestTag/"+k, v)
		names = append(names, k)
	}
	keys.Set("aws:TagKeys", names...)
}
