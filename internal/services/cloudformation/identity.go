package cloudformation

import (
	"context"
	"time"

	"github.com/gatehouse-dev/gatehouse/internal/front"
	"github.com/gatehouse-dev/gatehouse/internal/policy"
)

const (
	principal   = "cloudformation.amazonaws.com"
	sessionName = "AWSCloudFormation"
	// A role session is made anew for each run of the engine.
	sessionTime = time.Hour
)

// identityOf remembers who makes a call.
func identityOf(c *front.Call) identity {
	id := identity{AccessKeyID: c.Caller.AccessKeyID, Type: c.Caller.Principal.Type}
	if c.Caller.Temporary {
		id.SessionToken = c.Header.Get("X-Amz-Security-Token")
	}
	return id
}

// remember keeps the caller of an operation, so that only a restart needs to
// find it again.
func (s *Service) remember(opID string, cred *front.Credential) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.callers[opID] = cred
}

func (s *Service) forget(opID string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.callers, opID)
}

// origin is on whose behalf the stack's resources are made: its role's, else
// that of who began the operation.
func (s *Service) origin(ctx context.Context, st *stack) (front.Origin, error) {
	o := front.Origin{Account: st.Account, Region: st.Region, Via: principal}
	var err error
	if st.RoleARN != "" {
		var id, token string
		if id, _, token, _, err = s.o.Roles.ServiceSession(ctx, principal, st.RoleARN, sessionName, sessionTime); err == nil {
			o.Caller, err = s.o.Authority.Credential(ctx, id, token)
		}
		return o, err
	}
	s.mu.Lock()
	o.Caller = s.callers[st.Op.ID]
	s.mu.Unlock()
	switch who := st.Op.Identity; {
	case o.Caller != nil:
	case who.Type == policy.Root && who.SessionToken == "":
		o.Caller = front.RootCredential(st.Account, who.AccessKeyID, "")
	default:
		o.Caller, err = s.o.Authority.Credential(ctx, who.AccessKeyID, who.SessionToken)
	}
	return o, err
}
