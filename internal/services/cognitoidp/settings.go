package cognitoidp

import (
	"slices"

	"github.com/gatehouse-dev/gatehouse/internal/api/cognitoidp"
)

// apply gives the pool the settings of a create or update. What is not given
// falls back to its default, as UpdateUserPool documents, but for the tier,
// the tags, deletion protection and the attributes to verify before an update,
// which stay.
func (p *poolRecord) apply(region string, in *settings) error {
	pool := &p.Pool
	if in.UserPoolTier != nil {
		pool.UserPoolTier = in.UserPoolTier
	}
	if in.DeletionProtection != nil {
		pool.DeletionProtection = in.DeletionProtection
	}
	if in.UserPoolTags != nil || pool.UserPoolTags == nil {
		if err := checkTags(in.UserPoolTags); err != nil {
			return err
		}
		pool.UserPoolTags = map[string]string{}
		for k, v := range in.UserPoolTags {
			pool.UserPoolTags[k] = v
		}
	}
	pool.AutoVerifiedAttributes = in.AutoVerifiedAttributes
	if slices.Contains(in.AutoVerifiedAttributes, cognitoidp.VerifiedAttributeTypePhoneNumber) && in.SmsConfiguration == nil {
		return invalid("SMS configuration is required when phone_number is selected for auto verification")
	}
	if in.UserAttributeUpdateSettings != nil {
		pool.UserAttributeUpdateSettings = in.UserAttributeUpdateSettings
	}
	if u := pool.UserAttributeUpdateSettings; u != nil {
		for _, a := range u.AttributesRequireVerificationBeforeUpdate {
			if !slices.Contains(pool.AutoVerifiedAttributes, a) {
				return invalid("All attributes in AttributesRequireVerificationBeforeUpdate must exist in AutoVerifiedAttributes")
			}
		}
	}
	pool.UserPoolAddOns = in.UserPoolAddOns
	pool.SmsAuthenticationMessage = in.SmsAuthenticationMessage
	pool.DeviceConfiguration = deviceConfiguration(in.DeviceConfiguration)
	pool.AccountRecoverySetting = accountRecovery(in.AccountRecoverySetting)
	pool.SmsConfiguration = smsConfiguration(region, in.SmsConfiguration)
	if err := p.applyPolicies(in); err != nil {
		return err
	}
	if err := p.applyEmail(in.EmailConfiguration); err != nil {
		return err
	}
	p.applyMessages(in)
	if err := p.applyTriggers(region, in.LambdaConfig); err != nil {
		return err
	}
	return p.applyMfaMode(in.MfaConfiguration)
}

// applyPolicies sets the password policy together with how long a temporary
// password lives, which two settings name.
func (p *poolRecord) applyPolicies(in *settings) error {
	var given cognitoidp.UserPoolPolicyType
	if in.Policies != nil {
		given = *in.Policies
	}
	days := int32(7)
	admin := cognitoidp.AdminCreateUserConfigType{}
	if in.AdminCreateUserConfig != nil {
		admin = *in.AdminCreateUserConfig
	}
	unused := admin.UnusedAccountValidityDays
	password := cognitoidp.PasswordPolicyType{
		MinimumLength: new(int32(8)), RequireUppercase: new(true), RequireLowercase: new(true), RequireNumbers: new(true), RequireSymbols: new(true),
	}
	if given.PasswordPolicy != nil {
		password = *given.PasswordPolicy
		password.MinimumLength = or(password.MinimumLength, 8)
		password.RequireUppercase = or(password.RequireUppercase, false)
		password.RequireLowercase = or(password.RequireLowercase, false)
		password.RequireNumbers = or(password.RequireNumbers, false)
		password.RequireSymbols = or(password.RequireSymbols, false)
	}
	switch temporary := password.TemporaryPasswordValidityDays; {
	case temporary != nil && unused != nil && *unused != 0:
		return invalid("Please use TemporaryPasswordValidityDays in PasswordPolicy instead of UnusedAccountValidityDays")
	case temporary != nil:
		days = *temporary
	case unused != nil:
		days = *unused
	}
	password.TemporaryPasswordValidityDays = &days
	admin.UnusedAccountValidityDays = &days
	admin.AllowAdminCreateUserOnly = or(admin.AllowAdminCreateUserOnly, false)
	p.Pool.AdminCreateUserConfig = &admin

	signIn := given.SignInPolicy
	lite := *p.Pool.UserPoolTier == cognitoidp.UserPoolTierTypeLite
	if signIn == nil && !lite {
		signIn = &cognitoidp.SignInPolicyType{AllowedFirstAuthFactors: []string{cognitoidp.AuthFactorTypePassword}}
	}
	if signIn != nil {
		if lite && !slices.Equal(signIn.AllowedFirstAuthFactors, []string{cognitoidp.AuthFactorTypePassword}) {
			return cognitoidp.FeatureUnavailableInTierException("The feature you requested is not available in the LITE tier. Switch to the ESSENTIALS or PLUS tier to use it.")
		}
		if !slices.Contains(signIn.AllowedFirstAuthFactors, cognitoidp.AuthFactorTypePassword) {
			return invalid("Password should be configured as one of the allowed first auth factors.")
		}
	}
	p.Pool.Policies = &cognitoidp.UserPoolPolicyType{PasswordPolicy: &password, SignInPolicy: signIn}
	return nil
}

func deviceConfiguration(in *cognitoidp.DeviceConfigurationType) *cognitoidp.DeviceConfigurationType {
	if in == nil {
		return nil
	}
	return &cognitoidp.DeviceConfigurationType{
		ChallengeRequiredOnNewDevice:     or(in.ChallengeRequiredOnNewDevice, false),
		DeviceOnlyRememberedOnUserPrompt: or(in.DeviceOnlyRememberedOnUserPrompt, false),
	}
}

// accountRecovery is by mail first and by phone then where nothing is chosen.
func accountRecovery(in *cognitoidp.AccountRecoverySettingType) *cognitoidp.AccountRecoverySettingType {
	if in != nil && len(in.RecoveryMechanisms) > 0 {
		return in
	}
	return &cognitoidp.AccountRecoverySettingType{RecoveryMechanisms: []cognitoidp.RecoveryOptionType{
		{Priority: new(int32(1)), Name: new(cognitoidp.RecoveryOptionNameTypeVerifiedEmail)},
		{Priority: new(int32(2)), Name: new(cognitoidp.RecoveryOptionNameTypeVerifiedPhoneNumber)},
	}}
}

func smsConfiguration(region string, in *cognitoidp.SmsConfigurationType) *cognitoidp.SmsConfigurationType {
	if in == nil {
		return nil
	}
	out := *in
	out.SnsRegion = or(out.SnsRegion, region)
	return &out
}
