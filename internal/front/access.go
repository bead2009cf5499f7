package front

import (
	"context"

	"github.com/gatehouse-dev/gatehouse/internal/policy"
)

// Access is what the operations of a service demand of their caller, by
// operation name.
type Access map[string]Rule

// Rule is the demand of one operation. The zero Rule demands the action of the
// operation's name on every resource.
type Rule struct {
	needs func(ctx context.Context, c *Call, in any) ([]Need, error)
	open  bool
}

// Need is one action on one resource that the caller must be allowed.
type Need struct {
	Action   string // "sns:Publish"
	Resource string // an ARN, or "*"
	// Keys are the condition keys of this need, beside the global ones.
	Keys policy.Keys
	// Policies are the resource's own.
	Policies []policy.Source
	// Account owns the resource; the caller's account where empty.
	Account string
	// ResourceRequired is set where identity policies alone never suffice.
	ResourceRequired bool
}

// On demands one action on one resource, whose ARN is taken from the input.
func On[T any](action string, resource func(c *Call, in *T) string) Rule {
	return Needs(func(_ context.Context, c *Call, in *T) ([]Need, error) {
		return []Need{{Action: action, Resource: resource(c, in)}}, nil
	})
}

// Everywhere demands one action on "*", for operations that IAM knows no
// resource of.
func Everywhere(action string) Rule {
	return Rule{needs: func(context.Context, *Call, any) ([]Need, error) {
		return []Need{{Action: action, Resource: "*"}}, nil
	}}
}

// Needs demands all that fn returns. fn runs before the operation and must
// change nothing; an error that it returns is the answer.
func Needs[T any](fn func(ctx context.Context, c *Call, in *T) ([]Need, error)) Rule {
	return Rule{needs: func(ctx context.Context, c *Call, in any) ([]Need, error) {
		return fn(ctx, c, in.(*T))
	}}
}

// NeedsAny is Needs for a rule that serves operations of several input types.
func NeedsAny(fn func(ctx context.Context, c *Call, in any) ([]Need, error)) Rule {
	return Rule{needs: fn}
}

// AnyCaller demands nothing but valid credentials, as sts:GetCallerIdentity
// does. An operation that the model declares to be unsigned needs none of them.
func AnyCaller() Rule { return Rule{open: true} }

// rule returns the demand of an operation.
func (s *Service) rule(operation string) Rule {
	r := s.Access[operation]
	if r.needs == nil && !r.open {
		return Everywhere(s.actionPrefix() + ":" + operation)
	}
	return r
}
