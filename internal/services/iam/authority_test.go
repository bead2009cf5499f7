package iam_test

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"github.com/gatehouse-dev/gatehouse/internal/front"
	"github.com/gatehouse-dev/gatehouse/internal/identity"
	"github.com/gatehouse-dev/gatehouse/internal/testkit"
)

func getUser(name string) *iam.GetUserInput { return &iam.GetUserInput{UserName: &name} }

// A user may what the policies say, from the call after the one that says so.
func TestPoliciesApplyAtOnce(t *testing.T) {
	w := start(t)
	ctx := t.Context()
	bob := w.user(t, "bob", "")
	denied := "User: " + account + "user/bob is not authorized to perform: iam:GetUser on resource: " + account + "user/bob because no identity-based policy allows the iam:GetUser action"
	refused(t, 403, "AccessDenied", denied)(bob.GetUser(ctx, &iam.GetUserInput{}))

	self := `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"iam:GetUser","Resource":"arn:aws:iam::*:user/${aws:username}"}]}`
	ok(t)(w.PutUserPolicy(ctx, &iam.PutUserPolicyInput{UserName: new("BOB"), PolicyName: new("self"), PolicyDocument: &self}))
	equal(t, *must(bob.GetUser(ctx, &iam.GetUserInput{}))(t).User.UserName, "bob")
	refused(t, 403, "AccessDenied", "resource: "+account+"user/alice because no")(bob.GetUser(ctx, getUser("alice")))
	ok(t)(w.DeleteUserPolicy(ctx, &iam.DeleteUserPolicyInput{UserName: new("bob"), PolicyName: new("self")}))
	refused(t, 403, "AccessDenied", denied)(bob.GetUser(ctx, &iam.GetUserInput{}))

	// Through a group, a managed policy, and a new default version of it.
	arn := w.policy(t, "read", allowGet)
	ok(t)(w.CreateGroup(ctx, &iam.CreateGroupInput{GroupName: new("Readers")}))
	ok(t)(w.AttachGroupPolicy(ctx, &iam.AttachGroupPolicyInput{GroupName: new("readers"), PolicyArn: arn}))
	ok(t)(w.AddUserToGroup(ctx, &iam.AddUserToGroupInput{GroupName: new("readers"), UserName: new("bob")}))
	ok(t)(bob.GetUser(ctx, &iam.GetUserInput{}))
	ok(t)(w.UpdateGroup(ctx, &iam.UpdateGroupInput{GroupName: new("readers"), NewGroupName: new("others")}))
	ok(t)(bob.GetUser(ctx, &iam.GetUserInput{}))
	ok(t)(w.CreatePolicyVersion(ctx, &iam.CreatePolicyVersionInput{PolicyArn: arn, PolicyDocument: new(denyGet), SetAsDefault: true}))
	refused(t, 403, "AccessDenied", "with an explicit deny in an identity-based policy")(bob.GetUser(ctx, &iam.GetUserInput{}))
	ok(t)(w.SetDefaultPolicyVersion(ctx, &iam.SetDefaultPolicyVersionInput{PolicyArn: arn, VersionId: new("v1")}))
	ok(t)(bob.GetUser(ctx, &iam.GetUserInput{}))
	ok(t)(w.RemoveUserFromGroup(ctx, &iam.RemoveUserFromGroupInput{GroupName: new("others"), UserName: new("bob")}))
	refused(t, 403, "AccessDenied", denied)(bob.GetUser(ctx, &iam.GetUserInput{}))
}

func TestBoundaryLimits(t *testing.T) {
	w := start(t)
	ctx := t.Context()
	bob := w.user(t, "bob", allowAll)
	boundary := w.policy(t, "limit", `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"iam:ListUsers","Resource":"*"}]}`)
	ok(t)(w.PutUserPermissionsBoundary(ctx, &iam.PutUserPermissionsBoundaryInput{UserName: new("bob"), PermissionsBoundary: boundary}))
	ok(t)(bob.ListUsers(ctx, &iam.ListUsersInput{}))
	refused(t, 403, "AccessDenied", "because no permissions boundary allows the iam:GetUser action")(bob.GetUser(ctx, &iam.GetUserInput{}))
	refused(t, 409, "DeleteConflict", "Cannot delete a policy attached to entities.")(w.DeletePolicy(ctx, &iam.DeletePolicyInput{PolicyArn: boundary}))
	ok(t)(w.DeleteUserPermissionsBoundary(ctx, &iam.DeleteUserPermissionsBoundaryInput{UserName: new("bob")}))
	ok(t)(bob.GetUser(ctx, &iam.GetUserInput{}))
	refused(t, 404, "NoSuchEntity", "")(w.DeleteUserPermissionsBoundary(ctx, &iam.DeleteUserPermissionsBoundaryInput{UserName: new("bob")}))
	refused(t, 400, "InvalidInput", "ARN "+account+"not_a_policy/x is not valid.")(w.PutUserPermissionsBoundary(ctx,
		&iam.PutUserPermissionsBoundaryInput{UserName: new("bob"), PermissionsBoundary: new(account + "not_a_policy/x")}))
	refused(t, 404, "NoSuchEntity", "Scope ARN: "+account+"policy/none does not exist or is not attachable.")(w.CreateUser(ctx,
		&iam.CreateUserInput{UserName: new("carl"), PermissionsBoundary: new(account + "policy/none")}))
}

// An administrator who may only make users within a boundary cannot lift it.
func TestDelegationByBoundaryCondition(t *testing.T) {
	w := start(t)
	ctx := t.Context()
	limit := w.policy(t, "limit", allowGet)
	admin := w.user(t, "admin", `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["iam:CreateUser","iam:PutUserPolicy"],"Resource":"*",
		"Condition":{"StringEquals":{"iam:PermissionsBoundary":"`+*limit+`"}}}]}`)
	refused(t, 403, "AccessDenied", "iam:CreateUser")(admin.CreateUser(ctx, &iam.CreateUserInput{UserName: new("free")}))
	ok(t)(admin.CreateUser(ctx, &iam.CreateUserInput{UserName: new("bound"), PermissionsBoundary: limit}))
	put := func(name string) *iam.PutUserPolicyInput {
		return &iam.PutUserPolicyInput{UserName: &name, PolicyName: new("p"), PolicyDocument: new(allowAll)}
	}
	ok(t)(admin.PutUserPolicy(ctx, put("bound")))
	refused(t, 403, "AccessDenied", "iam:PutUserPolicy")(admin.PutUserPolicy(ctx, put("admin")))
}

func TestTagConditions(t *testing.T) {
	w := start(t)
	ctx := t.Context()
	lead := w.user(t, "lead", `{"Version":"2012-10-17","Statement":[
		{"Effect":"Allow","Action":"iam:DeleteUser","Resource":"*","Condition":{"StringEquals":{"iam:ResourceTag/team":"${aws:PrincipalTag/team}"}}},
		{"Effect":"Allow","Action":["iam:CreateUser","iam:TagUser"],"Resource":"*","Condition":{"StringEquals":{"aws:RequestTag/team":"blue"},"ForAllValues:StringEquals":{"aws:TagKeys":"team"}}}]}`)
	tag := func(value string) []types.Tag { return []types.Tag{{Key: new("team"), Value: &value}} }
	ok(t)(w.TagUser(ctx, &iam.TagUserInput{UserName: new("lead"), Tags: tag("blue")}))
	ok(t)(lead.CreateUser(ctx, &iam.CreateUserInput{UserName: new("mine"), Tags: tag("blue")}))
	refused(t, 403, "AccessDenied", "iam:CreateUser")(lead.CreateUser(ctx, &iam.CreateUserInput{UserName: new("x"), Tags: tag("red")}))
	refused(t, 403, "AccessDenied", "iam:CreateUser")(lead.CreateUser(ctx, &iam.CreateUserInput{UserName: new("x"),
		Tags: append(tag("blue"), types.Tag{Key: new("more"), Value: new("")})}))
	ok(t)(w.CreateUser(ctx, &iam.CreateUserInput{UserName: new("theirs"), Tags: tag("red")}))
	refused(t, 403, "AccessDenied", "iam:DeleteUser")(lead.DeleteUser(ctx, &iam.DeleteUserInput{UserName: new("theirs")}))
	ok(t)(lead.DeleteUser(ctx, &iam.DeleteUserInput{UserName: new("mine")}))
}

func TestAccessKeys(t *testing.T) {
	w := start(t)
	ctx := t.Context()
	ok(t)(w.CreateUser(ctx, &iam.CreateUserInput{UserName: new("bob")}))
	ok(t)(w.AttachUserPolicy(ctx, &iam.AttachUserPolicyInput{UserName: new("bob"), PolicyArn: new("arn:aws:iam::aws:policy/AdministratorAccess")}))
	key := must(w.CreateAccessKey(ctx, &iam.CreateAccessKeyInput{UserName: new("bob")}))(t).AccessKey
	bob := w.as(*key.AccessKeyId, *key.SecretAccessKey, "")
	unused := must(w.GetAccessKeyLastUsed(ctx, &iam.GetAccessKeyLastUsedInput{AccessKeyId: key.AccessKeyId}))(t)
	equal(t, *unused.AccessKeyLastUsed, types.AccessKeyLastUsed{Region: new("N/A"), ServiceName: new("N/A")})

	wrong := w.as(*key.AccessKeyId, "wrong", "")
	refused(t, 403, "SignatureDoesNotMatch", "")(wrong.GetUser(ctx, &iam.GetUserInput{}))
	time.Sleep(20 * time.Millisecond)
	still := must(w.GetAccessKeyLastUsed(ctx, &iam.GetAccessKeyLastUsedInput{AccessKeyId: key.AccessKeyId}))(t)
	equal(t, *still.AccessKeyLastUsed.ServiceName, "N/A") // who does not know the secret did not use the key

	ok(t)(bob.GetUser(ctx, &iam.GetUserInput{}))
	eventually(t, "the use is recorded", func() bool {
		used := must(w.GetAccessKeyLastUsed(ctx, &iam.GetAccessKeyLastUsedInput{AccessKeyId: key.AccessKeyId}))(t)
		return *used.UserName == "bob" && *used.AccessKeyLastUsed.ServiceName == "iam" && *used.AccessKeyLastUsed.Region == testkit.Region &&
			used.AccessKeyLastUsed.LastUsedDate != nil
	})
	refused(t, 403, "AccessDenied", "is not authorized to perform iam:GetAccessKeyLastUsed on resource: access key AKIAIOSFODNN7EXAMPLE")(
		w.GetAccessKeyLastUsed(ctx, &iam.GetAccessKeyLastUsedInput{AccessKeyId: new("AKIAIOSFODNN7EXAMPLE")}))

	second := must(bob.CreateAccessKey(ctx, &iam.CreateAccessKeyInput{}))(t).AccessKey
	refused(t, 409, "LimitExceeded", "Cannot exceed quota for AccessKeysPerUser: 2")(bob.CreateAccessKey(ctx, &iam.CreateAccessKeyInput{}))
	first := must(w.ListAccessKeys(ctx, &iam.ListAccessKeysInput{UserName: new("bob"), MaxItems: new(int32(1))}))(t)
	rest := must(w.ListAccessKeys(ctx, &iam.ListAccessKeysInput{UserName: new("bob"), Marker: first.Marker}))(t)
	equal(t, []string{*first.AccessKeyMetadata[0].AccessKeyId, *rest.AccessKeyMetadata[0].AccessKeyId}, []string{*key.AccessKeyId, *second.AccessKeyId})
	equal(t, rest.IsTruncated, false)

	ok(t)(w.UpdateAccessKey(ctx, &iam.UpdateAccessKeyInput{UserName: new("bob"), AccessKeyId: key.AccessKeyId, Status: "Inactive"}))
	refused(t, 403, "InvalidClientTokenId", "The security token included in the request is invalid.")(bob.GetUser(ctx, &iam.GetUserInput{}))
	ok(t)(w.UpdateAccessKey(ctx, &iam.UpdateAccessKeyInput{UserName: new("bob"), AccessKeyId: key.AccessKeyId, Status: "Active"}))
	ok(t)(bob.GetUser(ctx, &iam.GetUserInput{}))
	ok(t)(bob.DeleteAccessKey(ctx, &iam.DeleteAccessKeyInput{AccessKeyId: key.AccessKeyId}))
	refused(t, 403, "InvalidClientTokenId", "")(bob.GetUser(ctx, &iam.GetUserInput{}))
	refused(t, 404, "NoSuchEntity", "The Access Key with id "+*key.AccessKeyId+" cannot be found.")(w.DeleteAccessKey(ctx,
		&iam.DeleteAccessKeyInput{UserName: new("bob"), AccessKeyId: key.AccessKeyId}))
	refused(t, 400, "ValidationError", "Must specify userName when calling with non-User credentials")(w.DeleteAccessKey(ctx,
		&iam.DeleteAccessKeyInput{AccessKeyId: second.AccessKeyId}))
}

func eventually(t testing.TB, what string, fn func() bool) {
	t.Helper()
	for deadline := time.Now().Add(5 * time.Second); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		if fn() {
			return
		}
	}
	t.Error("never: " + what)
}

func TestRootKey(t *testing.T) {
	w := start(t)
	id, secret, err := w.svc.EnsureRootKey(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	again, _, err := w.svc.EnsureRootKey(t.Context())
	if err != nil || again != id {
		t.Errorf("a second key %s, %v", again, err)
	}
	root := must(w.as(id, secret, "").GetUser(t.Context(), &iam.GetUserInput{}))(t)
	equal(t, *root.User.Arn, account+"root")
	equal(t, *root.User.UserId, testkit.Account)
}

func TestRoleSessions(t *testing.T) {
	w := start(t)
	ctx := t.Context()
	w.role(t, "worker", allowGet)
	who := "User: arn:aws:sts::000000000000:assumed-role/worker/tester is not authorized to perform: "
	get := &iam.GetRoleInput{RoleName: new("worker")}
	session := w.session(t, "worker", nil)
	ok(t)(session.GetRole(ctx, get))
	refused(t, 403, "AccessDenied", who+"iam:ListRoles on resource: "+account+"role/ because no identity-based policy allows the iam:ListRoles action")(
		session.ListRoles(ctx, &iam.ListRolesInput{}))
	refused(t, 400, "ValidationError", "Must specify userName when calling with non-User credentials")(session.GetUser(ctx, &iam.GetUserInput{}))
	eventually(t, "the role's use is recorded", func() bool {
		used := must(w.GetRole(ctx, get))(t).Role.RoleLastUsed
		return used != nil && aws.ToString(used.Region) == testkit.Region && used.LastUsedDate != nil
	})

	// A session policy narrows, one by ARN follows its policy.
	narrow := w.session(t, "worker", func(s *identity.Session) {
		s.HasPolicy, s.Policy = true, `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"iam:GetUser","Resource":"*"}]}`
	})
	refused(t, 403, "AccessDenied", who+"iam:GetRole on resource: "+account+"role/worker because no session policy allows the iam:GetRole action")(narrow.GetRole(ctx, get))
	arn := w.policy(t, "managed", allowGet)
	byARN := w.session(t, "worker", func(s *identity.Session) { s.HasPolicy, s.PolicyARNs = true, []string{*arn} })
	ok(t)(byARN.GetRole(ctx, get))
	ok(t)(w.CreatePolicyVersion(ctx, &iam.CreatePolicyVersionInput{PolicyArn: arn, PolicyDocument: new(denyGet), SetAsDefault: true}))
	refused(t, 403, "AccessDenied", "with an explicit deny in a session policy")(byARN.GetRole(ctx, get))

	// Tags of role and session, as they are now.
	tagged := `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"iam:GetRole","Resource":"*","Condition":{"StringEquals":{"aws:PrincipalTag/a":"role","aws:PrincipalTag/b":"session"}}}]}`
	w.role(t, "tagged", tagged)
	both := w.session(t, "tagged", func(s *identity.Session) { s.Tags = map[string]string{"b": "session"} })
	refused(t, 403, "AccessDenied", "")(both.GetRole(ctx, get))
	ok(t)(w.TagRole(ctx, &iam.TagRoleInput{RoleName: new("tagged"), Tags: []types.Tag{{Key: new("a"), Value: new("role")}}}))
	ok(t)(both.GetRole(ctx, get))

	// A boundary on the role.
	ok(t)(w.PutRolePermissionsBoundary(ctx, &iam.PutRolePermissionsBoundaryInput{RoleName: new("worker"), PermissionsBoundary: new("arn:aws:iam::aws:policy/AmazonS3FullAccess")}))
	refused(t, 403, "AccessDenied", "because no permissions boundary allows")(session.GetRole(ctx, get))
	ok(t)(w.DeleteRolePermissionsBoundary(ctx, &iam.DeleteRolePermissionsBoundaryInput{RoleName: new("worker")}))
	ok(t)(session.GetRole(ctx, get))

	// A token belongs to its key; a forged one to nobody; a time comes.
	invalid := refused(t, 403, "InvalidClientTokenId", "The security token included in the request is invalid.")
	creds, err := session.Options().Credentials.Retrieve(ctx)
	if err != nil {
		t.Fatal(err)
	}
	invalid(w.as("ASIAOTHER", creds.SecretAccessKey, creds.SessionToken).GetRole(ctx, get))
	invalid(w.as(creds.AccessKeyID, creds.SecretAccessKey, "AAAA"+creds.SessionToken).GetRole(ctx, get))
	w.clock.Advance(time.Hour)
	refused(t, 403, "ExpiredToken", "The security token included in the request is expired")(session.GetRole(ctx, get))

	// A role made anew is another role.
	session = w.session(t, "worker", nil)
	ok(t)(session.GetRole(ctx, get))
	ok(t)(w.DeleteRolePolicy(ctx, &iam.DeleteRolePolicyInput{RoleName: new("worker"), PolicyName: new("p")}))
	ok(t)(w.DeleteRole(ctx, &iam.DeleteRoleInput{RoleName: new("worker")}))
	invalid(session.GetRole(ctx, get))
	w.role(t, "worker", allowGet)
	invalid(session.GetRole(ctx, get))
}

// AWS lets sessions of users call IAM only with a second factor, and
// federated users not at all.
func TestSessionsThatMayNotCallIAM(t *testing.T) {
	w := start(t)
	w.user(t, "bob", allowAll)
	u := must(w.GetUser(t.Context(), getUser("bob")))(t).User
	for _, kind := range []identity.Kind{identity.UserSession, identity.Federation, identity.RootSession} {
		token, err := w.svc.Sessions.Seal(&identity.Session{Kind: kind, AccessKeyID: "ASIAX", Secret: "s", Account: testkit.Account, Name: "fed",
			Expires: w.clock.Now().Add(time.Hour), UserID: *u.UserId, UserName: "bob", UserARN: *u.Arn})
		if err != nil {
			t.Fatal(err)
		}
		refused(t, 403, "InvalidClientTokenId", "")(w.as("ASIAX", "s", token).ListUsers(t.Context(), &iam.ListUsersInput{}))
	}
}

// What the authority says of sessions that other services take.
func TestUserAndFederatedCredentials(t *testing.T) {
	w := start(t)
	ctx := t.Context()
	w.user(t, "bob", allowGet)
	u := must(w.GetUser(ctx, getUser("bob")))(t).User
	open := func(s *identity.Session) (*front.Credential, error) {
		s.AccessKeyID, s.Account = "ASIAX", testkit.Account
		token, err := w.svc.Sessions.Seal(s)
		if err != nil {
			t.Fatal(err)
		}
		return w.svc.Credential(ctx, "ASIAX", token)
	}
	user := &identity.Session{Kind: identity.UserSession, UserID: *u.UserId, UserName: "bob", UserARN: *u.Arn}
	federated := &identity.Session{Kind: identity.Federation, Name: "fed", UserID: *u.UserId, UserName: "bob", UserARN: *u.Arn, HasPolicy: true, Policy: allowAll}
	ok(t)(w.UpdateUser(ctx, &iam.UpdateUserInput{UserName: new("bob"), NewUserName: new("robert")}))
	for _, s := range []*identity.Session{user, federated} {
		c, err := open(s)
		if err != nil {
			t.Fatal(err)
		}
		set, err := w.svc.Policies(ctx, c)
		if err != nil || len(set.Identity) != 1 || set.Identity[0].Name != "inline:p" {
			t.Errorf("%s: %+v, %v", s.Kind, set, err)
		}
		if name := c.UserName; s.Kind == identity.UserSession && name != "robert" || s.Kind == identity.Federation && name != "" {
			t.Errorf("%s is called %q", s.Kind, name)
		}
	}
	root, err := open(&identity.Session{Kind: identity.Federation, Name: "fed", UserARN: account + "root", UserID: testkit.Account})
	if err != nil {
		t.Fatal(err)
	}
	if set, err := w.svc.Policies(ctx, root); err != nil || len(set.Identity) != 1 {
		t.Errorf("federated by root: %+v, %v", set, err)
	}
	for id := range map[string]bool{"AIDAGONE": true, "": true} {
		if _, err := open(&identity.Session{Kind: identity.UserSession, UserID: id, UserName: "robert"}); err == nil {
			t.Errorf("a session of user %q is open", id)
		}
	}
	if _, err := open(&identity.Session{Kind: "new"}); err == nil {
		t.Error("a session of an unknown kind is open")
	}
	if c := w.svc.RoleCredential(account+"role/none", "x"); c != nil {
		t.Error("a role that is not there has credentials")
	}
}
