package sts

import (
	"context"

	api "github.com/gatehouse-dev/gatehouse/internal/api/sts"
	"github.com/gatehouse-dev/gatehouse/internal/awserr"
	"github.com/gatehouse-dev/gatehouse/internal/front"
	"github.com/gatehouse-dev/gatehouse/internal/identity"
	"github.com/gatehouse-dev/gatehouse/internal/policy"
)

// access is what each operation demands (Service Authorization Reference,
// "Actions, resources, and condition keys for AWS Security Token Service").
func (s *Service) access() front.Access {
	return front.Access{
		// "No permissions are required to perform this operation", even under an
		// explicit deny.
		"GetCallerIdentity": front.AnyCaller(),
		"GetSessionToken":   front.AnyCaller(),
		"GetAccessKeyInfo":  front.Everywhere("sts:GetAccessKeyInfo"),
		"GetFederationToken": front.On("sts:GetFederationToken", func(c *front.Call, in *api.GetFederationTokenRequest) string {
			return c.GlobalARN("sts", "federated-user/"+*in.Name)
		}),
		"AssumeRole": front.Needs(s.assumeRoleNeeds),
	}
}

// assumeRoleNeeds lets the role's trust policy have its say. A role that does
// not exist trusts nobody, and the answer does not tell the difference.
func (s *Service) assumeRoleNeeds(_ context.Context, c *front.Call, in *api.AssumeRoleRequest) ([]front.Need, error) {
	if c.Caller.Principal.Type == policy.Root {
		return nil, awserr.Of(awserr.AccessDenied, "Roles may not be assumed by root accounts.")
	}
	role := s.Directory.Role(*in.RoleArn)
	keys := sessionKeys(in.RoleSessionName, in.SourceIdentity, in.Tags, in.TransitiveTagKeys)
	if in.ExternalId != nil {
		keys.Set("sts:ExternalId", *in.ExternalId)
	}
	need := trustNeed("sts:AssumeRole", *in.RoleArn, role, keys)
	needs := []front.Need{need}
	if len(in.Tags) > 0 {
		need.Action = "sts:TagSession"
		needs = append(needs, need)
	}
	if in.SourceIdentity != nil {
		need.Action = "sts:SetSourceIdentity"
		needs = append(needs, need)
	}
	return needs, nil
}

// trustNeed is an action on a role that the role's trust policy must allow.
func trustNeed(action, arn string, role *identity.Role, keys policy.Keys) front.Need {
	n := front.Need{Action: action, Resource: arn, Keys: keys, ResourceRequired: true}
	if role != nil {
		n.Account = role.Account
		n.Policies = []policy.Source{{Name: role.ARN, Kind: "trust policy", Doc: role.Trust}}
	}
	return n
}

// sessionKeys are the condition keys that a new session brings along.
func sessionKeys(name, sourceIdentity *string, tags []api.Tag, transitive []string) policy.KeyMap {
	keys := policy.KeyMap{}
	if name != nil {
		keys.Set("sts:RoleSessionName", *name)
	}
	if sourceIdentity != nil {
		keys.Set("sts:SourceIdentity", *sourceIdentity)
	}
	var names []string
	for _, t := range tags {
		keys.Set("aws:RequestTag/"+*t.Key, *t.Value)
		names = append(names, *t.Key)
	}
	if len(names) > 0 {
		keys.Set("aws:TagKeys", names...)
	}
	if len(transitive) > 0 {
		keys.Set("sts:TransitiveTagKeys", transitive...)
	}
	return keys
}
