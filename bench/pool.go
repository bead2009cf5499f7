package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway"
	gateway "github.com/aws/aws-sdk-go-v2/service/apigateway/types"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	cognito "github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider/types"
)

const scope = "bench/read"

// pool is a user pool with a client and a token of it.
type pool struct{ arn, token string }

// newPool makes a pool and draws a token by client credentials.
func (a *account) newPool(ctx context.Context) (*pool, error) {
	c := a.cognito
	created, err := c.CreateUserPool(ctx, &cognitoidentityprovider.CreateUserPoolInput{PoolName: aws.String("bench")})
	if err != nil {
		return nil, err
	}
	id := created.UserPool.Id
	if _, err := c.CreateUserPoolDomain(ctx, &cognitoidentityprovider.CreateUserPoolDomainInput{UserPoolId: id, Domain: aws.String("bench")}); err != nil {
		return nil, err
	}
	if _, err := c.CreateResourceServer(ctx, &cognitoidentityprovider.CreateResourceServerInput{UserPoolId: id, Identifier: aws.String("bench"), Name: aws.String("bench"),
		Scopes: []cognito.ResourceServerScopeType{{ScopeName: aws.String("read"), ScopeDescription: aws.String("read")}}}); err != nil {
		return nil, err
	}
	client, err := c.CreateUserPoolClient(ctx, &cognitoidentityprovider.CreateUserPoolClientInput{UserPoolId: id, ClientName: aws.String("bench"), GenerateSecret: true,
		AllowedOAuthFlowsUserPoolClient: true, AllowedOAuthFlows: []cognito.OAuthFlowType{cognito.OAuthFlowTypeClientCredentials}, AllowedOAuthScopes: []string{scope}})
	if err != nil {
		return nil, err
	}
	token, err := a.token(ctx, *client.UserPoolClient.ClientId, *client.UserPoolClient.ClientSecret)
	return &pool{arn: *created.UserPool.Arn, token: token}, err
}

func (a *account) token(ctx context.Context, client, secret string) (string, error) {
	form := url.Values{"grant_type": {"client_credentials"}, "scope": {scope}}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, a.url+"/_aws/cognito-idp/bench/oauth2/token", strings.NewReader(form.Encode()))
	if err != nil {
		return "", err
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.SetBasicAuth(client, secret)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	var out struct {
		AccessToken string `json:"access_token"`
	}
	if err := json.NewDecoder(resp.Body).Decode(&out); err != nil || out.AccessToken == "" {
		return "", fmt.Errorf("no token: %s, %w", resp.Status, err)
	}
	return out.AccessToken, nil
}

// authorizer makes a COGNITO_USER_POOLS authorizer of the pool.
func (p *api) authorizer(ctx context.Context, of *pool) (string, error) {
	out, err := p.account.gateway.CreateAuthorizer(ctx, &apigateway.CreateAuthorizerInput{RestApiId: &p.id, Name: aws.String("bench"),
		Type: gateway.AuthorizerTypeCognitoUserPools, ProviderARNs: []string{of.arn}, IdentitySource: aws.String("method.request.header.Authorization")})
	if err != nil {
		return "", err
	}
	return *out.Id, nil
}
