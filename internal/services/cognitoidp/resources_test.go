package cognitoidp_test

import (
	"context"
	"errors"
	"fmt"
	"net/http/httptest"
	"sync"
	"testing"

	sdk "github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider/types"
	"github.com/aws/smithy-go"

	"github.com/gatehouse-dev/gatehouse/internal/awserr"
	"github.com/gatehouse-dev/gatehouse/internal/front"
	"github.com/gatehouse-dev/gatehouse/internal/policy"
	"github.com/gatehouse-dev/gatehouse/internal/testkit"
)

func google(pool string) *sdk.CreateIdentityProviderInput {
	return &sdk.CreateIdentityProviderInput{UserPoolId: &pool, ProviderName: new("Google"), ProviderType: "Google",
		ProviderDetails:  map[string]string{"client_id": "i", "client_secret": "s", "authorize_scopes": "openid"},
		AttributeMapping: map[string]string{"email": "email", "username": "sub"}, IdpIdentifiers: []string{"g"}}
}

func TestDomains(t *testing.T) {
	f := start(t)
	ctx := t.Context()
	pool, other := f.pool(), f.pool()
	describe := func(name string) *types.DomainDescriptionType {
		return must(f.DescribeUserPoolDomain(ctx, &sdk.DescribeUserPoolDomainInput{Domain: &name})).DomainDescription
	}
	if d := describe("demo"); asJSON(t, d) != asJSON(t, &types.DomainDescriptionType{}) {
		t.Errorf("absent domain is %s", asJSON(t, d))
	}
	f.domain(pool, "demo")
	d := describe("demo")
	if *d.UserPoolId != pool || d.Status != "ACTIVE" || *d.AWSAccountId != "000000000000" || *d.Domain != "demo" || *d.ManagedLoginVersion != 1 || d.CustomDomainConfig.CertificateArn != nil {
		t.Errorf("got %s", asJSON(t, d))
	}
	if p := f.describe(pool); *p.Domain != "demo" || p.CustomDomain != nil {
		t.Errorf("pool has %v", p.Domain)
	}
	const cert = "arn:aws:acm:us-east-1:000000000000:certificate/x"
	custom := must(f.CreateUserPoolDomain(ctx, &sdk.CreateUserPoolDomainInput{Domain: new("auth.example.com"), UserPoolId: &pool,
		ManagedLoginVersion: new(int32(2)), CustomDomainConfig: &types.CustomDomainConfigType{CertificateArn: new(cert)}}))
	d = describe("auth.example.com")
	if *d.CloudFrontDistribution != *custom.CloudFrontDomain || *d.CustomDomainConfig.CertificateArn != cert || *d.ManagedLoginVersion != 2 {
		t.Errorf("got %s", asJSON(t, d))
	}
	f.server(pool, "api", "a")
	c := f.machine(pool, "api/a")
	if g := f.token(request{path: "/oauth2/token", host: "auth.example.com", basic: *c.ClientId + ":" + *c.ClientSecret, form: ask("client_credentials")}); g.AccessToken == "" {
		t.Error("no token at the custom domain")
	}
	must(f.UpdateUserPoolDomain(ctx, &sdk.UpdateUserPoolDomainInput{Domain: new("auth.example.com"), UserPoolId: &pool,
		CustomDomainConfig: &types.CustomDomainConfigType{CertificateArn: new(cert + "y")}}))
	if d = describe("auth.example.com"); *d.CustomDomainConfig.CertificateArn != cert+"y" {
		t.Errorf("got %s", asJSON(t, d))
	}

	create := func(name, pool string, config *types.CustomDomainConfigType) error {
		_, err := f.CreateUserPoolDomain(ctx, &sdk.CreateUserPoolDomainInput{Domain: &name, UserPoolId: &pool, CustomDomainConfig: config})
		return err
	}
	for _, e := range []struct {
		err        error
		code, text string
	}{
		{create("demo", other, nil), "InvalidParameterException", "Domain already associated with another user pool."},
		{create("second", pool, nil), "InvalidParameterException", "User pool already has a domain configured."},
		{create("my-aws-x", other, nil), "InvalidParameterException", "reserved word"},
		{create("auth.example.com", other, nil), "InvalidParameterException", "The domain name contains an invalid character. Domain names can only contain lower-case letters, numbers, and hyphens."},
		{create("prefix", other, &types.CustomDomainConfigType{CertificateArn: new(cert)}), "InvalidParameterException", "Custom domain is not a valid subdomain"},
		{create("a.example.com", other, &types.CustomDomainConfigType{CertificateArn: new("arn:aws:acm:eu-west-1:000000000000:certificate/x")}), "InvalidParameterException", "isn't in us-east-1 region"},
		{create("x", "us-east-1_nowhere12", nil), "ResourceNotFoundException", "User pool us-east-1_nowhere12 does not exist."},
	} {
		testkit.WantError(t, e.err, 400, e.code, e.text)
	}
	if err := create("my-awsome", other, nil); err != nil {
		t.Error(err)
	}
	_, err := f.DeleteUserPoolDomain(ctx, &sdk.DeleteUserPoolDomainInput{Domain: new("demo"), UserPoolId: &other})
	testkit.WantError(t, err, 400, "ResourceNotFoundException", "No such domain or user pool exists.")
	_, err = f.DeleteUserPool(ctx, &sdk.DeleteUserPoolInput{UserPoolId: &pool})
	testkit.WantError(t, err, 400, "InvalidParameterException", "User pool cannot be deleted. It has a domain configured that should be deleted first.")
	for _, name := range []string{"demo", "auth.example.com"} {
		must(f.DeleteUserPoolDomain(ctx, &sdk.DeleteUserPoolDomainInput{Domain: &name, UserPoolId: &pool}))
	}
	must(f.DeleteUserPool(ctx, &sdk.DeleteUserPoolInput{UserPoolId: &pool}))
	if resp, body := f.send(request{method: "GET", path: "/" + pool + "/.well-known/jwks.json"}); resp.StatusCode != 404 {
		t.Errorf("keys of a deleted pool: %d %s", resp.StatusCode, body)
	}
}

// Of many who want one domain exactly one gets it.
func TestDomainRace(t *testing.T) {
	f := start(t)
	pools := make([]string, 8)
	for i := range pools {
		pools[i] = f.pool()
	}
	won := make([]bool, len(pools))
	var wg sync.WaitGroup
	for i, pool := range pools {
		wg.Go(func() {
			_, err := f.CreateUserPoolDomain(t.Context(), &sdk.CreateUserPoolDomainInput{Domain: new("demo"), UserPoolId: &pool})
			var api smithy.APIError
			if won[i] = err == nil; err != nil && (!errors.As(err, &api) || api.ErrorCode() != "InvalidParameterException") {
				t.Errorf("loser got %v", err)
			}
		})
	}
	wg.Wait()
	winners := 0
	for i, pool := range pools {
		if has := f.describe(pool).Domain != nil; has != won[i] {
			t.Errorf("pool %d: told %v, has %v", i, won[i], has)
		} else if has {
			winners++
		}
	}
	if winners != 1 {
		t.Errorf("%d winners", winners)
	}
}

func TestResourceServersGroupsProvidersTags(t *testing.T) {
	f := start(t)
	ctx := t.Context()
	pool := f.pool()
	arn := "arn:aws:cognito-idp:us-east-1:000000000000:userpool/" + pool

	f.server(pool, "api", "b", "a")
	rs := must(f.DescribeResourceServer(ctx, &sdk.DescribeResourceServerInput{UserPoolId: &pool, Identifier: new("api")})).ResourceServer
	if len(rs.Scopes) != 2 || *rs.Scopes[0].ScopeName != "b" || *rs.Name != "server" {
		t.Errorf("got %s", asJSON(t, rs))
	}
	_, err := f.CreateResourceServer(ctx, &sdk.CreateResourceServerInput{UserPoolId: &pool, Identifier: new("api"), Name: new("n")})
	testkit.WantError(t, err, 400, "InvalidParameterException", "api already exists in user pool "+pool+".")
	must(f.UpdateResourceServer(ctx, &sdk.UpdateResourceServerInput{UserPoolId: &pool, Identifier: new("api"), Name: new("n2")}))
	if l := must(f.ListResourceServers(ctx, &sdk.ListResourceServersInput{UserPoolId: &pool, MaxResults: new(int32(5))})).ResourceServers; len(l) != 1 || *l[0].Name != "n2" || l[0].Scopes != nil {
		t.Errorf("got %s", asJSON(t, l))
	}
	must(f.DeleteResourceServer(ctx, &sdk.DeleteResourceServerInput{UserPoolId: &pool, Identifier: new("api")}))
	for _, call := range []func() error{
		func() error {
			_, err := f.DescribeResourceServer(ctx, &sdk.DescribeResourceServerInput{UserPoolId: &pool, Identifier: new("api")})
			return err
		},
		func() error {
			_, err := f.UpdateResourceServer(ctx, &sdk.UpdateResourceServerInput{UserPoolId: &pool, Identifier: new("api"), Name: new("n")})
			return err
		},
		func() error {
			_, err := f.DeleteResourceServer(ctx, &sdk.DeleteResourceServerInput{UserPoolId: &pool, Identifier: new("api")})
			return err
		},
	} {
		testkit.WantError(t, call(), 400, "ResourceNotFoundException", "api")
	}

	g := must(f.CreateGroup(ctx, &sdk.CreateGroupInput{UserPoolId: &pool, GroupName: new("g"), Description: new("d"), Precedence: new(int32(0))})).Group
	if got := must(f.GetGroup(ctx, &sdk.GetGroupInput{UserPoolId: &pool, GroupName: new("g")})).Group; asJSON(t, got) != asJSON(t, g) {
		t.Errorf("got %s", asJSON(t, got))
	}
	_, err = f.CreateGroup(ctx, &sdk.CreateGroupInput{UserPoolId: &pool, GroupName: new("g")})
	testkit.WantError(t, err, 400, "GroupExistsException", "A group with the name already exists.")
	if got := must(f.UpdateGroup(ctx, &sdk.UpdateGroupInput{UserPoolId: &pool, GroupName: new("g"), Precedence: new(int32(7))})).Group; *got.Precedence != 7 || *got.Description != "d" {
		t.Errorf("got %s", asJSON(t, got))
	}
	if l := must(f.ListGroups(ctx, &sdk.ListGroupsInput{UserPoolId: &pool})).Groups; len(l) != 1 {
		t.Errorf("%d groups", len(l))
	}
	must(f.DeleteGroup(ctx, &sdk.DeleteGroupInput{UserPoolId: &pool, GroupName: new("g")}))
	_, err = f.GetGroup(ctx, &sdk.GetGroupInput{UserPoolId: &pool, GroupName: new("g")})
	testkit.WantError(t, err, 400, "ResourceNotFoundException", "Group not found.")

	must(f.CreateIdentityProvider(ctx, google(pool)))
	if p := must(f.GetIdentityProviderByIdentifier(ctx, &sdk.GetIdentityProviderByIdentifierInput{UserPoolId: &pool, IdpIdentifier: new("g")})).IdentityProvider; p.ProviderDetails["client_id"] != "i" {
		t.Errorf("got %s", asJSON(t, p))
	}
	if p := must(f.UpdateIdentityProvider(ctx, &sdk.UpdateIdentityProviderInput{UserPoolId: &pool, ProviderName: new("Google"), IdpIdentifiers: []string{"h"}})).IdentityProvider; p.IdpIdentifiers[0] != "h" || p.AttributeMapping["username"] != "sub" {
		t.Errorf("got %s", asJSON(t, p))
	}
	_, err = f.CreateIdentityProvider(ctx, google(pool))
	testkit.WantError(t, err, 400, "DuplicateProviderException", "Google")
	bad := google(pool)
	bad.ProviderDetails = map[string]string{"client_id": "i"}
	_, err = f.CreateIdentityProvider(ctx, bad)
	testkit.WantError(t, err, 400, "InvalidParameterException", "clientId, clientSecret and authorizeScopes are all required idp details.")
	bad.ProviderName = new("Mine")
	_, err = f.CreateIdentityProvider(ctx, bad)
	testkit.WantError(t, err, 400, "InvalidParameterException", "Provider Mine cannot be of type Google.")
	bad.ProviderType, bad.ProviderDetails = "SAML", map[string]string{}
	_, err = f.CreateIdentityProvider(ctx, bad)
	testkit.WantError(t, err, 400, "InvalidParameterException", "At least one of the MetadataURL or MetadataFile should be provided.")
	must(f.DeleteIdentityProvider(ctx, &sdk.DeleteIdentityProviderInput{UserPoolId: &pool, ProviderName: new("Google")}))
	_, err = f.DescribeIdentityProvider(ctx, &sdk.DescribeIdentityProviderInput{UserPoolId: &pool, ProviderName: new("Google")})
	testkit.WantError(t, err, 400, "ResourceNotFoundException", "Identity provider Google does not exist.")

	must(f.TagResource(ctx, &sdk.TagResourceInput{ResourceArn: &arn, Tags: map[string]string{"a": "1", "b": "2"}}))
	must(f.UntagResource(ctx, &sdk.UntagResourceInput{ResourceArn: &arn, TagKeys: []string{"a"}}))
	if tags := must(f.ListTagsForResource(ctx, &sdk.ListTagsForResourceInput{ResourceArn: &arn})).Tags; len(tags) != 1 || tags["b"] != "2" {
		t.Errorf("tags are %v", tags)
	}
	_, err = f.ListTagsForResource(ctx, &sdk.ListTagsForResourceInput{ResourceArn: new(arn[:len(arn)-2] + "zz")})
	testkit.WantError(t, err, 400, "ResourceNotFoundException", "does not exist.")

	_, err = f.SetUICustomization(ctx, &sdk.SetUICustomizationInput{UserPoolId: &pool, CSS: new("x")})
	testkit.WantError(t, err, 400, "InvalidParameterException", "There has to be an existing domain associated with this user pool")
	f.domain(pool, "demo")
	must(f.SetUICustomization(ctx, &sdk.SetUICustomizationInput{UserPoolId: &pool, CSS: new(".x{}")}))
	if ui := must(f.GetUICustomization(ctx, &sdk.GetUICustomizationInput{UserPoolId: &pool})).UICustomization; *ui.CSS != ".x{}" || *ui.ClientId != "ALL" {
		t.Errorf("got %s", asJSON(t, ui))
	}
}

func TestMfaConfig(t *testing.T) {
	f := start(t)
	ctx := t.Context()
	pool := f.pool()
	set := func(in sdk.SetUserPoolMfaConfigInput) (*sdk.SetUserPoolMfaConfigOutput, error) {
		in.UserPoolId = &pool
		return f.SetUserPoolMfaConfig(ctx, &in)
	}
	out := must(set(sdk.SetUserPoolMfaConfigInput{MfaConfiguration: "ON", SoftwareTokenMfaConfiguration: &types.SoftwareTokenMfaConfigType{Enabled: true},
		WebAuthnConfiguration: &types.WebAuthnConfigurationType{RelyingPartyId: new("example.com"), UserVerification: "required"}}))
	if got := must(f.GetUserPoolMfaConfig(ctx, &sdk.GetUserPoolMfaConfigInput{UserPoolId: &pool})); got.MfaConfiguration != "ON" || !got.SoftwareTokenMfaConfiguration.Enabled ||
		*got.WebAuthnConfiguration.RelyingPartyId != "example.com" || out.MfaConfiguration != "ON" {
		t.Errorf("got %+v", got)
	}
	// Terraform updates the rest of the pool with the mode that holds.
	must(f.UpdateUserPool(ctx, &sdk.UpdateUserPoolInput{UserPoolId: &pool, MfaConfiguration: "ON"}))
	if p := f.describe(pool); p.MfaConfiguration != "ON" {
		t.Errorf("mode is %s", p.MfaConfiguration)
	}
	sms := &types.SmsMfaConfigType{SmsConfiguration: &types.SmsConfigurationType{SnsCallerArn: new("arn:aws:iam::000000000000:role/sms")}}
	_, err := set(sdk.SetUserPoolMfaConfigInput{MfaConfiguration: "OFF", SmsMfaConfiguration: sms})
	testkit.WantError(t, err, 400, "InvalidParameterException", "Invalid MFA configuration given, can't turn off MFA and configure an MFA together.")
	_, err = set(sdk.SetUserPoolMfaConfigInput{MfaConfiguration: "OPTIONAL"})
	testkit.WantError(t, err, 400, "InvalidParameterException", "SMS configuration and Auto verification for phone_number are required when MFA is required/optional")
	_, err = set(sdk.SetUserPoolMfaConfigInput{MfaConfiguration: "ON", EmailMfaConfiguration: &types.EmailMfaConfigType{}})
	testkit.WantError(t, err, 400, "InvalidParameterException", "Cannot set EmailMfaConfiguration when user pool EmailConfiguration contains an EmailSendingAccount of COGNITO_DEFAULT.")
	if out := must(set(sdk.SetUserPoolMfaConfigInput{MfaConfiguration: "ON", SmsMfaConfiguration: sms})); *out.SmsMfaConfiguration.SmsConfiguration.SnsRegion != "us-east-1" || out.SoftwareTokenMfaConfiguration != nil {
		t.Errorf("got %+v", out)
	}
}

// A second process on the same store sees what the first one changes, and what
// is stored outlives the service.
func TestTwoServicesOnOneStore(t *testing.T) {
	store := testkit.Store(t)
	a, b := startOn(t, store), startOn(t, store)
	pool := a.pool()
	a.server(pool, "api", "a")
	a.domain(pool, "demo")
	c := a.machine(pool, "api/a")
	r := request{path: tokenPath, basic: *c.ClientId + ":" + *c.ClientSecret, form: ask("client_credentials")}
	b.token(r)
	_, one := a.send(request{method: "GET", path: "/" + pool + "/.well-known/jwks.json"})
	_, two := b.send(request{method: "GET", path: "/" + pool + "/.well-known/jwks.json"})
	if one != two {
		t.Error("the keys differ")
	}
	must(a.DeleteUserPoolClient(t.Context(), &sdk.DeleteUserPoolClientInput{UserPoolId: &pool, ClientId: c.ClientId}))
	for range 1000 {
		if resp, _ := b.send(r); resp.StatusCode == 400 {
			return
		}
	}
	t.Error("the other service still gives tokens")
}

// viewer may read one pool and those that are tagged for it.
type viewer struct{ doc *policy.Document }

func (v viewer) Credential(_ context.Context, id, _ string) (*front.Credential, error) {
	if id != "AKIAVIEWER" {
		return nil, awserr.Of(awserr.InvalidClientToken, "The security token included in the request is invalid.")
	}
	return &front.Credential{AccessKeyID: id, Secret: "s", UserName: "viewer",
		Principal: policy.Principal{Type: policy.User, ARN: "arn:aws:iam::000000000000:user/viewer", Account: testkit.Account}}, nil
}

func (v viewer) Policies(context.Context, *front.Credential) (policy.Set, error) {
	return policy.Set{Identity: []policy.Source{{Name: "p", Kind: "user", Doc: v.doc}}}, nil
}

func TestAccess(t *testing.T) {
	f := start(t)
	ctx := t.Context()
	mine, other := f.pool(), f.pool()
	tagged := *must(f.CreateUserPool(ctx, &sdk.CreateUserPoolInput{PoolName: new("t"), UserPoolTags: map[string]string{"team": "x"}})).UserPool.Id
	doc, err := policy.Parse(policy.Identity, fmt.Appendf(nil, `{"Version":"2012-10-17","Statement":[
		{"Effect":"Allow","Action":"cognito-idp:DescribeUserPool","Resource":"arn:aws:cognito-idp:us-east-1:000000000000:userpool/%s"},
		{"Effect":"Allow","Action":"cognito-idp:Describe*","Resource":"*","Condition":{"StringEquals":{"aws:ResourceTag/team":"x"}}},
		{"Effect":"Allow","Action":"cognito-idp:CreateUserPool","Resource":"*","Condition":{"StringEquals":{"aws:RequestTag/team":"x"}}}]}`, mine))
	if err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewServer(testkit.Pipeline(t, f.clock, viewer{doc}, f.service.Front()))
	defer srv.Close()
	c := sdk.NewFromConfig(testkit.Config(srv.URL, "AKIAVIEWER", "s"))
	for _, id := range []string{mine, tagged} {
		if _, err := c.DescribeUserPool(ctx, &sdk.DescribeUserPoolInput{UserPoolId: &id}); err != nil {
			t.Error(err)
		}
	}
	if _, err := c.CreateUserPool(ctx, &sdk.CreateUserPoolInput{PoolName: new("p"), UserPoolTags: map[string]string{"team": "x"}}); err != nil {
		t.Error(err)
	}
	_, err = c.CreateUserPool(ctx, &sdk.CreateUserPoolInput{PoolName: new("p")})
	testkit.WantError(t, err, 400, "AccessDeniedException", "cognito-idp:CreateUserPool")
	_, err = c.DescribeUserPool(ctx, &sdk.DescribeUserPoolInput{UserPoolId: &other})
	testkit.WantError(t, err, 400, "AccessDeniedException", "is not authorized to perform: cognito-idp:DescribeUserPool on resource: arn:aws:cognito-idp:us-east-1:000000000000:userpool/"+other)
	_, err = c.DeleteUserPool(ctx, &sdk.DeleteUserPoolInput{UserPoolId: &mine})
	testkit.WantError(t, err, 400, "AccessDeniedException", "cognito-idp:DeleteUserPool")
}
