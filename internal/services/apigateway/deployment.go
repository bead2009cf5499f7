package apigateway

import (
	"context"
	"slices"
	"strings"

	api "github.com/gatehouse-dev/gatehouse/internal/api/apigateway"
	"github.com/gatehouse-dev/gatehouse/internal/awserr"
	"github.com/gatehouse-dev/gatehouse/internal/ids"
	"github.com/gatehouse-dev/gatehouse/internal/kv"
	"github.com/gatehouse-dev/gatehouse/internal/wire"
)

func noDeployment() *awserr.Error {
	return api.NotFoundException("Invalid Deployment identifier specified")
}

// CreateDeployment freezes an API. With a stage name it also makes that stage,
// or moves it to the new deployment.
func (s *Service) CreateDeployment(ctx context.Context, in *api.CreateDeploymentRequest) (*api.Deployment, error) {
	sp := spaceOf(ctx)
	d := &api.Deployment{Id: new(ids.Lower(6)), Description: filled(in.Description), CreatedDate: now(ctx)}
	err := s.store.Update(ctx, func(t kv.Txn) error {
		a, err := sp.loadAPI(t, in.RestApiId)
		if err != nil {
			return err
		}
		if err := sp.draft(*a.Id).deployable(t); err != nil {
			return err
		}
		frozen := sp.frozen(*a.Id, *d.Id)
		if err := sp.draft(*a.Id).copyTo(t, frozen); err != nil {
			return err
		}
		if err := kv.Save(t, frozen.key(ofAPI, ""), *a); err != nil {
			return err
		}
		if err := kv.Save(t, sp.deployment(*a.Id, *d.Id), *d); err != nil {
			return err
		}
		return sp.release(ctx, t, in, d)
	})
	if err != nil {
		return nil, err
	}
	return d, nil
}

// deployable checks that a tree has methods and that each has an integration.
func (t tree) deployable(r kv.Reader) error {
	all, err := t.resources(r)
	if err != nil {
		return err
	}
	methods := 0
	for i := range all {
		for _, m := range all[i].ResourceMethods {
			if m.MethodIntegration == nil {
				return api.BadRequestException("No integration defined for method")
			}
			methods++
		}
	}
	if methods == 0 {
		return api.BadRequestException("The REST API doesn't contain any methods")
	}
	return nil
}

// release gives a new deployment to the stage that its request names.
func (s space) release(ctx context.Context, t kv.Txn, in *api.CreateDeploymentRequest, d *api.Deployment) error {
	name := str(in.StageName)
	if name == "" {
		if in.CanarySettings != nil {
			return api.BadRequestException("Invalid deployment content specified.Non null and non empty stageName must be provided for canary deployment. Provided value is %s", nullable(in.StageName))
		}
		return nil
	}
	st, ok, err := kv.Load[api.Stage](t, s.stage(*in.RestApiId, name))
	if err != nil {
		return err
	}
	if in.CanarySettings != nil {
		if !ok {
			return api.BadRequestException("Invalid deployment content specified.Stage %s must already be created before making a canary release deployment", name)
		}
		c := in.CanarySettings
		st.CanarySettings = &api.CanarySettings{DeploymentId: d.Id, PercentTraffic: new(val(c.PercentTraffic)),
			StageVariableOverrides: c.StageVariableOverrides, UseStageCache: new(val(c.UseStageCache))}
		st.LastUpdatedDate = d.CreatedDate
		return s.saveStage(ctx, t, in.RestApiId, &st)
	}
	if !ok {
		return s.addStage(ctx, t, &api.CreateStageRequest{
			RestApiId: in.RestApiId, StageName: in.StageName, DeploymentId: d.Id, Description: in.StageDescription,
			CacheClusterEnabled: in.CacheClusterEnabled, CacheClusterSize: in.CacheClusterSize, Variables: in.Variables,
			TracingEnabled: in.TracingEnabled,
		}, &st)
	}
	st.DeploymentId, st.LastUpdatedDate = d.Id, d.CreatedDate
	if in.StageDescription != nil {
		st.Description = filled(in.StageDescription)
	}
	if in.Variables != nil {
		st.Variables = in.Variables
	}
	if in.TracingEnabled != nil {
		st.TracingEnabled = in.TracingEnabled
	}
	if in.CacheClusterEnabled != nil {
		st.CacheClusterEnabled = in.CacheClusterEnabled
	}
	if in.CacheClusterSize != nil {
		st.CacheClusterSize = in.CacheClusterSize
	}
	return s.saveStage(ctx, t, in.RestApiId, &st)
}

func nullable(p *string) string {
	if p == nil {
		return "null"
	}
	return *p
}

// GetDeployment reads a deployment; with embed=apisummary what it serves.
func (s *Service) GetDeployment(ctx context.Context, in *api.GetDeploymentRequest) (*api.Deployment, error) {
	sp := spaceOf(ctx)
	var d *api.Deployment
	err := s.store.View(ctx, func(r kv.Reader) (err error) {
		if d, err = load[api.Deployment](r, sp.deployment(*in.RestApiId, *in.DeploymentId), noDeployment()); err != nil {
			return err
		}
		if slices.ContainsFunc(in.Embed, func(e string) bool { return strings.EqualFold(e, "apisummary") }) {
			d.ApiSummary, err = sp.frozen(*in.RestApiId, *d.Id).summary(r)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return d, nil
}

// summary gives the methods of a tree by path and verb.
func (t tree) summary(r kv.Reader) (map[string]map[string]api.MethodSnapshot, error) {
	all, err := t.resources(r)
	if err != nil {
		return nil, err
	}
	out := map[string]map[string]api.MethodSnapshot{}
	for i := range all {
		for verb, m := range all[i].ResourceMethods {
			if out[*all[i].Path] == nil {
				out[*all[i].Path] = map[string]api.MethodSnapshot{}
			}
			out[*all[i].Path][verb] = api.MethodSnapshot{AuthorizationType: m.AuthorizationType, ApiKeyRequired: m.ApiKeyRequired}
		}
	}
	return out, nil
}

// GetDeployments lists the deployments of an API by id.
func (s *Service) GetDeployments(ctx context.Context, in *api.GetDeploymentsRequest) (*api.Deployments, error) {
	sp := spaceOf(ctx)
	all, err := list[api.Deployment](ctx, s.store, sp.deployments(*in.RestApiId), func(r kv.Reader) error {
		return sp.needAPI(r, in.RestApiId)
	})
	if err != nil {
		return nil, err
	}
	items, next, err := page(all, func(d api.Deployment) string { return *d.Id }, in.Position, in.Limit)
	if err != nil {
		return nil, err
	}
	return &api.Deployments{Items: items, Position: next}, nil
}

// DeleteDeployment removes a deployment that no stage serves.
func (s *Service) DeleteDeployment(ctx context.Context, in *api.DeleteDeploymentRequest) (*wire.Empty, error) {
	sp := spaceOf(ctx)
	return &wire.Empty{}, s.store.Update(ctx, func(t kv.Txn) error {
		key := sp.deployment(*in.RestApiId, *in.DeploymentId)
		if _, err := load[api.Deployment](t, key, noDeployment()); err != nil {
			return err
		}
		stages, err := kv.LoadAll[api.Stage](t, sp.stages(*in.RestApiId))
		if err != nil {
			return err
		}
		for _, st := range stages {
			canary := st.CanarySettings != nil && str(st.CanarySettings.DeploymentId) == *in.DeploymentId
			if str(st.DeploymentId) == *in.DeploymentId || canary {
				return api.BadRequestException("Active stages pointing to this deployment must be moved or deleted")
			}
		}
		if err := t.DeleteRange(sp.frozen(*in.RestApiId, *in.DeploymentId).whole()); err != nil {
			return err
		}
		return t.Delete(key)
	})
}

// UpdateDeployment patches the description of a deployment.
func (s *Service) UpdateDeployment(ctx context.Context, in *api.UpdateDeploymentRequest) (*api.Deployment, error) {
	key := spaceOf(ctx).deployment(*in.RestApiId, *in.DeploymentId)
	var d *api.Deployment
	err := s.store.Update(ctx, func(t kv.Txn) (err error) {
		if d, err = load[api.Deployment](t, key, noDeployment()); err != nil {
			return err
		}
		if err := deploymentPatch.run(d, in.PatchOperations); err != nil {
			return err
		}
		return kv.Save(t, key, *d)
	})
	if err != nil {
		return nil, err
	}
	return d, nil
}

var deploymentPatch = patch[api.Deployment]{refuse: listing, slots: []slot[api.Deployment]{
	textSlot("/description", func(d *api.Deployment) **string { return &d.Description }),
}}
