package cognitoidp_test

import (
	"encoding/json"
	"regexp"
	"testing"

	sdk "github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider/types"

	"github.com/gatehouse-dev/gatehouse/internal/testkit"
)

func asJSON(t *testing.T, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestPoolDefaults(t *testing.T) {
	f := start(t)
	created := must(f.CreateUserPool(t.Context(), &sdk.CreateUserPoolInput{PoolName: new("p")})).UserPool
	p := f.describe(*created.Id)
	if asJSON(t, created) != asJSON(t, p) {
		t.Errorf("created %s\nread %s", asJSON(t, created), asJSON(t, p))
	}
	if !regexp.MustCompile(`^us-east-1_[A-Za-z0-9]{9}$`).MatchString(*p.Id) || *p.Arn != "arn:aws:cognito-idp:us-east-1:000000000000:userpool/"+*p.Id {
		t.Errorf("id %s, arn %s", *p.Id, *p.Arn)
	}
	for name, c := range map[string]struct{ got, want any }{
		"password":  {p.Policies.PasswordPolicy, &types.PasswordPolicyType{MinimumLength: new(int32(8)), RequireLowercase: true, RequireUppercase: true, RequireNumbers: true, RequireSymbols: true, TemporaryPasswordValidityDays: 7}},
		"sign in":   {p.Policies.SignInPolicy, &types.SignInPolicyType{AllowedFirstAuthFactors: []types.AuthFactorType{types.AuthFactorTypePassword}}},
		"admin":     {p.AdminCreateUserConfig, &types.AdminCreateUserConfigType{UnusedAccountValidityDays: 7}},
		"email":     {p.EmailConfiguration, &types.EmailConfigurationType{EmailSendingAccount: types.EmailSendingAccountTypeCognitoDefault}},
		"template":  {p.VerificationMessageTemplate, &types.VerificationMessageTemplateType{DefaultEmailOption: types.DefaultEmailOptionTypeConfirmWithCode}},
		"lambda":    {p.LambdaConfig, &types.LambdaConfigType{}},
		"tags":      {p.UserPoolTags, map[string]string{}},
		"recovery":  {len(p.AccountRecoverySetting.RecoveryMechanisms), 2},
		"mfa":       {p.MfaConfiguration, types.UserPoolMfaTypeOff},
		"tier":      {p.UserPoolTier, types.UserPoolTierTypeEssentials},
		"protected": {p.DeletionProtection, types.DeletionProtectionTypeInactive},
		"users":     {p.EstimatedNumberOfUsers, 0},
		"absent":    {[]any{p.SmsConfiguration, p.DeviceConfiguration, p.UserPoolAddOns, p.UsernameConfiguration, p.UserAttributeUpdateSettings, p.AutoVerifiedAttributes, p.Domain, p.SmsAuthenticationMessage}, []any{nil, nil, nil, nil, nil, nil, nil, nil}},
		"schema":    {len(p.SchemaAttributes), 21},
		"first":     {p.SchemaAttributes[0], types.SchemaAttributeType{Name: new("sub"), AttributeDataType: "String", DeveloperOnlyAttribute: new(false), Mutable: new(false), Required: new(true), StringAttributeConstraints: &types.StringAttributeConstraintsType{MinLength: new("1"), MaxLength: new("2048")}}},
	} {
		if got, want := asJSON(t, c.got), asJSON(t, c.want); got != want {
			t.Errorf("%s is %s, want %s", name, got, want)
		}
	}
	mfa := must(f.GetUserPoolMfaConfig(t.Context(), &sdk.GetUserPoolMfaConfigInput{UserPoolId: p.Id}))
	if mfa.MfaConfiguration != types.UserPoolMfaTypeOff || mfa.SoftwareTokenMfaConfiguration != nil || mfa.SmsMfaConfiguration != nil || mfa.WebAuthnConfiguration != nil {
		t.Errorf("mfa is %+v", mfa)
	}
}

// Everything that can be written is read back as it was, after a create and
// after an update.
func TestPoolSettingsRoundTrip(t *testing.T) {
	f := start(t)
	ctx := t.Context()
	const fn = "arn:aws:lambda:us-east-1:000000000000:function:f"
	const role = "arn:aws:iam::000000000000:role/sms"
	lambda := &types.LambdaConfigType{PreSignUp: new(fn), CustomMessage: new(fn), PostConfirmation: new(fn), PreAuthentication: new(fn), PostAuthentication: new(fn),
		DefineAuthChallenge: new(fn), CreateAuthChallenge: new(fn), VerifyAuthChallengeResponse: new(fn), UserMigration: new(fn), PreTokenGeneration: new(fn),
		PreTokenGenerationConfig: &types.PreTokenGenerationVersionConfigType{LambdaArn: new(fn), LambdaVersion: "V3_0"}, KMSKeyID: new("arn:aws:kms:us-east-1:000000000000:key/k"),
		CustomSMSSender: &types.CustomSMSLambdaVersionConfigType{LambdaArn: new(fn), LambdaVersion: "V1_0"}, CustomEmailSender: &types.CustomEmailLambdaVersionConfigType{LambdaArn: new(fn), LambdaVersion: "V1_0"}}
	in := &sdk.CreateUserPoolInput{
		PoolName:           new("p"),
		Policies:           &types.UserPoolPolicyType{PasswordPolicy: &types.PasswordPolicyType{MinimumLength: new(int32(12)), RequireNumbers: true, PasswordHistorySize: new(int32(3)), TemporaryPasswordValidityDays: 3}, SignInPolicy: &types.SignInPolicyType{AllowedFirstAuthFactors: []types.AuthFactorType{"PASSWORD", "WEB_AUTHN"}}},
		DeletionProtection: "ACTIVE", LambdaConfig: lambda, AutoVerifiedAttributes: []types.VerifiedAttributeType{"email", "phone_number"},
		AliasAttributes: []types.AliasAttributeType{"email"}, VerificationMessageTemplate: &types.VerificationMessageTemplateType{DefaultEmailOption: "CONFIRM_WITH_LINK",
			EmailMessage: new("m {####}"), EmailMessageByLink: new("{##x##}"), EmailSubject: new("s"), EmailSubjectByLink: new("l"), SmsMessage: new("sms {####}")},
		SmsAuthenticationMessage: new("auth {####}"), MfaConfiguration: "OPTIONAL",
		UserAttributeUpdateSettings: &types.UserAttributeUpdateSettingsType{AttributesRequireVerificationBeforeUpdate: []types.VerifiedAttributeType{"email"}},
		DeviceConfiguration:         &types.DeviceConfigurationType{ChallengeRequiredOnNewDevice: true},
		EmailConfiguration:          &types.EmailConfigurationType{EmailSendingAccount: "DEVELOPER", SourceArn: new("arn:aws:ses:us-east-1:000000000000:identity/a@example.com"), From: new("a@example.com"), ReplyToEmailAddress: new("r@example.com"), ConfigurationSet: new("set")},
		SmsConfiguration:            &types.SmsConfigurationType{SnsCallerArn: new(role), ExternalId: new("x")},
		UserPoolTags:                map[string]string{"k": "v"}, AdminCreateUserConfig: &types.AdminCreateUserConfigType{AllowAdminCreateUserOnly: true, InviteMessageTemplate: &types.MessageTemplateType{SMSMessage: new("{username} {####}"), EmailMessage: new("{username} {####}"), EmailSubject: new("s")}},
		Schema:         []types.SchemaAttributeType{{Name: new("email"), AttributeDataType: "String", Required: new(true), Mutable: new(false)}, {Name: new("n"), AttributeDataType: "Number", NumberAttributeConstraints: &types.NumberAttributeConstraintsType{MinValue: new("1"), MaxValue: new("9")}}},
		UserPoolAddOns: &types.UserPoolAddOnsType{AdvancedSecurityMode: "ENFORCED"}, UsernameConfiguration: &types.UsernameConfigurationType{CaseSensitive: new(false)},
		AccountRecoverySetting: &types.AccountRecoverySettingType{RecoveryMechanisms: []types.RecoveryOptionType{{Name: "admin_only", Priority: new(int32(1))}}}, UserPoolTier: "PLUS",
	}
	id := must(f.CreateUserPool(ctx, in)).UserPool.Id
	check := func(when string) {
		t.Helper()
		p := f.describe(*id)
		sms := *in.SmsConfiguration
		sms.SnsRegion = new("us-east-1")
		for name, c := range map[string]struct{ got, want any }{
			"policies": {p.Policies, in.Policies}, "protection": {p.DeletionProtection, in.DeletionProtection}, "lambda": {p.LambdaConfig, lambda},
			"verified": {p.AutoVerifiedAttributes, in.AutoVerifiedAttributes}, "alias": {p.AliasAttributes, in.AliasAttributes},
			"template": {p.VerificationMessageTemplate, in.VerificationMessageTemplate}, "email message": {p.EmailVerificationMessage, "m {####}"},
			"email subject": {p.EmailVerificationSubject, "s"}, "sms message": {p.SmsVerificationMessage, "sms {####}"}, "auth message": {p.SmsAuthenticationMessage, "auth {####}"},
			"mfa": {p.MfaConfiguration, in.MfaConfiguration}, "update settings": {p.UserAttributeUpdateSettings, in.UserAttributeUpdateSettings},
			"device": {p.DeviceConfiguration, in.DeviceConfiguration}, "email": {p.EmailConfiguration, in.EmailConfiguration}, "sms": {p.SmsConfiguration, sms},
			"tags": {p.UserPoolTags, in.UserPoolTags}, "add-ons": {p.UserPoolAddOns, in.UserPoolAddOns}, "username": {p.UsernameConfiguration, in.UsernameConfiguration},
			"recovery": {p.AccountRecoverySetting, in.AccountRecoverySetting}, "tier": {p.UserPoolTier, in.UserPoolTier},
			"invite": {p.AdminCreateUserConfig.InviteMessageTemplate, in.AdminCreateUserConfig.InviteMessageTemplate}, "admin only": {p.AdminCreateUserConfig.AllowAdminCreateUserOnly, true},
			"days":         {p.AdminCreateUserConfig.UnusedAccountValidityDays, 3},
			"email schema": {p.SchemaAttributes[10], types.SchemaAttributeType{Name: new("email"), AttributeDataType: "String", DeveloperOnlyAttribute: new(false), Mutable: new(false), Required: new(true), StringAttributeConstraints: &types.StringAttributeConstraintsType{MinLength: new("0"), MaxLength: new("2048")}}},
			"own schema":   {p.SchemaAttributes[21], types.SchemaAttributeType{Name: new("custom:n"), AttributeDataType: "Number", DeveloperOnlyAttribute: new(false), Mutable: new(true), Required: new(false), NumberAttributeConstraints: in.Schema[1].NumberAttributeConstraints}},
		} {
			if got, want := asJSON(t, c.got), asJSON(t, c.want); got != want {
				t.Errorf("%s: %s is %s, want %s", when, name, got, want)
			}
		}
	}
	check("created")
	update := &sdk.UpdateUserPoolInput{UserPoolId: id, Policies: in.Policies, DeletionProtection: in.DeletionProtection, LambdaConfig: in.LambdaConfig,
		AutoVerifiedAttributes: in.AutoVerifiedAttributes, VerificationMessageTemplate: in.VerificationMessageTemplate, SmsAuthenticationMessage: in.SmsAuthenticationMessage,
		MfaConfiguration: in.MfaConfiguration, DeviceConfiguration: in.DeviceConfiguration, EmailConfiguration: in.EmailConfiguration, SmsConfiguration: in.SmsConfiguration,
		AdminCreateUserConfig: in.AdminCreateUserConfig, UserPoolAddOns: in.UserPoolAddOns, AccountRecoverySetting: in.AccountRecoverySetting}
	must(f.UpdateUserPool(ctx, update))
	check("updated")

	// A message has two names. The template's wins over the older one.
	update.VerificationMessageTemplate = &types.VerificationMessageTemplateType{EmailSubject: new("newer")}
	update.EmailVerificationSubject, update.SmsVerificationMessage = new("older"), new("older {####}")
	must(f.UpdateUserPool(ctx, update))
	p := f.describe(*id)
	if *p.EmailVerificationSubject != "newer" || *p.VerificationMessageTemplate.EmailSubject != "newer" || *p.VerificationMessageTemplate.SmsMessage != "older {####}" {
		t.Errorf("messages under two names: %s", asJSON(t, p))
	}

	// What an update does not name falls back, but for what protects.
	must(f.UpdateUserPool(ctx, &sdk.UpdateUserPoolInput{UserPoolId: id, AutoVerifiedAttributes: []types.VerifiedAttributeType{"email"}}))
	p = f.describe(*id)
	if p.UserPoolAddOns != nil || p.MfaConfiguration != "OFF" || *p.Policies.PasswordPolicy.MinimumLength != 8 || p.EmailVerificationMessage != nil || p.LambdaConfig.PreSignUp != nil {
		t.Errorf("after an empty update: %s", asJSON(t, p))
	}
	if p.DeletionProtection != "ACTIVE" || p.UserPoolTier != "PLUS" || p.UserPoolTags["k"] != "v" || p.UserAttributeUpdateSettings == nil {
		t.Errorf("an empty update took away: %s", asJSON(t, p))
	}
	_, err := f.DeleteUserPool(ctx, &sdk.DeleteUserPoolInput{UserPoolId: id})
	testkit.WantError(t, err, 400, "InvalidParameterException", "The user pool cannot be deleted because deletion protection is activated.")
}

func TestPoolErrors(t *testing.T) {
	f := start(t)
	ctx := t.Context()
	create := func(in sdk.CreateUserPoolInput) error {
		in.PoolName = new("p")
		_, err := f.CreateUserPool(ctx, &in)
		return err
	}
	sized := func(low, high string) *types.StringAttributeConstraintsType {
		return &types.StringAttributeConstraintsType{MinLength: &low, MaxLength: &high}
	}
	for _, c := range []struct {
		in         sdk.CreateUserPoolInput
		code, text string
	}{
		{sdk.CreateUserPoolInput{AliasAttributes: []types.AliasAttributeType{"email"}, UsernameAttributes: []types.UsernameAttributeType{"email"}}, "", "Only one of the aliasAttributes or usernameAttributes can be set in a user pool."},
		{sdk.CreateUserPoolInput{MfaConfiguration: "ON"}, "", "SMS configuration and Auto verification for phone_number are required when MFA is required/optional"},
		{sdk.CreateUserPoolInput{UserAttributeUpdateSettings: &types.UserAttributeUpdateSettingsType{AttributesRequireVerificationBeforeUpdate: []types.VerifiedAttributeType{"email"}}}, "", "All attributes in AttributesRequireVerificationBeforeUpdate must exist in AutoVerifiedAttributes"},
		{sdk.CreateUserPoolInput{Policies: &types.UserPoolPolicyType{PasswordPolicy: &types.PasswordPolicyType{TemporaryPasswordValidityDays: 3}}, AdminCreateUserConfig: &types.AdminCreateUserConfigType{UnusedAccountValidityDays: 4}}, "", "Please use TemporaryPasswordValidityDays in PasswordPolicy instead of UnusedAccountValidityDays"},
		{sdk.CreateUserPoolInput{Schema: []types.SchemaAttributeType{{Name: new("x"), Required: new(true)}}}, "", "Required custom attributes are not supported currently."},
		{sdk.CreateUserPoolInput{Schema: []types.SchemaAttributeType{{Name: new("email"), AttributeDataType: "Number"}}}, "", "You can not change AttributeDataType or set developerOnlyAttribute for standard schema attribute email"},
		{sdk.CreateUserPoolInput{Schema: []types.SchemaAttributeType{{Name: new("x")}, {Name: new("x")}}}, "", "Duplicate custom attribute names custom:x are not allowed in a user pool schema."},
		{sdk.CreateUserPoolInput{Schema: []types.SchemaAttributeType{{Name: new("x"), StringAttributeConstraints: sized("9", "1")}}}, "", "Attribute custom:x cannot have a max length shorter than it's min length"},
		{sdk.CreateUserPoolInput{Schema: []types.SchemaAttributeType{{Name: new("x"), StringAttributeConstraints: sized("a", "1")}}}, "", "is not a number"},
		{sdk.CreateUserPoolInput{Schema: []types.SchemaAttributeType{{Name: new("x"), StringAttributeConstraints: sized("-1", "1")}}}, "", "cannot be negative"},
		{sdk.CreateUserPoolInput{Schema: []types.SchemaAttributeType{{Name: new("x"), AttributeDataType: "Number", StringAttributeConstraints: sized("0", "1")}}}, "", "are for attributes of type String"},
		{sdk.CreateUserPoolInput{EmailConfiguration: &types.EmailConfigurationType{EmailSendingAccount: "DEVELOPER"}}, "", "Source ARN is required to use DEVELOPER email sending owner"},
		{sdk.CreateUserPoolInput{EmailConfiguration: &types.EmailConfigurationType{EmailSendingAccount: "COGNITO_DEFAULT", SourceArn: new("arn:aws:ses:us-east-1:000000000000:identity/a")}}, "", "Cognito is not allowed to use your email identity"},
		{sdk.CreateUserPoolInput{AutoVerifiedAttributes: []types.VerifiedAttributeType{"phone_number"}}, "", "SMS configuration is required when phone_number is selected for auto verification"},
		{sdk.CreateUserPoolInput{Policies: &types.UserPoolPolicyType{SignInPolicy: &types.SignInPolicyType{AllowedFirstAuthFactors: []types.AuthFactorType{"WEB_AUTHN"}}}}, "", "Password should be configured as one of the allowed first auth factors."},
		{sdk.CreateUserPoolInput{LambdaConfig: &types.LambdaConfigType{PreSignUp: new("arn:aws:lambda:eu-west-1:000000000000:function:f")}}, "", "Cross-region lambda functions are not supported"},
		{sdk.CreateUserPoolInput{LambdaConfig: &types.LambdaConfigType{CustomSMSSender: &types.CustomSMSLambdaVersionConfigType{LambdaVersion: "V1_0", LambdaArn: new("arn:aws:lambda:us-east-1:000000000000:function:f")}}}, "", "KMSKeyId parameter is required when Custom SMS/Email Lambda trigger is used."},
		{sdk.CreateUserPoolInput{UserPoolTier: "LITE", Policies: &types.UserPoolPolicyType{SignInPolicy: &types.SignInPolicyType{AllowedFirstAuthFactors: []types.AuthFactorType{"PASSWORD", "WEB_AUTHN"}}}}, "FeatureUnavailableInTierException", "LITE"},
		{sdk.CreateUserPoolInput{UserPoolTags: map[string]string{"aws:x": "y"}}, "UserPoolTaggingException", "aws: prefixed tag key names are not allowed for external use."},
		{sdk.CreateUserPoolInput{MfaConfiguration: "MAYBE"}, "", "1 validation error detected: Value 'MAYBE' at 'mfaConfiguration' failed to satisfy constraint"},
	} {
		if c.code == "" {
			c.code = "InvalidParameterException"
		}
		testkit.WantError(t, create(c.in), 400, c.code, c.text)
	}

	const gone = "us-east-1_nowhere12"
	text := "User pool " + gone + " does not exist."
	_, err := f.DescribeUserPool(ctx, &sdk.DescribeUserPoolInput{UserPoolId: new(gone)})
	testkit.WantError(t, err, 400, "ResourceNotFoundException", text)
	_, err = f.UpdateUserPool(ctx, &sdk.UpdateUserPoolInput{UserPoolId: new(gone)})
	testkit.WantError(t, err, 400, "ResourceNotFoundException", text)
	_, err = f.DeleteUserPool(ctx, &sdk.DeleteUserPoolInput{UserPoolId: new(gone)})
	testkit.WantError(t, err, 400, "ResourceNotFoundException", text)
	_, err = f.AdminGetUser(ctx, &sdk.AdminGetUserInput{UserPoolId: new(gone), Username: new("u")})
	testkit.WantError(t, err, 501, "NotImplemented", "AdminGetUser")
}
