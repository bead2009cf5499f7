package cognitocfn

import (
	"context"

	api "github.com/gatehouse-dev/gatehouse/internal/api/cognitoidp"
	"github.com/gatehouse-dev/gatehouse/internal/cfn"
)

func client() *cfn.Type {
	return &cfn.Type{Name: "AWS::Cognito::UserPoolClient",
		Properties: cfn.From[api.CreateUserPoolClientRequest]().Without("ClientSecret").Require("UserPoolId"),
		CreateOnly: []string{"UserPoolId", "GenerateSecret"}, Attributes: []string{"ClientId", "ClientSecret", "Name"},
		Handler: cfn.Functions{Make: createClient, Change: updateClient, Remove: func(ctx context.Context, r *cfn.Request) error {
			in := &api.DeleteUserPoolClientRequest{UserPoolId: r.Properties.Optional("UserPoolId"), ClientId: &r.PhysicalID}
			return cfn.Do(ctx, r, service, "DeleteUserPoolClient", in)
		}}}
}

func clientName(r *cfn.Request) string {
	if name := r.Properties.Text("ClientName"); name != "" {
		return name
	}
	return r.Name(128)
}

func createClient(ctx context.Context, r *cfn.Request) (out cfn.Result, err error) {
	if r.Retry {
		c, err := findClient(ctx, r)
		if err != nil || c != nil {
			return clientResult(c), err
		}
	}
	in := &api.CreateUserPoolClientRequest{}
	if err := r.Properties.Into(in); err != nil {
		return out, err
	}
	in.ClientName = new(clientName(r))
	made, err := cfn.Call[api.CreateUserPoolClientResponse](ctx, r, service, "CreateUserPoolClient", in)
	if err != nil {
		return out, err
	}
	return clientResult(made.UserPoolClient), nil
}

func clientResult(c *api.UserPoolClientType) cfn.Result {
	if c == nil {
		return cfn.Result{}
	}
	out := cfn.Result{PhysicalID: *c.ClientId, Attributes: map[string]any{"ClientId": *c.ClientId, "Name": *c.ClientName}}
	if c.ClientSecret != nil {
		out.Attributes["ClientSecret"] = *c.ClientSecret
	}
	return out
}

// findClient finds the client that an interrupted step made.
func findClient(ctx context.Context, r *cfn.Request) (*api.UserPoolClientType, error) {
	pool := r.Properties.Optional("UserPoolId")
	in := &api.ListUserPoolClientsRequest{UserPoolId: pool, MaxResults: new(int32(60))}
	for {
		page, err := cfn.Call[api.ListUserPoolClientsResponse](ctx, r, service, "ListUserPoolClients", in)
		if err != nil {
			return nil, err
		}
		for _, c := range page.UserPoolClients {
			if *c.ClientName != clientName(r) {
				continue
			}
			got, err := cfn.Call[api.DescribeUserPoolClientResponse](ctx, r, service, "DescribeUserPoolClient",
				&api.DescribeUserPoolClientRequest{UserPoolId: pool, ClientId: c.ClientId})
			if err != nil {
				return nil, err
			}
			if !got.UserPoolClient.CreationDate.Before(r.Started) {
				return got.UserPoolClient, nil
			}
		}
		if page.NextToken == nil {
			return nil, nil
		}
		in.NextToken = page.NextToken
	}
}

// updateClient tells Cognito everything: what is left out there goes back to
// its default.
func updateClient(ctx context.Context, r *cfn.Request) (cfn.Result, error) {
	in := &api.UpdateUserPoolClientRequest{}
	if err := r.Properties.Without("GenerateSecret").Into(in); err != nil {
		return cfn.Result{}, err
	}
	in.ClientId = &r.PhysicalID
	out, err := cfn.Call[api.UpdateUserPoolClientResponse](ctx, r, service, "UpdateUserPoolClient", in)
	if err != nil {
		return cfn.Result{}, err
	}
	return clientResult(out.UserPoolClient), nil
}
