package lambda

import (
	"context"

	api "github.com/gatehouse-dev/gatehouse/internal/api/lambda"
	"github.com/gatehouse-dev/gatehouse/internal/front"
	"github.com/gatehouse-dev/gatehouse/internal/kv"
	"github.com/gatehouse-dev/gatehouse/internal/services/lambda/code"
	"github.com/gatehouse-dev/gatehouse/internal/wire"
)

// PutFunctionConcurrency reserves concurrency for a function, which it then
// cannot exceed either. 0 lets it run no more.
func (s *Service) PutFunctionConcurrency(ctx context.Context, in *api.PutFunctionConcurrencyRequest) (*api.Concurrency, error) {
	if err := s.reserve(ctx, *in.FunctionName, in.ReservedConcurrentExecutions); err != nil {
		return nil, err
	}
	return &api.Concurrency{ReservedConcurrentExecutions: in.ReservedConcurrentExecutions}, nil
}

// DeleteFunctionConcurrency gives the reserved concurrency back.
func (s *Service) DeleteFunctionConcurrency(ctx context.Context, in *api.DeleteFunctionConcurrencyRequest) (*wire.Empty, error) {
	return &wire.Empty{}, s.reserve(ctx, *in.FunctionName, nil)
}

func (s *Service) reserve(ctx context.Context, function string, reserved *int32) error {
	n, err := unqualified(front.CallFrom(ctx), function)
	if err != nil {
		return err
	}
	err = s.store.Update(ctx, func(t kv.Txn) error {
		f, err := loadFunction(t, n)
		if err != nil {
			return err
		}
		u, _, err := kv.Load[usage](t, n.usageKey())
		if err != nil {
			return err
		}
		u.Reserved += value(reserved) - value(f.Reserved)
		if reserved != nil && concurrencyQuota-u.Reserved < unreservedMinimum {
			return invalid("Specified ReservedConcurrentExecutions for function decreases account's UnreservedConcurrentExecution below its minimum value of [%d].", unreservedMinimum)
		}
		f.Reserved = reserved
		if err := kv.Save(t, n.usageKey(), u); err != nil {
			return err
		}
		return saveFunction(t, n.place, &f)
	})
	if err == nil {
		s.live.forget(n)
		s.live.refreshAccounts()
	}
	return err
}

// GetFunctionConcurrency returns the reserved concurrency, if there is any.
func (s *Service) GetFunctionConcurrency(ctx context.Context, in *api.GetFunctionConcurrencyRequest) (*api.GetFunctionConcurrencyResponse, error) {
	n, err := unqualified(front.CallFrom(ctx), *in.FunctionName)
	if err != nil {
		return nil, err
	}
	out := &api.GetFunctionConcurrencyResponse{}
	return out, s.store.View(ctx, func(r kv.Reader) error {
		f, err := loadFunction(r, n)
		out.ReservedConcurrentExecutions = f.Reserved
		return err
	})
}

// GetAccountSettings returns the quotas and what is used of them.
func (s *Service) GetAccountSettings(ctx context.Context, _ *api.GetAccountSettingsRequest) (*api.GetAccountSettingsResponse, error) {
	p := placeOf(front.CallFrom(ctx))
	var u usage
	err := s.store.View(ctx, func(r kv.Reader) (err error) {
		u, _, err = kv.Load[usage](r, p.usageKey())
		return err
	})
	return &api.GetAccountSettingsResponse{
		AccountLimit: &api.AccountLimit{TotalCodeSize: &s.codeQuota, CodeSizeUnzipped: new(int64(code.MaxUnpacked)), CodeSizeZipped: new(int64(maxZip)),
			ConcurrentExecutions: new(int32(concurrencyQuota)), UnreservedConcurrentExecutions: new(concurrencyQuota - u.Reserved)},
		AccountUsage: &api.AccountUsage{TotalCodeSize: &u.Code, FunctionCount: &u.Functions},
	}, err
}
