package apigateway

import (
	"context"
	"regexp"
	"slices"

	api "github.com/gatehouse-dev/gatehouse/internal/api/apigateway"
	"github.com/gatehouse-dev/gatehouse/internal/awserr"
	"github.com/gatehouse-dev/gatehouse/internal/ids"
	"github.com/gatehouse-dev/gatehouse/internal/kv"
	"github.com/gatehouse-dev/gatehouse/internal/wire"
)

const maxStages = 10 // of an API, the default quota

func noStage() *awserr.Error { return api.NotFoundException("Invalid stage identifier specified") }

var (
	stageName     = regexp.MustCompile(`^[a-zA-Z0-9_\-]{1,128}$`)
	variableName  = regexp.MustCompile(`^[a-zA-Z0-9_]+$`)
	variableValue = regexp.MustCompile(`^[A-Za-z0-9\-._~:/?#&=, ]*$`)
	cacheSizes    = []string{api.CacheClusterSize05, api.CacheClusterSize16, api.CacheClusterSize61, api.CacheClusterSize135,
		api.CacheClusterSize284, api.CacheClusterSize582, api.CacheClusterSize118, api.CacheClusterSize237}
)

// stageEntry is what the index keeps of a stage.
type stageEntry struct{ Account, Region, Version string }

// CreateStage makes a stage that serves a deployment.
func (s *Service) CreateStage(ctx context.Context, in *api.CreateStageRequest) (*api.Stage, error) {
	sp := spaceOf(ctx)
	var st api.Stage
	err := s.store.Update(ctx, func(t kv.Txn) error {
		if err := sp.needAPI(t, in.RestApiId); err != nil {
			return err
		}
		return sp.addStage(ctx, t, in, &st)
	})
	if err != nil {
		return nil, err
	}
	return &st, nil
}

// addStage checks a request for a new stage and stores it as st.
func (s space) addStage(ctx context.Context, t kv.Txn, in *api.CreateStageRequest, st *api.Stage) error {
	if !stageName.MatchString(*in.StageName) {
		return api.BadRequestException("Stage name only allows a-zA-Z0-9_")
	}
	all, err := kv.LoadAll[api.Stage](t, s.stages(*in.RestApiId))
	if err != nil {
		return err
	}
	if slices.ContainsFunc(all, func(x api.Stage) bool { return *x.StageName == *in.StageName }) {
		return api.ConflictException("Stage already exists")
	}
	if len(all) >= maxStages {
		return api.LimitExceededException("Maximum number of Stages for this API has been reached. Please contact AWS if you need additional Stages.")
	}
	if err := checkTags(in.Tags); err != nil {
		return err
	}
	if in.DocumentationVersion != nil && *in.DocumentationVersion != "" {
		return noDocumentation() // none can exist: the operations that make one are not implemented
	}
	*st = api.Stage{
		StageName: in.StageName, DeploymentId: in.DeploymentId, Description: filled(in.Description),
		CacheClusterEnabled: new(val(in.CacheClusterEnabled)), CacheClusterSize: in.CacheClusterSize,
		MethodSettings: map[string]api.MethodSetting{}, Variables: in.Variables, CanarySettings: in.CanarySettings,
		TracingEnabled: new(val(in.TracingEnabled)), Tags: in.Tags, CreatedDate: now(ctx), LastUpdatedDate: now(ctx),
	}
	if len(st.Variables) == 0 {
		st.Variables = nil
	}
	return s.saveStage(ctx, t, in.RestApiId, st)
}

func noDocumentation() *awserr.Error {
	return api.NotFoundException("Invalid Documentation version specified")
}

// saveStage completes and checks a stage and stores it with a new version.
func (s space) saveStage(ctx context.Context, t kv.Txn, apiID *string, st *api.Stage) error {
	if err := s.checkDeployed(t, apiID, st.DeploymentId); err != nil {
		return err
	}
	if err := s.checkCanary(t, apiID, st); err != nil {
		return err
	}
	if err := checkVariables(st.Variables); err != nil {
		return err
	}
	if err := checkCache(st); err != nil {
		return err
	}
	if err := kv.Save(t, s.stage(*apiID, *st.StageName), *st); err != nil {
		return err
	}
	return kv.Save(t, indexKey(*apiID, *st.StageName), stageEntry{s.account, s.region, ids.Lower(16)})
}

// checkDeployed checks that a deployment is there.
func (s space) checkDeployed(r kv.Reader, apiID, id *string) error {
	v, err := r.Get(s.deployment(*apiID, str(id)))
	if err == nil && v == nil {
		err = api.BadRequestException("Deployment id does not exist")
	}
	return err
}

func (s space) checkCanary(r kv.Reader, apiID *string, st *api.Stage) error {
	c := st.CanarySettings
	if c == nil {
		return nil
	}
	if str(c.DeploymentId) == "" {
		c.DeploymentId = st.DeploymentId
	}
	c.PercentTraffic, c.UseStageCache = new(val(c.PercentTraffic)), new(val(c.UseStageCache))
	if p := *c.PercentTraffic; p < 0 || p > 100 {
		return api.BadRequestException("Invalid canary percent traffic specified, must be between 0.0 and 100.0")
	}
	if len(c.StageVariableOverrides) == 0 {
		c.StageVariableOverrides = nil
	}
	if err := checkVariables(c.StageVariableOverrides); err != nil {
		return err
	}
	return s.checkDeployed(r, apiID, c.DeploymentId)
}

func checkVariables(vars map[string]string) error {
	for _, name := range sortedKeys(vars) {
		if !variableName.MatchString(name) {
			return api.BadRequestException("Invalid stage variable name: %s. Stage variable names can only contain alphanumeric characters and underscores", name)
		}
		if v := vars[name]; len(v) > 2048 || !variableValue.MatchString(v) {
			return api.BadRequestException("Invalid stage variable value: %s. Please use values with alphanumeric characters and the symbols ' ', -', '.', '_', ':', '/', '?', '&', '=', and ','.", v)
		}
	}
	return nil
}

// checkCache completes the cache cluster's size and status.
func checkCache(st *api.Stage) error {
	if st.CacheClusterSize != nil && !slices.Contains(cacheSizes, *st.CacheClusterSize) {
		return api.BadRequestException("Invalid cache cluster size specified: %s", *st.CacheClusterSize)
	}
	if !val(st.CacheClusterEnabled) {
		st.CacheClusterStatus = new(api.CacheClusterStatusNotAvailable)
		return nil
	}
	st.CacheClusterStatus = new(api.CacheClusterStatusAvailable)
	if st.CacheClusterSize == nil {
		st.CacheClusterSize = new(api.CacheClusterSize05)
	}
	return nil
}

// GetStage reads a stage.
func (s *Service) GetStage(ctx context.Context, in *api.GetStageRequest) (*api.Stage, error) {
	return read[api.Stage](ctx, s.store, spaceOf(ctx).stage(*in.RestApiId, *in.StageName), noStage())
}

// GetStages lists the stages of an API by name, or those of one deployment.
func (s *Service) GetStages(ctx context.Context, in *api.GetStagesRequest) (*api.Stages, error) {
	sp := spaceOf(ctx)
	all, err := list[api.Stage](ctx, s.store, sp.stages(*in.RestApiId), func(r kv.Reader) error {
		return sp.needAPI(r, in.RestApiId)
	})
	if err != nil {
		return nil, err
	}
	out := []api.Stage{}
	for _, st := range all {
		if str(in.DeploymentId) == "" || str(st.DeploymentId) == *in.DeploymentId {
			out = append(out, st)
		}
	}
	return &api.Stages{Item: out}, nil
}

// DeleteStage removes a stage.
func (s *Service) DeleteStage(ctx context.Context, in *api.DeleteStageRequest) (*wire.Empty, error) {
	sp := spaceOf(ctx)
	return &wire.Empty{}, s.store.Update(ctx, func(t kv.Txn) error {
		key := sp.stage(*in.RestApiId, *in.StageName)
		if _, err := load[api.Stage](t, key, noStage()); err != nil {
			return err
		}
		if err := sp.freeOfPlans(t, *in.RestApiId, *in.StageName); err != nil {
			return err
		}
		if err := t.Delete(indexKey(*in.RestApiId, *in.StageName)); err != nil {
			return err
		}
		return t.Delete(key)
	})
}

// UpdateStage patches a stage.
func (s *Service) UpdateStage(ctx context.Context, in *api.UpdateStageRequest) (*api.Stage, error) {
	sp := spaceOf(ctx)
	var st *api.Stage
	err := s.store.Update(ctx, func(t kv.Txn) (err error) {
		if st, err = load[api.Stage](t, sp.stage(*in.RestApiId, *in.StageName), noStage()); err != nil {
			return err
		}
		if err := stagePatch.run(st, in.PatchOperations); err != nil {
			return err
		}
		if err := sp.checkLogging(t, st); err != nil {
			return err
		}
		if err := sp.checkCertificate(t, st.ClientCertificateId); err != nil {
			return err
		}
		st.LastUpdatedDate = now(ctx)
		return sp.saveStage(ctx, t, in.RestApiId, st)
	})
	if err != nil {
		return nil, err
	}
	return st, nil
}
