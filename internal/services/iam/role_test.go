package iam_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
)

func TestRoles(t *testing.T) {
	w := start(t)
	ctx := t.Context()
	made := must(w.CreateRole(ctx, &iam.CreateRoleInput{RoleName: new("worker"), Path: new("/app/"), AssumeRolePolicyDocument: new(trustLambda),
		Description: new("works"), MaxSessionDuration: new(int32(7200)), Tags: []types.Tag{{Key: new("a"), Value: new("")}}}))(t).Role
	if !regexp.MustCompile(`^AROA[A-Z2-7]{17}$`).MatchString(*made.RoleId) || made.Description != nil || made.MaxSessionDuration != nil || len(made.Tags) != 1 {
		t.Errorf("%+v", made)
	}
	get := func() *types.Role {
		t.Helper()
		return must(w.GetRole(ctx, &iam.GetRoleInput{RoleName: new("WORKER")}))(t).Role
	}
	equal(t, []any{*get().Arn, *get().Description, *get().MaxSessionDuration}, []any{account + "role/app/worker", "works", int32(7200)})
	equal(t, unescaped(t, get().AssumeRolePolicyDocument), trustLambda)
	if get().RoleLastUsed == nil {
		t.Error("RoleLastUsed is left out")
	}
	equal(t, w.svc.Role(*made.Arn).MaxSession.Seconds(), 7200.0)

	// What an update does not name stays.
	ok(t)(w.UpdateRole(ctx, &iam.UpdateRoleInput{RoleName: new("worker"), MaxSessionDuration: new(int32(3601))}))
	equal(t, []any{*get().Description, *get().MaxSessionDuration}, []any{"works", int32(3601)})
	described := must(w.UpdateRoleDescription(ctx, &iam.UpdateRoleDescriptionInput{RoleName: new("worker"), Description: new("rests")}))(t).Role
	equal(t, []any{*described.Description, described.MaxSessionDuration}, []any{"rests", (*int32)(nil)})
	equal(t, *get().MaxSessionDuration, int32(3601))

	refused(t, 409, "EntityAlreadyExists", "Role with name Worker already exists.")(w.CreateRole(ctx, &iam.CreateRoleInput{RoleName: new("Worker"), AssumeRolePolicyDocument: new(trustLambda)}))
	refused(t, 404, "NoSuchEntity", "The role with name none cannot be found.")(w.GetRole(ctx, &iam.GetRoleInput{RoleName: new("none")}))
	refused(t, 404, "NoSuchEntity", "The role with name none cannot be found.")(w.DeleteRole(ctx, &iam.DeleteRoleInput{RoleName: new("none")}))
	malformed := func(text, document string) {
		t.Helper()
		refused(t, 400, "MalformedPolicyDocument", text)(w.UpdateAssumeRolePolicy(ctx, &iam.UpdateAssumeRolePolicyInput{RoleName: new("worker"), PolicyDocument: &document}))
	}
	malformed("This policy contains invalid Json", "{")
	malformed("AssumeRole policy may only specify STS AssumeRole actions.", strings.Replace(trustLambda, "sts:AssumeRole", "s3:GetObject", 1))
	malformed("Has prohibited field Resource", strings.Replace(trustLambda, `"Effect"`, `"Resource":"*","Effect"`, 1))
	refused(t, 409, "LimitExceeded", "Cannot exceed quota for ACLSizePerRole: 2048")(w.UpdateAssumeRolePolicy(ctx, &iam.UpdateAssumeRolePolicyInput{RoleName: new("worker"),
		PolicyDocument: new(strings.Replace(trustLambda, `"Effect"`, `"Sid":"`+strings.Repeat("x", 2048)+`","Effect"`, 1))}))

	ok(t)(w.PutRolePolicy(ctx, &iam.PutRolePolicyInput{RoleName: new("worker"), PolicyName: new("p"), PolicyDocument: new(allowAll)}))
	refused(t, 409, "DeleteConflict", "Cannot delete entity, must delete policies first.")(w.DeleteRole(ctx, &iam.DeleteRoleInput{RoleName: new("worker")}))
	equal(t, unescaped(t, must(w.GetRolePolicy(ctx, &iam.GetRolePolicyInput{RoleName: new("worker"), PolicyName: new("p")}))(t).PolicyDocument), allowAll)
	ok(t)(w.DeleteRolePolicy(ctx, &iam.DeleteRolePolicyInput{RoleName: new("worker"), PolicyName: new("p")}))
	ok(t)(w.DeleteRole(ctx, &iam.DeleteRoleInput{RoleName: new("worker")}))
	if w.svc.Role(*made.Arn) != nil {
		t.Error("the role is still there")
	}
}

func TestRoleTags(t *testing.T) {
	w := start(t)
	ctx := t.Context()
	w.role(t, "worker", "")
	tag := func(key, value string) types.Tag { return types.Tag{Key: &key, Value: &value} }
	put := func(tags ...types.Tag) (any, error) {
		return w.TagRole(ctx, &iam.TagRoleInput{RoleName: new("worker"), Tags: tags})
	}
	ok(t)(put(tag("b", "1"), tag("a", "2")))
	ok(t)(put(tag("B", "3")))
	list := must(w.ListRoleTags(ctx, &iam.ListRoleTagsInput{RoleName: new("worker")}))(t)
	equal(t, list.Tags, []types.Tag{tag("B", "3"), tag("a", "2")})
	refused(t, 400, "InvalidInput", "Duplicate tag keys found. Please note that Tag keys are case insensitive.")(put(tag("x", ""), tag("X", "")))
	refused(t, 400, "ValidationError", "aws:")(put(tag("AWS:x", "")))
	var many []types.Tag
	for i := range 49 {
		many = append(many, tag(strings.Repeat("k", i+1), ""))
	}
	refused(t, 409, "LimitExceeded", "The number of tags has reached the maximum limit.")(put(many...))
	ok(t)(w.UntagRole(ctx, &iam.UntagRoleInput{RoleName: new("worker"), TagKeys: []string{"A", "none"}}))
	equal(t, must(w.GetRole(ctx, &iam.GetRoleInput{RoleName: new("worker")}))(t).Role.Tags, []types.Tag{tag("B", "3")})
}

func TestInstanceProfiles(t *testing.T) {
	w := start(t)
	ctx := t.Context()
	w.role(t, "worker", "")
	w.role(t, "other", "")
	made := must(w.CreateInstanceProfile(ctx, &iam.CreateInstanceProfileInput{InstanceProfileName: new("Web"), Path: new("/x/")}))(t).InstanceProfile
	if !regexp.MustCompile(`^AIPA[A-Z2-7]{17}$`).MatchString(*made.InstanceProfileId) || *made.Arn != account+"instance-profile/x/Web" {
		t.Errorf("%+v", made)
	}
	add := func(profile, role string) (any, error) {
		return w.AddRoleToInstanceProfile(ctx, &iam.AddRoleToInstanceProfileInput{InstanceProfileName: &profile, RoleName: &role})
	}
	remove := func(profile, role string) (any, error) {
		return w.RemoveRoleFromInstanceProfile(ctx, &iam.RemoveRoleFromInstanceProfileInput{InstanceProfileName: &profile, RoleName: &role})
	}
	refused(t, 409, "EntityAlreadyExists", "Instance Profile web already exists.")(w.CreateInstanceProfile(ctx, &iam.CreateInstanceProfileInput{InstanceProfileName: new("web")}))
	refused(t, 404, "NoSuchEntity", "Instance Profile none cannot be found.")(w.GetInstanceProfile(ctx, &iam.GetInstanceProfileInput{InstanceProfileName: new("none")}))
	refused(t, 404, "NoSuchEntity", "Instance Profile none cannot be found.")(add("none", "worker"))
	refused(t, 404, "NoSuchEntity", "The role with name none cannot be found.")(add("web", "none"))
	ok(t)(add("web", "worker"))
	refused(t, 409, "LimitExceeded", "Cannot exceed quota for InstanceSessionsPerInstanceProfile: 1")(add("web", "other"))
	refused(t, 404, "NoSuchEntity", "Role other in Instance Profile Web cannot be found.")(remove("web", "other"))
	refused(t, 409, "DeleteConflict", "Cannot delete entity, must remove roles from instance profile first.")(w.DeleteInstanceProfile(ctx, &iam.DeleteInstanceProfileInput{InstanceProfileName: new("web")}))
	refused(t, 409, "DeleteConflict", "Cannot delete entity, must remove roles from instance profile first.")(w.DeleteRole(ctx, &iam.DeleteRoleInput{RoleName: new("worker")}))
	got := must(w.GetInstanceProfile(ctx, &iam.GetInstanceProfileInput{InstanceProfileName: new("web")}))(t).InstanceProfile
	equal(t, []any{*got.Roles[0].RoleName, got.Roles[0].MaxSessionDuration}, []any{"worker", (*int32)(nil)})
	equal(t, len(must(w.ListInstanceProfilesForRole(ctx, &iam.ListInstanceProfilesForRoleInput{RoleName: new("worker")}))(t).InstanceProfiles), 1)
	equal(t, len(must(w.ListInstanceProfilesForRole(ctx, &iam.ListInstanceProfilesForRoleInput{RoleName: new("other")}))(t).InstanceProfiles), 0)
	equal(t, len(must(w.ListInstanceProfiles(ctx, &iam.ListInstanceProfilesInput{PathPrefix: new("/x/")}))(t).InstanceProfiles), 1)
	equal(t, len(must(w.ListInstanceProfiles(ctx, &iam.ListInstanceProfilesInput{PathPrefix: new("/y/")}))(t).InstanceProfiles), 0)
	ok(t)(w.TagInstanceProfile(ctx, &iam.TagInstanceProfileInput{InstanceProfileName: new("web"), Tags: []types.Tag{{Key: new("k"), Value: new("v")}, {Key: new("K"), Value: new("w")}}}))
	ok(t)(w.UntagInstanceProfile(ctx, &iam.UntagInstanceProfileInput{InstanceProfileName: new("web"), TagKeys: []string{"k"}}))
	equal(t, must(w.ListInstanceProfileTags(ctx, &iam.ListInstanceProfileTagsInput{InstanceProfileName: new("web")}))(t).Tags, []types.Tag{{Key: new("K"), Value: new("w")}})
	ok(t)(remove("web", "worker"))
	ok(t)(w.DeleteInstanceProfile(ctx, &iam.DeleteInstanceProfileInput{InstanceProfileName: new("web")}))

	// Giving a role to a machine needs iam:PassRole.
	ok(t)(w.CreateInstanceProfile(ctx, &iam.CreateInstanceProfileInput{InstanceProfileName: new("web")}))
	bob := w.user(t, "bob", `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["iam:AddRoleToInstanceProfile"],"Resource":"*"}]}`)
	refused(t, 403, "AccessDenied", "iam:PassRole on resource: "+account+"role/worker")(bob.AddRoleToInstanceProfile(ctx,
		&iam.AddRoleToInstanceProfileInput{InstanceProfileName: new("web"), RoleName: new("worker")}))
}

func TestServiceLinkedRoles(t *testing.T) {
	w := start(t)
	ctx := t.Context()
	make := func(service string, suffix *string) (*iam.CreateServiceLinkedRoleOutput, error) {
		return w.CreateServiceLinkedRole(ctx, &iam.CreateServiceLinkedRoleInput{AWSServiceName: &service, CustomSuffix: suffix})
	}
	role := must(make("ops.apigateway.amazonaws.com", nil))(t).Role
	equal(t, *role.Arn, account+"role/aws-service-role/ops.apigateway.amazonaws.com/AWSServiceRoleForAPIGateway")
	_, err := make("ops.apigateway.amazonaws.com", nil)
	refused(t, 400, "InvalidInput", "Service role name AWSServiceRoleForAPIGateway has been taken in this account, please try a different suffix.")(nil, err)
	_, err = make("ecs.amazonaws.com", new("x"))
	refused(t, 400, "InvalidInput", "Custom suffix is not allowed for ecs.amazonaws.com")(nil, err)
	equal(t, *must(make("autoscaling.amazonaws.com", new("x")))(t).Role.RoleName, "AWSServiceRoleForAutoScaling_x")
	_, err = make("unknown.amazonaws.com", nil)
	refused(t, 400, "InvalidInput", "")(nil, err)

	protected := refused(t, 400, "UnmodifiableEntity", "Cannot perform the operation on the protected role 'AWSServiceRoleForAPIGateway' - this role is only modifiable by AWS")
	protected(w.DeleteRole(ctx, &iam.DeleteRoleInput{RoleName: role.RoleName}))
	protected(w.PutRolePolicy(ctx, &iam.PutRolePolicyInput{RoleName: role.RoleName, PolicyName: new("p"), PolicyDocument: new(allowAll)}))
	protected(w.AttachRolePolicy(ctx, &iam.AttachRolePolicyInput{RoleName: role.RoleName, PolicyArn: new("arn:aws:iam::aws:policy/ReadOnlyAccess")}))
	protected(w.UpdateAssumeRolePolicy(ctx, &iam.UpdateAssumeRolePolicyInput{RoleName: role.RoleName, PolicyDocument: new(trustLambda)}))
	ok(t)(w.UpdateRole(ctx, &iam.UpdateRoleInput{RoleName: role.RoleName, Description: new("mine")}))
	ok(t)(w.TagRole(ctx, &iam.TagRoleInput{RoleName: role.RoleName, Tags: []types.Tag{{Key: new("k"), Value: new("v")}}}))

	task := must(w.DeleteServiceLinkedRole(ctx, &iam.DeleteServiceLinkedRoleInput{RoleName: role.RoleName}))(t).DeletionTaskId
	if !strings.HasPrefix(*task, "task/aws-service-role/ops.apigateway.amazonaws.com/AWSServiceRoleForAPIGateway/") {
		t.Error(*task)
	}
	equal(t, must(w.GetServiceLinkedRoleDeletionStatus(ctx, &iam.GetServiceLinkedRoleDeletionStatusInput{DeletionTaskId: task}))(t).Status, types.DeletionTaskStatusTypeSucceeded)
	refused(t, 404, "NoSuchEntity", "")(w.GetServiceLinkedRoleDeletionStatus(ctx, &iam.GetServiceLinkedRoleDeletionStatusInput{DeletionTaskId: new("task/x/y/z")}))
	refused(t, 404, "NoSuchEntity", "")(w.GetRole(ctx, &iam.GetRoleInput{RoleName: role.RoleName}))
}
