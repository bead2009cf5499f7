package cognitocfn

import (
	"context"
	"reflect"
	"slices"

	api "github.com/gatehouse-dev/gatehouse/internal/api/cognitoidp"
	"github.com/gatehouse-dev/gatehouse/internal/cfn"
)

// fixed are the properties that only CreateUserPool takes.
var fixed = []string{"AliasAttributes", "UsernameAttributes", "UsernameConfiguration"}

func userPool() *cfn.Type {
	return &cfn.Type{Name: "AWS::Cognito::UserPool",
		Properties: cfn.From[api.CreateUserPoolRequest]().Without("PoolName").
			With(cfn.Schema{"UserPoolName": cfn.TextProperty, "EnabledMfas": cfn.TextList}),
		CreateOnly: fixed, Attributes: []string{"Arn", "ProviderName", "ProviderURL", "UserPoolId"},
		Handler: cfn.Functions{Make: createPool, Change: updatePool, Remove: func(ctx context.Context, r *cfn.Request) error {
			return cfn.Do(ctx, r, service, "DeleteUserPool", &api.DeleteUserPoolRequest{UserPoolId: &r.PhysicalID})
		}}}
}

func poolName(r *cfn.Request) string {
	if name := r.Properties.Text("UserPoolName"); name != "" {
		return name
	}
	return r.Name(128)
}

func createPool(ctx context.Context, r *cfn.Request) (out cfn.Result, err error) {
	id := r.PhysicalID
	if id == "" && r.Retry {
		if id, err = findPool(ctx, r); err != nil {
			return out, err
		}
	}
	if id == "" {
		if id, err = makePool(ctx, r); err != nil {
			return out, err
		}
	}
	if err := r.Created(ctx, id); err != nil {
		return out, err
	}
	got, err := cfn.Call[api.DescribeUserPoolResponse](ctx, r, service, "DescribeUserPool", &api.DescribeUserPoolRequest{UserPoolId: &id})
	if err != nil {
		return out, err
	}
	provider := "cognito-idp." + r.Origin.Region + ".amazonaws.com/" + id
	return cfn.Result{PhysicalID: id, Attributes: map[string]any{"Arn": *got.UserPool.Arn, "UserPoolId": id,
		"ProviderName": provider, "ProviderURL": "https://" + provider}}, mfa(ctx, r, id)
}

func makePool(ctx context.Context, r *cfn.Request) (string, error) {
	in := &api.CreateUserPoolRequest{}
	props := r.Properties.Without("UserPoolName", "EnabledMfas")
	if r.Properties.Has("EnabledMfas") {
		props = props.Without("MfaConfiguration") // the factors are enabled first
	}
	if err := props.Into(in); err != nil {
		return "", err
	}
	in.PoolName = new(poolName(r))
	if tags := r.MergedTags("UserPoolTags"); len(tags) > 0 {
		in.UserPoolTags = tags
	}
	made, err := cfn.Call[api.CreateUserPoolResponse](ctx, r, service, "CreateUserPool", in)
	if err != nil {
		return "", err
	}
	return *made.UserPool.Id, nil
}

// findPool finds the pool that an interrupted step made: of its name, and not
// older than the step.
func findPool(ctx context.Context, r *cfn.Request) (string, error) {
	in := &api.ListUserPoolsRequest{MaxResults: new(int32(60))}
	for {
		page, err := cfn.Call[api.ListUserPoolsResponse](ctx, r, service, "ListUserPools", in)
		if err != nil {
			return "", err
		}
		for _, p := range page.UserPools {
			if *p.Name == poolName(r) && !p.CreationDate.Before(r.Started) {
				return *p.Id, nil
			}
		}
		if page.NextToken == nil {
			return "", nil
		}
		in.NextToken = page.NextToken
	}
}

// mfa enables the factors that EnabledMfas lists.
func mfa(ctx context.Context, r *cfn.Request, id string) error {
	if !r.Properties.Has("EnabledMfas") && !r.Old.Has("EnabledMfas") {
		return nil
	}
	var factors []string
	if _, err := r.Properties.Part("EnabledMfas", &factors); err != nil {
		return err
	}
	mode := "OFF"
	if m := r.Properties.Text("MfaConfiguration"); m != "" {
		mode = m
	}
	in := &api.SetUserPoolMfaConfigRequest{UserPoolId: &id, MfaConfiguration: &mode,
		SoftwareTokenMfaConfiguration: &api.SoftwareTokenMfaConfigType{Enabled: new(slices.Contains(factors, "SOFTWARE_TOKEN_MFA"))}}
	for _, f := range factors {
		switch f {
		case "SOFTWARE_TOKEN_MFA":
		case "SMS_MFA":
			in.SmsMfaConfiguration = &api.SmsMfaConfigType{SmsAuthenticationMessage: r.Properties.Optional("SmsAuthenticationMessage")}
			if _, err := r.Properties.Part("SmsConfiguration", &in.SmsMfaConfiguration.SmsConfiguration); err != nil {
				return err
			}
		default:
			return &cfn.PropertyError{Message: "EnabledMfas: " + f + " is not supported by Gatehouse"}
		}
	}
	return cfn.Do(ctx, r, service, "SetUserPoolMfaConfig", in)
}

func updatePool(ctx context.Context, r *cfn.Request) (out cfn.Result, err error) {
	out.PhysicalID = r.PhysicalID
	if err := addAttributes(ctx, r); err != nil {
		return out, err
	}
	in := &api.UpdateUserPoolRequest{}
	apart := append([]string{"UserPoolName", "EnabledMfas", "Schema"}, fixed...)
	if r.Properties.Has("EnabledMfas") {
		apart = append(apart, "MfaConfiguration")
	}
	if err := r.Properties.Without(apart...).Into(in); err != nil {
		return out, err
	}
	in.UserPoolId, in.PoolName = &r.PhysicalID, r.Properties.Optional("UserPoolName")
	if tags := r.MergedTags("UserPoolTags"); len(tags) > 0 || r.Old.Has("UserPoolTags") {
		in.UserPoolTags = tags
	}
	if err := cfn.Do(ctx, r, service, "UpdateUserPool", in); err != nil {
		return out, err
	}
	return out, mfa(ctx, r, r.PhysicalID)
}

// addAttributes adds the attributes that the schema got. Cognito changes and
// removes none.
func addAttributes(ctx context.Context, r *cfn.Request) error {
	if !r.Changed("Schema") {
		return nil
	}
	before, _ := r.Old["Schema"].([]any)
	after, _ := r.Properties["Schema"].([]any)
	for _, a := range before {
		if !slices.ContainsFunc(after, func(b any) bool { return reflect.DeepEqual(a, b) }) {
			if r.Retry {
				return nil // a rollback cannot take attributes away
			}
			return &cfn.PropertyError{Message: "Invalid AttributeDataType input, existing schema attributes cannot be modified or deleted."}
		}
	}
	var added []any
	for _, a := range after {
		if !slices.ContainsFunc(before, func(b any) bool { return reflect.DeepEqual(a, b) }) {
			added = append(added, a)
		}
	}
	if len(added) == 0 {
		return nil
	}
	in := &api.AddCustomAttributesRequest{}
	if err := (cfn.Properties{"CustomAttributes": added}).Into(in); err != nil {
		return err
	}
	in.UserPoolId = &r.PhysicalID
	return cfn.Do(ctx, r, service, "AddCustomAttributes", in)
}
