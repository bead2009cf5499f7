package apigatewaycfn

import (
	"context"
	"slices"

	api "github.com/gatehouse-dev/gatehouse/internal/api/apigateway"
	"github.com/gatehouse-dev/gatehouse/internal/cfn"
)

// beside are the properties that CreateRestApi does not take, or differently.
var beside = []string{"ApiKeySourceType", "Body", "FailOnWarnings", "Mode", "Name", "Parameters", "Policy", "Tags"}

func restAPI() *cfn.Type {
	return &cfn.Type{Name: "AWS::ApiGateway::RestApi",
		Properties: cfn.From[api.CreateRestApiRequest]().Without("ApiKeySource", "Version", "SecurityPolicy", "EndpointAccessMode").With(cfn.Schema{
			"ApiKeySourceType": cfn.TextProperty, "Body": {Kind: cfn.Document}, "FailOnWarnings": {Kind: cfn.Boolean}, "Mode": cfn.TextProperty,
			"Parameters": {Kind: cfn.MapOf, Elem: &cfn.Property{Kind: cfn.Text}}, "Policy": {Kind: cfn.Document}, "Tags": cfn.TagList,
		}),
		CreateOnly: []string{"CloneFrom"}, Attributes: []string{"RestApiId", "RootResourceId"},
		Handler: cfn.Functions{Make: createAPI, Change: updateAPI, Remove: func(ctx context.Context, r *cfn.Request) error {
			return cfn.Do(ctx, r, service, "DeleteRestApi", &api.DeleteRestApiRequest{RestApiId: &r.PhysicalID})
		}}}
}

// apiName is the name of an API: with a Body, its title where the template
// gives none.
func apiName(r *cfn.Request) (string, error) {
	if name := r.Properties.Text("Name"); name != "" {
		return name, nil
	}
	if body, ok := r.Properties["Body"].(map[string]any); ok {
		info, _ := body["info"].(map[string]any)
		if title, ok := info["title"].(string); ok {
			return title, nil
		}
	}
	return "", &cfn.PropertyError{Message: "Resource handler returned message: \"Invalid REST API name specified\""}
}

func createAPI(ctx context.Context, r *cfn.Request) (out cfn.Result, err error) {
	name, err := apiName(r)
	if err != nil {
		return out, err
	}
	id := r.PhysicalID
	if id == "" && r.Retry {
		if id, err = findAPI(ctx, r, name); err != nil {
			return out, err
		}
	}
	if id == "" {
		in := &api.CreateRestApiRequest{}
		if err := r.Properties.Without(beside...).Into(in); err != nil {
			return out, err
		}
		in.Name, in.ApiKeySource = &name, r.Properties.Optional("ApiKeySourceType")
		if tags := r.MergedTags("Tags"); len(tags) > 0 {
			in.Tags = tags
		}
		if in.Policy, err = r.Properties.Document("Policy"); err != nil {
			return out, err
		}
		made, err := cfn.Call[api.RestApi](ctx, r, service, "CreateRestApi", in)
		if err != nil {
			return out, err
		}
		id = *made.Id
	}
	if err := r.Created(ctx, id); err != nil {
		return out, err
	}
	if err := importBody(ctx, r, id, "overwrite"); err != nil {
		return out, err
	}
	got, err := cfn.Call[api.RestApi](ctx, r, service, "GetRestApi", &api.GetRestApiRequest{RestApiId: &id})
	if err != nil {
		return out, err
	}
	return cfn.Result{PhysicalID: id, Attributes: map[string]any{"RestApiId": id, "RootResourceId": *got.RootResourceId}}, nil
}

// findAPI finds the API that an interrupted step made. API Gateway's times are
// whole seconds.
func findAPI(ctx context.Context, r *cfn.Request, name string) (string, error) {
	in := &api.GetRestApisRequest{Limit: new(int32(500))}
	for {
		page, err := cfn.Call[api.RestApis](ctx, r, service, "GetRestApis", in)
		if err != nil {
			return "", err
		}
		for _, a := range page.Items {
			if *a.Name == name && a.CreatedDate.Unix() >= r.Started.Unix() {
				return *a.Id, nil
			}
		}
		if page.Position == nil {
			return "", nil
		}
		in.Position = page.Position
	}
}

// importBody imports the OpenAPI document of the Body.
func importBody(ctx context.Context, r *cfn.Request, id, mode string) error {
	body, err := r.Properties.Document("Body")
	if err != nil || body == nil {
		return err
	}
	if m := r.Properties.Text("Mode"); m != "" {
		mode = m
	}
	in := &api.PutRestApiRequest{RestApiId: &id, Mode: &mode, Body: []byte(*body)}
	if _, err := r.Properties.Part("FailOnWarnings", &in.FailOnWarnings); err != nil {
		return err
	}
	if _, err := r.Properties.Part("Parameters", &in.Parameters); err != nil {
		return err
	}
	return cfn.Do(ctx, r, service, "PutRestApi", in)
}

func updateAPI(ctx context.Context, r *cfn.Request) (out cfn.Result, err error) {
	id := r.PhysicalID
	out.PhysicalID = id
	if r.Changed("Body", "Mode", "Parameters", "FailOnWarnings") {
		if err := importBody(ctx, r, id, "overwrite"); err != nil {
			return out, err
		}
	}
	var p patch
	p.replace(r, map[string]string{"Description": "/description", "ApiKeySourceType": "/apiKeySource",
		"DisableExecuteApiEndpoint": "/disableExecuteApiEndpoint", "MinimumCompressionSize": "/minimumCompressionSize"},
		map[string]string{"ApiKeySourceType": "HEADER", "DisableExecuteApiEndpoint": "false"})
	if r.Changed("Name") {
		name, err := apiName(r)
		if err != nil {
			return out, err
		}
		p.add("replace", "/name", name)
	}
	if r.Changed("Policy") {
		doc, err := r.Properties.Document("Policy")
		if err != nil {
			return out, err
		}
		if doc == nil {
			doc = new("")
		}
		p.add("replace", "/policy", *doc)
	}
	if r.Changed("BinaryMediaTypes") {
		p.items("/binaryMediaTypes", r.Old["BinaryMediaTypes"], r.Properties["BinaryMediaTypes"])
	}
	if err := endpoint(r, &p); err != nil {
		return out, err
	}
	if len(p) > 0 {
		if err := cfn.Do(ctx, r, service, "UpdateRestApi", &api.UpdateRestApiRequest{RestApiId: &id, PatchOperations: p}); err != nil {
			return out, err
		}
	}
	return out, tags(ctx, r, "/restapis/"+id)
}

// endpoint patches the endpoint configuration.
func endpoint(r *cfn.Request, p *patch) error {
	var before, after api.EndpointConfiguration
	if _, err := r.Old.Part("EndpointConfiguration", &before); err != nil {
		return err
	}
	if _, err := r.Properties.Part("EndpointConfiguration", &after); err != nil {
		return err
	}
	first := func(c api.EndpointConfiguration) string {
		if len(c.Types) == 0 {
			return "EDGE"
		}
		return c.Types[0]
	}
	if first(before) != first(after) {
		p.add("replace", "/endpointConfiguration/types/"+first(before), first(after))
	}
	if after.IpAddressType != nil && (before.IpAddressType == nil || *before.IpAddressType != *after.IpAddressType) {
		p.add("replace", "/endpointConfiguration/ipAddressType", *after.IpAddressType)
	}
	for _, v := range after.VpcEndpointIds {
		if !slices.Contains(before.VpcEndpointIds, v) {
			p.add("add", "/endpointConfiguration/vpcEndpointIds", v)
		}
	}
	for _, v := range before.VpcEndpointIds {
		if !slices.Contains(after.VpcEndpointIds, v) {
			*p = append(*p, api.PatchOperation{Op: new("remove"), Path: new("/endpointConfiguration/vpcEndpointIds"), Value: &v})
		}
	}
	return nil
}

// tags changes the tags of a thing that API Gateway names by its path.
func tags(ctx context.Context, r *cfn.Request, path string) error {
	arn := "arn:aws:apigateway:" + r.Origin.Region + "::" + path
	set, drop := cfn.TagChange(r.OldTags("Tags"), r.MergedTags("Tags"))
	if len(set) > 0 {
		if err := cfn.Do(ctx, r, service, "TagResource", &api.TagResourceRequest{ResourceArn: &arn, Tags: set}); err != nil {
			return err
		}
	}
	if len(drop) > 0 {
		return cfn.Do(ctx, r, service, "UntagResource", &api.UntagResourceRequest{ResourceArn: &arn, TagKeys: drop})
	}
	return nil
}
