package apigateway

import (
	"context"
	"slices"

	api "github.com/gatehouse-dev/gatehouse/internal/api/apigateway"
	"github.com/gatehouse-dev/gatehouse/internal/kv"
)

// loadAccount reads the account's settings, or those that it begins with.
func (s space) loadAccount(r kv.Reader) (*api.Account, error) {
	a, ok, err := kv.Load[api.Account](r, s.settings())
	if err != nil {
		return nil, err
	}
	if !ok {
		a = api.Account{
			ThrottleSettings: &api.ThrottleSettings{BurstLimit: new(int32(5000)), RateLimit: new(10000.0)},
			Features:         []string{"UsagePlans"}, ApiKeyVersion: new("4"),
		}
	}
	return &a, nil
}

// GetAccount reads the account's settings in this region.
func (s *Service) GetAccount(ctx context.Context, _ *api.GetAccountRequest) (*api.Account, error) {
	var a *api.Account
	err := s.store.View(ctx, func(r kv.Reader) (err error) {
		a, err = spaceOf(ctx).loadAccount(r)
		return err
	})
	if err != nil {
		return nil, err
	}
	return a, nil
}

// UpdateAccount patches the account's settings.
func (s *Service) UpdateAccount(ctx context.Context, in *api.UpdateAccountRequest) (*api.Account, error) {
	sp := spaceOf(ctx)
	var a *api.Account
	err := s.store.Update(ctx, func(t kv.Txn) (err error) {
		if a, err = sp.loadAccount(t); err != nil {
			return err
		}
		if err := accountPatch.run(a, in.PatchOperations); err != nil {
			return err
		}
		if err := checkCredentials(str(a.CloudwatchRoleArn)); err != nil || str(a.CloudwatchRoleArn) == callerCredentials {
			return api.BadRequestException("Invalid ARN specified in the request")
		}
		return kv.Save(t, sp.settings(), *a)
	})
	if err != nil {
		return nil, err
	}
	return a, nil
}

var accountPatch = patch[api.Account]{refuse: listing, slots: []slot[api.Account]{
	textSlot("/cloudwatchRoleArn", func(a *api.Account) **string { return &a.CloudwatchRoleArn }),
	{"/features", []string{api.OpAdd}, func(a *api.Account, e edit) error {
		if e.text() != "UsagePlans" {
			return api.BadRequestException("Invalid feature specified: %s", e.text())
		}
		if !slices.Contains(a.Features, e.text()) {
			a.Features = append(a.Features, e.text())
		}
		return nil
	}},
}}
