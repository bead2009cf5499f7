package apigateway

import (
	"context"
	"fmt"

	api "github.com/gatehouse-dev/gatehouse/internal/api/apigateway"
	"github.com/gatehouse-dev/gatehouse/internal/kv"
	"github.com/gatehouse-dev/gatehouse/internal/services/apigateway/snapshot"
)

var _ snapshot.Source = (*Service)(nil)

// Stage implements snapshot.Source. The policy of the API is JSON, not escaped
// as the API operations send it. GatewayResponses are those that are set; the
// rest are the defaults.
func (s *Service) Stage(ctx context.Context, apiID, name string) (*snapshot.Stage, error) {
	var out *snapshot.Stage
	err := s.store.View(ctx, func(r kv.Reader) error {
		at, ok, err := kv.Load[stageEntry](r, indexKey(apiID, name))
		if err != nil || !ok {
			return err
		}
		sp := space{at.Account, at.Region}
		st, err := load[api.Stage](r, sp.stage(apiID, name), fmt.Errorf("apigateway: the index names a stage %s of %s that is not there", name, apiID))
		if err != nil {
			return err
		}
		frozen, err := sp.frozen(apiID, *st.DeploymentId).definition(r)
		if err != nil {
			return err
		}
		out = &snapshot.Stage{Account: at.Account, Region: at.Region, Stage: *st, API: *frozen, Version: at.Version}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// Changes implements snapshot.Source.
func (s *Service) Changes() (changes <-chan struct{}, stop func()) {
	return s.store.Watch(indexPrefix())
}

// definition reads a frozen tree.
func (t tree) definition(r kv.Reader) (*snapshot.API, error) {
	header, err := load[api.RestApi](r, t.key(ofAPI, ""), fmt.Errorf("apigateway: a deployment has no definition"))
	if err != nil {
		return nil, err
	}
	out := &snapshot.API{RestAPI: *header}
	return out, t.fill(r, out)
}

// fill reads everything of a tree but the API itself.
func (t tree) fill(r kv.Reader, out *snapshot.API) error {
	all, err := t.resources(r)
	if err != nil {
		return err
	}
	out.Resources = all
	if out.Authorizers, err = kv.LoadAll[api.Authorizer](r, t.all(ofAuthorizer)); err != nil {
		return err
	}
	if out.Models, err = kv.LoadAll[api.Model](r, t.all(ofModel)); err != nil {
		return err
	}
	if out.Validators, err = kv.LoadAll[api.RequestValidator](r, t.all(ofValidator)); err != nil {
		return err
	}
	out.GatewayResponses, err = kv.LoadAll[api.GatewayResponse](r, t.all(ofResponse))
	return err
}
