package cognitoidp_test

import (
	"regexp"
	"testing"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider/types"

	"github.com/gatehouse-dev/gatehouse/internal/testkit"
)

func TestClientDefaults(t *testing.T) {
	f := start(t)
	pool := f.pool()
	created := must(f.CreateUserPoolClient(t.Context(), &sdk.CreateUserPoolClientInput{UserPoolId: &pool, ClientName: new("c")})).UserPoolClient
	c := must(f.DescribeUserPoolClient(t.Context(), &sdk.DescribeUserPoolClientInput{UserPoolId: &pool, ClientId: created.ClientId})).UserPoolClient
	if asJSON(t, created) != asJSON(t, c) {
		t.Errorf("created %s\nread %s", asJSON(t, created), asJSON(t, c))
	}
	if !regexp.MustCompile(`^[a-z0-9]{26}$`).MatchString(*c.ClientId) {
		t.Errorf("id is %s", *c.ClientId)
	}
	want := &types.UserPoolClientType{UserPoolId: &pool, ClientName: new("c"), ClientId: c.ClientId, CreationDate: c.CreationDate, LastModifiedDate: c.LastModifiedDate,
		RefreshTokenValidity: 30, AllowedOAuthFlowsUserPoolClient: new(false), EnableTokenRevocation: new(true),
		EnablePropagateAdditionalUserContextData: new(false), AuthSessionValidity: new(int32(3))}
	if got, want := asJSON(t, c), asJSON(t, want); got != want {
		t.Errorf("got %s\nwant %s", got, want)
	}
	secret := must(f.CreateUserPoolClient(t.Context(), &sdk.CreateUserPoolClientInput{UserPoolId: &pool, ClientName: new("c"), GenerateSecret: true})).UserPoolClient.ClientSecret
	if !regexp.MustCompile(`^[a-z0-9]{51}$`).MatchString(*secret) {
		t.Errorf("secret is %s", *secret)
	}
}

func TestClientSettingsRoundTrip(t *testing.T) {
	f := start(t)
	ctx := t.Context()
	pool := f.pool()
	f.server(pool, "api", "a")
	must(f.AddCustomAttributes(ctx, &sdk.AddCustomAttributesInput{UserPoolId: &pool, CustomAttributes: []types.SchemaAttributeType{{Name: new("x")}}}))
	must(f.CreateIdentityProvider(ctx, google(pool)))
	in := &sdk.CreateUserPoolClientInput{UserPoolId: &pool, ClientName: new("c"), ClientSecret: new("0123456789abcdefghijklmnop"),
		RefreshTokenValidity: 90, AccessTokenValidity: new(int32(30)), IdTokenValidity: new(int32(2)),
		TokenValidityUnits: &types.TokenValidityUnitsType{AccessToken: "minutes"}, ReadAttributes: []string{"email", "custom:x"}, WriteAttributes: []string{"custom:x"},
		ExplicitAuthFlows: []types.ExplicitAuthFlowsType{"ALLOW_USER_SRP_AUTH"}, SupportedIdentityProviders: []string{"COGNITO", "Google"},
		CallbackURLs: []string{"https://a.example.com/x", "http://localhost:3000", "myapp://cb"}, LogoutURLs: []string{"https://a.example.com"},
		DefaultRedirectURI: new("myapp://cb"), AllowedOAuthFlows: []types.OAuthFlowType{"code", "implicit"}, AllowedOAuthScopes: []string{"openid", "api/a"},
		AllowedOAuthFlowsUserPoolClient: true, AnalyticsConfiguration: &types.AnalyticsConfigurationType{ApplicationArn: new("arn:aws:mobiletargeting:us-east-1:000000000000:apps/x")},
		PreventUserExistenceErrors: "ENABLED", EnableTokenRevocation: new(false), EnablePropagateAdditionalUserContextData: new(true), AuthSessionValidity: new(int32(5)),
		RefreshTokenRotation: &types.RefreshTokenRotationType{Feature: "ENABLED", RetryGracePeriodSeconds: new(int32(10))}}
	c := must(f.CreateUserPoolClient(ctx, in)).UserPoolClient
	want := types.UserPoolClientType{UserPoolId: &pool, ClientName: in.ClientName, ClientId: c.ClientId, ClientSecret: in.ClientSecret, CreationDate: c.CreationDate,
		LastModifiedDate: c.LastModifiedDate, RefreshTokenValidity: 90, AccessTokenValidity: in.AccessTokenValidity, IdTokenValidity: in.IdTokenValidity,
		TokenValidityUnits: &types.TokenValidityUnitsType{AccessToken: "minutes", IdToken: "hours", RefreshToken: "days"}, ReadAttributes: in.ReadAttributes,
		WriteAttributes: in.WriteAttributes, ExplicitAuthFlows: in.ExplicitAuthFlows, SupportedIdentityProviders: in.SupportedIdentityProviders, CallbackURLs: in.CallbackURLs,
		LogoutURLs: in.LogoutURLs, DefaultRedirectURI: in.DefaultRedirectURI, AllowedOAuthFlows: in.AllowedOAuthFlows, AllowedOAuthScopes: in.AllowedOAuthScopes,
		AllowedOAuthFlowsUserPoolClient: new(true), AnalyticsConfiguration: in.AnalyticsConfiguration, PreventUserExistenceErrors: "ENABLED",
		EnableTokenRevocation: new(false), EnablePropagateAdditionalUserContextData: new(true), AuthSessionValidity: in.AuthSessionValidity, RefreshTokenRotation: in.RefreshTokenRotation}
	if got, want := asJSON(t, c), asJSON(t, want); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	f.clock.Advance(time.Minute)
	c = must(f.UpdateUserPoolClient(ctx, &sdk.UpdateUserPoolClientInput{UserPoolId: &pool, ClientId: c.ClientId})).UserPoolClient
	if c.CallbackURLs != nil || c.RefreshTokenValidity != 30 || *c.ClientName != "c" || *c.ClientSecret != *in.ClientSecret || !*c.EnableTokenRevocation || !c.LastModifiedDate.After(*want.LastModifiedDate) {
		t.Errorf("after an empty update: %s", asJSON(t, c))
	}
}

func TestClientErrors(t *testing.T) {
	f := start(t)
	ctx := t.Context()
	pool := f.pool()
	f.server(pool, "api", "a")
	machine := []types.OAuthFlowType{"client_credentials"}
	code := []types.OAuthFlowType{"code"}
	minutes := &types.TokenValidityUnitsType{AccessToken: "minutes", IdToken: "minutes", RefreshToken: "minutes"}
	for _, c := range []struct {
		in         sdk.CreateUserPoolClientInput
		code, text string
	}{
		{sdk.CreateUserPoolClientInput{AllowedOAuthFlows: machine, AllowedOAuthScopes: []string{"api/a"}}, "InvalidOAuthFlowException", "client_credentials flow can not be selected if client does not have a client secret."},
		{sdk.CreateUserPoolClientInput{GenerateSecret: true, AllowedOAuthFlows: append(code, machine...)}, "InvalidOAuthFlowException", "client_credentials flow can not be selected along with code flow or implicit flow."},
		{sdk.CreateUserPoolClientInput{GenerateSecret: true, AllowedOAuthFlows: machine, AllowedOAuthScopes: []string{"openid"}}, "InvalidOAuthFlowException", "openid is not supported with client_credentials flow"},
		{sdk.CreateUserPoolClientInput{GenerateSecret: true, AllowedOAuthFlows: machine, AllowedOAuthScopes: []string{"api/b"}}, "ScopeDoesNotExistException", "Invalid scope requested: api/b"},
		{sdk.CreateUserPoolClientInput{AllowedOAuthFlowsUserPoolClient: true}, "", "AllowedOAuthFlows and AllowedOAuthScopes are required if user pool client is allowed to use OAuth flows."},
		{sdk.CreateUserPoolClientInput{AllowedOAuthFlowsUserPoolClient: true, AllowedOAuthFlows: code, AllowedOAuthScopes: []string{"openid"}}, "", "CallbackUrls can not be empty when code flow or implicit flow is selected"},
		{sdk.CreateUserPoolClientInput{CallbackURLs: []string{"http://example.com"}}, "", "http://example.com cannot use the HTTP protocol."},
		{sdk.CreateUserPoolClientInput{CallbackURLs: []string{"https://example.com/#x"}}, "", "is not a valid redirect URI"},
		{sdk.CreateUserPoolClientInput{CallbackURLs: []string{"https://example.com"}, DefaultRedirectURI: new("https://x")}, "", "The default redirect URI https://x is not in the callback URIs list."},
		{sdk.CreateUserPoolClientInput{ReadAttributes: []string{"custom:no"}}, "", "Invalid read attributes specified while creating a client"},
		{sdk.CreateUserPoolClientInput{WriteAttributes: []string{"sub"}}, "", "Invalid write attributes specified while creating a client"},
		{sdk.CreateUserPoolClientInput{SupportedIdentityProviders: []string{"Google"}}, "", "The provider Google does not exist for User Pool " + pool},
		{sdk.CreateUserPoolClientInput{ExplicitAuthFlows: []types.ExplicitAuthFlowsType{"ADMIN_NO_SRP_AUTH", "ALLOW_USER_SRP_AUTH"}}, "", "Auth flow name with prefix 'ALLOW' cannot be used with legacy auth flow names."},
		{sdk.CreateUserPoolClientInput{AccessTokenValidity: new(int32(25))}, "", "Invalid range for token validity."},
		{sdk.CreateUserPoolClientInput{AccessTokenValidity: new(int32(4)), TokenValidityUnits: minutes, RefreshTokenValidity: 90}, "", "Invalid range for token validity."},
		{sdk.CreateUserPoolClientInput{RefreshTokenValidity: 4000}, "", "Invalid range for token validity."},
		{sdk.CreateUserPoolClientInput{AccessTokenValidity: new(int32(200)), TokenValidityUnits: minutes, RefreshTokenValidity: 90}, "", "Access and Id Token expiration times must be less than or equal to refresh token expiration times."},
		{sdk.CreateUserPoolClientInput{AnalyticsConfiguration: &types.AnalyticsConfigurationType{ApplicationId: new("0a")}}, "", "Invalid analytics configuration given"},
		{sdk.CreateUserPoolClientInput{GenerateSecret: true, ClientSecret: new("0123456789abcdefghijklmnop")}, "", "can not be set together"},
		{sdk.CreateUserPoolClientInput{AllowedOAuthFlows: []types.OAuthFlowType{"token"}}, "", "validation error"},
	} {
		if c.code == "" {
			c.code = "InvalidParameterException"
		}
		c.in.UserPoolId, c.in.ClientName = &pool, new("c")
		_, err := f.CreateUserPoolClient(ctx, &c.in)
		testkit.WantError(t, err, 400, c.code, c.text)
	}
	if n := len(must(f.ListUserPoolClients(ctx, &sdk.ListUserPoolClientsInput{UserPoolId: &pool})).UserPoolClients); n != 0 {
		t.Errorf("%d clients were made", n)
	}

	const text = "User pool client nobody does not exist."
	_, err := f.DescribeUserPoolClient(ctx, &sdk.DescribeUserPoolClientInput{UserPoolId: &pool, ClientId: new("nobody")})
	testkit.WantError(t, err, 400, "ResourceNotFoundException", text)
	_, err = f.UpdateUserPoolClient(ctx, &sdk.UpdateUserPoolClientInput{UserPoolId: &pool, ClientId: new("nobody")})
	testkit.WantError(t, err, 400, "ResourceNotFoundException", text)
	_, err = f.DeleteUserPoolClient(ctx, &sdk.DeleteUserPoolClientInput{UserPoolId: &pool, ClientId: new("nobody")})
	testkit.WantError(t, err, 400, "ResourceNotFoundException", text)
	_, err = f.CreateUserPoolClient(ctx, &sdk.CreateUserPoolClientInput{UserPoolId: new("us-east-1_nowhere12"), ClientName: new("c")})
	testkit.WantError(t, err, 400, "ResourceNotFoundException", "User pool us-east-1_nowhere12 does not exist.")
}

func TestListingsPage(t *testing.T) {
	f := start(t)
	ctx := t.Context()
	pool := f.pool()
	for range 5 {
		f.pool()
		must(f.CreateUserPoolClient(ctx, &sdk.CreateUserPoolClientInput{UserPoolId: &pool, ClientName: new("c")}))
	}
	seen := map[string]bool{}
	pages := sdk.NewListUserPoolClientsPaginator(f, &sdk.ListUserPoolClientsInput{UserPoolId: &pool, MaxResults: new(int32(2))})
	for pages.HasMorePages() {
		for _, c := range must(pages.NextPage(ctx)).UserPoolClients {
			seen[*c.ClientId] = true
		}
	}
	poolPages := sdk.NewListUserPoolsPaginator(f, &sdk.ListUserPoolsInput{MaxResults: new(int32(4))})
	for poolPages.HasMorePages() {
		for _, p := range must(poolPages.NextPage(ctx)).UserPools {
			seen[*p.Id] = true
		}
	}
	if len(seen) != 5+6 {
		t.Errorf("seen %d", len(seen))
	}
	_, err := f.ListUserPools(ctx, &sdk.ListUserPoolsInput{MaxResults: new(int32(4)), NextToken: new("x")})
	testkit.WantError(t, err, 400, "InvalidParameterException", "Invalid pagination token given.")
}
