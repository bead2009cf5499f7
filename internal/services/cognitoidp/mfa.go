package cognitoidp

import (
	"context"

	"github.com/gatehouse-dev/gatehouse/internal/api/cognitoidp"
	"github.com/gatehouse-dev/gatehouse/internal/front"
	"github.com/gatehouse-dev/gatehouse/internal/kv"
)

// applyMfaMode sets whether a second factor is used, OFF where nothing is
// given. It needs a factor to be there.
func (p *poolRecord) applyMfaMode(in *string) error {
	mode := or(in, cognitoidp.UserPoolMfaTypeOff)
	if *mode != cognitoidp.UserPoolMfaTypeOff && !p.hasFactor() {
		return invalid("SMS configuration and Auto verification for phone_number are required when MFA is required/optional")
	}
	p.Pool.MfaConfiguration = mode
	return nil
}

func (p *poolRecord) hasFactor() bool {
	return p.Pool.SmsConfiguration != nil || p.EmailMfa != nil || p.SoftwareToken != nil && isTrue(p.SoftwareToken.Enabled)
}

func (s *Service) GetUserPoolMfaConfig(ctx context.Context, in *cognitoidp.GetUserPoolMfaConfigRequest) (*cognitoidp.GetUserPoolMfaConfigResponse, error) {
	var out cognitoidp.GetUserPoolMfaConfigResponse
	err := s.inspect(ctx, *in.UserPoolId, func(_ kv.Reader, _ space, p *poolRecord) error {
		out = p.mfa()
		return nil
	})
	return &out, err
}

// mfa is the pool's multi-factor configuration. The SMS part shows only while
// a second factor is in use, since the pool's own settings hold it otherwise.
func (p *poolRecord) mfa() cognitoidp.GetUserPoolMfaConfigResponse {
	out := cognitoidp.GetUserPoolMfaConfigResponse{MfaConfiguration: p.Pool.MfaConfiguration,
		SoftwareTokenMfaConfiguration: p.SoftwareToken, EmailMfaConfiguration: p.EmailMfa, WebAuthnConfiguration: p.WebAuthn}
	if p.Pool.SmsConfiguration != nil && text(p.Pool.MfaConfiguration) != cognitoidp.UserPoolMfaTypeOff {
		out.SmsMfaConfiguration = &cognitoidp.SmsMfaConfigType{
			SmsAuthenticationMessage: p.Pool.SmsAuthenticationMessage, SmsConfiguration: p.Pool.SmsConfiguration}
	}
	return out
}

func (s *Service) SetUserPoolMfaConfig(ctx context.Context, in *cognitoidp.SetUserPoolMfaConfigRequest) (*cognitoidp.SetUserPoolMfaConfigResponse, error) {
	c := front.CallFrom(ctx)
	var out cognitoidp.SetUserPoolMfaConfigResponse
	err := s.mutate(ctx, *in.UserPoolId, func(_ kv.Txn, _ space, p *poolRecord) error {
		if err := p.applyMfa(c.Region, in); err != nil {
			return err
		}
		p.Pool.LastModifiedDate = stamp(c.Time)
		out = cognitoidp.SetUserPoolMfaConfigResponse(p.mfa())
		return nil
	})
	return &out, err
}

func (p *poolRecord) applyMfa(region string, in *cognitoidp.SetUserPoolMfaConfigRequest) error {
	mode := or(in.MfaConfiguration, *p.Pool.MfaConfiguration)
	token := in.SoftwareTokenMfaConfiguration
	if token != nil {
		token = &cognitoidp.SoftwareTokenMfaConfigType{Enabled: or(token.Enabled, false)}
	}
	if *mode == cognitoidp.UserPoolMfaTypeOff {
		if in.SmsMfaConfiguration != nil || in.EmailMfaConfiguration != nil || token != nil && *token.Enabled {
			return invalid("Invalid MFA configuration given, can't turn off MFA and configure an MFA together.")
		}
		p.EmailMfa = nil
	}
	p.SoftwareToken = token
	if *mode != cognitoidp.UserPoolMfaTypeOff {
		p.EmailMfa = in.EmailMfaConfiguration
	}
	if p.EmailMfa != nil && *p.Pool.EmailConfiguration.EmailSendingAccount == cognitoidp.EmailSendingAccountTypeCognitoDefault {
		return invalid("Cannot set EmailMfaConfiguration when user pool EmailConfiguration contains an EmailSendingAccount of COGNITO_DEFAULT.")
	}
	if in.SmsMfaConfiguration != nil {
		p.Pool.SmsAuthenticationMessage = in.SmsMfaConfiguration.SmsAuthenticationMessage
		if in.SmsMfaConfiguration.SmsConfiguration != nil {
			p.Pool.SmsConfiguration = smsConfiguration(region, in.SmsMfaConfiguration.SmsConfiguration)
		}
	}
	p.WebAuthn = in.WebAuthnConfiguration
	return p.applyMfaMode(mode)
}
