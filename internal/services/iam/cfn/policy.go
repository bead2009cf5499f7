package iamcfn

import (
	"context"
	"slices"

	api "github.com/gatehouse-dev/gatehouse/internal/api/iam"
	"github.com/gatehouse-dev/gatehouse/internal/cfn"
)

// holders are the properties that say who has a policy.
var holders = []string{"Roles", "Users", "Groups"}

func inlinePolicy() *cfn.Type {
	return &cfn.Type{Name: "AWS::IAM::Policy", IAM: true,
		Properties: cfn.Schema{
			"PolicyName":     {Kind: cfn.Text, Required: true},
			"PolicyDocument": {Kind: cfn.Document, Required: true},
			"Roles":          cfn.TextList, "Users": cfn.TextList, "Groups": cfn.TextList,
		},
		Handler: cfn.Functions{Make: createInline, Change: updateInline, Remove: deleteInline}}
}

func createInline(ctx context.Context, r *cfn.Request) (cfn.Result, error) {
	id := r.Name(64)
	if len(texts(r.Properties["Roles"]))+len(texts(r.Properties["Users"]))+len(texts(r.Properties["Groups"])) == 0 {
		return cfn.Result{}, &cfn.PropertyError{Message: "At least one of [Groups,Roles,Users] must be non-empty."}
	}
	if err := r.Created(ctx, id); err != nil {
		return cfn.Result{}, err
	}
	return cfn.Result{PhysicalID: id}, put(ctx, r)
}

// put gives the policy to all its holders.
func put(ctx context.Context, r *cfn.Request) error {
	name := r.Properties.Text("PolicyName")
	doc, err := r.Properties.Document("PolicyDocument")
	if err != nil {
		return err
	}
	for _, holder := range holders {
		for _, who := range texts(r.Properties[holder]) {
			var err error
			switch holder {
			case "Roles":
				err = cfn.Do(ctx, r, service, "PutRolePolicy", &api.PutRolePolicyRequest{RoleName: &who, PolicyName: &name, PolicyDocument: doc})
			case "Users":
				err = cfn.Do(ctx, r, service, "PutUserPolicy", &api.PutUserPolicyRequest{UserName: &who, PolicyName: &name, PolicyDocument: doc})
			case "Groups":
				err = cfn.Do(ctx, r, service, "PutGroupPolicy", &api.PutGroupPolicyRequest{GroupName: &who, PolicyName: &name, PolicyDocument: doc})
			}
			if err != nil {
				return err
			}
		}
	}
	return nil
}

func updateInline(ctx context.Context, r *cfn.Request) (cfn.Result, error) {
	if err := put(ctx, r); err != nil {
		return cfn.Result{}, err
	}
	keep := r.Properties
	if r.Changed("PolicyName") {
		keep = cfn.Properties{}
	}
	return cfn.Result{PhysicalID: r.PhysicalID}, take(ctx, r, r.Old, keep)
}

func deleteInline(ctx context.Context, r *cfn.Request) error {
	return take(ctx, r, r.Properties, cfn.Properties{})
}

// take takes the policy of from away from those who do not keep it.
func take(ctx context.Context, r *cfn.Request, from, keep cfn.Properties) error {
	name := from.Text("PolicyName")
	for _, holder := range holders {
		kept := texts(keep[holder])
		for _, who := range texts(from[holder]) {
			if slices.Contains(kept, who) {
				continue
			}
			var err error
			switch holder {
			case "Roles":
				err = cfn.Do(ctx, r, service, "DeleteRolePolicy", &api.DeleteRolePolicyRequest{RoleName: &who, PolicyName: &name})
			case "Users":
				err = cfn.Do(ctx, r, service, "DeleteUserPolicy", &api.DeleteUserPolicyRequest{UserName: &who, PolicyName: &name})
			case "Groups":
				err = cfn.Do(ctx, r, service, "DeleteGroupPolicy", &api.DeleteGroupPolicyRequest{GroupName: &who, PolicyName: &name})
			}
			if err != nil && !missing(err) {
				return err
			}
		}
	}
	return nil
}

func managedPolicy() *cfn.Type {
	return &cfn.Type{Name: "AWS::IAM::ManagedPolicy", IAM: true, NameProperty: "ManagedPolicyName",
		Properties: cfn.Schema{
			"ManagedPolicyName": cfn.TextProperty, "Path": cfn.TextProperty, "Description": cfn.TextProperty,
			"PolicyDocument": {Kind: cfn.Document, Required: true},
			"Roles":          cfn.TextList, "Users": cfn.TextList, "Groups": cfn.TextList,
		},
		CreateOnly: []string{"ManagedPolicyName", "Path", "Description"}, Attributes: []string{"PolicyArn"},
		Handler: cfn.Functions{Make: createManaged, Change: updateManaged, Remove: deleteManaged}}
}

const maxPolicyName = 128

func createManaged(ctx context.Context, r *cfn.Request) (out cfn.Result, err error) {
	name := r.Properties.Text("ManagedPolicyName")
	if name == "" {
		name = r.Name(maxPolicyName)
	}
	arn := r.PhysicalID
	if arn == "" {
		in := &api.CreatePolicyRequest{PolicyName: &name, Path: r.Properties.Optional("Path"), Description: r.Properties.Optional("Description"),
			Tags: tagList(r.Tags)}
		if in.PolicyDocument, err = r.Properties.Document("PolicyDocument"); err != nil {
			return out, err
		}
		made, err := cfn.Call[api.CreatePolicyResponse](ctx, r, service, "CreatePolicy", in)
		switch {
		case err == nil:
			arn = *made.Policy.Arn
		case r.Retry && exists(err):
			path := r.Properties.Text("Path")
			if path == "" {
				path = "/"
			}
			arn = "arn:aws:iam::" + r.Origin.Account + ":policy" + path + name
		default:
			return out, err
		}
	}
	if err := r.Created(ctx, arn); err != nil {
		return out, err
	}
	return cfn.Result{PhysicalID: arn, Attributes: map[string]any{"PolicyArn": arn}}, attach(ctx, r, arn)
}

func attach(ctx context.Context, r *cfn.Request, arn string) error {
	for _, holder := range holders {
		had, has := texts(r.Old[holder]), texts(r.Properties[holder])
		for _, who := range has {
			if slices.Contains(had, who) {
				continue
			}
			var err error
			switch holder {
			case "Roles":
				err = cfn.Do(ctx, r, service, "AttachRolePolicy", &api.AttachRolePolicyRequest{RoleName: &who, PolicyArn: &arn})
			case "Users":
				err = cfn.Do(ctx, r, service, "AttachUserPolicy", &api.AttachUserPolicyRequest{UserName: &who, PolicyArn: &arn})
			case "Groups":
				err = cfn.Do(ctx, r, service, "AttachGroupPolicy", &api.AttachGroupPolicyRequest{GroupName: &who, PolicyArn: &arn})
			}
			if err != nil {
				return err
			}
		}
		for _, who := range had {
			if slices.Contains(has, who) {
				continue
			}
			var err error
			switch holder {
			case "Roles":
				err = cfn.Do(ctx, r, service, "DetachRolePolicy", &api.DetachRolePolicyRequest{RoleName: &who, PolicyArn: &arn})
			case "Users":
				err = cfn.Do(ctx, r, service, "DetachUserPolicy", &api.DetachUserPolicyRequest{UserName: &who, PolicyArn: &arn})
			case "Groups":
				err = cfn.Do(ctx, r, service, "DetachGroupPolicy", &api.DetachGroupPolicyRequest{GroupName: &who, PolicyArn: &arn})
			}
			if err != nil && !missing(err) {
				return err
			}
		}
	}
	return nil
}

func updateManaged(ctx context.Context, r *cfn.Request) (cfn.Result, error) {
	arn := r.PhysicalID
	if r.Changed("PolicyDocument") {
		doc, err := r.Properties.Document("PolicyDocument")
		if err != nil {
			return cfn.Result{}, err
		}
		// A policy has five versions at most: the replaced ones go.
		if err := dropVersions(ctx, r, arn); err != nil {
			return cfn.Result{}, err
		}
		in := &api.CreatePolicyVersionRequest{PolicyArn: &arn, PolicyDocument: doc, SetAsDefault: new(true)}
		if err := cfn.Do(ctx, r, service, "CreatePolicyVersion", in); err != nil {
			return cfn.Result{}, err
		}
	}
	return cfn.Result{PhysicalID: arn}, attach(ctx, r, arn)
}

// dropVersions deletes all versions but the default.
func dropVersions(ctx context.Context, r *cfn.Request, arn string) error {
	all, err := cfn.Call[api.ListPolicyVersionsResponse](ctx, r, service, "ListPolicyVersions", &api.ListPolicyVersionsRequest{PolicyArn: &arn})
	if err != nil {
		return err
	}
	for _, v := range all.Versions {
		if v.IsDefaultVersion != nil && *v.IsDefaultVersion {
			continue
		}
		err := cfn.Do(ctx, r, service, "DeletePolicyVersion", &api.DeletePolicyVersionRequest{PolicyArn: &arn, VersionId: v.VersionId})
		if err != nil && !missing(err) {
			return err
		}
	}
	return nil
}

func deleteManaged(ctx context.Context, r *cfn.Request) error {
	without := *r
	without.Old, without.Properties = r.Properties, cfn.Properties{}
	if err := attach(ctx, &without, r.PhysicalID); err != nil {
		return err
	}
	if err := dropVersions(ctx, r, r.PhysicalID); err != nil {
		return err
	}
	return cfn.Do(ctx, r, service, "DeletePolicy", &api.DeletePolicyRequest{PolicyArn: &r.PhysicalID})
}
