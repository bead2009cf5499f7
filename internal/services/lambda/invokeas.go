package lambda

import (
	"context"
	"strings"

	"github.com/gatehouse-dev/gatehouse/internal/arn"
	"github.com/gatehouse-dev/gatehouse/internal/awserr"
	"github.com/gatehouse-dev/gatehouse/internal/ids"
	"github.com/gatehouse-dev/gatehouse/internal/policy"
	"github.com/gatehouse-dev/gatehouse/internal/runner"
)

// InvokeAs runs a function for a service that acts for itself, such as
// apigateway.amazonaws.com, and waits. The function's resource policy must allow
// it for sourceARN; else the error is AccessDeniedException, and the function is
// not run. functionError is "Unhandled" where the function failed, and out is
// then its error document. traceHeader is that of X-Amzn-Trace-Id and may be
// empty. payload is not changed.
func (s *Service) InvokeAs(ctx context.Context, servicePrincipal, sourceARN, functionARN string, payload []byte, traceHeader string) (out []byte, functionError string, err error) {
	n, err := nameOfARN(functionARN)
	if err != nil {
		return nil, "", err
	}
	f, err := s.live.get(ctx, n)
	if err != nil {
		return nil, "", err
	}
	if err := f.admit(n, servicePrincipal, sourceARN); err != nil {
		return nil, "", err
	}
	t, err := f.choose(n)
	if err != nil {
		return nil, "", err
	}
	result, _, err := s.call(ctx, n, f, t, runner.Invocation{RequestID: ids.UUID(), FunctionARN: functionARN, Payload: payload, TraceID: traceHeader})
	return result.Payload, result.FunctionError, err
}

func nameOfARN(text string) (name, error) {
	a, err := arn.Parse(text)
	resource, ok := strings.CutPrefix(a.Resource, "function:")
	if err != nil || !ok || a.Service != area {
		return name{}, invalid("%s is not the ARN of a function", text)
	}
	n := name{place: place{a.Account, a.Region}}
	n.function, n.qualifier, _ = strings.Cut(resource, ":")
	return n, nil
}

// admit lets a service in if the resource policy does.
func (f *compiled) admit(n name, servicePrincipal, sourceARN string) error {
	resource := n
	if resource.qualifier == latest {
		resource.qualifier = ""
	}
	req := &policy.Request{Action: "lambda:InvokeFunction", Resource: resource.arn(), ResourceAccount: n.account,
		Principal: policy.Principal{Type: policy.Service, Service: servicePrincipal}, Keys: sourceKeys{servicePrincipal, sourceARN}}
	d := policy.Evaluate(req, &policy.Set{Resource: f.policiesOf(n.qualifier), ResourceRequired: true})
	if d.Allowed {
		return nil
	}
	return awserr.New(403, "AccessDeniedException", "%s", d.Message(req))
}

// sourceKeys are the condition keys of a call that a service makes for one of
// its resources.
type sourceKeys struct{ service, arn string }

// Lookup implements policy.Keys.
func (k sourceKeys) Lookup(key string) ([]string, bool) {
	switch key {
	case "aws:sourcearn":
		return []string{k.arn}, k.arn != ""
	case "aws:sourceaccount":
		a, err := arn.Parse(k.arn)
		return []string{a.Account}, err == nil && a.Account != ""
	case "aws:principalisawsservice":
		return []string{"true"}, true
	case "aws:principalservicename":
		return []string{k.service}, true
	}
	return nil, false
}
