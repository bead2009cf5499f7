package lambda

import (
	"context"
	"encoding/json"
	"strconv"
	"time"

	api "github.com/gatehouse-dev/gatehouse/internal/api/lambda"
	"github.com/gatehouse-dev/gatehouse/internal/awserr"
	"github.com/gatehouse-dev/gatehouse/internal/front"
	"github.com/gatehouse-dev/gatehouse/internal/ids"
	"github.com/gatehouse-dev/gatehouse/internal/kv"
)

// sameAs reports whether publishing v after last would publish the same again.
func (v version) sameAs(last version) bool {
	for _, x := range []*version{&v, &last} {
		x.Number, x.Revision, x.Modified, x.Run, x.Description = "", "", time.Time{}, "", ""
	}
	a, err1 := json.Marshal(v)
	b, err2 := json.Marshal(last)
	return err1 == nil && err2 == nil && string(a) == string(b)
}

// publish makes a version of the latest one, which v is, unless the last
// version is the same. v becomes what was published. The caller saves f and u.
func (s *Service) publish(t kv.Txn, n name, f *function, u *usage, v *version, description *string) error {
	if f.Versions > 0 {
		last, ok, err := kv.Load[version](t, n.versionKey(n.function, strconv.FormatInt(f.Versions, 10)))
		if err != nil {
			return err
		}
		if ok && v.sameAs(last) {
			*v = last
			return nil
		}
	}
	f.Versions++
	v.Number = strconv.FormatInt(f.Versions, 10)
	v.Revision, v.Run = ids.UUID(), ids.Hex(8)
	set(&v.Description, description)
	if err := useVersion(t, u, 1, v); err != nil {
		return err
	}
	return saveVersion(t, n, v)
}

// PublishVersion makes a version of the latest one.
func (s *Service) PublishVersion(ctx context.Context, in *api.PublishVersionRequest) (*api.FunctionConfiguration, error) {
	n, err := unqualified(front.CallFrom(ctx), *in.FunctionName)
	if err != nil {
		return nil, err
	}
	if in.PublishTo != nil {
		return nil, awserr.Unimplemented("lambda", "PublishVersion with PublishTo")
	}
	var v version
	err = s.store.Update(ctx, func(t kv.Txn) error {
		f, err := loadFunction(t, n)
		if err != nil {
			return err
		}
		if v, err = loadVersion(t, n, latest); err != nil {
			return err
		}
		if in.RevisionId != nil && *in.RevisionId != v.Revision {
			return errRevision()
		}
		if have := *sha(v.Hash); in.CodeSha256 != nil && *in.CodeSha256 != "" && *in.CodeSha256 != have {
			return invalid("CodeSHA256 (%s) is different from current CodeSHA256 in $LATEST (%s). Please try again with the CodeSHA256 in $LATEST.", *in.CodeSha256, have)
		}
		u, _, err := kv.Load[usage](t, n.usageKey())
		if err != nil {
			return err
		}
		if err := s.publish(t, n, &f, &u, &v, in.Description); err != nil {
			return err
		}
		if err := s.checkQuota(&u); err != nil {
			return err
		}
		if err := kv.Save(t, n.usageKey(), u); err != nil {
			return err
		}
		return saveFunction(t, n.place, &f)
	})
	if err != nil {
		return nil, err
	}
	s.live.forget(n)
	return v.configuration(n, n.qualified(v.Number)), nil
}
