package iam_test

import (
	"fmt"
	"regexp"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/iam"
)

func TestGroups(t *testing.T) {
	w := start(t)
	ctx := t.Context()
	made := must(w.CreateGroup(ctx, &iam.CreateGroupInput{GroupName: new("Team"), Path: new("/x/")}))(t).Group
	if !regexp.MustCompile(`^AGPA[A-Z2-7]{17}$`).MatchString(*made.GroupId) || *made.Arn != account+"group/x/Team" {
		t.Errorf("%+v", made)
	}
	refused(t, 409, "EntityAlreadyExists", "Group with name team already exists.")(w.CreateGroup(ctx, &iam.CreateGroupInput{GroupName: new("team")}))
	missing := refused(t, 404, "NoSuchEntity", "The group with name none cannot be found.")
	missing(w.GetGroup(ctx, &iam.GetGroupInput{GroupName: new("none")}))
	missing(w.DeleteGroup(ctx, &iam.DeleteGroupInput{GroupName: new("none")}))
	missing(w.UpdateGroup(ctx, &iam.UpdateGroupInput{GroupName: new("none")}))
	missing(w.PutGroupPolicy(ctx, &iam.PutGroupPolicyInput{GroupName: new("none"), PolicyName: new("p"), PolicyDocument: new(allowAll)}))
	ok(t)(w.CreateUser(ctx, &iam.CreateUserInput{UserName: new("bob")}))
	add := func(user, group string) (any, error) {
		return w.AddUserToGroup(ctx, &iam.AddUserToGroupInput{UserName: &user, GroupName: &group})
	}
	missing(add("bob", "none"))
	refused(t, 404, "NoSuchEntity", "The user with name none cannot be found.")(add("none", "team"))
	ok(t)(add("bob", "team"))
	ok(t)(add("bob", "TEAM"))
	group := must(w.GetGroup(ctx, &iam.GetGroupInput{GroupName: new("team")}))(t)
	equal(t, []any{len(group.Users), *group.Users[0].UserName}, []any{1, "bob"})
	ok(t)(w.CreateGroup(ctx, &iam.CreateGroupInput{GroupName: new("other")}))
	refused(t, 409, "EntityAlreadyExists", "Group with name other already exists.")(w.UpdateGroup(ctx, &iam.UpdateGroupInput{GroupName: new("team"), NewGroupName: new("other")}))
	ok(t)(w.UpdateGroup(ctx, &iam.UpdateGroupInput{GroupName: new("team"), NewGroupName: new("crew"), NewPath: new("/")}))
	groups := must(w.ListGroupsForUser(ctx, &iam.ListGroupsForUserInput{UserName: new("bob")}))(t).Groups
	equal(t, []any{len(groups), *groups[0].Arn}, []any{1, account + "group/crew"})
	equal(t, len(must(w.ListGroups(ctx, &iam.ListGroupsInput{}))(t).Groups), 2)

	ok(t)(w.PutGroupPolicy(ctx, &iam.PutGroupPolicyInput{GroupName: new("crew"), PolicyName: new("p"), PolicyDocument: new(allowAll)}))
	equal(t, unescaped(t, must(w.GetGroupPolicy(ctx, &iam.GetGroupPolicyInput{GroupName: new("crew"), PolicyName: new("p")}))(t).PolicyDocument), allowAll)
	refused(t, 404, "NoSuchEntity", "The group policy with name none cannot be found.")(w.GetGroupPolicy(ctx, &iam.GetGroupPolicyInput{GroupName: new("crew"), PolicyName: new("none")}))
	conflict := refused(t, 409, "DeleteConflict", "Cannot delete entity, must")
	conflict(w.DeleteGroup(ctx, &iam.DeleteGroupInput{GroupName: new("crew")}))
	for range 2 { // who is no member stays none
		ok(t)(w.RemoveUserFromGroup(ctx, &iam.RemoveUserFromGroupInput{UserName: new("bob"), GroupName: new("crew")}))
	}
	conflict(w.DeleteGroup(ctx, &iam.DeleteGroupInput{GroupName: new("crew")}))
	ok(t)(w.DeleteGroupPolicy(ctx, &iam.DeleteGroupPolicyInput{GroupName: new("crew"), PolicyName: new("p")}))
	ok(t)(w.DeleteGroup(ctx, &iam.DeleteGroupInput{GroupName: new("crew")}))

	for n := range 10 {
		ok(t)(w.CreateGroup(ctx, &iam.CreateGroupInput{GroupName: new(fmt.Sprint("g", n))}))
		ok(t)(add("bob", fmt.Sprint("g", n)))
	}
	refused(t, 409, "LimitExceeded", "Cannot exceed quota for GroupsPerUser: 10")(add("bob", "other"))
}

// To rename takes permission on the old name and on the new one.
func TestRenamingNeedsBothNames(t *testing.T) {
	w := start(t)
	ctx := t.Context()
	ok(t)(w.CreateGroup(ctx, &iam.CreateGroupInput{GroupName: new("a")}))
	bob := w.user(t, "bob", `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"iam:UpdateGroup","Resource":["arn:aws:iam::*:group/a","arn:aws:iam::*:group/b"]}]}`)
	refused(t, 403, "AccessDenied", "resource: "+account+"group/c")(bob.UpdateGroup(ctx, &iam.UpdateGroupInput{GroupName: new("a"), NewGroupName: new("c")}))
	refused(t, 403, "AccessDenied", "resource: "+account+"group/x/a")(bob.UpdateGroup(ctx, &iam.UpdateGroupInput{GroupName: new("a"), NewPath: new("/x/")}))
	ok(t)(bob.UpdateGroup(ctx, &iam.UpdateGroupInput{GroupName: new("a"), NewGroupName: new("b")}))
}
