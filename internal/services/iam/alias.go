package iam

import (
	"context"
	"strings"

	api "github.com/gatehouse-dev/gatehouse/internal/api/iam"
	"github.com/gatehouse-dev/gatehouse/internal/awserr"
	"github.com/gatehouse-dev/gatehouse/internal/kv"
	"github.com/gatehouse-dev/gatehouse/internal/wire"
)

func (s *Service) accountKey() []byte { return entityKey(s.Account, kindAccount, "settings") }

// editAccount changes what the account has one of.
func (s *Service) editAccount(ctx context.Context, fn func(*accountRecord) error) error {
	return s.update(ctx, func(t kv.Txn) error {
		rec, _, err := kv.Load[accountRecord](t, s.accountKey())
		if err != nil {
			return err
		}
		if err := fn(&rec); err != nil {
			return err
		}
		return kv.Save(t, s.accountKey(), rec)
	})
}

func (s *Service) accountSettings(ctx context.Context) (rec accountRecord, err error) {
	err = s.Store.View(ctx, func(r kv.Reader) error {
		var err error
		rec, _, err = kv.Load[accountRecord](r, s.accountKey())
		return err
	})
	return rec, err
}

// checkAlias holds what the model's pattern says, which Go's expressions cannot.
func checkAlias(alias string) error {
	ok := !strings.Contains(alias, "--") && !strings.HasPrefix(alias, "-") && !strings.HasSuffix(alias, "-") &&
		strings.Trim(alias, "abcdefghijklmnopqrstuvwxyz0123456789-") == ""
	if ok {
		return nil
	}
	return awserr.New(400, "ValidationError",
		"1 validation error detected: Value at 'accountAlias' failed to satisfy constraint: Member must satisfy regular expression pattern: ^[a-z0-9]([a-z0-9]|-(?!-)){1,61}[a-z0-9]$")
}

// CreateAccountAlias names the account. A new name takes the place of the old.
func (s *Service) CreateAccountAlias(ctx context.Context, in *api.CreateAccountAliasRequest) (*wire.Empty, error) {
	if err := checkAlias(*in.AccountAlias); err != nil {
		return nil, err
	}
	return nil, s.editAccount(ctx, func(a *accountRecord) error {
		if a.Alias == *in.AccountAlias {
			return api.EntityAlreadyExistsException("The account alias %s already exists.", *in.AccountAlias)
		}
		a.Alias = *in.AccountAlias
		return nil
	})
}

// DeleteAccountAlias takes the name away.
func (s *Service) DeleteAccountAlias(ctx context.Context, in *api.DeleteAccountAliasRequest) (*wire.Empty, error) {
	return nil, s.editAccount(ctx, func(a *accountRecord) error {
		if a.Alias != *in.AccountAlias {
			return api.NoSuchEntityException("The account alias %s cannot be found.", *in.AccountAlias)
		}
		a.Alias = ""
		return nil
	})
}

// ListAccountAliases lists the one name there may be.
func (s *Service) ListAccountAliases(ctx context.Context, _ *api.ListAccountAliasesRequest) (*api.ListAccountAliasesResponse, error) {
	a, err := s.accountSettings(ctx)
	out := &api.ListAccountAliasesResponse{AccountAliases: []string{}, IsTruncated: new(false)}
	if a.Alias != "" {
		out.AccountAliases = append(out.AccountAliases, a.Alias)
	}
	return out, err
}
