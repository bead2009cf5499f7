package lambdacfn

import (
	"context"
	"strings"

	api "github.com/gatehouse-dev/gatehouse/internal/api/lambda"
	"github.com/gatehouse-dev/gatehouse/internal/awserr"
	"github.com/gatehouse-dev/gatehouse/internal/cfn"
)

func version() *cfn.Type {
	return &cfn.Type{Name: "AWS::Lambda::Version",
		Properties: cfn.Schema{"FunctionName": {Kind: cfn.Text, Required: true}, "Description": cfn.TextProperty, "CodeSha256": cfn.TextProperty},
		CreateOnly: []string{"FunctionName", "Description", "CodeSha256"}, Attributes: []string{"Version", "FunctionArn"},
		Handler: cfn.Functions{Make: publish, Remove: func(ctx context.Context, r *cfn.Request) error {
			name, number := unversioned(r.PhysicalID)
			return cfn.Do(ctx, r, service, "DeleteFunction", &api.DeleteFunctionRequest{FunctionName: &name, Qualifier: &number})
		}}}
}

// unversioned splits the ARN of a version.
func unversioned(arn string) (function, qualifier string) {
	i := strings.LastIndex(arn, ":")
	return arn[:max(i, 0)], arn[i+1:]
}

// publish makes a version. Lambda answers with the last one if nothing changed
// since, so a second run does no harm.
func publish(ctx context.Context, r *cfn.Request) (cfn.Result, error) {
	in := &api.PublishVersionRequest{}
	if err := r.Properties.Into(in); err != nil {
		return cfn.Result{}, err
	}
	v, err := cfn.Call[api.FunctionConfiguration](ctx, r, service, "PublishVersion", in)
	if err != nil {
		return cfn.Result{}, err
	}
	return cfn.Result{PhysicalID: *v.FunctionArn, Attributes: map[string]any{"Version": *v.Version, "FunctionArn": *v.FunctionArn}}, nil
}

func alias() *cfn.Type {
	weight := cfn.Property{Kind: cfn.Object, Fields: cfn.Schema{"FunctionVersion": {Kind: cfn.Text, Required: true}, "FunctionWeight": {Kind: cfn.Decimal, Required: true}}}
	return &cfn.Type{Name: "AWS::Lambda::Alias", NameProperty: "Name",
		Properties: cfn.From[api.CreateAliasRequest]().With(cfn.Schema{
			"RoutingConfig": {Kind: cfn.Object, Fields: cfn.Schema{"AdditionalVersionWeights": {Kind: cfn.ListOf, Elem: &weight}}},
		}).Require("FunctionName", "FunctionVersion", "Name"),
		CreateOnly: []string{"FunctionName", "Name"}, Attributes: []string{"AliasArn"},
		Handler: cfn.Functions{Make: createAlias, Change: updateAlias, Remove: func(ctx context.Context, r *cfn.Request) error {
			return cfn.Do(ctx, r, service, "DeleteAlias", &api.DeleteAliasRequest{FunctionName: r.Properties.Optional("FunctionName"), Name: r.Properties.Optional("Name")})
		}}}
}

// routing turns the template's list of weights into Lambda's map.
func routing(p cfn.Properties) (*api.AliasRoutingConfiguration, error) {
	var list struct {
		AdditionalVersionWeights []struct {
			FunctionVersion string
			FunctionWeight  float64
		}
	}
	given, err := p.Part("RoutingConfig", &list)
	if err != nil || !given {
		return nil, err
	}
	out := &api.AliasRoutingConfiguration{AdditionalVersionWeights: map[string]float64{}}
	for _, w := range list.AdditionalVersionWeights {
		out.AdditionalVersionWeights[w.FunctionVersion] = w.FunctionWeight
	}
	return out, nil
}

func createAlias(ctx context.Context, r *cfn.Request) (out cfn.Result, err error) {
	in := &api.CreateAliasRequest{}
	if err := r.Properties.Without("RoutingConfig").Into(in); err != nil {
		return out, err
	}
	if in.RoutingConfig, err = routing(r.Properties); err != nil {
		return out, err
	}
	a, err := cfn.Call[api.AliasConfiguration](ctx, r, service, "CreateAlias", in)
	if r.Retry && awserr.HasCode(err, "ResourceConflictException") {
		a, err = cfn.Call[api.AliasConfiguration](ctx, r, service, "GetAlias", &api.GetAliasRequest{FunctionName: in.FunctionName, Name: in.Name})
	}
	if err != nil {
		return out, err
	}
	return cfn.Result{PhysicalID: *a.AliasArn, Attributes: map[string]any{"AliasArn": *a.AliasArn}}, nil
}

func updateAlias(ctx context.Context, r *cfn.Request) (out cfn.Result, err error) {
	in := &api.UpdateAliasRequest{}
	if err := r.Properties.Without("RoutingConfig").Into(in); err != nil {
		return out, err
	}
	if in.Description == nil {
		in.Description = new("")
	}
	if in.RoutingConfig, err = routing(r.Properties); err != nil {
		return out, err
	}
	if in.RoutingConfig == nil {
		in.RoutingConfig = &api.AliasRoutingConfiguration{AdditionalVersionWeights: map[string]float64{}}
	}
	return cfn.Result{PhysicalID: r.PhysicalID}, cfn.Do(ctx, r, service, "UpdateAlias", in)
}
