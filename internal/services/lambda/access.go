package lambda

import (
	"context"

	api "github.com/gatehouse-dev/gatehouse/internal/api/lambda"
	"github.com/gatehouse-dev/gatehouse/internal/arn"
	"github.com/gatehouse-dev/gatehouse/internal/front"
	"github.com/gatehouse-dev/gatehouse/internal/policy"
)

// access follows the Service Authorization Reference, "Actions, resources, and
// condition keys for AWS Lambda". What acts on a function is decided by its
// resource policy too.
func (s *Service) access() front.Access {
	return front.Access{
		"CreateFunction": front.Needs(s.createNeeds),
		"UpdateFunctionConfiguration": front.Needs(func(ctx context.Context, c *front.Call, in *api.UpdateFunctionConfigurationRequest) ([]front.Need, error) {
			return s.functionNeeds(ctx, c, "UpdateFunctionConfiguration", in.FunctionName, nil, passRole(in.Role), useLayers(in.Layers))
		}),
		"UpdateFunctionCode": on(s, "UpdateFunctionCode", func(in *api.UpdateFunctionCodeRequest) (*string, *string) { return in.FunctionName, nil }),
		"GetFunction":        on(s, "GetFunction", func(in *api.GetFunctionRequest) (*string, *string) { return in.FunctionName, in.Qualifier }),
		"GetFunctionConfiguration": on(s, "GetFunctionConfiguration", func(in *api.GetFunctionConfigurationRequest) (*string, *string) {
			return in.FunctionName, in.Qualifier
		}),
		"Invoke":           on(s, "InvokeFunction", func(in *api.InvocationRequest) (*string, *string) { return in.FunctionName, in.Qualifier }),
		"PublishVersion":   on(s, "PublishVersion", func(in *api.PublishVersionRequest) (*string, *string) { return in.FunctionName, nil }),
		"AddPermission":    front.Needs(s.addPermissionNeeds),
		"RemovePermission": on(s, "RemovePermission", func(in *api.RemovePermissionRequest) (*string, *string) { return in.FunctionName, in.Qualifier }),
		"GetPolicy":        on(s, "GetPolicy", func(in *api.GetPolicyRequest) (*string, *string) { return in.FunctionName, in.Qualifier }),
		"CreateAlias":      on(s, "CreateAlias", func(in *api.CreateAliasRequest) (*string, *string) { return in.FunctionName, nil }),
		"UpdateAlias":      on(s, "UpdateAlias", func(in *api.UpdateAliasRequest) (*string, *string) { return in.FunctionName, nil }),
		"GetAlias":         on(s, "GetAlias", func(in *api.GetAliasRequest) (*string, *string) { return in.FunctionName, nil }),
		"DeleteAlias":      on(s, "DeleteAlias", func(in *api.DeleteAliasRequest) (*string, *string) { return in.FunctionName, nil }),
		"TagResource": front.Needs(func(ctx context.Context, c *front.Call, in *api.TagResourceRequest) ([]front.Need, error) {
			needs, err := s.functionNeeds(ctx, c, "TagResource", in.Resource, nil)
			if err == nil {
				needs[0].Keys = requestTags(in.Tags)
			}
			return needs, err
		}),
		"UntagResource": on(s, "UntagResource", func(in *api.UntagResourceRequest) (*string, *string) { return in.Resource, nil }),
		"ListTags":      on(s, "ListTags", func(in *api.ListTagsRequest) (*string, *string) { return in.Resource, nil }),

		"DeleteFunction": on(s, "DeleteFunction", func(in *api.DeleteFunctionRequest) (*string, *string) { return in.FunctionName, in.Qualifier }),
		"ListFunctions":  front.Everywhere("lambda:ListFunctions"),
		"ListVersionsByFunction": on(s, "ListVersionsByFunction", func(in *api.ListVersionsByFunctionRequest) (*string, *string) {
			return in.FunctionName, nil
		}),
		"ListAliases":        on(s, "ListAliases", func(in *api.ListAliasesRequest) (*string, *string) { return in.FunctionName, nil }),
		"GetAccountSettings": front.Everywhere("lambda:GetAccountSettings"),
		"PutFunctionConcurrency": on(s, "PutFunctionConcurrency", func(in *api.PutFunctionConcurrencyRequest) (*string, *string) {
			return in.FunctionName, nil
		}),
		"DeleteFunctionConcurrency": on(s, "DeleteFunctionConcurrency", func(in *api.DeleteFunctionConcurrencyRequest) (*string, *string) {
			return in.FunctionName, nil
		}),
		"GetFunctionConcurrency": on(s, "GetFunctionConcurrency", func(in *api.GetFunctionConcurrencyRequest) (*string, *string) {
			return in.FunctionName, nil
		}),
		"GetRuntimeManagementConfig": on(s, "GetRuntimeManagementConfig", func(in *api.GetRuntimeManagementConfigRequest) (*string, *string) {
			return in.FunctionName, in.Qualifier
		}),
		"PutRuntimeManagementConfig": on(s, "PutRuntimeManagementConfig", func(in *api.PutRuntimeManagementConfigRequest) (*string, *string) {
			return in.FunctionName, in.Qualifier
		}),
		"GetFunctionCodeSigningConfig": on(s, "GetFunctionCodeSigningConfig", func(in *api.GetFunctionCodeSigningConfigRequest) (*string, *string) {
			return in.FunctionName, nil
		}),
		"GetFunctionRecursionConfig": on(s, "GetFunctionRecursionConfig", func(in *api.GetFunctionRecursionConfigRequest) (*string, *string) {
			return in.FunctionName, nil
		}),
		"PutFunctionRecursionConfig": on(s, "PutFunctionRecursionConfig", func(in *api.PutFunctionRecursionConfigRequest) (*string, *string) {
			return in.FunctionName, nil
		}),
		"PutFunctionEventInvokeConfig": front.Needs(func(ctx context.Context, c *front.Call, in *api.PutFunctionEventInvokeConfigRequest) ([]front.Need, error) {
			return s.functionNeeds(ctx, c, "PutFunctionEventInvokeConfig", in.FunctionName, in.Qualifier, useDestinations(in.DestinationConfig))
		}),
		"UpdateFunctionEventInvokeConfig": front.Needs(func(ctx context.Context, c *front.Call, in *api.UpdateFunctionEventInvokeConfigRequest) ([]front.Need, error) {
			return s.functionNeeds(ctx, c, "UpdateFunctionEventInvokeConfig", in.FunctionName, in.Qualifier, useDestinations(in.DestinationConfig))
		}),
		"GetFunctionEventInvokeConfig": on(s, "GetFunctionEventInvokeConfig", func(in *api.GetFunctionEventInvokeConfigRequest) (*string, *string) {
			return in.FunctionName, in.Qualifier
		}),
		"DeleteFunctionEventInvokeConfig": on(s, "DeleteFunctionEventInvokeConfig", func(in *api.DeleteFunctionEventInvokeConfigRequest) (*string, *string) {
			return in.FunctionName, in.Qualifier
		}),
		"ListFunctionEventInvokeConfigs": on(s, "ListFunctionEventInvokeConfigs", func(in *api.ListFunctionEventInvokeConfigsRequest) (*string, *string) {
			return in.FunctionName, nil
		}),

		"ListLayers":        front.Everywhere("lambda:ListLayers"),
		"ListLayerVersions": front.Everywhere("lambda:ListLayerVersions"),
		"AddLayerVersionPermission": onLayer("AddLayerVersionPermission", func(in *api.AddLayerVersionPermissionRequest) (*string, *int64) {
			return in.LayerName, in.VersionNumber
		}),
		"RemoveLayerVersionPermission": onLayer("RemoveLayerVersionPermission", func(in *api.RemoveLayerVersionPermissionRequest) (*string, *int64) {
			return in.LayerName, in.VersionNumber
		}),
		"GetLayerVersionPolicy": onLayer("GetLayerVersionPolicy", func(in *api.GetLayerVersionPolicyRequest) (*string, *int64) {
			return in.LayerName, in.VersionNumber
		}),
		"PublishLayerVersion": onLayer("PublishLayerVersion", func(in *api.PublishLayerVersionRequest) (*string, *int64) { return in.LayerName, nil }),
		"GetLayerVersion":     onLayer("GetLayerVersion", func(in *api.GetLayerVersionRequest) (*string, *int64) { return in.LayerName, in.VersionNumber }),
		"GetLayerVersionByArn": front.On("lambda:GetLayerVersion", func(_ *front.Call, in *api.GetLayerVersionByArnRequest) string {
			return *in.Arn
		}),
		"DeleteLayerVersion": onLayer("DeleteLayerVersion", func(in *api.DeleteLayerVersionRequest) (*string, *int64) { return in.LayerName, in.VersionNumber }),
	}
}

// on demands one action on the function that a request names.
func on[T any](s *Service, action string, named func(*T) (function, qualifier *string)) front.Rule {
	return front.Needs(func(ctx context.Context, c *front.Call, in *T) ([]front.Need, error) {
		function, qualifier := named(in)
		return s.functionNeeds(ctx, c, action, function, qualifier)
	})
}

// functionNeeds is one action on a function, with further needs.
func (s *Service) functionNeeds(ctx context.Context, c *front.Call, action string, function, qualifier *string, more ...[]front.Need) ([]front.Need, error) {
	n, err := parseName(c, *function, qualifier)
	if err != nil {
		return nil, err
	}
	need := front.Need{Action: "lambda:" + action, Resource: n.arn(), Account: n.account}
	if f, err := s.live.get(ctx, n); err == nil {
		need.Policies = f.policiesOf(n.qualifier)
	}
	needs := []front.Need{need}
	for _, m := range more {
		needs = append(needs, m...)
	}
	return needs, nil
}

func (s *Service) createNeeds(ctx context.Context, c *front.Call, in *api.CreateFunctionRequest) ([]front.Need, error) {
	needs, err := s.functionNeeds(ctx, c, "CreateFunction", in.FunctionName, nil, passRole(in.Role), useLayers(in.Layers))
	if err != nil {
		return nil, err
	}
	needs[0].Keys = requestTags(in.Tags)
	if len(in.Tags) > 0 {
		needs = append(needs, front.Need{Action: "lambda:TagResource", Resource: needs[0].Resource, Keys: requestTags(in.Tags)})
	}
	return needs, nil
}

func (s *Service) addPermissionNeeds(ctx context.Context, c *front.Call, in *api.AddPermissionRequest) ([]front.Need, error) {
	needs, err := s.functionNeeds(ctx, c, "AddPermission", in.FunctionName, in.Qualifier)
	if err == nil {
		keys := policy.KeyMap{}
		keys.Set("lambda:Principal", *in.Principal)
		if in.FunctionUrlAuthType != nil {
			keys.Set("lambda:FunctionUrlAuthType", *in.FunctionUrlAuthType)
		}
		needs[0].Keys = keys
	}
	return needs, err
}

// passRole is demanded of whoever hands a role to a function.
func passRole(role *string) []front.Need {
	if role == nil {
		return nil
	}
	keys := policy.KeyMap{}
	keys.Set("iam:PassedToService", principal)
	return []front.Need{{Action: "iam:PassRole", Resource: *role, Keys: keys}}
}

// useLayers is demanded of whoever gives a function layers.
func useLayers(arns []string) []front.Need {
	var needs []front.Need
	for _, a := range arns {
		needs = append(needs, front.Need{Action: "lambda:GetLayerVersion", Resource: a})
	}
	return needs
}

func requestTags(tags map[string]string) policy.Keys {
	keys := policy.KeyMap{}
	var names []string
	for k, v := range tags {
		names = append(names, k)
		keys.Set("aws:RequestTag/"+k, v)
	}
	if names != nil {
		keys.Set("aws:TagKeys", names...)
	}
	return keys
}

// onLayer demands one action on a layer or a version of it.
func onLayer[T any](action string, named func(*T) (*string, *int64)) front.Rule {
	return front.Needs(func(_ context.Context, c *front.Call, in *T) ([]front.Need, error) {
		text, number := named(in)
		p, name, err := parseLayer(c, *text)
		if err != nil {
			return nil, err
		}
		resource := arn.Make(area, p.region, p.account, "layer:"+name)
		if number != nil {
			resource = (&layerVersion{Layer: name, Number: *number}).arn(p)
		}
		return []front.Need{{Action: "lambda:" + action, Resource: resource}}, nil
	})
}
