package iam

import (
	"context"
	"slices"
	"strings"

	api "github.com/gatehouse-dev/gatehouse/internal/api/iam"
	"github.com/gatehouse-dev/gatehouse/internal/awserr"
	"github.com/gatehouse-dev/gatehouse/internal/front"
	"github.com/gatehouse-dev/gatehouse/internal/ids"
	"github.com/gatehouse-dev/gatehouse/internal/kv"
	"github.com/gatehouse-dev/gatehouse/internal/policy"
	"github.com/gatehouse-dev/gatehouse/internal/wire"
)

// describe is a user as IAM shows it; listings leave tags and boundary out.
func (s *Service) describeUser(u *userRecord, whole bool) api.User {
	out := api.User{Path: &u.Path, UserName: &u.Name, UserId: &u.ID, Arn: new(identityARN(s.Account, kindUser, u.Path, u.Name)), CreateDate: &u.Created}
	if whole {
		out.Tags, out.PermissionsBoundary = u.Tags, boundaryOf(u.Boundary)
	}
	return out
}

func boundaryOf(arn string) *api.AttachedPermissionsBoundary {
	if arn == "" {
		return nil
	}
	return &api.AttachedPermissionsBoundary{PermissionsBoundaryType: new("Policy"), PermissionsBoundaryArn: &arn}
}

// newIdentity is the common part of a new entity.
func (s *Service) newIdentity(idPrefix string, name, path *string, tags []api.Tag) (identityRecord, error) {
	rec := identityRecord{Name: *name, Path: pathOr(path), ID: newID(idPrefix), Created: s.now()}
	var err error
	rec.Tags, err = mergeTags(nil, tags, foldKeys)
	return rec, err
}

func newID(prefix string) string { return prefix + ids.Base32(17) }

// CreateUser makes a user who may nothing yet.
func (s *Service) CreateUser(ctx context.Context, in *api.CreateUserRequest) (*api.CreateUserResponse, error) {
	base, err := s.newIdentity("AIDA", in.UserName, in.Path, in.Tags)
	if err != nil {
		return nil, err
	}
	rec := userRecord{identityRecord: base}
	err = create(ctx, s, kindUser, rec.Name, &rec, func(r kv.Reader) error { return s.setBoundary(r, &rec.identityRecord, in.PermissionsBoundary) })
	if err != nil {
		return nil, err
	}
	return &api.CreateUserResponse{User: new(s.describeUser(&rec, true))}, nil
}

// userName is the user that a call is about: the caller where it names none.
func userName(ctx context.Context, name *string) (string, error) {
	if name != nil {
		return *name, nil
	}
	if n := front.CallFrom(ctx).Caller.UserName; n != "" {
		return n, nil
	}
	return "", awserr.New(400, "ValidationError", "Must specify userName when calling with non-User credentials")
}

// GetUser describes a user, or the caller. The root user is one, too. It is
// answered from memory: every program that wants to know who it is asks it.
func (s *Service) GetUser(ctx context.Context, in *api.GetUserRequest) (*api.GetUserResponse, error) {
	snap := s.current.Load()
	if p := front.CallFrom(ctx).Caller.Principal; in.UserName == nil && p.Type == policy.Root {
		u := &api.User{Path: new("/"), UserId: &p.UserID, Arn: &p.ARN, CreateDate: &libraryDate}
		if snap.rootKey != nil {
			u.CreateDate = &snap.rootKey.Created
		}
		return &api.GetUserResponse{User: u}, nil
	}
	name, err := userName(ctx, in.UserName)
	if err != nil {
		return nil, err
	}
	u := snap.users[strings.ToLower(name)]
	if u == nil {
		return nil, noSuch(kindUser, name)
	}
	return &api.GetUserResponse{User: new(s.describeUser(u.record, true))}, nil
}

// ListUsers lists users under a path.
func (s *Service) ListUsers(ctx context.Context, in *api.ListUsersRequest) (*api.ListUsersResponse, error) {
	recs, err := all[userRecord](ctx, s, kindUser)
	if err != nil {
		return nil, err
	}
	recs = slices.DeleteFunc(recs, func(u userRecord) bool { return !underPath(u.Path, in.PathPrefix) })
	recs, more, marker, err := page(recs, func(u userRecord) string { return strings.ToLower(u.Name) }, in.Marker, in.MaxItems)
	if err != nil {
		return nil, err
	}
	out := &api.ListUsersResponse{Users: []api.User{}, IsTruncated: more, Marker: marker}
	for i := range recs {
		out.Users = append(out.Users, s.describeUser(&recs[i], false))
	}
	return out, nil
}

// UpdateUser renames or moves a user; what applies to it stays.
func (s *Service) UpdateUser(ctx context.Context, in *api.UpdateUserRequest) (*wire.Empty, error) {
	return nil, s.update(ctx, func(t kv.Txn) error {
		old := entityKey(s.Account, kindUser, *in.UserName)
		u, ok, err := kv.Load[userRecord](t, old)
		if err != nil {
			return err
		}
		if !ok {
			return noSuch(kindUser, *in.UserName)
		}
		if in.NewPath != nil {
			u.Path = *in.NewPath
		}
		if in.NewUserName != nil && *in.NewUserName != u.Name {
			taken, err := t.Get(entityKey(s.Account, kindUser, *in.NewUserName))
			if err != nil {
				return err
			}
			if taken != nil && !strings.EqualFold(*in.NewUserName, u.Name) {
				return alreadyExists(kindUser, *in.NewUserName)
			}
			u.Name = *in.NewUserName
			for _, k := range u.Keys {
				if err := kv.Save(t, accessKeyKey(s.Account, k.ID), u.Name); err != nil {
					return err
				}
			}
			if err := t.Delete(old); err != nil {
				return err
			}
		}
		return kv.Save(t, entityKey(s.Account, kindUser, u.Name), u)
	})
}

// DeleteUser deletes a user of whom nothing is left.
func (s *Service) DeleteUser(ctx context.Context, in *api.DeleteUserRequest) (*wire.Empty, error) {
	return nil, s.update(ctx, func(t kv.Txn) error {
		key := entityKey(s.Account, kindUser, *in.UserName)
		u, ok, err := kv.Load[userRecord](t, key)
		switch {
		case err != nil:
			return err
		case !ok:
			return noSuch(kindUser, *in.UserName)
		case u.Login != nil:
			return api.DeleteConflictException("Cannot delete entity, must delete login profile first.")
		case len(u.Keys) > 0:
			return api.DeleteConflictException("Cannot delete entity, must delete access keys first.")
		case len(u.Groups) > 0:
			return api.DeleteConflictException("Cannot delete entity, must remove users from group first.")
		}
		if err := deletable(&u.identityRecord); err != nil {
			return err
		}
		return t.Delete(key)
	})
}

// deletable refuses while policies are left.
func deletable(r *identityRecord) error {
	switch {
	case len(r.Attached) > 0:
		return api.DeleteConflictException("Cannot delete entity, must detach all policies first.")
	case len(r.Inline) > 0:
		return api.DeleteConflictException("Cannot delete entity, must delete policies first.")
	}
	return nil
}
