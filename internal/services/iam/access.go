package iam

import (
	"context"
	"reflect"

	api "github.com/gatehouse-dev/gatehouse/internal/api/iam"
	"github.com/gatehouse-dev/gatehouse/internal/front"
	"github.com/gatehouse-dev/gatehouse/internal/kv"
	"github.com/gatehouse-dev/gatehouse/internal/policy"
)

// access is what each operation demands (Service Authorization Reference,
// "Actions, resources, and condition keys for AWS Identity and Access
// Management"). Entities are named by the member of the input that holds their
// name; their ARN has the path that they really have, or that a creation asks
// for.
func (s *Service) access() front.Access {
	a := front.Access{}
	for kind, ops := range map[string][]string{
		kindUser: {"CreateUser", "GetUser", "UpdateUser", "DeleteUser", "PutUserPolicy", "GetUserPolicy", "DeleteUserPolicy", "ListUserPolicies",
			"AttachUserPolicy", "DetachUserPolicy", "ListAttachedUserPolicies", "PutUserPermissionsBoundary", "DeleteUserPermissionsBoundary",
			"TagUser", "UntagUser", "ListUserTags", "CreateAccessKey", "ListAccessKeys", "UpdateAccessKey", "DeleteAccessKey"},
		kindGroup: {"PutGroupPolicy", "GetGroupPolicy", "DeleteGroupPolicy", "ListGroupPolicies", "AttachGroupPolicy", "DetachGroupPolicy", "ListAttachedGroupPolicies"},
		kindRole: {"CreateRole", "GetRole", "UpdateRole", "UpdateRoleDescription", "UpdateAssumeRolePolicy", "DeleteRole", "PutRolePolicy", "GetRolePolicy",
			"DeleteRolePolicy", "ListRolePolicies", "AttachRolePolicy", "DetachRolePolicy", "ListAttachedRolePolicies", "PutRolePermissionsBoundary",
			"DeleteRolePermissionsBoundary", "TagRole", "UntagRole", "ListRoleTags", "ListInstanceProfilesForRole"},
		kindPolicy: {"CreatePolicy", "GetPolicy", "DeletePolicy", "CreatePolicyVersion", "GetPolicyVersion", "ListPolicyVersions", "DeletePolicyVersion",
			"SetDefaultPolicyVersion", "TagPolicy", "UntagPolicy", "ListPolicyTags"},
	} {
		for _, op := range ops {
			a[op] = s.entityRule(kind, op)
		}
	}
	for _, op := range []string{"ListUsers", "ListRoles", "ListPolicies", "GetAccessKeyLastUsed"} {
		a[op] = front.Everywhere("iam:" + op)
	}
	return a
}

// nameMember is the member of inputs that names an entity of a kind.
var nameMember = map[string]string{kindUser: "UserName", kindGroup: "GroupName", kindRole: "RoleName", kindPolicy: "PolicyName",
	kindInstanceProfile: "InstanceProfileName"}

// entityRule demands the operation's action on the entity that the input names.
func (s *Service) entityRule(kind, op string) front.Rule {
	return front.NeedsAny(func(ctx context.Context, c *front.Call, in any) ([]front.Need, error) {
		v := reflect.ValueOf(in).Elem()
		need := front.Need{Action: "iam:" + op, Resource: s.entityARN(ctx, c, kind, v), Keys: requestKeys(v, kind)}
		return []front.Need{need}, nil
	})
}

func text(v reflect.Value, member string) string {
	f := v.FieldByName(member)
	if !f.IsValid() || f.Kind() != reflect.Pointer || f.IsNil() || f.Elem().Kind() != reflect.String {
		return ""
	}
	return f.Elem().String()
}

func (s *Service) entityARN(ctx context.Context, c *front.Call, kind string, v reflect.Value) string {
	if kind == kindPolicy {
		if arn := text(v, "PolicyArn"); arn != "" {
			return arn
		}
	}
	name := text(v, nameMember[kind])
	if name == "" && kind == kindUser {
		if name = c.Caller.UserName; name == "" {
			return c.Caller.Principal.ARN
		}
	}
	if path := text(v, "Path"); path != "" {
		return identityARN(s.Account, kind, path, name)
	}
	path, found := s.pathOf(ctx, kind, name)
	return identityARN(s.Account, kind, path, found)
}

// pathOf is the path of an entity, and its name as it is really spelled; the
// root and the name as given if there is none.
func (s *Service) pathOf(ctx context.Context, kind, name string) (path, spelled string) {
	path, spelled = "/", name
	err := s.Store.View(ctx, func(r kv.Reader) error {
		rec, ok, err := kv.Load[struct{ Name, Path string }](r, entityKey(s.Account, kind, name))
		if ok {
			path, spelled = rec.Path, rec.Name
		}
		return err
	})
	if err != nil {
		s.Log.Error("an entity's path could not be read", "error", err)
	}
	return path, spelled
}

// requestKeys are the condition keys that an input brings along.
func requestKeys(v reflect.Value, kind string) policy.Keys {
	keys := policy.KeyMap{}
	if arn := text(v, "PolicyArn"); arn != "" && kind != kindPolicy {
		keys.Set("iam:PolicyARN", arn)
	}
	if b := text(v, "PermissionsBoundary"); b != "" {
		keys.Set("iam:PermissionsBoundary", b)
	}
	if f := v.FieldByName("Tags"); f.IsValid() {
		if tags, ok := f.Interface().([]api.Tag); ok {
			var names []string
			for _, t := range tags {
				keys.Set("aws:RequestTag/"+*t.Key, *t.Value)
				names = append(names, *t.Key)
			}
			keys.Set("aws:TagKeys", names...)
		}
	}
	if f := v.FieldByName("TagKeys"); f.IsValid() {
		if names, ok := f.Interface().([]string); ok {
			keys.Set("aws:TagKeys", names...)
		}
	}
	return keys
}
