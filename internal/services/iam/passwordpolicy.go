package iam

import (
	"context"
	"strings"
	"unicode"
	"unicode/utf8"

	api "github.com/gatehouse-dev/gatehouse/internal/api/iam"
	"github.com/gatehouse-dev/gatehouse/internal/wire"
)

const minPasswordLength = 6

// UpdateAccountPasswordPolicy sets the whole policy: what is not given gets
// its default.
func (s *Service) UpdateAccountPasswordPolicy(ctx context.Context, in *api.UpdateAccountPasswordPolicyRequest) (*wire.Empty, error) {
	length := int32(minPasswordLength)
	if in.MinimumPasswordLength != nil {
		length = *in.MinimumPasswordLength
	}
	return nil, s.editAccount(ctx, func(a *accountRecord) error {
		a.Password = &api.PasswordPolicy{MinimumPasswordLength: &length,
			RequireSymbols: orFalse(in.RequireSymbols), RequireNumbers: orFalse(in.RequireNumbers),
			RequireUppercaseCharacters: orFalse(in.RequireUppercaseCharacters), RequireLowercaseCharacters: orFalse(in.RequireLowercaseCharacters),
			AllowUsersToChangePassword: orFalse(in.AllowUsersToChangePassword), ExpirePasswords: new(in.MaxPasswordAge != nil && *in.MaxPasswordAge > 0),
			MaxPasswordAge: in.MaxPasswordAge, PasswordReusePrevention: in.PasswordReusePrevention, HardExpiry: in.HardExpiry}
		return nil
	})
}

func orFalse(b *bool) *bool {
	if b == nil {
		return new(false)
	}
	return b
}

// GetAccountPasswordPolicy describes the policy, if one was set.
func (s *Service) GetAccountPasswordPolicy(ctx context.Context, _ *wire.Empty) (*api.GetAccountPasswordPolicyResponse, error) {
	a, err := s.accountSettings(ctx)
	if err == nil && a.Password == nil {
		err = api.NoSuchEntityException("The Password Policy with domain name %s cannot be found.", s.Account)
	}
	return &api.GetAccountPasswordPolicyResponse{PasswordPolicy: a.Password}, err
}

// DeleteAccountPasswordPolicy returns to AWS's default policy.
func (s *Service) DeleteAccountPasswordPolicy(ctx context.Context, _ *wire.Empty) (*wire.Empty, error) {
	return nil, s.editAccount(ctx, func(a *accountRecord) error {
		if a.Password == nil {
			return api.NoSuchEntityException("The account policy with name PasswordPolicy cannot be found.")
		}
		a.Password = nil
		return nil
	})
}

// checkPassword refuses a password that the policy does not allow. Without one
// AWS's default holds: eight characters of three classes, not the user's name
// ("Set an account password policy for IAM users").
func checkPassword(p *api.PasswordPolicy, userName, password string) error {
	var lower, upper, digit, symbol bool
	for _, r := range password {
		switch {
		case unicode.IsLower(r):
			lower = true
		case unicode.IsUpper(r):
			upper = true
		case unicode.IsDigit(r):
			digit = true
		case strings.ContainsRune("!@#$%^&*()_+-=[]{}|'", r):
			symbol = true
		}
	}
	length := utf8.RuneCountInString(password)
	if p == nil {
		classes := 0
		for _, there := range []bool{lower, upper, digit, symbol} {
			if there {
				classes++
			}
		}
		if length < 8 || classes < 3 || strings.EqualFold(password, userName) {
			return passwordViolation("Password should have a minimum length of 8 and at least three of: uppercase letters, lowercase letters, numbers and symbols, and not be the user's name")
		}
		return nil
	}
	switch {
	case length < int(*p.MinimumPasswordLength):
		return passwordViolation("Password should have a minimum length of %d", *p.MinimumPasswordLength)
	case *p.RequireUppercaseCharacters && !upper:
		return passwordViolation("Password should have at least one uppercase letter")
	case *p.RequireLowercaseCharacters && !lower:
		return passwordViolation("Password should have at least one lowercase letter")
	case *p.RequireNumbers && !digit:
		return passwordViolation("Password should have at least one number")
	case *p.RequireSymbols && !symbol:
		return passwordViolation("Password should have at least one symbol")
	}
	return nil
}

func passwordViolation(format string, args ...any) error {
	return api.PasswordPolicyViolationException(format, args...)
}
