package iam

import (
	"regexp"
	"slices"

	api "github.com/gatehouse-dev/gatehouse/internal/api/iam"
	"github.com/gatehouse-dev/gatehouse/internal/arn"
	"github.com/gatehouse-dev/gatehouse/internal/policy"
)

// simulation asks the evaluation that decides calls what it would decide.
type simulation struct {
	set       policy.Set
	texts     map[string]string // by Source.Name
	principal policy.Principal
	owner     string // account of the resources; "" is the one in their ARNs
	keys      policy.KeyMap
	resources []string
	named     bool // the request names resources
}

// Limits of one request, of ours: AWS does not publish its own.
const (
	maxSimulatedResources = 1000
	maxSimulatedPolicies  = 100
)

// simulationInput is what the two operations have in common.
type simulationInput struct {
	resources      []string
	resourcePolicy *string
	owner          *string
	context        []api.ContextEntry
	handling       *string
}

func newSimulation(sub *subject, in simulationInput) (*simulation, error) {
	sim := &simulation{texts: map[string]string{}, principal: sub.principal, keys: policy.KeyMap{}, resources: in.resources, named: len(in.resources) > 0}
	if in.handling != nil {
		return nil, api.InvalidInputException("ResourceHandlingOption %s is not supported.", *in.handling)
	}
	if len(in.resources) > maxSimulatedResources || len(sub.identity)+len(sub.boundary) > maxSimulatedPolicies {
		return nil, api.InvalidInputException("The request names more than %d resources or %d policies.", maxSimulatedResources, maxSimulatedPolicies)
	}
	if !sim.named {
		sim.resources = []string{"*"}
	}
	for _, r := range sim.resources {
		if _, err := arn.Parse(r); err != nil && r != "*" {
			return nil, api.InvalidInputException("ARN %s is not valid.", r)
		}
	}
	if in.owner != nil {
		sim.owner = *in.owner
		if a, err := arn.Parse(*in.owner); err == nil {
			sim.owner = a.Account
		}
	}
	for _, e := range in.context {
		if e.ContextKeyName != nil {
			sim.keys.Set(*e.ContextKeyName, e.ContextKeyValues...)
		}
	}
	var err error
	if sim.set.Identity, err = sim.compile(policy.Identity, "IAM Policy", sub.identity); err != nil {
		return nil, err
	}
	sim.set.HasBoundary = sub.bounded
	if sim.set.Boundary, err = sim.compile(policy.Boundary, "IAM Policy", sub.boundary); err != nil {
		return nil, err
	}
	if in.resourcePolicy != nil {
		sim.set.Resource, err = sim.compile(policy.Resource, "Resource Policy", []policyText{{"ResourcePolicy", *in.resourcePolicy}})
	}
	return sim, err
}

func (sim *simulation) compile(kind policy.Kind, label string, texts []policyText) ([]policy.Source, error) {
	var out []policy.Source
	for _, t := range texts {
		if err := checkInput(kind, t); err != nil {
			return nil, err
		}
		doc, err := policy.Parse(kind, []byte(t.text))
		if err != nil {
			return nil, err
		}
		sim.texts[t.id] = t.text
		out = append(out, policy.Source{Name: t.id, Kind: label, Doc: doc})
	}
	return out, nil
}

// checkInput refuses a policy of a request that is malformed.
func checkInput(kind policy.Kind, t policyText) error {
	if _, err := policy.Parse(kind, []byte(t.text)); err != nil {
		return api.InvalidInputException("Invalid Content in %s: %s", t.id, err.Error())
	}
	return nil
}

var actionName = regexp.MustCompile(`^[A-Za-z0-9.-]+:[A-Za-z0-9*?_-]+$`)

// run decides one action on all resources. What stands for all of them is the
// strictest decision ("EvaluationResult", Important).
func (sim *simulation) run(action string) (api.EvaluationResult, error) {
	out := api.EvaluationResult{EvalActionName: &action, EvalResourceName: new("*"), EvalDecision: new(api.PolicyEvaluationDecisionTypeAllowed),
		MatchedStatements: []api.Statement{}, MissingContextValues: []string{}}
	if !actionName.MatchString(action) {
		return out, api.InvalidInputException("Action %s is not valid.", action)
	}
	if len(sim.resources) == 1 {
		out.EvalResourceName = &sim.resources[0]
	}
	for i := range sim.resources {
		one := sim.decide(action, sim.resources[i])
		if strictness(*one.EvalResourceDecision) > strictness(*out.EvalDecision) {
			// Statements of a milder decision do not determine this one.
			out.EvalDecision, out.MatchedStatements = one.EvalResourceDecision, nil
		}
		if *one.EvalResourceDecision == *out.EvalDecision {
			out.MatchedStatements = appendStatements(out.MatchedStatements, one.MatchedStatements)
		}
		for _, key := range one.MissingContextValues {
			if !slices.Contains(out.MissingContextValues, key) {
				out.MissingContextValues = append(out.MissingContextValues, key)
			}
		}
		if b := one.PermissionsBoundaryDecisionDetail; b != nil && (i == 0 || !*b.AllowedByPermissionsBoundary) {
			out.PermissionsBoundaryDecisionDetail = b
		}
		if sim.named {
			out.EvalDecisionDetails = one.EvalDecisionDetails
			out.ResourceSpecificResults = append(out.ResourceSpecificResults, one)
		}
	}
	return out, nil
}

func strictness(decision string) int {
	return slices.Index([]string{api.PolicyEvaluationDecisionTypeAllowed, api.PolicyEvaluationDecisionTypeImplicitDeny, api.PolicyEvaluationDecisionTypeExplicitDeny}, decision)
}

func appendStatements(have, more []api.Statement) []api.Statement {
	for _, m := range more {
		if !slices.ContainsFunc(have, func(h api.Statement) bool {
			return *h.SourcePolicyId == *m.SourcePolicyId && *h.StartPosition.Line == *m.StartPosition.Line && *h.StartPosition.Column == *m.StartPosition.Column
		}) {
			have = append(have, m)
		}
	}
	return have
}

func decisionOf(d policy.Decision) string {
	switch {
	case d.Allowed:
		return api.PolicyEvaluationDecisionTypeAllowed
	case d.Explicit:
		return api.PolicyEvaluationDecisionTypeExplicitDeny
	}
	return api.PolicyEvaluationDecisionTypeImplicitDeny
}

// decide decides one action on one resource.
func (sim *simulation) decide(action, resource string) api.ResourceSpecificResult {
	req := &policy.Request{Action: action, Resource: resource, Principal: sim.principal, ResourceAccount: sim.owner, Keys: sim.keys}
	d := policy.Evaluate(req, &sim.set)
	out := api.ResourceSpecificResult{EvalResourceName: &resource, EvalResourceDecision: new(decisionOf(d)),
		MatchedStatements: sim.matched(req, d), MissingContextValues: append([]string{}, policy.MissingKeys(req, &sim.set)...),
		EvalDecisionDetails: map[string]string{}}
	if sim.set.HasBoundary {
		out.PermissionsBoundaryDecisionDetail = &api.PermissionsBoundaryDecisionDetail{
			AllowedByPermissionsBoundary: new(policy.Evaluate(req, &policy.Set{Identity: sim.set.Boundary}).Allowed)}
	}
	if sim.owner != "" && sim.owner != sim.principal.Account {
		// Each side of a call across accounts is told by itself.
		own := *req
		own.ResourceAccount = sim.principal.Account
		identity := sim.set
		identity.Resource = nil
		theirs := policy.Set{Resource: sim.set.Resource, Identity: []policy.Source{}, ResourceRequired: true}
		out.EvalDecisionDetails["IAM Policy"] = decisionOf(policy.Evaluate(&own, &identity))
		out.EvalDecisionDetails["Resource Policy"] = resourceSide(req, &theirs)
	}
	return out
}

// resourceSide is what the resource's policy alone says of the caller.
func resourceSide(req *policy.Request, set *policy.Set) string {
	decision := api.PolicyEvaluationDecisionTypeImplicitDeny
	for _, m := range policy.Explain(req, set) {
		if m.Applies && m.Deny {
			return api.PolicyEvaluationDecisionTypeExplicitDeny
		}
		if m.Applies {
			decision = api.PolicyEvaluationDecisionTypeAllowed
		}
	}
	return decision
}

// matched are the statements that determine a decision: the denying ones of
// an explicit denial, else those that allow.
func (sim *simulation) matched(req *policy.Request, d policy.Decision) []api.Statement {
	out := []api.Statement{}
	for _, m := range policy.Explain(req, &sim.set) {
		if !m.Applies || m.Deny != d.Explicit || !m.Deny && m.Reason == policy.ByBoundary {
			continue
		}
		st := api.Statement{SourcePolicyId: new(m.Source.Name), SourcePolicyType: new(m.Source.Kind), StartPosition: &api.Position{}, EndPosition: &api.Position{}}
		text := sim.texts[m.Source.Name]
		if all := statements(text); m.Statement < len(all) {
			st.StartPosition, st.EndPosition = position(text, all[m.Statement].start), position(text, all[m.Statement].end())
		}
		out = append(out, st)
	}
	return out
}
