package apigateway

import (
	"context"
	"net/http"
	"net/url"
	"reflect"
	"strings"

	api "github.com/gatehouse-dev/gatehouse/internal/api/apigateway"
	"github.com/gatehouse-dev/gatehouse/internal/front"
	"github.com/gatehouse-dev/gatehouse/internal/policy"
	"github.com/gatehouse-dev/gatehouse/internal/services/apigateway/openapi"
	"github.com/gatehouse-dev/gatehouse/internal/wire"
)

// access is what each operation demands. API Gateway's IAM actions are the
// HTTP methods, its resources the paths: arn:aws:apigateway:REGION::/PATH
// (Service Authorization Reference, "Amazon API Gateway Management").
func access() front.Access {
	return front.Access{
		"CreateApiKey":               on(func(in *api.CreateApiKeyRequest) extra { return extra{tags: in.Tags} }),
		"CreateAuthorizer":           on(func(in *api.CreateAuthorizerRequest) extra { return extra{role: in.AuthorizerCredentials} }),
		"CreateDeployment":           on[api.CreateDeploymentRequest](nil),
		"CreateModel":                on[api.CreateModelRequest](nil),
		"CreateRequestValidator":     on[api.CreateRequestValidatorRequest](nil),
		"CreateResource":             on[api.CreateResourceRequest](nil),
		"CreateRestApi":              on(func(in *api.CreateRestApiRequest) extra { return extra{tags: in.Tags, policy: in.Policy != nil} }),
		"CreateStage":                on(func(in *api.CreateStageRequest) extra { return extra{tags: in.Tags} }),
		"CreateUsagePlan":            on(func(in *api.CreateUsagePlanRequest) extra { return extra{tags: in.Tags} }),
		"CreateUsagePlanKey":         on[api.CreateUsagePlanKeyRequest](nil),
		"DeleteApiKey":               on[api.DeleteApiKeyRequest](nil),
		"DeleteAuthorizer":           on[api.DeleteAuthorizerRequest](nil),
		"DeleteClientCertificate":    on[api.DeleteClientCertificateRequest](nil),
		"DeleteDeployment":           on[api.DeleteDeploymentRequest](nil),
		"DeleteGatewayResponse":      on[api.DeleteGatewayResponseRequest](nil),
		"DeleteIntegration":          on[api.DeleteIntegrationRequest](nil),
		"DeleteIntegrationResponse":  on[api.DeleteIntegrationResponseRequest](nil),
		"DeleteMethod":               on[api.DeleteMethodRequest](nil),
		"DeleteMethodResponse":       on[api.DeleteMethodResponseRequest](nil),
		"DeleteModel":                on[api.DeleteModelRequest](nil),
		"DeleteRequestValidator":     on[api.DeleteRequestValidatorRequest](nil),
		"DeleteResource":             on[api.DeleteResourceRequest](nil),
		"DeleteRestApi":              on[api.DeleteRestApiRequest](nil),
		"DeleteStage":                on[api.DeleteStageRequest](nil),
		"DeleteUsagePlan":            on[api.DeleteUsagePlanRequest](nil),
		"DeleteUsagePlanKey":         on[api.DeleteUsagePlanKeyRequest](nil),
		"FlushStageAuthorizersCache": on[api.FlushStageAuthorizersCacheRequest](nil),
		"FlushStageCache":            on[api.FlushStageCacheRequest](nil),
		"GenerateClientCertificate":  on(func(in *api.GenerateClientCertificateRequest) extra { return extra{tags: in.Tags} }),
		"GetAccount":                 on[api.GetAccountRequest](nil),
		"GetApiKey":                  on[api.GetApiKeyRequest](nil),
		"GetApiKeys":                 on[api.GetApiKeysRequest](nil),
		"GetAuthorizer":              on[api.GetAuthorizerRequest](nil),
		"GetAuthorizers":             on[api.GetAuthorizersRequest](nil),
		"GetClientCertificate":       on[api.GetClientCertificateRequest](nil),
		"GetClientCertificates":      on[api.GetClientCertificatesRequest](nil),
		"GetDeployment":              on[api.GetDeploymentRequest](nil),
		"GetDeployments":             on[api.GetDeploymentsRequest](nil),
		"GetExport":                  on[api.GetExportRequest](nil),
		"GetGatewayResponse":         on[api.GetGatewayResponseRequest](nil),
		"GetGatewayResponses":        on[api.GetGatewayResponsesRequest](nil),
		"GetIntegration":             on[api.GetIntegrationRequest](nil),
		"GetIntegrationResponse":     on[api.GetIntegrationResponseRequest](nil),
		"GetMethod":                  on[api.GetMethodRequest](nil),
		"GetMethodResponse":          on[api.GetMethodResponseRequest](nil),
		"GetModel":                   on[api.GetModelRequest](nil),
		"GetModels":                  on[api.GetModelsRequest](nil),
		"GetRequestValidator":        on[api.GetRequestValidatorRequest](nil),
		"GetRequestValidators":       on[api.GetRequestValidatorsRequest](nil),
		"GetResource":                on[api.GetResourceRequest](nil),
		"GetResources":               on[api.GetResourcesRequest](nil),
		"GetRestApi":                 on[api.GetRestApiRequest](nil),
		"GetRestApis":                on[api.GetRestApisRequest](nil),
		"GetStage":                   on[api.GetStageRequest](nil),
		"GetStages":                  on[api.GetStagesRequest](nil),
		"GetTags":                    on[api.GetTagsRequest](nil),
		"GetUsagePlan":               on[api.GetUsagePlanRequest](nil),
		"GetUsagePlanKey":            on[api.GetUsagePlanKeyRequest](nil),
		"GetUsagePlanKeys":           on[api.GetUsagePlanKeysRequest](nil),
		"GetUsagePlans":              on[api.GetUsagePlansRequest](nil),
		"ImportRestApi":              on(func(in *api.ImportRestApiRequest) extra { return ofDocument(in.Body) }),
		"PutGatewayResponse":         on[api.PutGatewayResponseRequest](nil),
		"PutIntegration":             on(func(in *api.PutIntegrationRequest) extra { return extra{role: in.Credentials} }),
		"PutIntegrationResponse":     on[api.PutIntegrationResponseRequest](nil),
		"PutRestApi":                 on(func(in *api.PutRestApiRequest) extra { return ofDocument(in.Body) }),
		"PutMethod":                  on[api.PutMethodRequest](nil),
		"PutMethodResponse":          on[api.PutMethodResponseRequest](nil),
		"TagResource":                on[api.TagResourceRequest](nil),
		"TestInvokeAuthorizer":       on[api.TestInvokeAuthorizerRequest](nil),
		"TestInvokeMethod":           on[api.TestInvokeMethodRequest](nil),
		"UntagResource":              on[api.UntagResourceRequest](nil),
		"UpdateAccount": on(func(in *api.UpdateAccountRequest) extra {
			return extra{role: patched(in.PatchOperations, "/cloudwatchRoleArn")}
		}),
		"UpdateApiKey": on[api.UpdateApiKeyRequest](nil),
		"UpdateAuthorizer": on(func(in *api.UpdateAuthorizerRequest) extra {
			return extra{role: patched(in.PatchOperations, "/authorizerCredentials")}
		}),
		"UpdateClientCertificate": on[api.UpdateClientCertificateRequest](nil),
		"UpdateDeployment":        on[api.UpdateDeploymentRequest](nil),
		"UpdateGatewayResponse":   on[api.UpdateGatewayResponseRequest](nil),
		"UpdateIntegration": on(func(in *api.UpdateIntegrationRequest) extra {
			return extra{role: patched(in.PatchOperations, "/credentials")}
		}),
		"UpdateIntegrationResponse": on[api.UpdateIntegrationResponseRequest](nil),
		"UpdateMethod":              on[api.UpdateMethodRequest](nil),
		"UpdateMethodResponse":      on[api.UpdateMethodResponseRequest](nil),
		"UpdateModel":               on[api.UpdateModelRequest](nil),
		"UpdateRequestValidator":    on[api.UpdateRequestValidatorRequest](nil),
		"UpdateResource":            on[api.UpdateResourceRequest](nil),
		"UpdateRestApi": on(func(in *api.UpdateRestApiRequest) extra {
			return extra{policy: touches(in.PatchOperations, "/policy")}
		}),
		"UpdateStage":     on[api.UpdateStageRequest](nil),
		"UpdateUsagePlan": on[api.UpdateUsagePlanRequest](nil),
	}
}

// extra is what a request demands beside its own action.
type extra struct {
	role   *string           // a role that API Gateway is to take on
	roles  []string          // more of them
	tags   map[string]string // tags given at creation
	policy bool              // a resource policy is set
}

// on demands the HTTP method on the path, and what more gives.
func on[T any](more func(in *T) extra) front.Rule {
	return front.Needs(func(_ context.Context, c *front.Call, in *T) ([]front.Need, error) {
		resource := resourceARN(c, pathOfCall(c, in))
		needs := []front.Need{{Action: "apigateway:" + c.Operation.Method, Resource: resource}}
		if more == nil {
			return needs, nil
		}
		x := more(in)
		if x.policy {
			needs = append(needs, front.Need{Action: "apigateway:UpdateRestApiPolicy", Resource: resource})
		}
		if len(x.tags) > 0 {
			needs = append(needs, front.Need{Action: "apigateway:" + http.MethodPut, Resource: resourceARN(c, "/tags/*")})
		}
		if x.role != nil {
			x.roles = append(x.roles, *x.role)
		}
		for _, role := range x.roles {
			if role != "" && role != callerCredentials {
				needs = append(needs, front.Need{Action: "iam:PassRole", Resource: role,
					Keys: policy.KeyMap{"iam:passedtoservice": {"apigateway.amazonaws.com"}}})
			}
		}
		return needs, nil
	})
}

func resourceARN(c *front.Call, path string) string {
	return "arn:aws:apigateway:" + c.Region + "::" + path
}

// pathOfCall fills the operation's path template from the input.
func pathOfCall(c *front.Call, in any) string {
	path, _, _ := strings.Cut(c.Operation.URI, "?")
	shape := c.Service.Shape(c.Operation.Input)
	v := reflect.ValueOf(in).Elem()
	for i := range shape.Members {
		m := &shape.Members[i]
		if m.Location != wire.InURI {
			continue
		}
		if p, ok := v.Field(i).Interface().(*string); ok {
			path = strings.Replace(path, "{"+m.WireName()+"}", url.PathEscape(str(p)), 1)
		}
	}
	return path
}

// ofDocument is what the import of a document demands. What cannot be read is
// refused by the operation itself.
func ofDocument(body []byte) extra {
	doc, err := openapi.Read("", body)
	if err != nil {
		return extra{}
	}
	x := extra{policy: doc.Policy != nil}
	for i := range doc.Authorizers {
		x.roles = append(x.roles, str(doc.Authorizers[i].AuthorizerCredentials))
	}
	for i := range doc.Operations {
		if in := doc.Operations[i].Method.MethodIntegration; in != nil {
			x.roles = append(x.roles, str(in.Credentials))
		}
	}
	return x
}

// patched is the last value that a patch gives to a path.
func patched(ops []api.PatchOperation, path string) *string {
	var value *string
	for _, op := range ops {
		if str(op.Path) == path {
			value = op.Value
		}
	}
	return value
}

// touches reports whether a patch is about a path.
func touches(ops []api.PatchOperation, path string) bool {
	for _, op := range ops {
		if str(op.Path) == path {
			return true
		}
	}
	return false
}
