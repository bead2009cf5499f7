package cognitoidp

import (
	"context"

	"github.com/gatehouse-dev/gatehouse/internal/api/cognitoidp"
	"github.com/gatehouse-dev/gatehouse/internal/kv"
	"github.com/gatehouse-dev/gatehouse/internal/paging"
	"github.com/gatehouse-dev/gatehouse/internal/wire"
)

// maxServers is the quota of resource servers of a pool.
const maxServers = 25

func (s *Service) CreateResourceServer(ctx context.Context, in *cognitoidp.CreateResourceServerRequest) (*cognitoidp.CreateResourceServerResponse, error) {
	rec := cognitoidp.ResourceServerType{UserPoolId: in.UserPoolId, Identifier: in.Identifier, Name: in.Name, Scopes: in.Scopes}
	if err := checkServer(&rec); err != nil {
		return nil, err
	}
	return &cognitoidp.CreateResourceServerResponse{ResourceServer: &rec}, s.mutate(ctx, *in.UserPoolId, func(t kv.Txn, at space, _ *poolRecord) error {
		all, err := kv.LoadAll[cognitoidp.ResourceServerType](t, at.servers(*in.UserPoolId))
		if err != nil {
			return err
		}
		for _, other := range all {
			if *other.Identifier == *in.Identifier {
				return invalid("%s already exists in user pool %s.", *in.Identifier, *in.UserPoolId)
			}
		}
		if len(all) >= maxServers {
			return cognitoidp.LimitExceededException("The number of resource servers has exceeded the limit of %d.", maxServers)
		}
		return kv.Save(t, at.server(*in.UserPoolId, *in.Identifier), rec)
	})
}

// checkServer refuses two scopes of one name.
func checkServer(r *cognitoidp.ResourceServerType) error {
	seen := map[string]bool{}
	for _, s := range r.Scopes {
		if seen[*s.ScopeName] {
			return invalid("Scope %s is given more than once.", *s.ScopeName)
		}
		seen[*s.ScopeName] = true
	}
	return nil
}

func (s *Service) DescribeResourceServer(ctx context.Context, in *cognitoidp.DescribeResourceServerRequest) (*cognitoidp.DescribeResourceServerResponse, error) {
	out := &cognitoidp.DescribeResourceServerResponse{}
	return out, s.inspect(ctx, *in.UserPoolId, func(r kv.Reader, at space, _ *poolRecord) error {
		rec, ok, err := kv.Load[cognitoidp.ResourceServerType](r, at.server(*in.UserPoolId, *in.Identifier))
		if err == nil && !ok {
			err = noServer(*in.UserPoolId, *in.Identifier)
		}
		out.ResourceServer = &rec
		return err
	})
}

func (s *Service) UpdateResourceServer(ctx context.Context, in *cognitoidp.UpdateResourceServerRequest) (*cognitoidp.UpdateResourceServerResponse, error) {
	rec := cognitoidp.ResourceServerType{UserPoolId: in.UserPoolId, Identifier: in.Identifier, Name: in.Name, Scopes: in.Scopes}
	if err := checkServer(&rec); err != nil {
		return nil, err
	}
	return &cognitoidp.UpdateResourceServerResponse{ResourceServer: &rec}, s.mutate(ctx, *in.UserPoolId, func(t kv.Txn, at space, _ *poolRecord) error {
		if err := mustHaveServer(t, at, *in.UserPoolId, *in.Identifier); err != nil {
			return err
		}
		return kv.Save(t, at.server(*in.UserPoolId, *in.Identifier), rec)
	})
}

func (s *Service) DeleteResourceServer(ctx context.Context, in *cognitoidp.DeleteResourceServerRequest) (*wire.Empty, error) {
	return &wire.Empty{}, s.mutate(ctx, *in.UserPoolId, func(t kv.Txn, at space, _ *poolRecord) error {
		if err := mustHaveServer(t, at, *in.UserPoolId, *in.Identifier); err != nil {
			return err
		}
		return t.Delete(at.server(*in.UserPoolId, *in.Identifier))
	})
}

func mustHaveServer(r kv.Reader, at space, pool, identifier string) error {
	b, err := r.Get(at.server(pool, identifier))
	if err == nil && b == nil {
		err = noServer(pool, identifier)
	}
	return err
}

func (s *Service) ListResourceServers(ctx context.Context, in *cognitoidp.ListResourceServersRequest) (*cognitoidp.ListResourceServersResponse, error) {
	out := &cognitoidp.ListResourceServersResponse{ResourceServers: []cognitoidp.ResourceServerType{}}
	return out, s.inspect(ctx, *in.UserPoolId, func(r kv.Reader, at space, _ *poolRecord) error {
		all, err := kv.LoadAll[cognitoidp.ResourceServerType](r, at.servers(*in.UserPoolId))
		if err != nil {
			return err
		}
		page, next, err := paging.Slice(all, func(s cognitoidp.ResourceServerType) string { return *s.Identifier }, in.NextToken, int(*or(in.MaxResults, 50)))
		if err != nil {
			return invalidToken()
		}
		out.ResourceServers, out.NextToken = append(out.ResourceServers, page...), next
		return nil
	})
}
