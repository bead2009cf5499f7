package apigatewaycfn

import (
	"context"

	api "github.com/gatehouse-dev/gatehouse/internal/api/apigateway"
	"github.com/gatehouse-dev/gatehouse/internal/cfn"
)

func requestValidator() *cfn.Type {
	return &cfn.Type{Name: "AWS::ApiGateway::RequestValidator",
		Properties: cfn.From[api.CreateRequestValidatorRequest]().Require("RestApiId"),
		CreateOnly: []string{"RestApiId", "Name"}, Attributes: []string{"RequestValidatorId"},
		Handler: cfn.Functions{Make: createValidator, Change: updateValidator, Remove: func(ctx context.Context, r *cfn.Request) error {
			return cfn.Do(ctx, r, service, "DeleteRequestValidator",
				&api.DeleteRequestValidatorRequest{RestApiId: r.Properties.Optional("RestApiId"), RequestValidatorId: &r.PhysicalID})
		}}}
}

func createValidator(ctx context.Context, r *cfn.Request) (out cfn.Result, err error) {
	in := &api.CreateRequestValidatorRequest{}
	if err := r.Properties.Into(in); err != nil {
		return out, err
	}
	if in.Name == nil {
		in.Name = new(r.LogicalID + "-" + r.Suffix()) // of this step alone, so a retry finds it
	}
	if r.Retry {
		all, err := cfn.Call[api.RequestValidators](ctx, r, service, "GetRequestValidators",
			&api.GetRequestValidatorsRequest{RestApiId: in.RestApiId, Limit: new(int32(500))})
		if err != nil {
			return out, err
		}
		for _, v := range all.Items {
			if v.Name != nil && *v.Name == *in.Name {
				return validatorResult(*v.Id), nil
			}
		}
	}
	made, err := cfn.Call[api.RequestValidator](ctx, r, service, "CreateRequestValidator", in)
	if err != nil {
		return out, err
	}
	return validatorResult(*made.Id), nil
}

func validatorResult(id string) cfn.Result {
	return cfn.Result{PhysicalID: id, Attributes: map[string]any{"RequestValidatorId": id}}
}

func updateValidator(ctx context.Context, r *cfn.Request) (cfn.Result, error) {
	var p patch
	p.replace(r, map[string]string{"ValidateRequestBody": "/validateRequestBody", "ValidateRequestParameters": "/validateRequestParameters"},
		map[string]string{"ValidateRequestBody": "false", "ValidateRequestParameters": "false"})
	out := cfn.Result{PhysicalID: r.PhysicalID}
	if len(p) == 0 {
		return out, nil
	}
	return out, cfn.Do(ctx, r, service, "UpdateRequestValidator",
		&api.UpdateRequestValidatorRequest{RestApiId: r.Properties.Optional("RestApiId"), RequestValidatorId: &r.PhysicalID, PatchOperations: p})
}
