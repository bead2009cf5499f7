package apigatewaycfn

import (
	"context"

	api "github.com/gatehouse-dev/gatehouse/internal/api/apigateway"
	"github.com/gatehouse-dev/gatehouse/internal/cfn"
)

func deployment() *cfn.Type {
	return &cfn.Type{Name: "AWS::ApiGateway::Deployment",
		// A stage description here is what AWS::ApiGateway::Stage is for.
		Properties: cfn.From[api.CreateDeploymentRequest]().Only("RestApiId", "Description", "StageName").Require("RestApiId"),
		CreateOnly: []string{"RestApiId", "StageName"}, Attributes: []string{"DeploymentId"},
		Handler: cfn.Functions{Make: createDeployment, Change: updateDeployment, Remove: deleteDeployment}}
}

func createDeployment(ctx context.Context, r *cfn.Request) (out cfn.Result, err error) {
	in := &api.CreateDeploymentRequest{}
	if err := r.Properties.Into(in); err != nil {
		return out, err
	}
	// A second deployment after an interruption is made and the first, which
	// nothing uses, is left in the API's history.
	made, err := cfn.Call[api.Deployment](ctx, r, service, "CreateDeployment", in)
	if err != nil {
		return out, err
	}
	return cfn.Result{PhysicalID: *made.Id, Attributes: map[string]any{"DeploymentId": *made.Id}}, nil
}

func updateDeployment(ctx context.Context, r *cfn.Request) (cfn.Result, error) {
	var p patch
	p.replace(r, map[string]string{"Description": "/description"}, nil)
	return cfn.Result{PhysicalID: r.PhysicalID}, cfn.Do(ctx, r, service, "UpdateDeployment",
		&api.UpdateDeploymentRequest{RestApiId: r.Properties.Optional("RestApiId"), DeploymentId: &r.PhysicalID, PatchOperations: p})
}

// deleteDeployment deletes the stage too that came with the deployment, unless
// it serves another one by now.
func deleteDeployment(ctx context.Context, r *cfn.Request) error {
	apiID := r.Properties.Optional("RestApiId")
	if name := r.Properties.Optional("StageName"); name != nil {
		st, err := cfn.Call[api.Stage](ctx, r, service, "GetStage", &api.GetStageRequest{RestApiId: apiID, StageName: name})
		if err == nil && *st.DeploymentId == r.PhysicalID {
			if err := cfn.Do(ctx, r, service, "DeleteStage", &api.DeleteStageRequest{RestApiId: apiID, StageName: name}); err != nil {
				return err
			}
		}
	}
	return cfn.Do(ctx, r, service, "DeleteDeployment", &api.DeleteDeploymentRequest{RestApiId: apiID, DeploymentId: &r.PhysicalID})
}
