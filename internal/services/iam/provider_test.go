package iam_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
)

func TestOpenIDConnectProviders(t *testing.T) {
	w := start(t)
	ctx := t.Context()
	print1, print2 := strings.Repeat("a", 40), strings.Repeat("b", 40)
	create := func(in iam.CreateOpenIDConnectProviderInput) (*iam.CreateOpenIDConnectProviderOutput, error) {
		return w.CreateOpenIDConnectProvider(ctx, &in)
	}
	arn := must(create(iam.CreateOpenIDConnectProviderInput{Url: new("https://id.example.com/Pool"), ClientIDList: []string{"one"}, ThumbprintList: []string{print1}}))(t).OpenIDConnectProviderArn
	equal(t, *arn, account+"oidc-provider/id.example.com/Pool")
	_, err := create(iam.CreateOpenIDConnectProviderInput{Url: new("https://id.example.com/Pool")})
	refused(t, 409, "EntityAlreadyExists", "Provider with url https://id.example.com/Pool already exists.")(nil, err)
	for _, bad := range []string{"http://id.example.com", "id.example.com", "https://", "https://u@id.example.com", "https://id.example.com?x"} {
		_, err = create(iam.CreateOpenIDConnectProviderInput{Url: &bad})
		refused(t, 400, "ValidationError", "Invalid Open ID Connect Provider URL")(nil, err)
	}
	_, err = create(iam.CreateOpenIDConnectProviderInput{Url: new("https://x.example.com"), ThumbprintList: []string{print1, print1, print1, print1, print1, print1}})
	refused(t, 400, "InvalidInput", "Thumbprint list must contain fewer than 5 entries.")(nil, err)
	var many []string
	for n := range 101 {
		many = append(many, fmt.Sprint("client", n))
	}
	_, err = create(iam.CreateOpenIDConnectProviderInput{Url: new("https://x.example.com"), ClientIDList: many})
	refused(t, 409, "LimitExceeded", "Cannot exceed quota for ClientIdsPerOpenIdConnectProvider: 100")(nil, err)

	for range 2 {
		ok(t)(w.AddClientIDToOpenIDConnectProvider(ctx, &iam.AddClientIDToOpenIDConnectProviderInput{OpenIDConnectProviderArn: arn, ClientID: new("two")}))
	}
	ok(t)(w.RemoveClientIDFromOpenIDConnectProvider(ctx, &iam.RemoveClientIDFromOpenIDConnectProviderInput{OpenIDConnectProviderArn: arn, ClientID: new("one")}))
	ok(t)(w.UpdateOpenIDConnectProviderThumbprint(ctx, &iam.UpdateOpenIDConnectProviderThumbprintInput{OpenIDConnectProviderArn: arn, ThumbprintList: []string{print2}}))
	ok(t)(w.TagOpenIDConnectProvider(ctx, &iam.TagOpenIDConnectProviderInput{OpenIDConnectProviderArn: arn, Tags: []types.Tag{{Key: new("b"), Value: new("2")}, {Key: new("a"), Value: new("1")}}}))
	ok(t)(w.UntagOpenIDConnectProvider(ctx, &iam.UntagOpenIDConnectProviderInput{OpenIDConnectProviderArn: arn, TagKeys: []string{"b"}}))
	got := must(w.GetOpenIDConnectProvider(ctx, &iam.GetOpenIDConnectProviderInput{OpenIDConnectProviderArn: arn}))(t)
	equal(t, []any{*got.Url, got.ClientIDList, got.ThumbprintList, *got.Tags[0].Key}, []any{"id.example.com/Pool", []string{"two"}, []string{print2}, "a"})
	equal(t, len(must(w.ListOpenIDConnectProviderTags(ctx, &iam.ListOpenIDConnectProviderTagsInput{OpenIDConnectProviderArn: arn}))(t).Tags), 1)
	equal(t, *must(w.ListOpenIDConnectProviders(ctx, &iam.ListOpenIDConnectProvidersInput{}))(t).OpenIDConnectProviderList[0].Arn, *arn)

	known := w.svc.Provider("id.example.com/Pool")
	if known == nil || known != w.svc.ProviderByARN(*arn) || known.ClientIDs[0] != "two" {
		t.Errorf("the directory has %+v", known)
	}
	if w.svc.ProviderByARN(account+"oidc-provider/none") != nil || w.svc.ProviderByARN("id.example.com/Pool") != nil {
		t.Error("a provider that is not there")
	}
	ok(t)(w.DeleteOpenIDConnectProvider(ctx, &iam.DeleteOpenIDConnectProviderInput{OpenIDConnectProviderArn: arn}))
	refused(t, 404, "NoSuchEntity", "OpenId connect Provider "+*arn+" cannot be found.")(w.DeleteOpenIDConnectProvider(ctx, &iam.DeleteOpenIDConnectProviderInput{OpenIDConnectProviderArn: arn}))
	refused(t, 404, "NoSuchEntity", "OpenIDConnect Provider not found for arn "+*arn)(w.GetOpenIDConnectProvider(ctx, &iam.GetOpenIDConnectProviderInput{OpenIDConnectProviderArn: arn}))
	if w.svc.Provider("id.example.com/Pool") != nil {
		t.Error("the provider is still trusted")
	}
}
