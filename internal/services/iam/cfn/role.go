package iamcfn

import (
	"context"
	"slices"

	api "github.com/gatehouse-dev/gatehouse/internal/api/iam"
	"github.com/gatehouse-dev/gatehouse/internal/awserr"
	"github.com/gatehouse-dev/gatehouse/internal/cfn"
)

const maxRoleName = 64

func role() *cfn.Type {
	document := cfn.Property{Kind: cfn.Document, Required: true}
	return &cfn.Type{Name: "AWS::IAM::Role", IAM: true, NameProperty: "RoleName",
		Properties: cfn.Schema{
			"AssumeRolePolicyDocument": document,
			"Description":              cfn.TextProperty,
			"ManagedPolicyArns":        cfn.TextList,
			"MaxSessionDuration":       {Kind: cfn.Integer},
			"Path":                     cfn.TextProperty,
			"PermissionsBoundary":      cfn.TextProperty,
			"Policies": {Kind: cfn.ListOf, Elem: &cfn.Property{Kind: cfn.Object, Fields: cfn.Schema{
				"PolicyName": {Kind: cfn.Text, Required: true}, "PolicyDocument": document}}},
			"RoleName": cfn.TextProperty,
			"Tags":     cfn.TagList,
		},
		CreateOnly: []string{"RoleName", "Path"}, Attributes: []string{"Arn", "RoleId"},
		Handler: cfn.Functions{Make: createRole, Change: updateRole, Remove: deleteRole}}
}

func createRole(ctx context.Context, r *cfn.Request) (out cfn.Result, err error) {
	name := r.Properties.Text("RoleName")
	if name == "" {
		name = r.Name(maxRoleName)
	}
	in := &api.CreateRoleRequest{RoleName: &name, Path: r.Properties.Optional("Path"), Description: r.Properties.Optional("Description"),
		PermissionsBoundary: r.Properties.Optional("PermissionsBoundary"), Tags: tagList(r.MergedTags("Tags"))}
	if in.AssumeRolePolicyDocument, err = r.Properties.Document("AssumeRolePolicyDocument"); err != nil {
		return out, err
	}
	if _, err := r.Properties.Part("MaxSessionDuration", &in.MaxSessionDuration); err != nil {
		return out, err
	}
	err = cfn.Do(ctx, r, service, "CreateRole", in)
	if err != nil && !(r.Retry && awserr.HasCode(err, "EntityAlreadyExists")) {
		return out, err
	}
	if err := r.Created(ctx, name); err != nil {
		return out, err
	}
	got, err := cfn.Call[api.GetRoleResponse](ctx, r, service, "GetRole", &api.GetRoleRequest{RoleName: &name})
	if err != nil {
		return out, err
	}
	if err := policiesOf(ctx, r, name); err != nil {
		return out, err
	}
	return cfn.Result{PhysicalID: name, Attributes: map[string]any{"Arn": *got.Role.Arn, "RoleId": *got.Role.RoleId}}, nil
}

// inline is an item of Policies.
type inline struct {
	PolicyName     string
	PolicyDocument any
}

// policiesOf makes the role's policies what the properties say. What is there
// already as it should be is left alone.
func policiesOf(ctx context.Context, r *cfn.Request, name string) error {
	oldARNs, newARNs := texts(r.Old["ManagedPolicyArns"]), texts(r.Properties["ManagedPolicyArns"])
	for _, arn := range newARNs {
		if !slices.Contains(oldARNs, arn) {
			if err := cfn.Do(ctx, r, service, "AttachRolePolicy", &api.AttachRolePolicyRequest{RoleName: &name, PolicyArn: &arn}); err != nil {
				return err
			}
		}
	}
	for _, arn := range oldARNs {
		if !slices.Contains(newARNs, arn) {
			if err := cfn.Do(ctx, r, service, "DetachRolePolicy", &api.DetachRolePolicyRequest{RoleName: &name, PolicyArn: &arn}); err != nil && !missing(err) {
				return err
			}
		}
	}
	var before, after []inline
	if _, err := r.Old.Part("Policies", &before); err != nil {
		return err
	}
	if _, err := r.Properties.Part("Policies", &after); err != nil {
		return err
	}
	for _, p := range after {
		doc, err := cfn.Properties{"d": p.PolicyDocument}.Document("d")
		if err != nil {
			return err
		}
		if err := cfn.Do(ctx, r, service, "PutRolePolicy", &api.PutRolePolicyRequest{RoleName: &name, PolicyName: &p.PolicyName, PolicyDocument: doc}); err != nil {
			return err
		}
	}
	for _, p := range before {
		if slices.ContainsFunc(after, func(a inline) bool { return a.PolicyName == p.PolicyName }) {
			continue
		}
		if err := cfn.Do(ctx, r, service, "DeleteRolePolicy", &api.DeleteRolePolicyRequest{RoleName: &name, PolicyName: &p.PolicyName}); err != nil && !missing(err) {
			return err
		}
	}
	return nil
}

func updateRole(ctx context.Context, r *cfn.Request) (out cfn.Result, err error) {
	name := r.PhysicalID
	if r.Changed("AssumeRolePolicyDocument") {
		in := &api.UpdateAssumeRolePolicyRequest{RoleName: &name}
		if in.PolicyDocument, err = r.Properties.Document("AssumeRolePolicyDocument"); err != nil {
			return out, err
		}
		if err := cfn.Do(ctx, r, service, "UpdateAssumeRolePolicy", in); err != nil {
			return out, err
		}
	}
	if r.Changed("Description", "MaxSessionDuration") {
		in := &api.UpdateRoleRequest{RoleName: &name, Description: new(r.Properties.Text("Description")), MaxSessionDuration: new(int32(3600))}
		if _, err := r.Properties.Part("MaxSessionDuration", &in.MaxSessionDuration); err != nil {
			return out, err
		}
		if err := cfn.Do(ctx, r, service, "UpdateRole", in); err != nil {
			return out, err
		}
	}
	if r.Changed("PermissionsBoundary") {
		if boundary := r.Properties.Optional("PermissionsBoundary"); boundary != nil {
			err = cfn.Do(ctx, r, service, "PutRolePermissionsBoundary", &api.PutRolePermissionsBoundaryRequest{RoleName: &name, PermissionsBoundary: boundary})
		} else {
			err = cfn.Do(ctx, r, service, "DeleteRolePermissionsBoundary", &api.DeleteRolePermissionsBoundaryRequest{RoleName: &name})
		}
		if err != nil {
			return out, err
		}
	}
	set, remove := cfn.TagChange(r.OldTags("Tags"), r.MergedTags("Tags"))
	if len(set) > 0 {
		if err := cfn.Do(ctx, r, service, "TagRole", &api.TagRoleRequest{RoleName: &name, Tags: tagList(set)}); err != nil {
			return out, err
		}
	}
	if len(remove) > 0 {
		if err := cfn.Do(ctx, r, service, "UntagRole", &api.UntagRoleRequest{RoleName: &name, TagKeys: remove}); err != nil {
			return out, err
		}
	}
	return cfn.Result{PhysicalID: name}, policiesOf(ctx, r, name)
}

// deleteRole takes away the policies that the stack gave. Others, which someone
// else gave, make IAM refuse.
func deleteRole(ctx context.Context, r *cfn.Request) error {
	without := *r
	without.Old, without.Properties = r.Properties, cfn.Properties{}
	if err := policiesOf(ctx, &without, r.PhysicalID); err != nil {
		return err
	}
	return cfn.Do(ctx, r, service, "DeleteRole", &api.DeleteRoleRequest{RoleName: &r.PhysicalID})
}
