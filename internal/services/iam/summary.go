package iam

import (
	"context"

	api "github.com/gatehouse-dev/gatehouse/internal/api/iam"
	"github.com/gatehouse-dev/gatehouse/internal/kv"
	"github.com/gatehouse-dev/gatehouse/internal/wire"
)

// GetAccountSummary counts the entities of the account beside their quotas.
func (s *Service) GetAccountSummary(ctx context.Context, _ *wire.Empty) (*api.GetAccountSummaryResponse, error) {
	var all *accountRecords
	err := s.Store.View(ctx, func(r kv.Reader) (err error) {
		all, err = s.records(r)
		return err
	})
	if err != nil {
		return nil, err
	}
	versions, rootKeys := 0, 0
	for i := range all.policies {
		versions += len(all.policies[i].Versions)
	}
	if s.current.Load().rootKey != nil {
		rootKeys = 1
	}
	return &api.GetAccountSummaryResponse{SummaryMap: map[string]int32{
		"Users": int32(len(all.users)), "UsersQuota": int32(quotas[kindUser].limit), "UserPolicySizeQuota": int32(inlineQuota[kindUser]),
		"Groups": int32(len(all.groups)), "GroupsQuota": int32(quotas[kindGroup].limit), "GroupPolicySizeQuota": int32(inlineQuota[kindGroup]),
		"GroupsPerUserQuota": maxGroupsPerUser,
		"Roles":              int32(len(all.roles)), "RolesQuota": int32(quotas[kindRole].limit), "RolePolicySizeQuota": int32(inlineQuota[kindRole]),
		"AssumeRolePolicySizeQuota": maxTrustWeight,
		"InstanceProfiles":          int32(len(all.profiles)), "InstanceProfilesQuota": int32(quotas[kindInstanceProfile].limit),
		"Policies": int32(len(all.policies)), "PoliciesQuota": int32(quotas[kindPolicy].limit), "PolicySizeQuota": maxManagedWeight,
		"PolicyVersionsInUse": int32(versions), "PolicyVersionsInUseQuota": 10000, "VersionsPerPolicyQuota": maxVersions,
		"AttachedPoliciesPerUserQuota": maxAttached, "AttachedPoliciesPerGroupQuota": maxAttached, "AttachedPoliciesPerRoleQuota": maxAttached,
		"Providers":              int32(len(all.providers)),
		"AccessKeysPerUserQuota": maxAccessKeys, "AccountAccessKeysPresent": int32(rootKeys),
		"AccountMFAEnabled": 0, "AccountPasswordPresent": 0, "AccountSigningCertificatesPresent": 0,
		"MFADevices": 0, "MFADevicesInUse": 0, "ServerCertificates": 0, "ServerCertificatesQuota": 20, "SigningCertificatesPerUserQuota": 2,
		"GlobalEndpointTokenVersion": 1,
	}}, nil
}
