package iam_test

import (
	"fmt"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
)

func TestUsers(t *testing.T) {
	w := start(t)
	ctx := t.Context()
	made := must(w.CreateUser(ctx, &iam.CreateUserInput{UserName: new("Bob"), Path: new("/team/"), Tags: []types.Tag{{Key: new("a"), Value: new("1")}}}))(t).User
	if !regexp.MustCompile(`^AIDA[A-Z2-7]{17}$`).MatchString(*made.UserId) || *made.Arn != account+"user/team/Bob" {
		t.Errorf("%s %s", *made.UserId, *made.Arn)
	}
	got := must(w.GetUser(ctx, getUser("bob")))(t).User
	equal(t, *got.UserName, "Bob")
	equal(t, len(got.Tags), 1)
	refused(t, 409, "EntityAlreadyExists", "User with name bOB already exists.")(w.CreateUser(ctx, &iam.CreateUserInput{UserName: new("bOB")}))
	missing := refused(t, 404, "NoSuchEntity", "The user with name none cannot be found.")
	missing(w.GetUser(ctx, getUser("none")))
	missing(w.DeleteUser(ctx, &iam.DeleteUserInput{UserName: new("none")}))
	missing(w.UpdateUser(ctx, &iam.UpdateUserInput{UserName: new("none"), NewUserName: new("x")}))
	missing(w.TagUser(ctx, &iam.TagUserInput{UserName: new("none"), Tags: []types.Tag{{Key: new("a"), Value: new("1")}}}))
	missing(w.CreateAccessKey(ctx, &iam.CreateAccessKeyInput{UserName: new("none")}))
	missing(w.PutUserPolicy(ctx, &iam.PutUserPolicyInput{UserName: new("none"), PolicyName: new("p"), PolicyDocument: new(allowAll)}))
	missing(w.ListGroupsForUser(ctx, &iam.ListGroupsForUserInput{UserName: new("none")}))
	missing(w.ListMFADevices(ctx, &iam.ListMFADevicesInput{UserName: new("none")}))
	ok(t)(w.ListMFADevices(ctx, &iam.ListMFADevicesInput{UserName: new("bob")}))

	ok(t)(w.CreateUser(ctx, &iam.CreateUserInput{UserName: new("alice")}))
	refused(t, 409, "EntityAlreadyExists", "User with name ALICE already exists.")(w.UpdateUser(ctx, &iam.UpdateUserInput{UserName: new("bob"), NewUserName: new("ALICE")}))
	ok(t)(w.UpdateUser(ctx, &iam.UpdateUserInput{UserName: new("bob"), NewUserName: new("BOB"), NewPath: new("/")}))
	equal(t, *must(w.GetUser(ctx, getUser("bob")))(t).User.Arn, account+"user/BOB")
	equal(t, len(must(w.ListUsers(ctx, &iam.ListUsersInput{PathPrefix: new("/team/")}))(t).Users), 0)

	// Nothing may be left of a user who is deleted.
	conflict := func(text string, undo func()) {
		t.Helper()
		refused(t, 409, "DeleteConflict", text)(w.DeleteUser(ctx, &iam.DeleteUserInput{UserName: new("bob")}))
		undo()
	}
	ok(t)(w.AttachUserPolicy(ctx, &iam.AttachUserPolicyInput{UserName: new("bob"), PolicyArn: new("arn:aws:iam::aws:policy/ReadOnlyAccess")}))
	conflict("Cannot delete entity, must detach all policies first.", func() {
		ok(t)(w.DetachUserPolicy(ctx, &iam.DetachUserPolicyInput{UserName: new("bob"), PolicyArn: new("arn:aws:iam::aws:policy/ReadOnlyAccess")}))
	})
	ok(t)(w.PutUserPolicy(ctx, &iam.PutUserPolicyInput{UserName: new("bob"), PolicyName: new("p"), PolicyDocument: new(allowAll)}))
	conflict("Cannot delete entity, must delete policies first.", func() {
		ok(t)(w.DeleteUserPolicy(ctx, &iam.DeleteUserPolicyInput{UserName: new("bob"), PolicyName: new("p")}))
	})
	key := must(w.CreateAccessKey(ctx, &iam.CreateAccessKeyInput{UserName: new("bob")}))(t).AccessKey
	conflict("must delete access keys first", func() {
		ok(t)(w.DeleteAccessKey(ctx, &iam.DeleteAccessKeyInput{UserName: new("bob"), AccessKeyId: key.AccessKeyId}))
	})
	ok(t)(w.CreateLoginProfile(ctx, &iam.CreateLoginProfileInput{UserName: new("bob"), Password: new("Secret-123")}))
	conflict("must delete login profile first", func() {
		ok(t)(w.DeleteLoginProfile(ctx, &iam.DeleteLoginProfileInput{UserName: new("bob")}))
	})
	ok(t)(w.CreateGroup(ctx, &iam.CreateGroupInput{GroupName: new("g")}))
	ok(t)(w.AddUserToGroup(ctx, &iam.AddUserToGroupInput{UserName: new("bob"), GroupName: new("g")}))
	conflict("must remove users from group first", func() {
		ok(t)(w.RemoveUserFromGroup(ctx, &iam.RemoveUserFromGroupInput{UserName: new("bob"), GroupName: new("g")}))
	})
	ok(t)(w.DeleteUser(ctx, &iam.DeleteUserInput{UserName: new("bob")}))
}

func TestListingsInPages(t *testing.T) {
	w := start(t)
	ctx := t.Context()
	var want []string
	for i := range 7 {
		want = append(want, fmt.Sprintf("u%d", i))
		ok(t)(w.CreateUser(ctx, &iam.CreateUserInput{UserName: &want[i]}))
	}
	var got []string
	pages := iam.NewListUsersPaginator(w, &iam.ListUsersInput{MaxItems: new(int32(3))})
	for pages.HasMorePages() {
		p := must(pages.NextPage(ctx))(t)
		if p.IsTruncated != (p.Marker != nil) {
			t.Error("truncated without a marker, or the other way")
		}
		for _, u := range p.Users {
			got = append(got, *u.UserName)
		}
	}
	equal(t, got, want)
	refused(t, 400, "ValidationError", "Invalid Marker")(w.ListUsers(ctx, &iam.ListUsersInput{Marker: new("nonsense")}))
}

func TestOneOfManyCreationsWins(t *testing.T) {
	w := start(t)
	var won atomic.Int32
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			if _, err := w.CreateUser(t.Context(), &iam.CreateUserInput{UserName: new("bob")}); err == nil {
				won.Add(1)
			} else {
				refused(t, 409, "EntityAlreadyExists", "")(nil, err)
			}
		})
	}
	wg.Wait()
	equal(t, won.Load(), int32(1))
}

func TestUserInlinePolicies(t *testing.T) {
	w := start(t)
	ctx := t.Context()
	ok(t)(w.CreateUser(ctx, &iam.CreateUserInput{UserName: new("bob")}))
	put := func(name, document string) (any, error) {
		return w.PutUserPolicy(ctx, &iam.PutUserPolicyInput{UserName: new("bob"), PolicyName: &name, PolicyDocument: &document})
	}
	spaced := "{ \"Version\": \"2012-10-17\",\n\t\"Statement\": [{\"Effect\":\"Allow\",\"Action\":\"s3:*\",\"Resource\":\"arn:aws:s3:::b+c/ü~*\"}] }"
	ok(t)(put("b", spaced))
	ok(t)(put("a", allowAll))
	got := must(w.GetUserPolicy(ctx, &iam.GetUserPolicyInput{UserName: new("bob"), PolicyName: new("b")}))(t)
	equal(t, unescaped(t, got.PolicyDocument), spaced)
	if strings.ContainsAny(*got.PolicyDocument, "+ :\"") || !strings.Contains(*got.PolicyDocument, "~") {
		t.Errorf("not percent-encoded as RFC 3986 has it: %s", *got.PolicyDocument)
	}
	equal(t, must(w.ListUserPolicies(ctx, &iam.ListUserPoliciesInput{UserName: new("bob")}))(t).PolicyNames, []string{"a", "b"})
	refused(t, 404, "NoSuchEntity", "The user policy with name none cannot be found.")(w.GetUserPolicy(ctx, &iam.GetUserPolicyInput{UserName: new("bob"), PolicyName: new("none")}))
	refused(t, 404, "NoSuchEntity", "The user policy with name none cannot be found.")(w.DeleteUserPolicy(ctx, &iam.DeleteUserPolicyInput{UserName: new("bob"), PolicyName: new("none")}))
	refused(t, 400, "MalformedPolicyDocument", "Syntax errors in policy.")(put("c", "{"))
	refused(t, 400, "MalformedPolicyDocument", "Policy document should not specify a principal.")(put("c", `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"s3:*","Resource":"*"}]}`))

	big := func(n int) string {
		return `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::` + strings.Repeat("x", n) + `"}]}`
	}
	room := 2048 - len(allowAll) - len(strings.Join(strings.Fields(spaced), "")) + 1 - len(big(0)) // ü is two bytes, and one character
	refused(t, 409, "LimitExceeded", "Maximum policy size of 2048 bytes exceeded for user bob")(put("c", big(room+1)))
	ok(t)(put("c", big(room)+strings.Repeat(" ", 500)))
}
