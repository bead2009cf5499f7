package sts

import (
	"context"
	"fmt"
	"time"

	"github.com/gatehouse-dev/gatehouse/internal/awserr"
	"github.com/gatehouse-dev/gatehouse/internal/policy"
)

// CanAssume reports whether a service, such as lambda.amazonaws.com, may assume
// a role: whether there is one and its trust policy names the service.
func (s *Service) CanAssume(servicePrincipal, roleARN string) bool {
	return s.serviceRole(servicePrincipal, roleARN) == nil
}

func (s *Service) serviceRole(servicePrincipal, roleARN string) error {
	role := s.Directory.Role(roleARN)
	if role == nil {
		return awserr.Of(awserr.AccessDenied, "%s is not authorized to perform: sts:AssumeRole on resource: %s", servicePrincipal, roleARN)
	}
	need := trustNeed("sts:AssumeRole", roleARN, role, nil)
	req := &policy.Request{Action: need.Action, Resource: roleARN, ResourceAccount: role.Account,
		Principal: policy.Principal{Type: policy.Service, Service: servicePrincipal},
		Keys:      policy.KeyMap{"aws:sourceaccount": {s.Account}, "aws:principalisawsservice": {"true"}}}
	d := policy.Evaluate(req, &policy.Set{Resource: need.Policies, ResourceRequired: true})
	if !d.Allowed {
		return awserr.Of(awserr.AccessDenied, "%s", d.Message(req))
	}
	return nil
}

// ServiceSession makes a session of a role for a service that acts in it. It
// fails with AccessDenied if the role does not trust the service.
func (s *Service) ServiceSession(_ context.Context, servicePrincipal, roleARN, sessionName string, d time.Duration) (accessKeyID, secret, token string, expires time.Time, err error) {
	if err = s.serviceRole(servicePrincipal, roleARN); err != nil {
		return
	}
	role := s.Directory.Role(roleARN)
	if role == nil {
		err = fmt.Errorf("sts: role %s is gone", roleARN)
		return
	}
	session := s.roleSession(role, sessionName, d)
	token, err = s.Sessions.Seal(session)
	return session.AccessKeyID, session.Secret, token, session.Expires, err
}
