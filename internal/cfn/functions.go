package cfn

import "context"

// Functions is a Handler made of functions. Without Change every property must
// be create-only.
type Functions struct {
	Make   func(ctx context.Context, r *Request) (Result, error)
	Change func(ctx context.Context, r *Request) (Result, error)
	Remove func(ctx context.Context, r *Request) error
}

// Create implements Handler.
func (f Functions) Create(ctx context.Context, r *Request) (Result, error) { return f.Make(ctx, r) }

// Update implements Handler.
func (f Functions) Update(ctx context.Context, r *Request) (Result, error) {
	if f.Change == nil {
		return Result{PhysicalID: r.PhysicalID}, nil
	}
	return f.Change(ctx, r)
}

// Delete implements Handler.
func (f Functions) Delete(ctx context.Context, r *Request) error {
	if f.Remove == nil {
		return nil
	}
	return f.Remove(ctx, r)
}
