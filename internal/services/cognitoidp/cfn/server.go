package cognitocfn

import (
	"context"

	api "github.com/gatehouse-dev/gatehouse/internal/api/cognitoidp"
	"github.com/gatehouse-dev/gatehouse/internal/cfn"
)

func resourceServer() *cfn.Type {
	return &cfn.Type{Name: "AWS::Cognito::UserPoolResourceServer",
		Properties: cfn.From[api.CreateResourceServerRequest]().Require("UserPoolId", "Identifier", "Name"),
		CreateOnly: []string{"UserPoolId", "Identifier"},
		Handler: cfn.Functions{
			Make: func(ctx context.Context, r *cfn.Request) (cfn.Result, error) {
				in := &api.CreateResourceServerRequest{}
				if err := r.Properties.Into(in); err != nil {
					return cfn.Result{}, err
				}
				err := cfn.Do(ctx, r, service, "CreateResourceServer", in)
				if err != nil && r.Retry {
					// An interrupted step may have made it.
					err = cfn.Do(ctx, r, service, "DescribeResourceServer",
						&api.DescribeResourceServerRequest{UserPoolId: in.UserPoolId, Identifier: in.Identifier})
				}
				return cfn.Result{PhysicalID: *in.Identifier}, err
			},
			Change: func(ctx context.Context, r *cfn.Request) (cfn.Result, error) {
				in := &api.UpdateResourceServerRequest{}
				if err := r.Properties.Into(in); err != nil {
					return cfn.Result{}, err
				}
				if in.Scopes == nil {
					in.Scopes = []api.ResourceServerScopeType{}
				}
				return cfn.Result{PhysicalID: r.PhysicalID}, cfn.Do(ctx, r, service, "UpdateResourceServer", in)
			},
			Remove: func(ctx context.Context, r *cfn.Request) error {
				in := &api.DeleteResourceServerRequest{UserPoolId: r.Properties.Optional("UserPoolId"), Identifier: &r.PhysicalID}
				return cfn.Do(ctx, r, service, "DeleteResourceServer", in)
			}}}
}

func domain() *cfn.Type {
	return &cfn.Type{Name: "AWS::Cognito::UserPoolDomain",
		Properties: cfn.From[api.CreateUserPoolDomainRequest]().Only("Domain", "UserPoolId", "ManagedLoginVersion", "CustomDomainConfig").
			Require("UserPoolId", "Domain"),
		CreateOnly: []string{"UserPoolId", "Domain"}, Attributes: []string{"CloudFrontDistribution"},
		Handler: cfn.Functions{Make: createDomain,
			Change: func(ctx context.Context, r *cfn.Request) (cfn.Result, error) {
				in := &api.UpdateUserPoolDomainRequest{}
				if err := r.Properties.Into(in); err != nil {
					return cfn.Result{}, err
				}
				return cfn.Result{PhysicalID: r.PhysicalID}, cfn.Do(ctx, r, service, "UpdateUserPoolDomain", in)
			},
			Remove: func(ctx context.Context, r *cfn.Request) error {
				in := &api.DeleteUserPoolDomainRequest{UserPoolId: r.Properties.Optional("UserPoolId"), Domain: &r.PhysicalID}
				return cfn.Do(ctx, r, service, "DeleteUserPoolDomain", in)
			}}}
}

func createDomain(ctx context.Context, r *cfn.Request) (cfn.Result, error) {
	in := &api.CreateUserPoolDomainRequest{}
	if err := r.Properties.Into(in); err != nil {
		return cfn.Result{}, err
	}
	out := cfn.Result{PhysicalID: *in.Domain, Attributes: map[string]any{"CloudFrontDistribution": ""}}
	made, err := cfn.Call[api.CreateUserPoolDomainResponse](ctx, r, service, "CreateUserPoolDomain", in)
	if err == nil {
		if made.CloudFrontDomain != nil {
			out.Attributes["CloudFrontDistribution"] = *made.CloudFrontDomain
		}
		return out, nil
	}
	if r.Retry {
		got, derr := cfn.Call[api.DescribeUserPoolDomainResponse](ctx, r, service, "DescribeUserPoolDomain", &api.DescribeUserPoolDomainRequest{Domain: in.Domain})
		if derr == nil && got.DomainDescription != nil && got.DomainDescription.UserPoolId != nil && *got.DomainDescription.UserPoolId == *in.UserPoolId {
			return out, nil
		}
	}
	return out, err
}
