package lambdacfn

import (
	"context"

	api "github.com/gatehouse-dev/gatehouse/internal/api/lambda"
	"github.com/gatehouse-dev/gatehouse/internal/awserr"
	"github.com/gatehouse-dev/gatehouse/internal/cfn"
)

func permission() *cfn.Type {
	return &cfn.Type{Name: "AWS::Lambda::Permission",
		Properties: cfn.From[api.AddPermissionRequest]().Without("StatementId", "RevisionId", "Qualifier").Require("Action", "FunctionName", "Principal"),
		CreateOnly: []string{"Action", "EventSourceToken", "FunctionName", "FunctionUrlAuthType", "InvokedViaFunctionUrl", "Principal",
			"PrincipalOrgID", "SourceAccount", "SourceArn"},
		Attributes: []string{"Id"},
		Handler: cfn.Functions{Make: addPermission, Remove: func(ctx context.Context, r *cfn.Request) error {
			in := &api.RemovePermissionRequest{FunctionName: r.Properties.Optional("FunctionName"), StatementId: &r.PhysicalID}
			return cfn.Do(ctx, r, service, "RemovePermission", in)
		}}}
}

func addPermission(ctx context.Context, r *cfn.Request) (cfn.Result, error) {
	in := &api.AddPermissionRequest{}
	if err := r.Properties.Into(in); err != nil {
		return cfn.Result{}, err
	}
	id := r.Name(100) // AddPermission takes 100 characters
	in.StatementId = &id
	err := cfn.Do(ctx, r, service, "AddPermission", in)
	if err != nil && !(r.Retry && awserr.HasCode(err, "ResourceConflictException")) {
		return cfn.Result{}, err
	}
	return cfn.Result{PhysicalID: id, Attributes: map[string]any{"Id": id}}, nil
}
