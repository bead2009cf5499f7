package iam

import (
	"context"
	"crypto/sha256"
	"encoding/base64"

	"golang.org/x/crypto/bcrypt"

	api "github.com/gatehouse-dev/gatehouse/internal/api/iam"
	"github.com/gatehouse-dev/gatehouse/internal/awserr"
	"github.com/gatehouse-dev/gatehouse/internal/front"
	"github.com/gatehouse-dev/gatehouse/internal/kv"
	"github.com/gatehouse-dev/gatehouse/internal/policy"
	"github.com/gatehouse-dev/gatehouse/internal/wire"
)

// digest makes any password, up to IAM's 128 characters, fit into the 72 bytes
// that bcrypt looks at.
func digest(password string) []byte {
	sum := sha256.Sum256([]byte(password))
	return base64.StdEncoding.AppendEncode(nil, sum[:])
}

func hashPassword(password string) ([]byte, error) {
	return bcrypt.GenerateFromPassword(digest(password), bcrypt.DefaultCost)
}

func describeLogin(u *userRecord) *api.LoginProfile {
	return &api.LoginProfile{UserName: &u.Name, CreateDate: &u.Login.Created, PasswordResetRequired: &u.Login.ResetRequired}
}

func noLogin(user string) error {
	return api.NoSuchEntityException("Login Profile for User %s cannot be found.", user)
}

// CreateLoginProfile gives a user a password.
func (s *Service) CreateLoginProfile(ctx context.Context, in *api.CreateLoginProfileRequest) (*api.CreateLoginProfileResponse, error) {
	name, err := userName(ctx, in.UserName)
	if err != nil {
		return nil, err
	}
	if in.Password == nil {
		return nil, awserr.New(400, "ValidationError", "Must specify password.")
	}
	if err := s.allowedPassword(ctx, name, *in.Password); err != nil {
		return nil, err
	}
	hash, err := hashPassword(*in.Password)
	if err != nil {
		return nil, err
	}
	var out *api.LoginProfile
	err = edit(ctx, s, kindUser, name, func(_ kv.Txn, u *userRecord) error {
		if u.Login != nil {
			return api.EntityAlreadyExistsException("Login Profile for user %s already exists.", u.Name)
		}
		u.Login = &loginRecord{Hash: hash, Created: s.now(), ResetRequired: in.PasswordResetRequired != nil && *in.PasswordResetRequired}
		out = describeLogin(u)
		return nil
	})
	return &api.CreateLoginProfileResponse{LoginProfile: out}, err
}

func (s *Service) allowedPassword(ctx context.Context, user, password string) error {
	a, err := s.accountSettings(ctx)
	if err != nil {
		return err
	}
	return checkPassword(a.Password, user, password)
}

// GetLoginProfile says whether and since when a user has a password.
func (s *Service) GetLoginProfile(ctx context.Context, in *api.GetLoginProfileRequest) (*api.GetLoginProfileResponse, error) {
	name, err := userName(ctx, in.UserName)
	if err != nil {
		return nil, err
	}
	u, err := find[userRecord](ctx, s, kindUser, name)
	if err != nil {
		return nil, err
	}
	if u.Login == nil {
		return nil, noLogin(u.Name)
	}
	return &api.GetLoginProfileResponse{LoginProfile: describeLogin(&u)}, nil
}

// editLogin changes the password of a user who has one.
func (s *Service) editLogin(ctx context.Context, name string, fn func(*userRecord) error) error {
	return edit(ctx, s, kindUser, name, func(_ kv.Txn, u *userRecord) error {
		if u.Login == nil {
			return noLogin(u.Name)
		}
		return fn(u)
	})
}

// UpdateLoginProfile sets another password, or whether it must be changed.
func (s *Service) UpdateLoginProfile(ctx context.Context, in *api.UpdateLoginProfileRequest) (*wire.Empty, error) {
	var hash []byte
	if in.Password != nil {
		if err := s.allowedPassword(ctx, *in.UserName, *in.Password); err != nil {
			return nil, err
		}
		var err error
		if hash, err = hashPassword(*in.Password); err != nil {
			return nil, err
		}
	}
	return nil, s.editLogin(ctx, *in.UserName, func(u *userRecord) error {
		if hash != nil {
			u.Login.Hash = hash
		}
		if in.PasswordResetRequired != nil {
			u.Login.ResetRequired = *in.PasswordResetRequired
		}
		return nil
	})
}

// DeleteLoginProfile takes the password of a user away.
func (s *Service) DeleteLoginProfile(ctx context.Context, in *api.DeleteLoginProfileRequest) (*wire.Empty, error) {
	name, err := userName(ctx, in.UserName)
	if err != nil {
		return nil, err
	}
	return nil, s.editLogin(ctx, name, func(u *userRecord) error { u.Login = nil; return nil })
}

// ChangePassword lets a user set a new password who knows the old one.
func (s *Service) ChangePassword(ctx context.Context, in *api.ChangePasswordRequest) (*wire.Empty, error) {
	caller := front.CallFrom(ctx).Caller
	if caller.Principal.Type != policy.User {
		return nil, api.InvalidUserTypeException("Only IAM Users can change their own password")
	}
	u, err := find[userRecord](ctx, s, kindUser, caller.UserName)
	if err != nil {
		return nil, err
	}
	if u.Login == nil {
		return nil, noLogin(u.Name)
	}
	if bcrypt.CompareHashAndPassword(u.Login.Hash, digest(*in.OldPassword)) != nil {
		return nil, awserr.Of(awserr.AccessDenied, "The old password was incorrect.")
	}
	if err := s.allowedPassword(ctx, u.Name, *in.NewPassword); err != nil {
		return nil, err
	}
	hash, err := hashPassword(*in.NewPassword)
	if err != nil {
		return nil, err
	}
	known := u.Login.Hash
	return nil, s.editLogin(ctx, u.Name, func(u *userRecord) error {
		if string(u.Login.Hash) != string(known) {
			return api.EntityTemporarilyUnmodifiableException("Login Profile for User %s cannot be modified while its password is being changed.", u.Name)
		}
		u.Login.Hash, u.Login.ResetRequired = hash, false
		return nil
	})
}
