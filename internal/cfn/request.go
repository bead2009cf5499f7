package cfn

import (
	"context"
	"crypto/sha256"
	"encoding/base32"
	"fmt"
	"time"

	"github.com/gatehouse-dev/gatehouse/internal/front"
)

// Caller makes API calls: the front pipeline.
type Caller interface {
	Do(ctx context.Context, o front.Origin, service, operation string, in any) (any, error)
}

// Request is one step on one resource.
type Request struct {
	Origin     front.Origin
	Caller     Caller
	StackID    string
	StackName  string
	LogicalID  string
	PhysicalID string // empty in Create
	// Token is the same each time the step runs, and no other step's.
	Token string
	// Retry says that the step may have run before, up to any point: a Create
	// first looks for what it may have made already.
	Retry bool
	// Started is when the step was begun the first time.
	Started    time.Time
	Properties Properties
	Old        Properties        // in Update: as deployed
	Tags       map[string]string // of the stack
	// OnCreated is told the physical id; set by the engine.
	OnCreated func(ctx context.Context, physicalID string) error
}

// Created records durably that the resource exists.
func (r *Request) Created(ctx context.Context, physicalID string) error {
	if r.OnCreated == nil {
		return nil
	}
	return r.OnCreated(ctx, physicalID)
}

// Name is the name that CloudFormation gives to a resource which the template
// does not name: stack, logical id and a suffix, cut to the limit.
func (r *Request) Name(limit int) string {
	suffix := r.Suffix()
	name := r.StackName + "-" + r.LogicalID
	return name[:min(len(name), limit-1-len(suffix))] + "-" + suffix
}

// Suffix is 12 letters and digits that belong to this step.
func (r *Request) Suffix() string {
	sum := sha256.Sum256([]byte(r.StackID + "/" + r.LogicalID + "/" + r.Token))
	return base32.StdEncoding.EncodeToString(sum[:])[:12]
}

// Call makes an API call on behalf of the stack.
func Call[Out any](ctx context.Context, r *Request, service, operation string, in any) (*Out, error) {
	out, err := r.Caller.Do(ctx, r.Origin, service, operation, in)
	if err != nil {
		return nil, err
	}
	typed, ok := out.(*Out)
	if !ok {
		return nil, fmt.Errorf("cfn: %s %s answers %T", service, operation, out)
	}
	return typed, nil
}

// Do is Call for operations whose answer does not matter.
func Do(ctx context.Context, r *Request, service, operation string, in any) error {
	_, err := r.Caller.Do(ctx, r.Origin, service, operation, in)
	return err
}
