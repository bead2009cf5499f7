package cognitoidp_test

import (
	"crypto/rand"
	"crypto/rsa"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"

	sdk "github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider/types"

	"github.com/gatehouse-dev/gatehouse/internal/clock"
	"github.com/gatehouse-dev/gatehouse/internal/kv"
	"github.com/gatehouse-dev/gatehouse/internal/services/cognitoidp"
	"github.com/gatehouse-dev/gatehouse/internal/testkit"
)

// fixture is a service with its endpoints on one loopback address.
type fixture struct {
	*sdk.Client
	t       *testing.T
	url     string
	clock   *clock.Clock
	service *cognitoidp.Service
	store   kv.Store
}

// sharedKeys saves the tests from making two RSA keys a pool. A pool's keys
// still differ from those of the pool before.
var sharedKeys = sync.OnceValue(func() []*rsa.PrivateKey {
	keys := make([]*rsa.PrivateKey, 4)
	var wg sync.WaitGroup
	for i := range keys {
		wg.Go(func() { keys[i], _ = rsa.GenerateKey(rand.Reader, 2048) })
	}
	wg.Wait()
	return keys
})

func keyMaker() func() (*rsa.PrivateKey, error) {
	var n atomic.Int64
	return func() (*rsa.PrivateKey, error) {
		keys := sharedKeys()
		return keys[int(n.Add(1))%len(keys)], nil
	}
}

func start(t *testing.T) *fixture { return startOn(t, testkit.Store(t)) }

func startOn(t *testing.T, store kv.Store) *fixture {
	t.Helper()
	f := &fixture{t: t, clock: &clock.Clock{}, store: store}
	var url string
	f.service = cognitoidp.New(cognitoidp.Options{Store: store, Clock: f.clock, Log: testkit.Log(),
		IssuerBase: func() string { return url }, GenerateKey: keyMaker()})
	t.Cleanup(f.service.Close)
	api := testkit.Pipeline(t, f.clock, nil, f.service.Front())
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if h := f.service.Handler(); h.Match(r) {
			h.ServeHTTP(w, r)
			return
		}
		api.ServeHTTP(w, r)
	}))
	t.Cleanup(srv.Close)
	url, f.url = srv.URL, srv.URL
	f.Client = sdk.NewFromConfig(testkit.Config(srv.URL, "test", "test"))
	return f
}

// must is for calls that a test does not ask about.
func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func (f *fixture) pool() string {
	f.t.Helper()
	return *must(f.CreateUserPool(f.t.Context(), &sdk.CreateUserPoolInput{PoolName: new("pool")})).UserPool.Id
}

func (f *fixture) domain(pool, name string) {
	f.t.Helper()
	must(f.CreateUserPoolDomain(f.t.Context(), &sdk.CreateUserPoolDomainInput{Domain: &name, UserPoolId: &pool}))
}

func (f *fixture) server(pool, identifier string, scopes ...string) {
	f.t.Helper()
	in := &sdk.CreateResourceServerInput{UserPoolId: &pool, Identifier: &identifier, Name: new("server")}
	for _, s := range scopes {
		in.Scopes = append(in.Scopes, types.ResourceServerScopeType{ScopeName: &s, ScopeDescription: &s})
	}
	must(f.CreateResourceServer(f.t.Context(), in))
}

// machine is a client for client_credentials.
func (f *fixture) machine(pool string, scopes ...string) *types.UserPoolClientType {
	f.t.Helper()
	return must(f.CreateUserPoolClient(f.t.Context(), &sdk.CreateUserPoolClientInput{
		UserPoolId: &pool, ClientName: new("machine"), GenerateSecret: true, AllowedOAuthFlowsUserPoolClient: true,
		AllowedOAuthFlows: []types.OAuthFlowType{types.OAuthFlowTypeClientCredentials}, AllowedOAuthScopes: scopes,
	})).UserPoolClient
}

func (f *fixture) describe(pool string) *types.UserPoolType {
	f.t.Helper()
	return must(f.DescribeUserPool(f.t.Context(), &sdk.DescribeUserPoolInput{UserPoolId: &pool})).UserPool
}
