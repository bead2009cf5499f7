package cfn

import (
	"context"
	"fmt"
	"slices"
)

// Handler makes resources of a type. Its methods run concurrently for
// different resources. Each may run again after a crash in the middle: see
// Request.Retry.
type Handler interface {
	// Create makes the resource. It calls Request.Created as soon as the
	// resource exists, if more remains to be done.
	Create(ctx context.Context, r *Request) (Result, error)
	// Update changes the resource with Request.PhysicalID from Request.Old to
	// Request.Properties. No create-only property differs. A Result without
	// attributes leaves those from before.
	Update(ctx context.Context, r *Request) (Result, error)
	// Delete removes it. That it is gone already is no error: the engine takes
	// errors of status 404 and AWS's not-found codes for success.
	Delete(ctx context.Context, r *Request) error
}

// Result is what a template can learn about a resource.
type Result struct {
	// PhysicalID is also the value of Ref.
	PhysicalID string
	// Attributes are the values of Fn::GetAtt: texts, or lists of them.
	Attributes map[string]any
}

// Type is a resource type.
type Type struct {
	Name       string // AWS::Service::Thing
	Properties Schema
	// CreateOnly are the properties whose change replaces the resource.
	CreateOnly []string
	// Attributes are those that Fn::GetAtt may ask for.
	Attributes []string
	// NameProperty is the one by which users name the resource themselves.
	NameProperty string
	// IAM says that a template with it needs CAPABILITY_IAM, and
	// CAPABILITY_NAMED_IAM where NameProperty is given.
	IAM     bool
	Handler Handler
}

// Registry holds the types by their name.
type Registry map[string]*Type

// NewRegistry returns the registry of the types. Two of one name are a
// mistake in the program.
func NewRegistry(groups ...[]*Type) Registry {
	r := Registry{}
	for _, g := range groups {
		for _, t := range g {
			if r[t.Name] != nil {
				panic("cfn: two types are named " + t.Name)
			}
			for _, name := range t.CreateOnly {
				if _, ok := t.Properties[name]; !ok {
					panic(fmt.Sprintf("cfn: %s has no property %s", t.Name, name))
				}
			}
			r[t.Name] = t
		}
	}
	return r
}

// Known reports whether there is a type of the name.
func (r Registry) Known(name string) bool { return r[name] != nil }

// Attribute reports whether Fn::GetAtt may ask for the attribute.
func (r Registry) Attribute(name, attr string) bool {
	t := r[name]
	return t != nil && slices.Contains(t.Attributes, attr)
}

// Replaces reports whether the change of the named properties needs a new
// resource.
func (t *Type) Replaces(changed []string) bool {
	return slices.ContainsFunc(changed, func(name string) bool { return slices.Contains(t.CreateOnly, name) })
}
