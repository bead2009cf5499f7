package iam_test

import (
	"fmt"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
)

func TestAccountAlias(t *testing.T) {
	w := start(t)
	ctx := t.Context()
	create := func(alias string) (any, error) {
		return w.CreateAccountAlias(ctx, &iam.CreateAccountAliasInput{AccountAlias: &alias})
	}
	list := func() []string {
		return must(w.ListAccountAliases(ctx, &iam.ListAccountAliasesInput{}))(t).AccountAliases
	}
	equal(t, len(list()), 0)
	for _, bad := range []string{"a--b", "-ab", "ab-", "aBc", "a.b"} {
		refused(t, 400, "ValidationError", "accountAlias")(create(bad))
	}
	ok(t)(create("my-account"))
	refused(t, 409, "EntityAlreadyExists", "The account alias my-account already exists.")(create("my-account"))
	ok(t)(create("other"))
	equal(t, list(), []string{"other"})
	refused(t, 404, "NoSuchEntity", "")(w.DeleteAccountAlias(ctx, &iam.DeleteAccountAliasInput{AccountAlias: new("my-account")}))
	ok(t)(w.DeleteAccountAlias(ctx, &iam.DeleteAccountAliasInput{AccountAlias: new("other")}))
	equal(t, len(list()), 0)
}

func TestPasswords(t *testing.T) {
	w := start(t)
	ctx := t.Context()
	refused(t, 404, "NoSuchEntity", "The Password Policy with domain name 000000000000 cannot be found.")(w.GetAccountPasswordPolicy(ctx, &iam.GetAccountPasswordPolicyInput{}))
	refused(t, 404, "NoSuchEntity", "The account policy with name PasswordPolicy cannot be found.")(w.DeleteAccountPasswordPolicy(ctx, &iam.DeleteAccountPasswordPolicyInput{}))
	w.user(t, "bob", "")
	create := func(password string) (any, error) {
		return w.CreateLoginProfile(ctx, &iam.CreateLoginProfileInput{UserName: new("bob"), Password: &password})
	}
	for _, weak := range []string{"Abc-12", "abcdefgh", "abcdefg1"} {
		refused(t, 400, "PasswordPolicyViolation", "")(create(weak))
	}
	ok(t)(w.UpdateAccountPasswordPolicy(ctx, &iam.UpdateAccountPasswordPolicyInput{}))
	got := must(w.GetAccountPasswordPolicy(ctx, &iam.GetAccountPasswordPolicyInput{}))(t).PasswordPolicy
	equal(t, *got, types.PasswordPolicy{MinimumPasswordLength: new(int32(6))})
	ok(t)(w.UpdateAccountPasswordPolicy(ctx, &iam.UpdateAccountPasswordPolicyInput{MinimumPasswordLength: new(int32(10)), RequireSymbols: true, RequireNumbers: true,
		RequireUppercaseCharacters: true, RequireLowercaseCharacters: true, MaxPasswordAge: new(int32(60))}))
	got = must(w.GetAccountPasswordPolicy(ctx, &iam.GetAccountPasswordPolicyInput{}))(t).PasswordPolicy
	equal(t, []any{got.ExpirePasswords, *got.MaxPasswordAge, got.HardExpiry}, []any{true, int32(60), (*bool)(nil)})
	for weak, text := range map[string]string{"Abc-12": "length of 10", "abcdef-123": "uppercase", "ABCDEF-123": "lowercase", "Abcdef-ghi": "number", "Abcdef1234": "symbol"} {
		refused(t, 400, "PasswordPolicyViolation", text)(create(weak))
	}
	ok(t)(create("Abcdef-123"))
	refused(t, 409, "EntityAlreadyExists", "Login Profile for user bob already exists.")(create("Abcdef-123"))
	ok(t)(w.UpdateLoginProfile(ctx, &iam.UpdateLoginProfileInput{UserName: new("bob"), PasswordResetRequired: new(true)}))
	equal(t, must(w.GetLoginProfile(ctx, &iam.GetLoginProfileInput{UserName: new("bob")}))(t).LoginProfile.PasswordResetRequired, true)

	key := must(w.CreateAccessKey(ctx, &iam.CreateAccessKeyInput{UserName: new("bob")}))(t).AccessKey
	bob := w.as(*key.AccessKeyId, *key.SecretAccessKey, "")
	change := func(old, new string) (any, error) {
		return bob.ChangePassword(ctx, &iam.ChangePasswordInput{OldPassword: &old, NewPassword: &new})
	}
	refused(t, 403, "AccessDenied", "iam:ChangePassword on resource: "+account+"user/bob")(change("Abcdef-123", "Ghijkl-456"))
	ok(t)(w.AttachUserPolicy(ctx, &iam.AttachUserPolicyInput{UserName: new("bob"), PolicyArn: new("arn:aws:iam::aws:policy/IAMUserChangePassword")}))
	refused(t, 403, "AccessDenied", "The old password was incorrect.")(change("wrong", "Ghijkl-456"))
	refused(t, 400, "PasswordPolicyViolation", "")(change("Abcdef-123", "weak"))
	ok(t)(change("Abcdef-123", "Ghijkl-456"))
	refused(t, 403, "AccessDenied", "The old password was incorrect.")(change("Abcdef-123", "Ghijkl-456"))
	equal(t, must(w.GetLoginProfile(ctx, &iam.GetLoginProfileInput{UserName: new("bob")}))(t).LoginProfile.PasswordResetRequired, false)
	refused(t, 400, "InvalidUserType", "")(w.ChangePassword(ctx, &iam.ChangePasswordInput{OldPassword: new("a"), NewPassword: new("b")}))

	ok(t)(w.DeleteLoginProfile(ctx, &iam.DeleteLoginProfileInput{UserName: new("bob")}))
	gone := refused(t, 404, "NoSuchEntity", "Login Profile for User bob cannot be found.")
	gone(w.GetLoginProfile(ctx, &iam.GetLoginProfileInput{UserName: new("bob")}))
	gone(w.DeleteLoginProfile(ctx, &iam.DeleteLoginProfileInput{UserName: new("bob")}))
	gone(w.UpdateLoginProfile(ctx, &iam.UpdateLoginProfileInput{UserName: new("bob"), PasswordResetRequired: new(true)}))
	ok(t)(w.DeleteAccountPasswordPolicy(ctx, &iam.DeleteAccountPasswordPolicyInput{}))
}

func TestAccountSummary(t *testing.T) {
	w := start(t)
	w.user(t, "bob", "")
	w.role(t, "worker", "")
	w.policy(t, "p", allowAll)
	sum := must(w.GetAccountSummary(t.Context(), &iam.GetAccountSummaryInput{}))(t).SummaryMap
	for name, want := range map[string]int32{"Users": 1, "Roles": 1, "Groups": 0, "Policies": 1, "PolicyVersionsInUse": 1, "RolesQuota": 1000, "AccountAccessKeysPresent": 0} {
		if got, there := sum[name]; !there || got != want {
			t.Errorf("%s is %d, want %d", name, got, want)
		}
	}
}

func TestAuthorizationDetails(t *testing.T) {
	w := start(t)
	ctx := t.Context()
	w.user(t, "bob", allowGet)
	w.role(t, "worker", allowAll)
	p := w.policy(t, "p", allowAll)
	ok(t)(w.CreateGroup(ctx, &iam.CreateGroupInput{GroupName: new("g")}))
	ok(t)(w.AddUserToGroup(ctx, &iam.AddUserToGroupInput{GroupName: new("g"), UserName: new("bob")}))
	ok(t)(w.AttachRolePolicy(ctx, &iam.AttachRolePolicyInput{RoleName: new("worker"), PolicyArn: p}))
	ok(t)(w.AttachGroupPolicy(ctx, &iam.AttachGroupPolicyInput{GroupName: new("g"), PolicyArn: new("arn:aws:iam::aws:policy/ReadOnlyAccess")}))
	ok(t)(w.CreateInstanceProfile(ctx, &iam.CreateInstanceProfileInput{InstanceProfileName: new("web")}))
	ok(t)(w.AddRoleToInstanceProfile(ctx, &iam.AddRoleToInstanceProfileInput{InstanceProfileName: new("web"), RoleName: new("worker")}))

	all := must(w.GetAccountAuthorizationDetails(ctx, &iam.GetAccountAuthorizationDetailsInput{}))(t)
	equal(t, []int{len(all.UserDetailList), len(all.GroupDetailList), len(all.RoleDetailList), len(all.Policies)}, []int{1, 1, 1, 2})
	u, r := all.UserDetailList[0], all.RoleDetailList[0]
	equal(t, []any{u.GroupList, *u.UserPolicyList[0].PolicyName}, []any{[]string{"g"}, "p"})
	equal(t, []any{*r.AttachedManagedPolicies[0].PolicyArn, *r.InstanceProfileList[0].Roles[0].RoleName}, []any{*p, "worker"})
	equal(t, unescaped(t, r.RolePolicyList[0].PolicyDocument), allowAll)
	for filter, want := range map[types.EntityType][]int{types.EntityTypeUser: {1, 0, 0, 0}, types.EntityTypeGroup: {0, 1, 0, 0}, types.EntityTypeRole: {0, 0, 1, 0},
		types.EntityTypeLocalManagedPolicy: {0, 0, 0, 1}, types.EntityTypeAWSManagedPolicy: {0, 0, 0, 1}} {
		some := must(w.GetAccountAuthorizationDetails(ctx, &iam.GetAccountAuthorizationDetailsInput{Filter: []types.EntityType{filter}}))(t)
		equal(t, []int{len(some.UserDetailList), len(some.GroupDetailList), len(some.RoleDetailList), len(some.Policies)}, want)
	}
	n := 0
	pages := iam.NewGetAccountAuthorizationDetailsPaginator(w, &iam.GetAccountAuthorizationDetailsInput{MaxItems: new(int32(2))})
	for pages.HasMorePages() {
		d := must(pages.NextPage(ctx))(t)
		n += len(d.UserDetailList) + len(d.GroupDetailList) + len(d.RoleDetailList) + len(d.Policies)
	}
	equal(t, fmt.Sprint(n), "5")
}

// What there cannot be is told as none; what is not written says so.
func TestWhatThereIsNot(t *testing.T) {
	w := start(t)
	ctx := t.Context()
	w.user(t, "bob", "")
	equal(t, len(must(w.ListVirtualMFADevices(ctx, &iam.ListVirtualMFADevicesInput{}))(t).VirtualMFADevices), 0)
	equal(t, len(must(w.ListSSHPublicKeys(ctx, &iam.ListSSHPublicKeysInput{UserName: new("bob")}))(t).SSHPublicKeys), 0)
	equal(t, len(must(w.ListSigningCertificates(ctx, &iam.ListSigningCertificatesInput{UserName: new("bob")}))(t).Certificates), 0)
	equal(t, len(must(w.ListServiceSpecificCredentials(ctx, &iam.ListServiceSpecificCredentialsInput{UserName: new("bob")}))(t).ServiceSpecificCredentials), 0)
	equal(t, len(must(w.ListServerCertificates(ctx, &iam.ListServerCertificatesInput{}))(t).ServerCertificateMetadataList), 0)
	equal(t, len(must(w.ListSAMLProviders(ctx, &iam.ListSAMLProvidersInput{}))(t).SAMLProviderList), 0)
	refused(t, 501, "NotImplemented", "iam CreateVirtualMFADevice")(w.CreateVirtualMFADevice(ctx, &iam.CreateVirtualMFADeviceInput{VirtualMFADeviceName: new("m")}))
}
