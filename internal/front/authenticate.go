package front

import (
	"bytes"
	"io"
	"net/http"

	"github.com/gatehouse-dev/gatehouse/internal/arn"
	"github.com/gatehouse-dev/gatehouse/internal/awserr"
	"github.com/gatehouse-dev/gatehouse/internal/clock"
	"github.com/gatehouse-dev/gatehouse/internal/front/sigv4"
	"github.com/gatehouse-dev/gatehouse/internal/policy"
)

// The pair that the tools of this field send to local endpoints.
const wellKnownKey = "test"

// authenticate finds out who calls and proves it.
func (p *Pipeline) authenticate(c *Call, s *Service, r *http.Request, body []byte) error {
	sig, err := sigv4.Parse(r)
	if err != nil {
		return err
	}
	rules := sigv4.Rules{Now: clock.Machine(), Service: s.API.SigningName}
	if err := sig.Check(r, rules); err != nil {
		return err
	}
	if !validRegion(sig.Region) {
		return awserr.Of(awserr.SignatureMismatch, "Credential should be scoped to a valid region.")
	}
	cred, err := p.credential(r, sig)
	if err != nil {
		return err
	}
	if err := p.verifier.Verify(r, sig, rules, cred.Secret, body); err != nil {
		return err
	}
	if !cred.Expires.IsZero() && !c.Time.Before(cred.Expires) {
		return awserr.Of(awserr.ExpiredToken, "The security token included in the request is expired")
	}
	c.Caller, c.Account, c.Region = cred, cred.Principal.Account, sig.Region
	c.trace.Step("authenticate", p.Clock.Now(), "principal", cred.Principal.ARN, "access key", cred.AccessKeyID, "region", sig.Region)
	return nil
}

// Authenticate proves who sent a request that is no API call but signed like
// one, for a service name of our own. Its body must be at most 1 MiB.
func (p *Pipeline) Authenticate(r *http.Request, service string) (*Credential, error) {
	sig, err := sigv4.Parse(r)
	if err != nil {
		return nil, err
	}
	rules := sigv4.Rules{Now: clock.Machine(), Service: service}
	if err := sig.Check(r, rules); err != nil {
		return nil, err
	}
	cred, err := p.credential(r, sig)
	if err != nil {
		return nil, err
	}
	body, err := readBody(r, 1<<20)
	if err != nil {
		return nil, err
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	if err := p.verifier.Verify(r, sig, rules, cred.Secret, body); err != nil {
		return nil, err
	}
	if !cred.Expires.IsZero() && !p.Clock.Now().Before(cred.Expires) {
		return nil, awserr.Of(awserr.ExpiredToken, "The security token included in the request is expired")
	}
	return cred, nil
}

func (p *Pipeline) credential(r *http.Request, sig *sigv4.Signature) (*Credential, error) {
	if sig.AccessKeyID == wellKnownKey {
		if !p.Loopback(r) {
			return nil, awserr.Of(awserr.InvalidClientToken, "The security token included in the request is invalid.")
		}
		return RootCredential(p.Account, wellKnownKey, wellKnownKey), nil
	}
	return p.Authority.Credential(r.Context(), sig.AccessKeyID, sig.SessionToken)
}

// RootCredential is a key of the account's root user.
func RootCredential(account, accessKeyID, secret string) *Credential {
	return &Credential{
		AccessKeyID: accessKeyID, Secret: secret,
		Principal: policy.Principal{Type: policy.Root, ARN: arn.Make("iam", "", account, "root"), Account: account, UserID: account},
	}
}

func anonymous() *Credential {
	return &Credential{Principal: policy.Principal{Type: policy.Anonymous}}
}
