package iam

import (
	"context"
	"reflect"

	api "github.com/gatehouse-dev/gatehouse/internal/api/iam"
	"github.com/gatehouse-dev/gatehouse/internal/awserr"
	"github.com/gatehouse-dev/gatehouse/internal/front"
	"github.com/gatehouse-dev/gatehouse/internal/policy"
)

// entityOperations demand the action of their name on the one entity that
// their input names (Service Authorization Reference, "Actions, resources, and
// condition keys for AWS Identity and Access Management").
var entityOperations = map[string][]string{
	kindUser: {"CreateUser", "GetUser", "UpdateUser", "DeleteUser", "PutUserPolicy", "GetUserPolicy", "DeleteUserPolicy", "ListUserPolicies",
		"AttachUserPolicy", "DetachUserPolicy", "ListAttachedUserPolicies", "PutUserPermissionsBoundary", "DeleteUserPermissionsBoundary",
		"TagUser", "UntagUser", "ListUserTags", "CreateAccessKey", "ListAccessKeys", "UpdateAccessKey", "DeleteAccessKey", "ListGroupsForUser",
		"CreateLoginProfile", "GetLoginProfile", "UpdateLoginProfile", "DeleteLoginProfile",
		"ListMFADevices", "ListSSHPublicKeys", "ListSigningCertificates", "ListServiceSpecificCredentials"},
	kindGroup: {"CreateGroup", "GetGroup", "UpdateGroup", "DeleteGroup", "AddUserToGroup", "RemoveUserFromGroup", "PutGroupPolicy", "GetGroupPolicy",
		"DeleteGroupPolicy", "ListGroupPolicies", "AttachGroupPolicy", "DetachGroupPolicy", "ListAttachedGroupPolicies"},
	kindRole: {"CreateRole", "GetRole", "UpdateRole", "UpdateRoleDescription", "UpdateAssumeRolePolicy", "DeleteRole", "PutRolePolicy", "GetRolePolicy",
		"DeleteRolePolicy", "ListRolePolicies", "AttachRolePolicy", "DetachRolePolicy", "ListAttachedRolePolicies", "PutRolePermissionsBoundary",
		"DeleteRolePermissionsBoundary", "TagRole", "UntagRole", "ListRoleTags", "ListInstanceProfilesForRole", "DeleteServiceLinkedRole"},
	kindPolicy: {"CreatePolicy", "GetPolicy", "DeletePolicy", "CreatePolicyVersion", "GetPolicyVersion", "ListPolicyVersions", "DeletePolicyVersion",
		"SetDefaultPolicyVersion", "TagPolicy", "UntagPolicy", "ListPolicyTags", "ListEntitiesForPolicy"},
	kindInstanceProfile: {"CreateInstanceProfile", "GetInstanceProfile", "DeleteInstanceProfile", "AddRoleToInstanceProfile",
		"RemoveRoleFromInstanceProfile", "TagInstanceProfile", "UntagInstanceProfile", "ListInstanceProfileTags"},
	kindProvider: {"CreateOpenIDConnectProvider", "GetOpenIDConnectProvider", "DeleteOpenIDConnectProvider", "UpdateOpenIDConnectProviderThumbprint",
		"AddClientIDToOpenIDConnectProvider", "RemoveClientIDFromOpenIDConnectProvider", "TagOpenIDConnectProvider", "UntagOpenIDConnectProvider",
		"ListOpenIDConnectProviderTags"},
}

// listings demand their action on the path that they list.
var listings = map[string]string{"ListUsers": kindUser, "ListGroups": kindGroup, "ListRoles": kindRole, "ListInstanceProfiles": kindInstanceProfile}

// accountOperations are about no entity.
var accountOperations = []string{"ListPolicies", "ListOpenIDConnectProviders", "CreateAccountAlias", "DeleteAccountAlias", "ListAccountAliases",
	"GetAccountSummary", "GetAccountPasswordPolicy", "UpdateAccountPasswordPolicy", "DeleteAccountPasswordPolicy", "GetAccountAuthorizationDetails",
	"SimulateCustomPolicy", "GetContextKeysForCustomPolicy", "ListVirtualMFADevices", "ListServerCertificates", "ListSAMLProviders"}

// access is what each operation demands.
func (s *Service) access() front.Access {
	a := front.Access{}
	for kind, ops := range entityOperations {
		for _, op := range ops {
			a[op] = rule(s.entityNeeds(kind, op))
		}
	}
	for op, kind := range listings {
		a[op] = rule(s.listingNeeds(kind, op))
	}
	for _, op := range accountOperations {
		a[op] = rule(func(context.Context, *front.Call, any) ([]front.Need, error) {
			return []front.Need{{Action: "iam:" + op, Resource: "*"}}, nil
		})
	}
	a["GetAccessKeyLastUsed"] = rule(s.accessKeyNeeds)
	a["ChangePassword"] = rule(func(_ context.Context, c *front.Call, _ any) ([]front.Need, error) {
		return []front.Need{{Action: "iam:ChangePassword", Resource: c.Caller.Principal.ARN}}, nil
	})
	a["CreateServiceLinkedRole"] = rule(s.serviceLinkedNeeds)
	a["GetServiceLinkedRoleDeletionStatus"] = rule(s.deletionStatusNeeds)
	for _, op := range []string{"SimulatePrincipalPolicy", "GetContextKeysForPrincipalPolicy"} {
		a[op] = rule(func(_ context.Context, _ *front.Call, in any) ([]front.Need, error) {
			return []front.Need{{Action: "iam:" + op, Resource: text(reflect.ValueOf(in).Elem(), "PolicySourceArn")}}, nil
		})
	}
	return a
}

type needs func(ctx context.Context, c *front.Call, in any) ([]front.Need, error)

// rule refuses sessions that AWS lets call no operation of IAM: those of
// GetFederationToken, and those of GetSessionToken without a second factor.
func rule(fn needs) front.Rule {
	return front.NeedsAny(func(ctx context.Context, c *front.Call, in any) ([]front.Need, error) {
		who := c.Caller
		switch who.Principal.Type {
		case policy.FederatedUser:
			return nil, unknownToken()
		case policy.User, policy.Root:
			if who.Temporary && !who.MFA {
				return nil, unknownToken()
			}
		}
		return fn(ctx, c, in)
	})
}

// nameMember is the member of inputs that names an entity of a kind.
var nameMember = map[string]string{kindUser: "UserName", kindGroup: "GroupName", kindRole: "RoleName", kindPolicy: "PolicyName",
	kindInstanceProfile: "InstanceProfileName"}

// entityNeeds demands the operation's action on the entity that the input names.
func (s *Service) entityNeeds(kind, op string) needs {
	return func(_ context.Context, c *front.Call, in any) ([]front.Need, error) {
		v := reflect.ValueOf(in).Elem()
		arn, e := s.target(c, kind, v)
		need := front.Need{Action: "iam:" + op, Resource: arn, Keys: inputKeys{v, kind, e}}
		switch op {
		case "UpdateUser", "UpdateGroup":
			// "The requester must have appropriate permissions on both the source
			// object and the target object" (UpdateUser).
			if moved := s.movedARN(kind, arn, v); moved != arn {
				return []front.Need{need, {Action: need.Action, Resource: moved, Keys: need.Keys}}, nil
			}
		case "AddRoleToInstanceProfile":
			return []front.Need{need, s.passRole(text(v, "RoleName"))}, nil
		}
		return []front.Need{need}, nil
	}
}

// target is the ARN of the entity that the input names and, if it exists, what
// is known of it. Its path is the one that it really has, or that a creation
// asks for.
func (s *Service) target(c *front.Call, kind string, v reflect.Value) (string, *entity) {
	snap := s.current.Load()
	switch kind {
	case kindPolicy:
		if arn := text(v, "PolicyArn"); arn != "" {
			return arn, snap.entity(kind, arn)
		}
	case kindProvider:
		arn := text(v, "OpenIDConnectProviderArn")
		if arn == "" {
			arn = providerARN(s.Account, issuer(text(v, "Url")))
		}
		return arn, snap.entity(kind, arn)
	}
	name := text(v, nameMember[kind])
	if name == "" && kind == kindUser {
		if name = c.Caller.UserName; name == "" {
			return c.Caller.Principal.ARN, nil
		}
	}
	if v.FieldByName("Path").IsValid() { // only creations have it
		return identityARN(s.Account, kind, orRoot(text(v, "Path")), name), nil
	}
	if e := snap.entity(kind, name); e != nil {
		return e.arn, e
	}
	return identityARN(s.Account, kind, "/", name), nil
}

// movedARN is the ARN after a renaming or a move.
func (s *Service) movedARN(kind, arn string, v reflect.Value) string {
	path, name := splitResource(arn, kind)
	if p := text(v, "NewPath"); p != "" {
		path = p
	}
	if n := text(v, "New"+nameMember[kind]); n != "" {
		name = n
	}
	return identityARN(s.Account, kind, path, name)
}

// passRole is the permission to give a role to EC2.
func (s *Service) passRole(name string) front.Need {
	arn := identityARN(s.Account, kindRole, "/", name)
	if e := s.current.Load().entity(kindRole, name); e != nil {
		arn = e.arn
	}
	keys := policy.KeyMap{}
	keys.Set("iam:PassedToService", "ec2.amazonaws.com")
	return front.Need{Action: "iam:PassRole", Resource: arn, Keys: keys}
}

func (s *Service) listingNeeds(kind, op string) needs {
	return func(_ context.Context, _ *front.Call, in any) ([]front.Need, error) {
		path := orRoot(text(reflect.ValueOf(in).Elem(), "PathPrefix"))
		return []front.Need{{Action: "iam:" + op, Resource: identityARN(s.Account, kind, path, "")}}, nil
	}
}

// accessKeyNeeds is about the user whose key is named. A key that does not
// exist is refused as one of somebody else.
func (s *Service) accessKeyNeeds(_ context.Context, c *front.Call, in any) ([]front.Need, error) {
	id := *in.(*api.GetAccessKeyLastUsedRequest).AccessKeyId
	k := s.current.Load().keys[id]
	if k == nil {
		return nil, awserr.Of(awserr.AccessDenied, "User: %s is not authorized to perform iam:GetAccessKeyLastUsed on resource: access key %s",
			c.Caller.Principal.ARN, id)
	}
	return []front.Need{{Action: "iam:GetAccessKeyLastUsed", Resource: k.user.arn}}, nil
}
