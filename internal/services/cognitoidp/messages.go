package cognitoidp

import (
	"github.com/gatehouse-dev/gatehouse/internal/api/cognitoidp"
)

// applyMessages sets the verification messages, which each have two names:
// one of their own and one in the template. Both answer with the same text; the
// template's wins: clients that edit it send the older name as they read it.
func (p *poolRecord) applyMessages(in *settings) {
	t := cognitoidp.VerificationMessageTemplateType{}
	if in.VerificationMessageTemplate != nil {
		t = *in.VerificationMessageTemplate
	}
	t.DefaultEmailOption = or(t.DefaultEmailOption, cognitoidp.DefaultEmailOptionTypeConfirmWithCode)
	pool := &p.Pool
	for _, m := range []struct {
		given          *string
		inTemplate, to **string
	}{
		{in.SmsVerificationMessage, &t.SmsMessage, &pool.SmsVerificationMessage},
		{in.EmailVerificationMessage, &t.EmailMessage, &pool.EmailVerificationMessage},
		{in.EmailVerificationSubject, &t.EmailSubject, &pool.EmailVerificationSubject},
	} {
		if *m.inTemplate == nil {
			*m.inTemplate = m.given
		}
		*m.to = *m.inTemplate
	}
	pool.VerificationMessageTemplate = &t
}

// applyEmail sets how mail is sent: by Cognito itself unless SES is chosen.
func (p *poolRecord) applyEmail(in *cognitoidp.EmailConfigurationType) error {
	e := cognitoidp.EmailConfigurationType{}
	if in != nil {
		e = *in
	}
	e.EmailSendingAccount = or(e.EmailSendingAccount, cognitoidp.EmailSendingAccountTypeCognitoDefault)
	e.ReplyToEmailAddress = given(e.ReplyToEmailAddress)
	developer := *e.EmailSendingAccount == cognitoidp.EmailSendingAccountTypeDeveloper
	if developer && e.SourceArn == nil {
		return invalid("Source ARN is required to use DEVELOPER email sending owner")
	}
	if !developer && in != nil && in.EmailSendingAccount != nil && e.SourceArn != nil {
		return invalid("Cognito is not allowed to use your email identity")
	}
	p.Pool.EmailConfiguration = &e
	return nil
}
