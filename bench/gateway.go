package main

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway"
	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"
)

// mock loads a MOCK integration, whose templates run for every request, beside
// the bare handler that writes the same body.
func mock(ctx context.Context, l *lab, t *table) error {
	if err := missing("wrk"); err != nil {
		return err
	}
	p, err := l.account.newAPI(ctx, "mock")
	if err != nil {
		return err
	}
	if err := p.get(ctx, "hello", "", apigateway.PutIntegrationInput{Type: types.IntegrationTypeMock,
		RequestTemplates: map[string]string{"application/json": `{"statusCode":200}`}}); err != nil {
		return err
	}
	stage, err := p.deploy(ctx)
	if err != nil {
		return err
	}
	if err := expect(ctx, stage+"/hello", body); err != nil {
		return err
	}
	peer, err := l.peer(ctx, "bare")
	if err != nil {
		return err
	}
	got, err := l.duel(ctx, wrk("ours", stage+"/hello", connections).by(l.server), wrk("bare", peer.url+"/hello", connections).by(peer.process))
	if err != nil {
		return err
	}
	t.rate("REST API, MOCK", got["ours"], got["bare"], "bare net/http", 0.6)
	return nil
}

// httpProxy loads HTTP_PROXY integrations beside proxies that check nothing.
// All share one origin, an nginx that answers itself.
func httpProxy(ctx context.Context, l *lab, t *table) error {
	if err := missing("wrk", "nginx"); err != nil {
		return err
	}
	origin, err := l.nginxUpstream(ctx)
	if err != nil {
		return err
	}
	nginx, err := l.nginxProxy(ctx, origin.url)
	if err != nil {
		return err
	}
	reverse, err := l.peer(ctx, origin.url)
	if err != nil {
		return err
	}
	stage, token, err := l.proxyStage(ctx, origin.url)
	if err != nil {
		return err
	}
	auth := []string{"Authorization", "Bearer " + token}
	if err := expect(ctx, stage+"/open", body); err != nil {
		return err
	}
	if err := expect(ctx, stage+"/closed", body, auth...); err != nil {
		return err
	}
	got, err := l.duel(ctx,
		wrk("closed", stage+"/closed", connections, auth...).by(l.server),
		wrk("nginx", nginx.url+"/hello", connections).by(nginx.process),
		wrk("open", stage+"/open", connections).by(l.server),
		wrk("reverse", reverse.url+"/hello", connections).by(reverse.process))
	if err != nil {
		return err
	}
	t.rate("REST API, HTTP_PROXY, Cognito authorizer and scope", got["closed"], got["nginx"], "nginx proxy_pass, no authorizer", 0.6)
	t.rate("REST API, HTTP_PROXY, no authorizer", got["open"], got["nginx"], "nginx proxy_pass", 0)
	t.rate("REST API, HTTP_PROXY, Cognito authorizer and scope", got["closed"], got["reverse"], "httputil.ReverseProxy, no authorizer", 0)
	return nil
}

// proxyStage deploys GET /open and GET /closed in front of the origin.
func (l *lab) proxyStage(ctx context.Context, origin string) (stage, token string, err error) {
	p, err := l.account.newAPI(ctx, "proxy")
	if err != nil {
		return "", "", err
	}
	users, err := l.account.newPool(ctx)
	if err != nil {
		return "", "", err
	}
	authorizer, err := p.authorizer(ctx, users)
	if err != nil {
		return "", "", err
	}
	for path, auth := range map[string]string{"open": "", "closed": authorizer} {
		if err := p.get(ctx, path, auth, apigateway.PutIntegrationInput{Type: types.IntegrationTypeHttpProxy,
			IntegrationHttpMethod: aws.String("GET"), Uri: aws.String(origin + "/hello")}); err != nil {
			return "", "", err
		}
	}
	stage, err = p.deploy(ctx)
	return stage, users.token, err
}
