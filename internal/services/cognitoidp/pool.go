package cognitoidp

import (
	"context"
	"time"

	"github.com/gatehouse-dev/gatehouse/internal/api/cognitoidp"
	"github.com/gatehouse-dev/gatehouse/internal/front"
	"github.com/gatehouse-dev/gatehouse/internal/ids"
	"github.com/gatehouse-dev/gatehouse/internal/kv"
	"github.com/gatehouse-dev/gatehouse/internal/paging"
	"github.com/gatehouse-dev/gatehouse/internal/wire"
)

// poolRecord is a pool as DescribeUserPool returns it, and what only
// GetUserPoolMfaConfig does.
type poolRecord struct {
	Pool          cognitoidp.UserPoolType
	SoftwareToken *cognitoidp.SoftwareTokenMfaConfigType `json:",omitzero"`
	EmailMfa      *cognitoidp.EmailMfaConfigType         `json:",omitzero"`
	WebAuthn      *cognitoidp.WebAuthnConfigurationType  `json:",omitzero"`
}

// settings are what CreateUserPool and UpdateUserPool have in common.
type settings = cognitoidp.UpdateUserPoolRequest

// stamp is a time in the precision that Cognito keeps.
func stamp(t time.Time) *time.Time { return new(t.UTC().Truncate(time.Millisecond)) }

func (s *Service) CreateUserPool(ctx context.Context, in *cognitoidp.CreateUserPoolRequest) (*cognitoidp.CreateUserPoolResponse, error) {
	c := front.CallFrom(ctx)
	id := c.Region + "_" + ids.Alnum(9)
	p := poolRecord{Pool: cognitoidp.UserPoolType{
		Id: &id, Name: in.PoolName, Arn: new(c.ARN(service, "userpool/"+id)),
		CreationDate: stamp(c.Time), LastModifiedDate: stamp(c.Time), EstimatedNumberOfUsers: new(int32(0)),
		AliasAttributes: in.AliasAttributes, UsernameAttributes: in.UsernameAttributes, UsernameConfiguration: in.UsernameConfiguration,
		DeletionProtection: new(cognitoidp.DeletionProtectionTypeInactive), UserPoolTier: new(cognitoidp.UserPoolTierTypeEssentials),
		MfaConfiguration: new(cognitoidp.UserPoolMfaTypeOff),
	}}
	if len(in.AliasAttributes) > 0 && len(in.UsernameAttributes) > 0 {
		return nil, invalid("Only one of the aliasAttributes or usernameAttributes can be set in a user pool.")
	}
	var err error
	if p.Pool.SchemaAttributes, err = newSchema(in.Schema); err != nil {
		return nil, err
	}
	if err := p.apply(c.Region, &settings{
		Policies: in.Policies, DeletionProtection: in.DeletionProtection, LambdaConfig: in.LambdaConfig,
		AutoVerifiedAttributes: in.AutoVerifiedAttributes, SmsVerificationMessage: in.SmsVerificationMessage,
		EmailVerificationMessage: in.EmailVerificationMessage, EmailVerificationSubject: in.EmailVerificationSubject,
		VerificationMessageTemplate: in.VerificationMessageTemplate, SmsAuthenticationMessage: in.SmsAuthenticationMessage,
		UserAttributeUpdateSettings: in.UserAttributeUpdateSettings, MfaConfiguration: in.MfaConfiguration,
		DeviceConfiguration: in.DeviceConfiguration, EmailConfiguration: in.EmailConfiguration, SmsConfiguration: in.SmsConfiguration,
		UserPoolTags: in.UserPoolTags, AdminCreateUserConfig: in.AdminCreateUserConfig, UserPoolAddOns: in.UserPoolAddOns,
		AccountRecoverySetting: in.AccountRecoverySetting, UserPoolTier: in.UserPoolTier,
	}); err != nil {
		return nil, err
	}
	keys, err := s.newSigningKeys(ctx)
	if err != nil {
		return nil, err
	}
	err = s.store.Update(ctx, func(t kv.Txn) error {
		if err := kv.Save(t, spaceOf(c).signing(id), keys); err != nil {
			return err
		}
		return p.save(t, spaceOf(c))
	})
	if err != nil {
		return nil, err
	}
	return &cognitoidp.CreateUserPoolResponse{UserPool: &p.Pool}, nil
}

func (s *Service) DescribeUserPool(ctx context.Context, in *cognitoidp.DescribeUserPoolRequest) (*cognitoidp.DescribeUserPoolResponse, error) {
	out := &cognitoidp.DescribeUserPoolResponse{}
	return out, s.inspect(ctx, *in.UserPoolId, func(_ kv.Reader, _ space, p *poolRecord) error {
		out.UserPool = &p.Pool
		return nil
	})
}

func (s *Service) UpdateUserPool(ctx context.Context, in *cognitoidp.UpdateUserPoolRequest) (*cognitoidp.UpdateUserPoolResponse, error) {
	c := front.CallFrom(ctx)
	return &cognitoidp.UpdateUserPoolResponse{}, s.mutate(ctx, *in.UserPoolId, func(_ kv.Txn, _ space, p *poolRecord) error {
		if in.PoolName != nil {
			p.Pool.Name = in.PoolName
		}
		p.Pool.LastModifiedDate = stamp(c.Time)
		return p.apply(c.Region, in)
	})
}

func (s *Service) DeleteUserPool(ctx context.Context, in *cognitoidp.DeleteUserPoolRequest) (*wire.Empty, error) {
	id, at := *in.UserPoolId, spaceOf(front.CallFrom(ctx))
	err := s.store.Update(ctx, func(t kv.Txn) error {
		p, ok, err := kv.Load[poolRecord](t, at.pool(id))
		if err != nil {
			return err
		}
		if !ok {
			return noPool(id)
		}
		if text(p.Pool.DeletionProtection) == cognitoidp.DeletionProtectionTypeActive {
			return invalid("The user pool cannot be deleted because deletion protection is activated. Deletion protection must be inactivated first.")
		}
		if p.Pool.Domain != nil || p.Pool.CustomDomain != nil {
			return invalid("User pool cannot be deleted. It has a domain configured that should be deleted first.")
		}
		for _, r := range []kv.Range{at.clients(id), at.servers(id), at.groups(id), at.providers(id), at.uis(id)} {
			if err := t.DeleteRange(r); err != nil {
				return err
			}
		}
		for _, key := range [][]byte{at.pool(id), at.signing(id), placeKey(id)} {
			if err := t.Delete(key); err != nil {
				return err
			}
		}
		return nil
	})
	s.live.forget(id)
	return &wire.Empty{}, err
}

func (s *Service) ListUserPools(ctx context.Context, in *cognitoidp.ListUserPoolsRequest) (*cognitoidp.ListUserPoolsResponse, error) {
	var all []poolRecord
	err := s.store.View(ctx, func(r kv.Reader) (err error) {
		all, err = kv.LoadAll[poolRecord](r, spaceOf(front.CallFrom(ctx)).pools())
		return err
	})
	if err != nil {
		return nil, err
	}
	page, next, err := paging.Slice(all, func(p poolRecord) string { return *p.Pool.Id }, in.NextToken, int(*in.MaxResults))
	if err != nil {
		return nil, invalidToken()
	}
	out := &cognitoidp.ListUserPoolsResponse{UserPools: []cognitoidp.UserPoolDescriptionType{}, NextToken: next}
	for _, p := range page {
		out.UserPools = append(out.UserPools, cognitoidp.UserPoolDescriptionType{Id: p.Pool.Id, Name: p.Pool.Name,
			LambdaConfig: p.Pool.LambdaConfig, LastModifiedDate: p.Pool.LastModifiedDate, CreationDate: p.Pool.CreationDate})
	}
	return out, nil
}
