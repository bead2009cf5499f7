package apigatewaycfn

import (
	"context"
	"maps"
	"slices"
	"strings"

	api "github.com/gatehouse-dev/gatehouse/internal/api/apigateway"
	"github.com/gatehouse-dev/gatehouse/internal/awserr"
	"github.com/gatehouse-dev/gatehouse/internal/cfn"
)

func stage() *cfn.Type {
	setting := cfn.Property{Kind: cfn.Object, Fields: cfn.From[api.MethodSetting]().Without("RequireAuthorizationForCacheControl", "UnauthorizedCacheControlHeaderStrategy").
		With(cfn.Schema{"HttpMethod": cfn.TextProperty, "ResourcePath": cfn.TextProperty})}
	return &cfn.Type{Name: "AWS::ApiGateway::Stage", NameProperty: "StageName",
		Properties: cfn.From[api.CreateStageRequest]().Without("CanarySettings").With(cfn.Schema{
			"Tags": cfn.TagList, "ClientCertificateId": cfn.TextProperty,
			"MethodSettings":   {Kind: cfn.ListOf, Elem: &setting},
			"AccessLogSetting": {Kind: cfn.Object, Fields: cfn.From[api.AccessLogSettings]()},
		}).Require("RestApiId"),
		CreateOnly: []string{"RestApiId", "StageName"},
		Handler: cfn.Functions{Make: createStage, Change: updateStage, Remove: func(ctx context.Context, r *cfn.Request) error {
			return cfn.Do(ctx, r, service, "DeleteStage", &api.DeleteStageRequest{RestApiId: r.Properties.Optional("RestApiId"), StageName: &r.PhysicalID})
		}}}
}

func createStage(ctx context.Context, r *cfn.Request) (out cfn.Result, err error) {
	in := &api.CreateStageRequest{}
	if err := r.Properties.Without("Tags", "ClientCertificateId", "MethodSettings", "AccessLogSetting").Into(in); err != nil {
		return out, err
	}
	if in.StageName == nil {
		in.StageName = new(r.LogicalID)
	}
	if tags := r.MergedTags("Tags"); len(tags) > 0 {
		in.Tags = tags
	}
	err = cfn.Do(ctx, r, service, "CreateStage", in)
	if err != nil && !(r.Retry && awserr.HasCode(err, "ConflictException")) {
		return out, err
	}
	if err := r.Created(ctx, *in.StageName); err != nil {
		return out, err
	}
	made := *r
	made.Old = r.Properties.Without("ClientCertificateId", "MethodSettings", "AccessLogSetting")
	return cfn.Result{PhysicalID: *in.StageName}, patchStage(ctx, &made, *in.StageName)
}

func updateStage(ctx context.Context, r *cfn.Request) (cfn.Result, error) {
	out := cfn.Result{PhysicalID: r.PhysicalID}
	if err := patchStage(ctx, r, r.PhysicalID); err != nil {
		return out, err
	}
	return out, tags(ctx, r, "/restapis/"+r.Properties.Text("RestApiId")+"/stages/"+r.PhysicalID)
}

func patchStage(ctx context.Context, r *cfn.Request, name string) error {
	var p patch
	p.replace(r, map[string]string{"DeploymentId": "/deploymentId", "Description": "/description", "CacheClusterEnabled": "/cacheClusterEnabled",
		"CacheClusterSize": "/cacheClusterSize", "ClientCertificateId": "/clientCertificateId", "TracingEnabled": "/tracingEnabled",
		"DocumentationVersion": "/documentationVersion"}, map[string]string{"CacheClusterEnabled": "false", "CacheClusterSize": "0.5", "TracingEnabled": "false"})
	p.members("/variables", r.Old["Variables"], r.Properties["Variables"])
	if r.Changed("AccessLogSetting") {
		if log, ok := r.Properties["AccessLogSetting"].(map[string]any); ok {
			for _, key := range slices.Sorted(maps.Keys(log)) {
				p.add("replace", "/accessLogSettings/"+strings.ToLower(key[:1])+key[1:], scalar(log[key]))
			}
		} else {
			p.add("remove", "/accessLogSettings", "")
		}
	}
	if r.Changed("MethodSettings") {
		p.settings(r.Old["MethodSettings"], r.Properties["MethodSettings"])
	}
	if len(p) == 0 {
		return nil
	}
	return cfn.Do(ctx, r, service, "UpdateStage",
		&api.UpdateStageRequest{RestApiId: r.Properties.Optional("RestApiId"), StageName: &name, PatchOperations: p})
}

// settingPath is where a patch finds what CloudFormation calls a method
// setting.
func settingPath(name string) string {
	switch name {
	case "MetricsEnabled":
		return "metrics/enabled"
	case "LoggingLevel":
		return "logging/loglevel"
	case "DataTraceEnabled":
		return "logging/dataTrace"
	case "ThrottlingBurstLimit":
		return "throttling/burstLimit"
	case "ThrottlingRateLimit":
		return "throttling/rateLimit"
	case "CachingEnabled":
		return "caching/enabled"
	case "CacheTtlInSeconds":
		return "caching/ttlInSeconds"
	case "CacheDataEncrypted":
		return "caching/dataEncrypted"
	}
	return ""
}

// settings patches the settings of methods: those of before go, those of after
// are set.
func (p *patch) settings(before, after any) {
	then, now := byMethod(before), byMethod(after)
	for _, path := range slices.Sorted(maps.Keys(then)) {
		if len(then[path]) > 0 {
			p.add("remove", path, "")
		}
	}
	for _, path := range slices.Sorted(maps.Keys(now)) {
		for _, name := range slices.Sorted(maps.Keys(now[path])) {
			if at := settingPath(name); at != "" {
				p.add("replace", path+"/"+at, scalar(now[path][name]))
			}
		}
	}
}

// byMethod gives each method's settings under its path: /~1sms/POST, or /*/*.
func byMethod(v any) map[string]map[string]any {
	out := map[string]map[string]any{}
	items, _ := v.([]any)
	for _, item := range items {
		members, _ := item.(map[string]any)
		resource, method := "*", "*"
		if s, ok := members["ResourcePath"].(string); ok {
			// The API's form has no escaped slash before a wildcard: /*.
			if resource = escape(s); s == "/*" {
				resource = "*"
			}
		}
		if s, ok := members["HttpMethod"].(string); ok {
			method = s
		}
		settings := maps.Clone(members)
		delete(settings, "ResourcePath")
		delete(settings, "HttpMethod")
		out["/"+resource+"/"+method] = settings
	}
	return out
}
