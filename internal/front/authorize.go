package front

import (
	"context"
	"fmt"

	"github.com/gatehouse-dev/gatehouse/internal/awserr"
	"github.com/gatehouse-dev/gatehouse/internal/policy"
)

// authorize decides each need of the operation. All must be allowed.
func (p *Pipeline) authorize(ctx context.Context, s *Service, c *Call, in any) error {
	rule := s.rule(c.Operation.Name)
	if rule.open {
		return nil
	}
	needs, err := rule.needs(ctx, c, in)
	if err != nil {
		return err
	}
	if len(needs) == 0 {
		// A table that demands nothing would let everyone in.
		return fmt.Errorf("front: %s %s demands nothing of its caller", s.API.Name, c.Operation.Name)
	}
	set, err := p.Authority.Policies(ctx, c.Caller)
	if err != nil {
		return err
	}
	set.Session, set.HasSession = c.Caller.Session, c.Caller.HasSession
	for i := range needs {
		if err := p.decide(c, &needs[i], &set); err != nil {
			return err
		}
	}
	return nil
}

// decide evaluates one need and records why.
func (p *Pipeline) decide(c *Call, n *Need, base *policy.Set) error {
	req := &policy.Request{Action: n.Action, Resource: n.Resource, Principal: c.Caller.Principal, ResourceAccount: n.Account, Keys: globalKeys{c}}
	if n.Keys != nil {
		req.Keys = policy.KeyChain{n.Keys, globalKeys{c}}
	}
	set := *base
	set.Resource, set.ResourceRequired = n.Policies, n.ResourceRequired
	d := policy.Evaluate(req, &set)
	c.trace.Step("authorize", p.Clock.Now(), explain(req, d)...)
	if d.Allowed {
		return nil
	}
	return awserr.Of(awserr.AccessDenied, "%s", d.Message(req))
}

// Authorize decides further needs of a running operation: those that it knows
// only now, such as the resources that a request names indirectly.
func (p *Pipeline) Authorize(ctx context.Context, needs ...Need) error {
	c := CallFrom(ctx)
	set, err := p.Authority.Policies(ctx, c.Caller)
	if err != nil {
		return err
	}
	set.Session, set.HasSession = c.Caller.Session, c.Caller.HasSession
	for i := range needs {
		if err := p.decide(c, &needs[i], &set); err != nil {
			return err
		}
	}
	return nil
}

// Decide evaluates one need for a caller outside of any call: whether a role
// may write logs, for example.
func (p *Pipeline) Decide(ctx context.Context, o Origin, n Need) (policy.Decision, error) {
	set, err := p.Authority.Policies(ctx, o.Caller)
	if err != nil {
		return policy.Decision{}, err
	}
	set.Session, set.HasSession = o.Caller.Session, o.Caller.HasSession
	set.Resource, set.ResourceRequired = n.Policies, n.ResourceRequired
	c := &Call{Account: o.Account, Region: o.Region, Time: p.Clock.Now(), Caller: o.Caller, Via: o.Via}
	keys := policy.KeyChain{globalKeys{c}}
	if n.Keys != nil {
		keys = policy.KeyChain{n.Keys, globalKeys{c}}
	}
	return policy.Evaluate(&policy.Request{Action: n.Action, Resource: n.Resource, Principal: o.Caller.Principal,
		ResourceAccount: n.Account, Keys: keys}, &set), nil
}

// explain is a decision as the facts of a trace.
func explain(req *policy.Request, d policy.Decision) []string {
	verdict := "implicit deny"
	switch {
	case d.Allowed:
		verdict = "allow"
	case d.Explicit:
		verdict = "explicit deny"
	}
	facts := []string{"action", req.Action, "resource", req.Resource, "decision", verdict, "by", d.Reason.String()}
	if d.Source != "" {
		facts = append(facts, "policy", d.SourceKind+" "+d.Source, "statement", fmt.Sprint(d.Statement))
	}
	if d.Sid != "" {
		facts = append(facts, "sid", d.Sid)
	}
	return facts
}
