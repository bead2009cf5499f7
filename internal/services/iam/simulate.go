package iam

import (
	"context"
	"fmt"
	"slices"

	api "github.com/gatehouse-dev/gatehouse/internal/api/iam"
	"github.com/gatehouse-dev/gatehouse/internal/arn"
	"github.com/gatehouse-dev/gatehouse/internal/policy"
)

// SimulateCustomPolicy decides by the policies of the request alone.
func (s *Service) SimulateCustomPolicy(_ context.Context, in *api.SimulateCustomPolicyRequest) (*api.SimulatePolicyResponse, error) {
	sub := subject{identity: inputTexts("PolicyInputList", in.PolicyInputList),
		principal: policy.Principal{Type: policy.User, Account: s.Account}}
	if in.ResourcePolicy != nil && in.CallerArn == nil {
		return nil, api.InvalidInputException("CallerArn must be given with ResourcePolicy.")
	}
	sub.replaceBoundary(in.PermissionsBoundaryPolicyInputList)
	if err := sub.callAs(in.CallerArn); err != nil {
		return nil, err
	}
	return s.simulate(&sub, simulationInput{in.ResourceArns, in.ResourcePolicy, in.ResourceOwner, in.ContextEntries, in.ResourceHandlingOption},
		in.ActionNames, in.Marker, in.MaxItems)
}

// SimulatePrincipalPolicy decides by the policies of a user, a group or a role
// and further ones that the request brings along.
func (s *Service) SimulatePrincipalPolicy(ctx context.Context, in *api.SimulatePrincipalPolicyRequest) (*api.SimulatePolicyResponse, error) {
	sub, err := s.subject(ctx, *in.PolicySourceArn)
	if err != nil {
		return nil, err
	}
	if kind, _ := splitKind(*in.PolicySourceArn); in.ResourcePolicy != nil && in.CallerArn == nil && kind != kindUser {
		return nil, api.InvalidInputException("CallerArn must be given with ResourcePolicy unless PolicySourceArn is a user's.")
	}
	sub.identity = append(sub.identity, inputTexts("PolicyInputList", in.PolicyInputList)...)
	sub.replaceBoundary(in.PermissionsBoundaryPolicyInputList)
	if err := sub.callAs(in.CallerArn); err != nil {
		return nil, err
	}
	return s.simulate(&sub, simulationInput{in.ResourceArns, in.ResourcePolicy, in.ResourceOwner, in.ContextEntries, in.ResourceHandlingOption},
		in.ActionNames, in.Marker, in.MaxItems)
}

// replaceBoundary puts the boundary of a request, if there is one, in the
// place of the entity's own.
func (sub *subject) replaceBoundary(documents []string) {
	if len(documents) > 0 {
		sub.bounded, sub.boundary = true, inputTexts("PermissionsBoundaryPolicyInputList", documents)
	}
}

// callAs makes a user the caller whom the resource policy judges.
func (sub *subject) callAs(callerARN *string) error {
	if callerARN == nil {
		return nil
	}
	a, err := arn.Parse(*callerARN)
	kind, _ := splitKind(*callerARN)
	if err != nil || a.Service != "iam" || kind != kindUser {
		return api.InvalidInputException("Invalid Entity Arn: %s does not clearly define entity type and name.", *callerARN)
	}
	sub.principal = policy.Principal{Type: policy.User, ARN: *callerARN, Account: a.Account}
	return nil
}

// simulate decides the actions of one page.
func (s *Service) simulate(sub *subject, in simulationInput, actions []string, marker *string, max *int32) (*api.SimulatePolicyResponse, error) {
	sim, err := newSimulation(sub, in)
	if err != nil {
		return nil, err
	}
	type numbered struct {
		n      int
		action string
	}
	var all []numbered
	for i, a := range actions {
		all = append(all, numbered{i, a})
	}
	all, more, next, err := page(all, func(a numbered) string { return fmt.Sprintf("%06d", a.n) }, marker, max)
	if err != nil {
		return nil, err
	}
	out := &api.SimulatePolicyResponse{EvaluationResults: []api.EvaluationResult{}, IsTruncated: more, Marker: next}
	for _, a := range all {
		r, err := sim.run(a.action)
		if err != nil {
			return nil, err
		}
		out.EvaluationResults = append(out.EvaluationResults, r)
	}
	return out, nil
}

// GetContextKeysForCustomPolicy lists the condition keys that policies use.
func (s *Service) GetContextKeysForCustomPolicy(_ context.Context, in *api.GetContextKeysForCustomPolicyRequest) (*api.GetContextKeysForPolicyResponse, error) {
	return contextKeys(inputTexts("PolicyInputList", in.PolicyInputList))
}

// GetContextKeysForPrincipalPolicy lists the condition keys that the policies
// of an entity use, those of a user's groups among them.
func (s *Service) GetContextKeysForPrincipalPolicy(ctx context.Context, in *api.GetContextKeysForPrincipalPolicyRequest) (*api.GetContextKeysForPolicyResponse, error) {
	sub, err := s.subject(ctx, *in.PolicySourceArn)
	if err != nil {
		return nil, err
	}
	return contextKeys(append(sub.identity, inputTexts("PolicyInputList", in.PolicyInputList)...))
}

func contextKeys(texts []policyText) (*api.GetContextKeysForPolicyResponse, error) {
	out := &api.GetContextKeysForPolicyResponse{ContextKeyNames: []string{}}
	for _, t := range texts {
		doc, err := policy.Parse(policy.Identity, []byte(t.text))
		if err != nil {
			return nil, api.InvalidInputException("Invalid Content in %s: %s", t.id, err.Error())
		}
		for _, key := range policy.ContextKeys(doc) {
			if !slices.Contains(out.ContextKeyNames, key) {
				out.ContextKeyNames = append(out.ContextKeyNames, key)
			}
		}
	}
	slices.Sort(out.ContextKeyNames)
	return out, nil
}
