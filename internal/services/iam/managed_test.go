package iam_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
)

func TestManagedPolicies(t *testing.T) {
	w := start(t)
	ctx := t.Context()
	made := must(w.CreatePolicy(ctx, &iam.CreatePolicyInput{PolicyName: new("Read"), Path: new("/x/"), PolicyDocument: new(allowGet), Description: new("reads"),
		Tags: []types.Tag{{Key: new("a"), Value: new("1")}, {Key: new("A"), Value: new("2")}}}))(t).Policy
	if !regexp.MustCompile(`^ANPA[A-Z2-7]{17}$`).MatchString(*made.PolicyId) || made.Description != nil || len(made.Tags) != 2 {
		t.Errorf("%+v", made)
	}
	arn := made.Arn
	equal(t, *arn, account+"policy/x/Read")
	refused(t, 409, "EntityAlreadyExists", "A policy called READ already exists. Duplicate names are not allowed.")(w.CreatePolicy(ctx,
		&iam.CreatePolicyInput{PolicyName: new("READ"), PolicyDocument: new(allowGet)}))
	refused(t, 400, "InvalidInput", "Duplicate tag keys found.")(w.TagPolicy(ctx, &iam.TagPolicyInput{PolicyArn: arn, Tags: []types.Tag{{Key: new("b"), Value: new("1")}, {Key: new("b"), Value: new("1")}}}))
	ok(t)(w.UntagPolicy(ctx, &iam.UntagPolicyInput{PolicyArn: arn, TagKeys: []string{"a"}}))
	equal(t, must(w.ListPolicyTags(ctx, &iam.ListPolicyTagsInput{PolicyArn: arn}))(t).Tags, []types.Tag{{Key: new("A"), Value: new("2")}})
	got := must(w.GetPolicy(ctx, &iam.GetPolicyInput{PolicyArn: arn}))(t).Policy
	equal(t, []any{*got.Description, *got.DefaultVersionId, *got.AttachmentCount, got.IsAttachable}, []any{"reads", "v1", int32(0), true})

	version := func(document string, isDefault bool) (*iam.CreatePolicyVersionOutput, error) {
		return w.CreatePolicyVersion(ctx, &iam.CreatePolicyVersionInput{PolicyArn: arn, PolicyDocument: &document, SetAsDefault: isDefault})
	}
	for n := 2; n <= 5; n++ {
		equal(t, *must(version(allowAll, n == 3))(t).PolicyVersion.VersionId, fmt.Sprintf("v%d", n))
	}
	_, err := version(allowAll, false)
	refused(t, 409, "LimitExceeded", "A managed policy can have up to 5 versions. Before you create a new version, you must delete an existing version.")(nil, err)
	var listed []string
	pages := iam.NewListPolicyVersionsPaginator(w, &iam.ListPolicyVersionsInput{PolicyArn: arn, MaxItems: new(int32(2))})
	for pages.HasMorePages() {
		for _, v := range must(pages.NextPage(ctx))(t).Versions {
			listed = append(listed, fmt.Sprint(*v.VersionId, v.IsDefaultVersion))
		}
	}
	equal(t, listed, []string{"v5false", "v4false", "v3true", "v2false", "v1false"})
	refused(t, 409, "DeleteConflict", "Cannot delete the default version of a policy.")(w.DeletePolicyVersion(ctx, &iam.DeletePolicyVersionInput{PolicyArn: arn, VersionId: new("v3")}))
	noVersion := refused(t, 404, "NoSuchEntity", "Policy "+*arn+" version v9 does not exist or is not attachable.")
	noVersion(w.GetPolicyVersion(ctx, &iam.GetPolicyVersionInput{PolicyArn: arn, VersionId: new("v9")}))
	noVersion(w.DeletePolicyVersion(ctx, &iam.DeletePolicyVersionInput{PolicyArn: arn, VersionId: new("v9")}))
	noVersion(w.SetDefaultPolicyVersion(ctx, &iam.SetDefaultPolicyVersionInput{PolicyArn: arn, VersionId: new("v9")}))
	refused(t, 404, "NoSuchEntity", "Policy "+account+"policy/none version v1 does not exist or is not attachable.")(w.SetDefaultPolicyVersion(ctx,
		&iam.SetDefaultPolicyVersionInput{PolicyArn: new(account + "policy/none"), VersionId: new("v1")}))
	refused(t, 409, "DeleteConflict", "more than one version")(w.DeletePolicy(ctx, &iam.DeletePolicyInput{PolicyArn: arn}))
	for _, v := range []string{"v1", "v2", "v4", "v5"} {
		ok(t)(w.DeletePolicyVersion(ctx, &iam.DeletePolicyVersionInput{PolicyArn: arn, VersionId: &v}))
	}
	equal(t, *must(version(allowGet, false))(t).PolicyVersion.VersionId, "v6")
	ok(t)(w.DeletePolicyVersion(ctx, &iam.DeletePolicyVersionInput{PolicyArn: arn, VersionId: new("v6")}))

	refused(t, 404, "NoSuchEntity", "Policy "+account+"policy/Read was not found.")(w.GetPolicy(ctx, &iam.GetPolicyInput{PolicyArn: new(account + "policy/Read")}))
	refused(t, 400, "ValidationError", "ARN longpolicynamebutnoarn is not valid.")(w.GetPolicy(ctx, &iam.GetPolicyInput{PolicyArn: new("longpolicynamebutnoarn")}))
	_, err = w.CreatePolicy(ctx, &iam.CreatePolicyInput{PolicyName: new("big"), PolicyDocument: new(strings.Replace(allowAll, `"Resource":"*"`, `"Resource":"arn:aws:s3:::`+strings.Repeat("x", 6144)+`"`, 1))})
	refused(t, 409, "LimitExceeded", "Cannot exceed quota for PolicySize: 6144")(nil, err)
	ok(t)(w.DeletePolicy(ctx, &iam.DeletePolicyInput{PolicyArn: arn}))
	refused(t, 404, "NoSuchEntity", "Policy "+*arn+" was not found.")(w.DeletePolicy(ctx, &iam.DeletePolicyInput{PolicyArn: arn}))
}

func TestAttachments(t *testing.T) {
	w := start(t)
	ctx := t.Context()
	w.role(t, "worker", "")
	own := w.policy(t, "own", allowGet)
	attach := func(arn string) (any, error) {
		return w.AttachRolePolicy(ctx, &iam.AttachRolePolicyInput{RoleName: new("worker"), PolicyArn: &arn})
	}
	ok(t)(attach(*own))
	ok(t)(attach(*own))
	basic := "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
	ok(t)(attach(basic))
	refused(t, 404, "NoSuchEntity", "Policy "+account+"policy/none does not exist or is not attachable.")(attach(account + "policy/none"))
	refused(t, 400, "ValidationError", "ARN longpolicynamebutnoarn is not valid.")(attach("longpolicynamebutnoarn"))
	list := func(prefix *string) (names []string) {
		t.Helper()
		for _, a := range must(w.ListAttachedRolePolicies(ctx, &iam.ListAttachedRolePoliciesInput{RoleName: new("worker"), PathPrefix: prefix}))(t).AttachedPolicies {
			names = append(names, *a.PolicyName)
		}
		return names
	}
	equal(t, list(nil), []string{"own", "AWSLambdaBasicExecutionRole"})
	equal(t, list(new("/service-role/")), []string{"AWSLambdaBasicExecutionRole"})
	equal(t, *must(w.GetPolicy(ctx, &iam.GetPolicyInput{PolicyArn: own}))(t).Policy.AttachmentCount, int32(1))
	refused(t, 409, "DeleteConflict", "Cannot delete a policy attached to entities.")(w.DeletePolicy(ctx, &iam.DeletePolicyInput{PolicyArn: own}))

	ok(t)(w.CreateUser(ctx, &iam.CreateUserInput{UserName: new("bob"), PermissionsBoundary: own}))
	entities := must(w.ListEntitiesForPolicy(ctx, &iam.ListEntitiesForPolicyInput{PolicyArn: own}))(t)
	equal(t, []int{len(entities.PolicyRoles), len(entities.PolicyUsers), len(entities.PolicyGroups)}, []int{1, 1, 0})
	only := must(w.ListEntitiesForPolicy(ctx, &iam.ListEntitiesForPolicyInput{PolicyArn: own, PolicyUsageFilter: types.PolicyUsageTypePermissionsBoundary}))(t)
	equal(t, []int{len(only.PolicyRoles), len(only.PolicyUsers)}, []int{0, 1})
	only = must(w.ListEntitiesForPolicy(ctx, &iam.ListEntitiesForPolicyInput{PolicyArn: own, EntityFilter: types.EntityTypeRole}))(t)
	equal(t, []int{len(only.PolicyRoles), len(only.PolicyUsers)}, []int{1, 0})
	first := must(w.ListEntitiesForPolicy(ctx, &iam.ListEntitiesForPolicyInput{PolicyArn: own, MaxItems: new(int32(1))}))(t)
	second := must(w.ListEntitiesForPolicy(ctx, &iam.ListEntitiesForPolicyInput{PolicyArn: own, Marker: first.Marker}))(t)
	equal(t, []int{len(first.PolicyRoles), len(second.PolicyUsers)}, []int{1, 1})

	detach := &iam.DetachRolePolicyInput{RoleName: new("worker"), PolicyArn: own}
	ok(t)(w.DetachRolePolicy(ctx, detach))
	refused(t, 404, "NoSuchEntity", "Policy "+*own+" was not found.")(w.DetachRolePolicy(ctx, detach))
	refused(t, 409, "DeleteConflict", "Cannot delete entity, must detach all policies first.")(w.DeleteRole(ctx, &iam.DeleteRoleInput{RoleName: new("worker")}))
	for n := range 9 {
		ok(t)(attach(*w.policy(t, fmt.Sprint("p", n), allowGet)))
	}
	refused(t, 409, "LimitExceeded", "Cannot exceed quota for PoliciesPerRole: 10")(attach(*own))
}

func TestPoliciesOfAWS(t *testing.T) {
	w := start(t)
	ctx := t.Context()
	for _, name := range []string{"AdministratorAccess", "PowerUserAccess", "ReadOnlyAccess", "IAMFullAccess", "AmazonSNSFullAccess", "AmazonCognitoPowerUser", "AWSLambda_FullAccess",
		"AmazonS3FullAccess", "AmazonS3ReadOnlyAccess", "AmazonDynamoDBFullAccess", "CloudWatchLogsFullAccess", "service-role/AWSLambdaBasicExecutionRole",
		"service-role/AWSLambdaVPCAccessExecutionRole", "service-role/AmazonAPIGatewayPushToCloudWatchLogs"} {
		arn := "arn:aws:iam::aws:policy/" + name
		p := must(w.GetPolicy(ctx, &iam.GetPolicyInput{PolicyArn: &arn}))(t).Policy
		v := must(w.GetPolicyVersion(ctx, &iam.GetPolicyVersionInput{PolicyArn: &arn, VersionId: p.DefaultVersionId}))(t).PolicyVersion
		if !strings.Contains(unescaped(t, v.Document), "Allow") || *p.Arn != arn || !strings.HasPrefix(*p.PolicyId, "ANPA") {
			t.Errorf("%s: %+v", name, p)
		}
	}
	aws := new("arn:aws:iam::aws:policy/ReadOnlyAccess")
	refused(t, 403, "AccessDenied", "iam:CreatePolicyVersion")(w.CreatePolicyVersion(ctx, &iam.CreatePolicyVersionInput{PolicyArn: aws, PolicyDocument: new(allowAll)}))
	refused(t, 403, "AccessDenied", "iam:DeletePolicy")(w.DeletePolicy(ctx, &iam.DeletePolicyInput{PolicyArn: aws}))
	count := func(in *iam.ListPoliciesInput) int {
		t.Helper()
		in.MaxItems = new(int32(1000))
		return len(must(w.ListPolicies(ctx, in))(t).Policies)
	}
	w.policy(t, "own", allowAll)
	equal(t, count(&iam.ListPoliciesInput{Scope: types.PolicyScopeTypeLocal}), 1)
	equal(t, count(&iam.ListPoliciesInput{Scope: types.PolicyScopeTypeAws})+1, count(&iam.ListPoliciesInput{}))
	equal(t, count(&iam.ListPoliciesInput{OnlyAttached: true}), 0)
	ok(t)(w.CreateUser(ctx, &iam.CreateUserInput{UserName: new("bob"), PermissionsBoundary: aws}))
	equal(t, count(&iam.ListPoliciesInput{PolicyUsageFilter: types.PolicyUsageTypePermissionsBoundary}), 1)
	if n := count(&iam.ListPoliciesInput{PathPrefix: new("/service-role/")}); n < 3 {
		t.Errorf("%d service roles", n)
	}
	if w.svc.ManagedPolicy(*aws) == nil {
		t.Error("not for session policies")
	}
}
