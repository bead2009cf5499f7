package cognitoidp

import (
	"context"
	"time"

	"github.com/gatehouse-dev/gatehouse/internal/api/cognitoidp"
	"github.com/gatehouse-dev/gatehouse/internal/front"
	"github.com/gatehouse-dev/gatehouse/internal/ids"
	"github.com/gatehouse-dev/gatehouse/internal/kv"
	"github.com/gatehouse-dev/gatehouse/internal/paging"
	"github.com/gatehouse-dev/gatehouse/internal/wire"
)

// Lengths of what Cognito makes, characters.
const (
	clientIDLength = 26
	secretLength   = 51
)

// maxClients is the quota of app clients of a pool.
const maxClients = 1000

// clientRecord is an app client as DescribeUserPoolClient returns it.
type clientRecord struct {
	Client cognitoidp.UserPoolClientType
}

// secrets are those that authenticate the client.
func (c *clientRecord) secrets() []string {
	if s := text(c.Client.ClientSecret); s != "" {
		return []string{s}
	}
	return nil
}

// clientSettings are what creating and updating a client have in common.
type clientSettings = cognitoidp.UpdateUserPoolClientRequest

func (s *Service) CreateUserPoolClient(ctx context.Context, in *cognitoidp.CreateUserPoolClientRequest) (*cognitoidp.CreateUserPoolClientResponse, error) {
	now := front.CallFrom(ctx).Time
	if in.ClientSecret != nil && isTrue(in.GenerateSecret) {
		return nil, invalid("GenerateSecret and ClientSecret can not be set together.")
	}
	rec := clientRecord{cognitoidp.UserPoolClientType{
		UserPoolId: in.UserPoolId, ClientId: new(ids.Lower(clientIDLength)), CreationDate: stamp(now), ClientSecret: in.ClientSecret}}
	if isTrue(in.GenerateSecret) {
		rec.Client.ClientSecret = new(ids.Lower(secretLength))
	}
	common := clientSettings{
		ClientName: in.ClientName, RefreshTokenValidity: in.RefreshTokenValidity, AccessTokenValidity: in.AccessTokenValidity,
		IdTokenValidity: in.IdTokenValidity, TokenValidityUnits: in.TokenValidityUnits, ReadAttributes: in.ReadAttributes,
		WriteAttributes: in.WriteAttributes, ExplicitAuthFlows: in.ExplicitAuthFlows, SupportedIdentityProviders: in.SupportedIdentityProviders,
		CallbackURLs: in.CallbackURLs, LogoutURLs: in.LogoutURLs, DefaultRedirectURI: in.DefaultRedirectURI,
		AllowedOAuthFlows: in.AllowedOAuthFlows, AllowedOAuthScopes: in.AllowedOAuthScopes,
		AllowedOAuthFlowsUserPoolClient: in.AllowedOAuthFlowsUserPoolClient, AnalyticsConfiguration: in.AnalyticsConfiguration,
		PreventUserExistenceErrors: in.PreventUserExistenceErrors, EnableTokenRevocation: in.EnableTokenRevocation,
		EnablePropagateAdditionalUserContextData: in.EnablePropagateAdditionalUserContextData,
		AuthSessionValidity:                      in.AuthSessionValidity, RefreshTokenRotation: in.RefreshTokenRotation,
	}
	err := s.mutate(ctx, *in.UserPoolId, func(t kv.Txn, at space, p *poolRecord) error {
		all, err := kv.LoadAll[struct{}](t, at.clients(*in.UserPoolId))
		if err != nil {
			return err
		}
		if len(all) >= maxClients {
			return cognitoidp.LimitExceededException("The number of user pool clients has exceeded the limit of %d.", maxClients)
		}
		return rec.apply(t, at, p, &common, now)
	})
	if err != nil {
		return nil, err
	}
	return &cognitoidp.CreateUserPoolClientResponse{UserPoolClient: &rec.Client}, nil
}

// apply gives the client its settings and stores it. What is not given falls
// back to its default, as UpdateUserPoolClient documents.
func (c *clientRecord) apply(t kv.Txn, at space, p *poolRecord, in *clientSettings, now time.Time) error {
	old := c.Client
	name := in.ClientName
	if name == nil {
		name = old.ClientName
	}
	c.Client = cognitoidp.UserPoolClientType{
		UserPoolId: old.UserPoolId, ClientName: name, ClientId: old.ClientId, ClientSecret: old.ClientSecret,
		LastModifiedDate: stamp(now), CreationDate: old.CreationDate,
		RefreshTokenValidity: or(in.RefreshTokenValidity, 30), AccessTokenValidity: in.AccessTokenValidity, IdTokenValidity: in.IdTokenValidity,
		TokenValidityUnits: validityUnits(in.TokenValidityUnits), ReadAttributes: in.ReadAttributes, WriteAttributes: in.WriteAttributes,
		ExplicitAuthFlows: in.ExplicitAuthFlows, SupportedIdentityProviders: in.SupportedIdentityProviders,
		CallbackURLs: in.CallbackURLs, LogoutURLs: in.LogoutURLs, DefaultRedirectURI: given(in.DefaultRedirectURI),
		AllowedOAuthFlows: in.AllowedOAuthFlows, AllowedOAuthScopes: in.AllowedOAuthScopes,
		AllowedOAuthFlowsUserPoolClient: or(in.AllowedOAuthFlowsUserPoolClient, false),
		AnalyticsConfiguration:          in.AnalyticsConfiguration, PreventUserExistenceErrors: given(in.PreventUserExistenceErrors),
		EnableTokenRevocation:                    or(in.EnableTokenRevocation, true),
		EnablePropagateAdditionalUserContextData: or(in.EnablePropagateAdditionalUserContextData, false),
		AuthSessionValidity:                      or(in.AuthSessionValidity, 3), RefreshTokenRotation: in.RefreshTokenRotation,
	}
	if *c.Client.RefreshTokenValidity == 0 {
		c.Client.RefreshTokenValidity = new(int32(30))
	}
	if err := c.check(t, at, p); err != nil {
		return err
	}
	return kv.Save(t, at.client(*c.Client.UserPoolId, *c.Client.ClientId), *c)
}

// validityUnits fills in the units that are not given, if any is.
func validityUnits(in *cognitoidp.TokenValidityUnitsType) *cognitoidp.TokenValidityUnitsType {
	if in == nil || *in == (cognitoidp.TokenValidityUnitsType{}) {
		return nil
	}
	return &cognitoidp.TokenValidityUnitsType{
		AccessToken: or(in.AccessToken, cognitoidp.TimeUnitsTypeHours), IdToken: or(in.IdToken, cognitoidp.TimeUnitsTypeHours),
		RefreshToken: or(in.RefreshToken, cognitoidp.TimeUnitsTypeDays),
	}
}

// findClient loads a client of a pool that exists.
func findClient(r kv.Reader, in space, pool, id string) (clientRecord, error) {
	c, ok, err := kv.Load[clientRecord](r, in.client(pool, id))
	if err == nil && !ok {
		err = noClient(id)
	}
	return c, err
}

func (s *Service) DescribeUserPoolClient(ctx context.Context, in *cognitoidp.DescribeUserPoolClientRequest) (*cognitoidp.DescribeUserPoolClientResponse, error) {
	out := &cognitoidp.DescribeUserPoolClientResponse{}
	return out, s.inspect(ctx, *in.UserPoolId, func(r kv.Reader, at space, _ *poolRecord) error {
		c, err := findClient(r, at, *in.UserPoolId, *in.ClientId)
		out.UserPoolClient = &c.Client
		return err
	})
}

func (s *Service) UpdateUserPoolClient(ctx context.Context, in *cognitoidp.UpdateUserPoolClientRequest) (*cognitoidp.UpdateUserPoolClientResponse, error) {
	out := &cognitoidp.UpdateUserPoolClientResponse{}
	return out, s.mutate(ctx, *in.UserPoolId, func(t kv.Txn, at space, p *poolRecord) error {
		c, err := findClient(t, at, *in.UserPoolId, *in.ClientId)
		if err != nil {
			return err
		}
		out.UserPoolClient = &c.Client
		return c.apply(t, at, p, in, front.CallFrom(ctx).Time)
	})
}

func (s *Service) DeleteUserPoolClient(ctx context.Context, in *cognitoidp.DeleteUserPoolClientRequest) (*wire.Empty, error) {
	return &wire.Empty{}, s.mutate(ctx, *in.UserPoolId, func(t kv.Txn, at space, _ *poolRecord) error {
		if _, err := findClient(t, at, *in.UserPoolId, *in.ClientId); err != nil {
			return err
		}
		if err := t.Delete(at.ui(*in.UserPoolId, *in.ClientId)); err != nil {
			return err
		}
		return t.Delete(at.client(*in.UserPoolId, *in.ClientId))
	})
}

func (s *Service) ListUserPoolClients(ctx context.Context, in *cognitoidp.ListUserPoolClientsRequest) (*cognitoidp.ListUserPoolClientsResponse, error) {
	out := &cognitoidp.ListUserPoolClientsResponse{UserPoolClients: []cognitoidp.UserPoolClientDescription{}}
	return out, s.inspect(ctx, *in.UserPoolId, func(r kv.Reader, at space, _ *poolRecord) error {
		all, err := kv.LoadAll[clientRecord](r, at.clients(*in.UserPoolId))
		if err != nil {
			return err
		}
		page, next, err := paging.Slice(all, func(c clientRecord) string { return *c.Client.ClientId }, in.NextToken, int(*or(in.MaxResults, 60)))
		if err != nil {
			return invalidToken()
		}
		out.NextToken = next
		for _, c := range page {
			out.UserPoolClients = append(out.UserPoolClients, cognitoidp.UserPoolClientDescription{
				ClientId: c.Client.ClientId, UserPoolId: c.Client.UserPoolId, ClientName: c.Client.ClientName})
		}
		return nil
	})
}
